# SPDX-License-Identifier: MIT
"""forcedtls report: what a log says, as text and as JSON.

Each case is a log, tests/cli/report/NAME.log; what is printed of it is in NAME.text and NAME.json. With --update these
are written anew: read the difference before you commit it.
"""

import datetime
import difflib
import gzip
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

SRC = pathlib.Path(os.environ.get("srcdir", ".")).resolve()
TOOL = pathlib.Path(os.environ.get("builddir", ".")).resolve() / "forcedtls"
FOLDER = SRC / "tests" / "cli" / "report"
OK, USAGE, NO_INPUT, CONFIG = 0, 64, 66, 78
LINE = re.compile(r"(?P<time>\S+) (?P<host>\S+) (?P<program>[^\[:]+)(?:\[(?P<pid>\d+)\])?: (?P<message>.*)")
# What a terminal may get: text, and the ends of lines.
PRINTABLE = re.compile(r"[^\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]*")


class Run:
    def __init__(self, update):
        self.update = update
        self.count = 0
        self.failures = 0

    def fail(self, name, text):
        self.failures += 1
        print(f"FAIL {name}: {text}")

    def report(self, name, status, arguments, log=b"", stderr=b"", policy="policy.yaml"):
        """log: what is on standard input; stderr: what has to be in it, b"": nothing may be there, None: anything."""
        self.count += 1
        policies = ["--policy", policy] if policy is not None else []
        done = subprocess.run([TOOL, "report", *policies, *arguments], cwd=FOLDER, input=log, capture_output=True,
                              env={**os.environ, "LC_ALL": "C", "TZ": "UTC"}, timeout=120, check=False)
        said = stderr is None or (stderr in done.stderr and bool(done.stderr) == bool(stderr))
        if done.returncode != status or not said:
            self.fail(name, f"exit status {done.returncode}, expected {status}; {done.stderr!r}")
        return done.stdout.decode("utf-8")

    def json(self, name, arguments, log=b"", **more):
        return json.loads(self.report(name, OK, ["--json", *arguments], log, **more))

    def compare(self, path, text):
        if self.update:
            path.write_text(text, encoding="utf-8")
            return
        expected = path.read_text(encoding="utf-8") if path.exists() else ""
        if text != expected:
            lines = difflib.unified_diff(expected.splitlines(True), text.splitlines(True), "expected", "got", n=1)
            self.fail(path.name, "\n" + "".join(lines))

    def same(self, name, got, expected):
        if got != expected:
            lines = difflib.unified_diff(json.dumps(expected, indent=1).splitlines(), json.dumps(got, indent=1).splitlines(), n=1)
            self.fail(name, "\n" + "\n".join(lines))


def check_logs(run):
    logs = sorted(FOLDER.glob("*.log"))
    for log in logs:
        text = run.report(log.name, OK, [log.name])
        if not PRINTABLE.fullmatch(text):
            run.fail(log.name, "something that could steer a terminal")
        run.compare(log.with_suffix(".text"), text)
        run.compare(log.with_suffix(".json"), run.report(log.name, OK, ["--json", log.name]))
    for golden in [*FOLDER.glob("*.text"), *FOLDER.glob("*.json")]:
        if golden.with_suffix(".log") not in logs:
            run.fail(golden.name, "there is no log of that name")


def entries():
    """The lines of incoming.log and outgoing.log, taken apart."""
    lines = (FOLDER / "incoming.log").read_text().splitlines() + (FOLDER / "outgoing.log").read_text().splitlines()
    return [found.groupdict() for found in map(LINE.fullmatch, lines) if found]


def seconds(entry):
    return int(datetime.datetime.fromisoformat(entry["time"]).timestamp())


def tag(entry):
    return entry["program"] + (f"[{entry['pid']}]" if entry["pid"] else "")


def as_text(entry, time):
    return f"{time} {entry['host']} {tag(entry)}: {entry['message']}"


def zoned(entry, offset, form):
    return datetime.datetime.fromtimestamp(seconds(entry), datetime.timezone(datetime.timedelta(hours=offset))).strftime(form)


