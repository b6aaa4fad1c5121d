# SPDX-License-Identifier: MIT
"""contrib/prometheus and contrib/grafana: the alerts pass their tests, and rules and dashboard ask for nothing but
metrics and labels that the daemon has, in expressions that Prometheus reads.

Without promtool (Debian: prometheus) only names and the form of the dashboard are looked at.
"""

import itertools
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

SRC = pathlib.Path(os.environ.get("srcdir", ".")).resolve()
RULES = SRC / "contrib" / "prometheus" / "forcedtls.rules.yml"
DASHBOARD = SRC / "contrib" / "grafana" / "forcedtls.json"
BEHIND = {"COUNTER": ["_total"], "INFO": ["_info"], "GAUGE": [""], "HISTOGRAM": ["_bucket", "_sum", "_count"]}
ASKED = {"ForcedtlsDown", "ForcedtlsNotJudging", "ForcedtlsReloadFailed", "ForcedtlsCertificateEntryEnds", "ForcedtlsPartnersRefused",
         "ForcedtlsLogLinesLost", "ForcedtlsTestModeForgotten"}
WIDTH = 24


def metrics():
    """Their names as they are exposed, by the daemon's own table."""
    text = "".join(path.read_text(encoding="utf-8") for path in (SRC / "src" / "metrics").glob("*.c"))
    return {name + behind for name, kind in re.findall(r'\{"(forcedtls_\w+)",\s*METRIC_(\w+)', text) for behind in BEHIND[kind]}


def expressions():
    rules = RULES.read_text(encoding="utf-8")
    yield "rules", rules
    dashboard = json.loads(DASHBOARD.read_text(encoding="utf-8"))
    for panel in dashboard["panels"]:
        for target in panel["targets"]:
            yield panel["title"], target["expr"]
    for annotation in dashboard["annotations"]["list"]:
        yield annotation["name"], annotation["expr"]


def check_names(failures):
    known = metrics()
    used = {}
    for where, text in expressions():
        for name in re.findall(r"\bforcedtls_\w+", text):
            used.setdefault(name, where)
    failures += [f"{where}: there is no metric {name}" for name, where in used.items() if name not in known]
    if len(known) < 12 or len(used) < 10:
        failures.append(f"{len(known)} metrics known, {len(used)} used")


def check_series(failures):
    """The tests of the rules have what a daemon has: a kind of verdict is not there before the first of it, which makes it 1."""
    found = 0
    for path in sorted(RULES.parent.glob("*.test.yml")):
        for values in re.findall(r"forcedtls_(?:verdicts|tls_policy_answers)_total\{[^}]*\}', values: '([^']*)'", path.read_text(encoding="utf-8")):
            found += 1
            if re.match(r"(_x\d+ )?0", values):
                failures.append(f"{path.name}: no series of verdicts begins with 0: {values}")
    if found < 5:
        failures.append(f"only {found} series of verdicts")


def check_form(failures):
    """Each panel has a place of its own, words for who does not know it, and the data source that the reader chose."""
    panels = json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]
    if len({panel["id"] for panel in panels}) != len(panels):
        failures.append("two panels have one id")
    places = {}
    for panel in panels:
        place = panel["gridPos"]
        if place["x"] + place["w"] > WIDTH or not panel["description"] or panel["datasource"]["uid"] != "${datasource}":
            failures.append(f"panel {panel['title']}")
        for at in itertools.product(range(place["x"], place["x"] + place["w"]), range(place["y"], place["y"] + place["h"])):
            if places.setdefault(at, panel["title"]) != panel["title"]:
                failures.append(f"{panel['title']} lies over {places[at]}")
                break


def promtool(failures, *arguments):
    done = subprocess.run(["promtool", *map(str, arguments)], capture_output=True, text=True, check=False, timeout=300)
    if done.returncode != 0:
        failures.append(f"promtool {arguments}: {done.stdout}{done.stderr}")


def check_expressions(failures, folder):
    """As rules, for promtool reads nothing else."""
    fillings = {"$__rate_interval": "5m", "$__range": "1h", "$job": ".*", "$instance": ".*"}
    rules = []
    for number, (where, text) in enumerate(expressions()):
        if where != "rules":
            for variable, filling in fillings.items():
                text = text.replace(variable, filling)
            rules.append({"record": f"dashboard:{number}", "expr": text})
    path = folder / "dashboard.yml"
    path.write_text(json.dumps({"groups": [{"name": "dashboard", "rules": rules}]}), encoding="utf-8")  # JSON is YAML
    promtool(failures, "check", "rules", path)


def main():
    failures = []
    check_names(failures)
    check_series(failures)
    check_form(failures)
    tested = "".join(path.read_text(encoding="utf-8") for path in RULES.parent.glob("*.test.yml"))
    alerts = set(re.findall(r"- alert: (\w+)", RULES.read_text(encoding="utf-8")))
    failures += [f"no alert {name}" for name in ASKED - alerts]
    failures += [f"{name} has no test in which it fires" for name in alerts
                 if not re.search(rf"alertname: {name}\n\s+exp_alerts:\n\s+- exp_labels", tested)]
    if shutil.which("promtool") is not None:
        promtool(failures, "check", "rules", RULES)
        for path in sorted(RULES.parent.glob("*.test.yml")):
            promtool(failures, "test", "rules", path)
        with tempfile.TemporaryDirectory() as folder:
            check_expressions(failures, pathlib.Path(folder))
    for failure in failures:
        print(f"FAIL {failure}")
    print(f"{len(failures)} failures{'' if shutil.which('promtool') else '; promtool is not here'}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
