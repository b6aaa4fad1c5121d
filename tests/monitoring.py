# SPDX-License-Identifier: MIT
"""contrib/prometheus and contrib/grafana: the alerts pass their tests, and rules and dashboard ask for nothing but
metrics and labels that the daemon has, in expressions that Prometheus reads; and each panel of the dashboard shows of
gateways, of which one is gone, what it says that it shows.

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


def filled(text):
    for variable, filling in {"$__rate_interval": "5m", "$__range": "1h", "$job": ".*", "$instance": ".*"}.items():
        text = text.replace(variable, filling)
    return text


def check_expressions(failures, folder):
    """As rules, for promtool reads nothing else."""
    rules = []
    for number, (where, text) in enumerate(expressions()):
        if where != "rules":
            rules.append({"record": f"dashboard:{number}", "expr": filled(text)})
    path = folder / "dashboard.yml"
    path.write_text(json.dumps({"groups": [{"name": "dashboard", "rules": rules}]}), encoding="utf-8")  # JSON is YAML
    promtool(failures, "check", "rules", path)


# What three gateways have had for three hours, a sample each minute, when the dashboard is looked at; mx2 is gone since half an hour.
# A series of verdicts begins with the first of its kind, at 1.
SERIES = {
    'up{job="forcedtls", instance="mx1"}': "1x180",
    'up{job="forcedtls", instance="mx2"}': "1x150 0x30",
    'forcedtls_build_info{job="forcedtls", instance="mx1"}': "1x180",
    'forcedtls_build_info{job="forcedtls", instance="mx2"}': "1x150 stale",
    'forcedtls_policy_info{job="forcedtls", instance="mx1", digest="a", mode="enforce"}': "1x180",
    'forcedtls_policy_info{job="forcedtls", instance="mx3", digest="b", mode="enforce"}': "1x180",
    'forcedtls_policy_connectors{job="forcedtls", instance="mx1", mode="enforce"}': "3x180",
    'forcedtls_policy_connectors{job="forcedtls", instance="mx1", mode="test"}': "2x180",
    'forcedtls_log_lines_lost_total{job="forcedtls", instance="mx1"}': "0x150 0+2x30",
    'forcedtls_reloads_total{job="forcedtls", instance="mx1", result="failed"}': "0x150 1x30",
    'forcedtls_verdicts_total{job="forcedtls", instance="mx1", connector="pilot", verdict="would-reject", reason="plaintext"}': "_x150 1x30",
    'forcedtls_verdicts_total{job="forcedtls", instance="mx2", connector="gone", verdict="would-reject", reason="bits"}': "_x140 1x10 stale",
    'forcedtls_verdicts_total{job="forcedtls", instance="mx1", connector="old", verdict="would-reject", reason="client"}': "1x180",
    'forcedtls_verdicts_total{job="forcedtls", instance="mx1", connector="from-contoso", verdict="reject", reason="version"}': "1+1x180",
    'forcedtls_verdicts_total{job="forcedtls", instance="mx3", connector="from-contoso", verdict="reject", reason="version"}': "_x170 1+1x10",
    'forcedtls_sessions_total{job="forcedtls", instance="mx1", door="milter", tls_version="TLSv1.3"}': "1+6x180",
    'forcedtls_sessions_total{job="forcedtls", instance="mx3", door="milter", tls_version="none"}': "1+3x180",
    'forcedtls_certificate_entry_end_timestamp_seconds{job="forcedtls", instance="mx1", connector="from-contoso"}': "97200x180",
    'forcedtls_certificate_entry_end_timestamp_seconds{job="forcedtls", instance="mx1", connector="from-fabrikam"}': "7200x180",
    'forcedtls_tls_policy_answers_total{job="forcedtls", instance="mx1", connector="to-contoso", answer="answer"}': "1+6x180",
    'forcedtls_decision_seconds_bucket{job="forcedtls", instance="mx1", le="0.001"}': "0+50x180",
    'forcedtls_decision_seconds_bucket{job="forcedtls", instance="mx1", le="0.01"}': "0+100x180",
    'forcedtls_decision_seconds_bucket{job="forcedtls", instance="mx1", le="+Inf"}': "0+100x180",
    'forcedtls_sessions_open{job="forcedtls", instance="mx1", door="milter"}': "7x180",
    'forcedtls_sessions_open{job="forcedtls", instance="mx3", door="milter"}': "5x180",
}
# Of each panel, what each of its queries gives then, to a ten-thousandth.
SHOWN = {
    "Reporting instances": [{"{}": 1}, {"{}": 1}],
    "Oldest sample": [{"{}": 30 * 60}],
    "Different policies": [{"{}": 2}],
    "Connectors": [{'{mode="enforce"}': 3, '{mode="test"}': 2}],
    "Log lines lost": [{"{}": 58}],
    "Reloads that failed": [{"{}": 1}],
    "Refusals by reason": [{'{reason="version"}': 0.0333}],
    "Verdicts": [{'{verdict="reject"}': 0.0333, '{verdict="would-reject"}': 0}],
    "Partners that would break": [{'{connector="pilot", reason="plaintext"}': 1, '{connector="gone", reason="bits"}': 1}],
    "Partners that are refused": [{'{connector="from-contoso", reason="version"}': 60 + 11}],
    "TLS versions": [{'{tls_version="TLSv1.3"}': 0.1, '{tls_version="none"}': 0.05}],
    "Certificate entries that end": [{'{connector="from-contoso"}': 86400, '{connector="from-fabrikam"}': -3600}],
    "Answers about mail that leaves": [{'{answer="answer"}': 0.1}],
    "Time for a decision": [{"{}": 0.001}, {"{}": 0.0098}],
    "Open connections": [{'{door="milter"}': 12}],
}


def check_panels(failures, folder):
    """promtool compares to the last bit: the test rounds."""
    panels = json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]
    failures += [f"{panel['title']}: nothing is said of what it shows" for panel in panels
                 if len(SHOWN.get(panel["title"], [])) != len(panel["targets"])]
    asked = [{"expr": f"round({filled(target['expr'])}, 0.0001)", "eval_time": "3h",
              "exp_samples": [{"labels": labels, "value": value} for labels, value in shown.items()]}
             for panel in panels for target, shown in zip(panel["targets"], SHOWN.get(panel["title"], []))]
    path = folder / "panels.test.yml"
    path.write_text(json.dumps({"evaluation_interval": "1m", "tests": [
        {"interval": "1m", "input_series": [{"series": name, "values": values} for name, values in SERIES.items()],
         "promql_expr_test": asked}]}), encoding="utf-8")
    promtool(failures, "test", "rules", path)


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
            check_panels(failures, pathlib.Path(folder))
    for failure in failures:
        print(f"FAIL {failure}")
    print(f"{len(failures)} failures{'' if shutil.which('promtool') else '; promtool is not here'}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