FORMS = {
    "RFC 3339": lambda entry: as_text(entry, entry["time"]),
    "RFC 3339, UTC": lambda entry: as_text(entry, zoned(entry, 0, "%Y-%m-%dT%H:%M:%SZ")),
    "RFC 3339, elsewhere": lambda entry: as_text(entry, zoned(entry, -7, "%Y-%m-%dT%H:%M:%S.123456%z")),
    "local": lambda entry: as_text(entry, zoned(entry, 0, "%Y-%m-%d %H:%M:%S,123")),
    "priority": lambda entry: "<22>" + as_text(entry, entry["time"]),
    "line ends": lambda entry: as_text(entry, entry["time"]) + "\r",
    "journal": lambda entry: json.dumps({
        "__REALTIME_TIMESTAMP": f"{seconds(entry)}123456", "_HOSTNAME": entry["host"], "SYSLOG_IDENTIFIER": entry["program"],
        "_PID": entry["pid"], "MESSAGE": entry["message"], "PRIORITY": "6"}),
    "journal, bytes": lambda entry: json.dumps({
        "__REALTIME_TIMESTAMP": f"{seconds(entry)}123456", "_HOSTNAME": entry["host"], "SYSLOG_IDENTIFIER": entry["program"],
        "_PID": entry["pid"], "MESSAGE": list(entry["message"].encode())}),
    "rsyslog": lambda entry: json.dumps({
        "@timestamp": entry["time"], "host": entry["host"], "syslogtag": tag(entry) + ":", "message": entry["message"]}),
    "Loki": lambda entry: json.dumps({
        "labels": {"job": "syslog"}, "line": as_text(entry, entry["time"]), "timestamp": "2026-11-26T00:00:00Z"}),
}


def without_lines(report):
    return {key: value for key, value in report.items() if key != "lines"}


def check_forms(run):
    """The same log in each form that is known gives the same report, packed or not, at once or in pieces."""
    plain = "\n".join(map(FORMS["RFC 3339"], entries())).encode() + b"\n"
    expected = without_lines(run.json("plain", ["-"], plain))
    if not expected["incoming"] or not expected["outgoing"]:
        run.fail("forms", "nothing to compare")
    for name, form in FORMS.items():
        log = "\n".join(map(form, entries())).encode() + b"\n"
        run.same(name, without_lines(run.json(name, ["-"], log)), expected)
        run.same(f"{name}, gzip", without_lines(run.json(name, ["-"], gzip.compress(log))), expected)
    half = plain.index(b"\n", len(plain) // 2) + 1
    run.same("members", without_lines(run.json("members", ["-"], gzip.compress(plain[:half]) + gzip.compress(plain[half:]))), expected)
    run.same("no end", without_lines(run.json("no end", ["-"], plain[:-1])), expected)
    with tempfile.TemporaryDirectory() as folder:
        one, two = pathlib.Path(folder, "mail.log.1.gz"), pathlib.Path(folder, "mail.log")
        one.write_bytes(gzip.compress(plain[:half]))
        two.write_bytes(plain[half:])
        run.same("two files", without_lines(run.json("two files", [str(one), str(two)])), expected)


def verdict(message="NOQUEUE: reject: RCPT from m.contoso.com[192.0.2.1]: 550 5.7.10 no; connector=c reason=plaintext "
            "helo=<m> from=<a@contoso.com> to=<b@example.org> tls=- mode=enforce door=milter", time="2026-11-20T10:00:00Z"):
    return f"{time} mx forcedtlsd[1]: {message}\n"


def check_our_json(run):
    """daemon.log_format: json, with what syslog puts before it and without, as text has it."""
    expected = run.json("text", ["-"], verdict().encode())["incoming"]
    fields = json.dumps({"queue_id": None, "verdict": "reject", "stage": "RCPT", "client_name": "m.contoso.com",
                         "client_address": "192.0.2.1", "reply": "550 5.7.10 no", "connector": "c", "reason": "plaintext",
                         "helo": "m", "from": "a@contoso.com", "to": "b@example.org", "header_from": None, "tls": None,
                         "bits": None, "mode": "enforce", "door": "milter", "new": 7})
    run.same("JSON in text", run.json("JSON in text", ["-"], verdict(fields).encode())["incoming"], expected)
    journal = json.dumps({"__REALTIME_TIMESTAMP": "1795168800000000", "_HOSTNAME": "mx", "SYSLOG_IDENTIFIER": "forcedtlsd",
                          "MESSAGE": fields})
    run.same("JSON in JSON", run.json("JSON in JSON", ["-"], journal.encode())["incoming"], expected)
    bare = run.json("bare JSON", ["-"], fields.encode())["incoming"][0]["domains"][0]
    if (bare["domain"], bare["refused"], bare["reasons"][0]["value"]) != ("contoso.com", 1, "plaintext"):
        run.fail("bare JSON", bare)


def check_years(run):
    """A time of RFC 3164 has no year: it is the last one that is not in the future."""
    now = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None, microsecond=0)
    for age in (0, 1, 40, 360):
        then = now - datetime.timedelta(days=age)
        text = f"{then:%b} {then.day:2} {then:%H:%M:%S} mx forcedtlsd[1]: " + verdict().split(": ", 1)[1]
        last = run.json(f"{age} days", ["-"], text.encode())["period"]["last"]
        if last != f"{then:%Y-%m-%dT%H:%M:%SZ}":
            run.fail(f"{age} days", last)


def messages(report, direction="incoming"):
    return {(connector["connector"], domain["domain"]): domain["messages"]
            for connector in report[direction] for domain in connector["domains"]}


def check_scope(run):
    log = "".join(verdict(time=f"2026-11-{day}T10:00:00Z") for day in (20, 21, 22)) + verdict(time="Nov 99 10:00:00")
    log = log.encode()
    for arguments, count in (
        ([], 3), (["--since", "2026-11-21"], 2), (["--since", "2026-11-21T10:00:00Z"], 2), (["--since", "2026-11-21 10:00:01"], 1),
        (["--until", "2026-11-21"], 1), (["--until", "2026-11-21T10:00:00Z"], 1), (["--since", "2026-11-21", "--until", "2026-11-22"], 1),
        (["--since", "2000-01-01"], 3), (["--until", "2000-01-01"], 0), (["--connector", "c"], 3), (["--connector", "d"], 0),
        (["--domain", "contoso.com"], 3), (["--domain", "*.contoso.com"], 3), (["--domain", ".contoso.com"], 0),
        (["--domain", "CONTOSO.com."], 3), (["--domain", "fabrikam.example"], 0), (["--domain", "*"], 3),
    ):
        got = sum(messages(run.json(f"{arguments}", [*arguments, "-"], log)).values())
        if got != count:
            run.fail(f"{arguments}", f"{got} messages, expected {count}")
    today = verdict(time=f"{datetime.datetime.now(datetime.timezone.utc):%Y-%m-%dT%H:%M:%SZ}").encode()
    for since, count in (("1h", 1), ("7d", 1), ("yesterday", 1), ("0s", 0)):
        got = sum(messages(run.json(since, ["--since", since, "-"], today)).values())
        if got != count and since != "0s":
            run.fail(since, f"{got} messages, expected {count}")
    # A session that began before the period carries a message within it.
    sent = (FOLDER / "outgoing.log").read_bytes()
    got = run.json("before", ["--since", "2026-11-20T10:00:01Z", "--until", "2026-11-20T10:00:02Z", "-"], sent)["outgoing"]
    if [(domain["messages"], domain["tls"], domain["below_policy"]) for domain in got[0]["domains"]] != [(2, 2, 0)]:
        run.fail("before", got)


def check_bounds(run):
    """However many domains, names and bytes there are: the report stays small, and adds up."""
    many = "".join(verdict().replace("contoso.com>", f"d{i}.example>").replace("door=", f"subject=s{i} door=") for i in range(25000))
    report = run.json("many domains", ["-"], many.encode())
    counts = messages(report)
    if len(counts) > 20001 or sum(counts.values()) != 25000 or counts.get(("c", "(others)")) != 25000 - len(counts) + 1:
        run.fail("many domains", f"{len(counts)} domains, {sum(counts.values())} messages")
    many = "".join(verdict().replace("from m.", f"from m{i}.").replace("door=", f"subject=s{i} door=") for i in range(300))
    domain = run.json("many names", ["-"], many.encode())["incoming"][0]["domains"][0]
    for key in ("certificates", "refused_hosts"):
        if (len(domain[key]), domain[key][-1]["value"], sum(item["messages"] for item in domain[key])) != (51, None, 300):
            run.fail(key, domain[key][-1])
    for length in (65000, 65536, 65537, 300000, 600000):
        log = verdict() + "x" * length + "\n" + verdict()
        report = run.json(f"{length} bytes", ["-"], log.encode())
        if (report["lines"]["read"], report["lines"]["cut"], report["lines"]["verdicts"]) != (3, int(length > 65536), 2):
            run.fail(f"{length} bytes", report["lines"])
    report = run.json("NUL", ["-"], (verdict() + "\0\n\0x\0\n" + verdict()).encode())
    if report["lines"]["verdicts"] != 2:
        run.fail("NUL", report["lines"])


def check_arguments(run):
    with tempfile.TemporaryDirectory() as folder:
        run.report("no file", NO_INPUT, [f"{folder}/missing"], stderr=f"{folder}/missing: No such".encode())
        run.report("directory", NO_INPUT, [folder], stderr=b"Is a directory")
        broken = pathlib.Path(folder, "broken.gz")
        packed = gzip.compress(verdict().encode() * 100)
        broken.write_bytes(packed[:-12])
        run.report("broken", NO_INPUT, [str(broken)], stderr=b"broken.gz: ")
        run.report("one of two", NO_INPUT, [f"{folder}/missing", "incoming.log"], stderr=b"No such")
    run.report("policy", CONFIG, ["incoming.log"], stderr=b"missing.yaml", policy="missing.yaml")
    for arguments in (["--frob"], ["--since", "soon"], ["--until", "2026-13-01"], ["--since", "7x"], ["--domain", "a*b"], ["--json=1"]):
        run.report(f"{arguments}", USAGE, [*arguments, "incoming.log"], stderr=None)


def main():
    run = Run("--update" in sys.argv[1:])
    check_logs(run)
    check_forms(run)
    check_our_json(run)
    check_years(run)
    check_scope(run)
    check_bounds(run)
    check_arguments(run)
    print(f"{run.count} runs, {run.failures} failures")
    return 1 if run.failures else 0


if __name__ == "__main__":
    sys.exit(main())
