# SPDX-License-Identifier: MIT
"""forcedtls report: what a log says, as text and as JSON.

Each case is a log, tests/cli/report/NAME.log; what is printed of it is in NAME.text and NAME.json. With --update these
are written anew: read the difference before you commit it.
"""

import collections
import csv
import datetime
import difflib
import gzip
import html.parser
import json
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile

SRC = pathlib.Path(os.environ.get("srcdir", ".")).resolve()
TOOL = pathlib.Path(os.environ.get("builddir", ".")).resolve() / "forcedtls"
FOLDER = SRC / "tests" / "cli" / "report"
sys.path.insert(0, str(SRC / "tests" / "lib"))

import golden  # noqa: E402 (its folder is in the path from here on)
import json_schema  # noqa: E402 (its folder is in the path from here on)

OK, USAGE, NO_INPUT, CONFIG = 0, 64, 66, 78
LINE = re.compile(r"(?P<time>\S+) (?P<host>\S+) (?P<program>[^\[:]+)(?:\[(?P<pid>\d+)\])?: (?P<message>.*)")
# What a terminal may get: text, and the ends of lines.
PRINTABLE = re.compile(r"[^\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]*")


class Run(golden.Run):
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
        report = json.loads(self.report(name, OK, ["--json", *arguments], log, **more))
        for fault in json_schema.faults("report", report):
            self.fail(name, fault)
        return report

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


class Page(html.parser.HTMLParser):
    """What a page consists of. Only what the report writes itself may be there, and nothing that loads anything."""

    TAGS = {"html", "head", "meta", "title", "style", "body", "h1", "h2", "h3", "h4", "p", "div", "span", "b", "svg", "rect", "g",
            "text", "line", "table", "thead", "tbody", "tr", "th", "td", "details", "summary", "ul", "li", "code", "footer"}
    ATTRIBUTES = {"lang", "charset", "http-equiv", "content", "name", "class", "viewbox", "role", "aria-label", "aria-hidden", "x", "y",
                  "x1", "x2", "y1", "y2", "width", "height", "rx", "text-anchor"}
    EMPTY = {"meta", "rect", "line"}

    def __init__(self):
        super().__init__()
        self.faults = []
        self.text = []
        self.open = []

    def handle_starttag(self, tag, attrs):
        if tag not in self.TAGS or {name for name, _ in attrs} - self.ATTRIBUTES:
            self.faults.append((tag, attrs))
        if tag not in self.EMPTY or tag == "rect":
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag == "rect":
            self.open.pop()

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.faults.append(("/", tag))

    def handle_data(self, data):
        self.text.append(data)

    def handle_comment(self, data):
        self.faults.append(("comment", data))


def check_pages(run):
    """A page is whole, has nothing that a peer wrote but text, and says what the other forms say."""
    for log in sorted(FOLDER.glob("*.log")):
        text = run.report(log.name, OK, ["--html", "-", log.name])
        page = Page()
        page.feed(text)
        page.close()
        if page.faults or page.open or not PRINTABLE.fullmatch(text) or "://" in text:
            run.fail(log.name, f"page: {page.faults} {page.open}")
        said = "".join(page.text)
        for connector in run.json(log.name, [log.name])["incoming"]:
            for domain in connector["domains"]:
                if domain["domain"] and domain["domain"].isprintable() and "\ufffd" not in domain["domain"] \
                        and "\x1b" not in domain["domain"] and domain["domain"] not in said:
                    run.fail(log.name, f"page: no {domain['domain']}")
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "report.html")
        path.write_text("old")
        run.report("page", OK, ["--html", str(path), "incoming.log"])
        if path.read_text(encoding="utf-8") != run.report("page", OK, ["--html", "-", "incoming.log"]) or len(list(path.parent.iterdir())) != 1:
            run.fail("page", "the file is not the page")
        run.report("page", 74, ["--html", f"{folder}/missing/report.html", "incoming.log"], stderr=b"cannot write")


def check_days(run):
    """The days below a chart do not lie over each other, however few or many they are. A label is less than 72 wide."""
    for count in (1, 2, 4, 7, 8, 13, 14, 15, 40, 92):
        first = datetime.datetime(2026, 8, 1, 10, tzinfo=datetime.timezone.utc)
        log = "".join(verdict(time=f"{first + datetime.timedelta(days=day):%Y-%m-%dT%H:%M:%SZ}") for day in range(count))
        page = run.report(f"{count} days", OK, ["--html", "-", "-"], log.encode())
        labels = [(float(x) - (72 if end else 0)) for x, end in
                  re.findall(r'<text class="soft" x="([0-9.]+)" y="[0-9.]+"( text-anchor="end")?>2026-', page)]
        if not labels or any(after - before < 70 for before, after in zip(labels, labels[1:])):
            run.fail(f"{count} days", f"labels at {labels}")


def check_rows(run):
    """CSV: a row for each connector, direction and version, and no cell that a spreadsheet takes for more than text."""
    rows = list(csv.reader(run.report("CSV", OK, ["--csv", "incoming.log", "outgoing.log"]).splitlines()))
    report = run.json("CSV", ["incoming.log", "outgoing.log"])
    expected = [["Connector", "Direction", "TLS version", "Volume"]]
    for key, word in (("incoming", "Inbound"), ("outgoing", "Outbound")):
        for connector in report[key]:
            expected += [[connector["connector"] or "", word, version["value"], str(version["messages"])] for version in connector["versions"]]
    run.same("CSV", rows, expected)
    hostile = verdict().replace("connector=c", 'connector==cmd|"x",y')
    if run.report("CSV", OK, ["--csv", "-"], hostile.encode()).splitlines()[1] != '"\'=cmd|""x"",y","Inbound","plaintext",1':
        run.fail("CSV", "a formula")


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
    "RFC 5424": lambda entry: f"<22>1 {entry['time']} {entry['host']} {entry['program']} {entry['pid'] or '-'} - - {entry['message']}",
    "RFC 5424, data": lambda entry: (f"<22>1 {entry['time']} {entry['host']} {entry['program']} {entry['pid'] or '-'} ID7 "
                                     f'[x@1 a="b \\" ] c"][y@2] \ufeff{entry["message"]}'),
    "Loki": lambda entry: json.dumps({
        "labels": {"job": "syslog"}, "line": as_text(entry, entry["time"]), "timestamp": "2026-11-26T00:00:00Z"}),
    # logcli -o jsonl of what Alloy or Promtail took from the journal: its message with the rest in labels, or all of it.
    "Loki, labels": lambda entry: json.dumps({
        "labels": {"hostname": entry["host"], "syslog_identifier": entry["program"]}, "line": entry["message"],
        "timestamp": entry["time"]}),
    "Loki, journal as JSON": lambda entry: json.dumps({
        "labels": {"job": "loki.source.journal.read"}, "timestamp": entry["time"], "line": json.dumps({
            "_HOSTNAME": entry["host"], "SYSLOG_IDENTIFIER": entry["program"], "_PID": entry["pid"], "MESSAGE": entry["message"]})}),
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


def check_central(run):
    """What rsyslog and systemd-journal-remote have made of it, as report/central/record has recorded."""
    expected = without_lines(run.json("lines", ["-"], "\n".join(map(FORMS["RFC 3339"], entries())).encode() + b"\n"))
    recorded = sorted((FOLDER / "central").glob("*.log"))
    for log in recorded:
        run.same(log.name, without_lines(run.json(log.name, [str(log)])), expected)
    if len(recorded) != 4:
        run.fail("central", f"{recorded}")


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
    loki = json.dumps({"labels": {"host": "mx"}, "line": fields, "timestamp": "2026-11-20T10:00:00Z"})
    run.same("JSON in Loki", run.json("JSON in Loki", ["-"], loki.encode())["incoming"], expected)
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


TRACE = [
    "2026-11-20T10:00:00Z mx1 postfix/smtpd[7]: connect from mail.contoso.com[192.0.2.1]",
    "2026-11-20T10:00:01Z mx1 forcedtlsd[1]: NOQUEUE: pass: RCPT from mail.contoso.com[192.0.2.1]: requirements met; connector=from-contoso "
    "reason=- helo=<m> from=<a@contoso.com> to=<b@example.org> tls=TLSv1.3 cipher=TLS_AES_256_GCM_SHA384 bits=256 subject=- issuer=- "
    "mode=enforce door=milter",
    "2026-11-20T10:00:02Z mx1 postfix/smtpd[7]: 4Xy000000001: client=mail.contoso.com[192.0.2.1]",
    "2026-11-20T10:00:03Z mx1 postfix/cleanup[8]: 4Xy000000001: message-id=<x@contoso.com>",
    "2026-11-20T10:00:04Z mx1 postfix/qmgr[9]: 4Xy000000001: from=<a@contoso.com>, size=1, nrcpt=1 (queue active)",
    "2026-11-20T10:00:05Z mx1 postfix/local[9]: 4Xy000000001: to=<b@example.org>, relay=local, delay=1, dsn=2.0.0, status=sent (ok)",
    "2026-11-20T10:00:06Z mx1 postfix/qmgr[9]: 4Xy000000001: removed",
    "2026-11-20T12:00:01Z mx1 forcedtlsd[1]: NOQUEUE: pass: RCPT from mail.contoso.com[192.0.2.1]: requirements met; connector=from-contoso "
    "reason=- helo=<m> from=<a@contoso.com> to=<b@example.org> tls=- cipher=- bits=- subject=- issuer=- mode=enforce door=milter",
    "2026-11-20T12:00:02Z mx2 postfix/qmgr[9]: 4Xy000000001: from=<other@fabrikam.example>, size=1, nrcpt=1 (queue active)",
    "2026-11-20T12:00:03Z mx1 forcedtlsd[1]: 4Xy7: reject: RCPT from mail.contoso.com[192.0.2.10]: 550 5.7.10 no; connector=from-contoso "
    "reason=plaintext helo=<m> from=<z@contoso.com> to=<y@example.org> tls=- cipher=- bits=- subject=- issuer=- mode=enforce door=milter",
]


def check_trace(run):
    """A message is traced by any of its names, with the verdict that came before its queue id, and nobody else's."""
    log = "\n".join(TRACE).encode()
    message = [1, 2, 3, 4, 5, 6]
    for word, numbers in (
        ("4Xy000000001", [*message, 8]), ("b@example.org", [*message, 7]), ("A@Contoso.com", [*message, 7]), ("other@fabrikam.example", [8]),
        ("192.0.2.1", [0, *message, 7]), ("192.0.2.10", [9]), ("4Xy7", [9]), ("y@example.org", [9]), ("192.0.2", []),
        ("from-contoso", [*message, 7, 9]), ("contoso", []), ("x@contoso.com", message),
    ):
        text = run.report(f"trace {word}", OK if numbers else 1, ["--trace", word, "-"], log, policy=None)
        if text.splitlines() != [TRACE[number] for number in numbers]:
            run.fail(f"trace {word}", "\n" + text)
    turned = "\n".join([*TRACE[7:], *TRACE[:7]]).encode()
    if run.report("order", OK, ["--trace", "from-contoso", "-"], turned, policy=None) != \
            run.report("order", OK, ["--trace", "from-contoso", "-"], log, policy=None):
        run.fail("order", "not by time")
    said = run.report("trace, policy", OK, ["--trace", "b@example.org", "-"], log).splitlines()
    judged = [line for line in said if line.startswith("    policy.yaml: ")]
    if [line.split(": ")[2] for line in judged] != ["reject", "reject"] or "reason=no-certificate" not in judged[0]:
        run.fail("trace, policy", "\n".join(judged))
    if run.report("trace, period", OK, ["--trace", "b@example.org", "--since", "2026-11-20T11:00:00Z", "-"], log,
                  policy=None).splitlines() != [TRACE[7]]:
        run.fail("trace, period", "not that period")
    hostile = run.report("trace, hostile", OK, ["--trace", "192.0.2.25", "hostile.log"], policy=None)
    if not PRINTABLE.fullmatch(hostile):
        run.fail("trace, hostile", "something that could steer a terminal")


def session(source, domain, number):
    """A line of a session as peers have them, in all that a suggestion looks at."""
    version = source.choice(["TLSv1.3", "TLSv1.3", "TLSv1.2", "TLSv1", None, "TLSv1.1"][:source.choice([2, 3, 4, 6])])
    cipher, bits = source.choice([("ECDHE-RSA-AES256-GCM-SHA384", 256), ("AES128-SHA", 128)]) if version != "TLSv1.3" \
        else source.choice([("TLS_AES_256_GCM_SHA384", 256), ("TLS_AES_128_GCM_SHA256", 128)])
    values = {"tls": version, "cipher": cipher if version else None, "bits": bits if version else None, "subject": None, "issuer": None}
    kind = source.choice(["none", "name", "pin", "both", "odd"]) if version else "none"
    if kind in ("name", "both"):
        values |= {"subject": source.choice([f"mail.{domain}", f"*.{domain}"]), "issuer": source.choice(["Example\\x20CA", "C\\x22A\\x3A\\x20x"])}
    if kind == "odd":
        values |= {"subject": source.choice(["not\\x20a\\x20host", "\\x22\\x0Ax\\x3A\\x20", "/C=DE/CN=x"]), "issuer": "\\xC3\\x28"}
    if kind in ("pin", "both"):
        values |= {"fingerprint": ",".join(":".join([f"{source.randrange(3):02X}"] * 32) for _ in range(source.choice([1, 2])))}
    verdict_word = source.choice(["pass"] * 9 + ["reject", "would-reject"])
    address = source.choice(["", f"a{number}@{domain}", f"a{number}@{domain}", f'"b c"@{domain.upper()}.'.replace(" ", "\\x20").replace('"', "\\x22")])
    fields = " ".join(f"{key}={'-' if value is None else value}" for key, value in values.items())
    return (f"2026-11-{source.randrange(10, 27)}T10:00:00Z mx forcedtlsd[1]: NOQUEUE: {verdict_word}: RCPT from "
            f"m\\xE2\\x80\\xA8\\x0A.{domain}[192.0.2.{source.randrange(1, 30)}]: requirements met; connector=- reason=- "
            f"helo=<{source.choice([domain, 'x.' + domain])}> from=<{address}> to=<b{number}@example.org> {fields} mode=enforce "
            f"door=policy-service\n")


LEFT_OUT = re.compile(r"# left out \([^)]*\): (?P<count>\d+) sessions?(?:, \S+ to \S+, from (?P<hosts>.*))?")
HOST = re.compile(r"\[([^\]]*)\] (\d+)(?:, |$)")


def left_out(text):
    """By connector: how many sessions it names as left out by client, and without one (under None)."""
    named, pending = {}, collections.Counter()
    for line in text.splitlines():
        found = LEFT_OUT.fullmatch(line)
        if found:
            hosts = collections.Counter()
            for host, count in HOST.findall(found["hosts"] or ""):
                hosts[host] += int(count)
            pending += hosts + collections.Counter({None: int(found["count"]) - hosts.total()})
        elif line.lstrip("# ").startswith("- name: "):
            named[line.rpartition(" ")[2]] = pending
            pending = collections.Counter()
    return named


def unnamed(replayed, text):
    """Sessions that a replay refuses, and the suggestion does not name: there is to be none."""
    named, faults = left_out(text), []
    for one in replayed:
        refused = collections.Counter()
        for domain in one["domains"]:
            for host in domain["refused_hosts"]:
                refused[host["value"].rpartition("[")[2].rstrip("]")] += host["messages"]
        expected = named.get(one["connector"], collections.Counter())
        if (refused - expected).total() > expected[None]:
            faults.append((one["connector"], refused, expected))
    return faults


def check_suggestions(run):
    """Whatever a log has: check takes what is suggested, and a replay lets in every session that is not named as left out."""
    connectors = refused = 0
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "suggested.yaml")
        for seed in range(int(os.environ.get("FORCEDTLS_PROPERTY_ROUNDS", "40"))):
            source = random.Random(seed)
            domains = ["contoso.com", "eu.contoso.com", "fabrikam.example", "xn--mnchen-3ya.example", "a" * 60 + ".example"]
            log = "".join(session(source, source.choice(domains[:source.randrange(1, 6)]), number)
                          for number in range(source.choice([0, 1, 3, 10, 100, 300] if seed % 2 else [1, 3, 10, 100])))
            if seed % 2:
                log += "".join(usual(source, number) for number in range(200))
            text = run.report(f"seed {seed}", OK, ["--suggest", "-"], log.encode(), stderr=None, policy=None)  # it may have no pass
            if not PRINTABLE.fullmatch(text):
                run.fail(f"seed {seed}", "something that could steer a terminal")
            if "\nconnectors:\n" not in text:
                continue
            path.write_text(text, encoding="utf-8")
            checked = subprocess.run([TOOL, "check", "-c", str(path)], capture_output=True, check=False, timeout=60)
            if checked.returncode != OK:
                run.fail(f"seed {seed}", f"{checked.stderr.decode()}\n{text}")
                continue
            replayed = run.json(f"seed {seed}", ["-"], log.encode(), policy=str(path))["replayed"]
            connectors += len([one for one in replayed if one["connector"] is not None])
            refused += sum(domain["refused"] for one in replayed for domain in one["domains"])
            for fault in unnamed(replayed, text):
                run.fail(f"seed {seed}", f"{fault}\n{text}")
    if connectors < 10 or refused < 10:
        run.fail("suggestions", f"only {connectors} connectors, {refused} refused")


PLAIN = {"tls": "-", "cipher": "-", "bits": "-"}


def usual(source, number):
    """One of many that are alike, and now and then one that differs in one trait."""
    odd = source.choice([PLAIN, {"tls": "TLSv1.2", "cipher": "ECDHE-RSA-AES256-GCM-SHA384"}, {"bits": "128"}, {"fingerprint": "-"},
                         {"fingerprint": ":".join(["CD"] * 32)}, {"client": "203.0.113.66"},
                         {"tls": "TLSv1.2", "cipher": "AES128-SHA"}]) if source.randrange(40) == 0 else {}
    return line_of(**({"number": number, "time": f"2026-11-{source.randrange(10, 27)}T11:00:00Z", "fingerprint": ":".join(["AB"] * 32)} | odd))


def line_of(**values):
    fields = {"tls": "TLSv1.3", "cipher": "TLS_AES_256_GCM_SHA384", "bits": "256", "subject": "-", "issuer": "-"} | values
    number, client, time = fields.pop("number", 0), fields.pop("client", "192.0.2.1"), fields.pop("time", "2026-11-20T10:00:00Z")
    word, door = fields.pop("verdict", "pass"), fields.pop("door", "policy-service")
    return (f"{time} mx forcedtlsd[1]: NOQUEUE: {word}: RCPT from m[{client}]: requirements met; connector=- reason=- helo=<m> "
            f"from=<a@contoso.com> to=<b{number}@example.org> " + " ".join(f"{key}={value}" for key, value in fields.items())
            + f" mode=enforce door={door}\n")


def check_strictness(run):
    """A suggestion asks for all that the sessions have in common, and says what more would have cost."""
    pin, other = ":".join(["AB"] * 32), ":".join(["CD"] * 32)
    named = {"subject": "mail.contoso.com", "issuer": "CA"}
    for name, lines, words, absent in (
        ("all", [{"fingerprint": pin}], ["min_version: TLSv1.3", "forward_secrecy: true", "min_cipher_bits: 256", f"- fingerprint: {pin}",
                                         'allowed_clients:\n        - "192.0.2.1" # 1 session, 2026-11-20 to 2026-11-20, from m[192.0.2.1] 1',
                                         'senders: ["contoso.com"]'], ["would have refused", "left out ("]),
        ("key", [{"fingerprint": f"{pin},{other}"}], [f"- fingerprint: {other}"], [pin]),
        ("two pins", [{"fingerprint": pin}, {"fingerprint": other}], [pin, other], []),
        ("one without", [{"fingerprint": pin}, {}], ["# a fingerprint would have refused, of 2: 1 session, 2026-11-20 to 2026-11-20, from m[192.0.2.1] 1"], [pin]),
        ("names", [named, {**named, "fingerprint": pin}], ['- subject: "mail.contoso.com"', 'issuer: "CA"'], [pin, "any\n"]),
        ("unnamed", [named, {"subject": "not\\x20a\\x20host"}], ["certificate: any"], ["subject:"]),
        ("unverified", [{**named, "certificate": "unverified"}], ["# a verified certificate would"], ["subject:", "any\n"]),
        ("old", [{}, {"tls": "TLSv1.2", "cipher": "AES128-SHA", "bits": "128", "client": "192.0.2.9"}],
         ["min_version: TLSv1.2", "min_cipher_bits: 128", "# TLSv1.3 would have refused, of 2: 1 session, 2026-11-20 to 2026-11-20, from m[192.0.2.9] 1",
          "# forward_secrecy would have refused, of 2: 1 session"], ["forward_secrecy: true"]),
        ("plaintext", [{}, {**PLAIN, "client": "192.0.2.9"}],
         ["left out (plaintext): 1 session, 2026-11-20 to 2026-11-20, from m[192.0.2.9] 1", "\n  - name: from-contoso.com"], []),
        ("mostly plaintext", [{}, PLAIN, PLAIN], ["left out (plaintext): 2 sessions", "#   - name: from-contoso.com", "# There is none."],
         ["\nconnectors:"]),
        ("many clients", [{"client": f"192.0.2.{number}"} for number in range(1, 30)], ["# no allowed_clients: there were more than 20"], ["      allowed_clients:"]),
        ("many keys", [{"fingerprint": ":".join([f"{number:02X}"] * 32)} for number in range(1, 30)],
         ["# no list of fingerprints: there were more than 20"], ["- fingerprint:"]),
        ("a stranger", [{"fingerprint": pin, "client": "192.0.2.1"}, {"fingerprint": other, "client": "203.0.113.66"}],
         ["A sender's address proves nothing", f"- fingerprint: {pin} # 1 session, 2026-11-20 to 2026-11-20, from m[192.0.2.1] 1\n",
          f"- fingerprint: {other} # 1 session, 2026-11-20 to 2026-11-20, from m[203.0.113.66] 1\n", '- "203.0.113.66" # 1 session, '], []),
        ("a refused stranger", [{"fingerprint": pin}, {"fingerprint": other, "client": "203.0.113.66", "verdict": "reject"}],
         [pin, "left out (refused, or would have been): 1 session, 2026-11-20 to 2026-11-20, from m[203.0.113.66] 1\n"],
         [other, '"203.0.113.66"']),
        ("refused by the other door", [{"fingerprint": pin}, *(
            {"number": 7, "fingerprint": other, "client": "203.0.113.66", **more} for more in ({}, {"verdict": "reject", "door": "milter"}))],
         [pin, "left out (refused, or would have been): 1 session"], [other, '"203.0.113.66"']),
        *((f"an old, seldom stranger {odd}", [*({"fingerprint": pin, "client": "192.0.2.1", "time": f"2026-11-{10 + day}T10:00:00Z"}
                                               for day in range(10)), {"client": "203.0.113.66", **odd}],
           ["min_version: TLSv1.3", "forward_secrecy: true", "min_cipher_bits: 256", f"        - fingerprint: {pin} # {10 + (odd.get('fingerprint') == pin)} sessions, 2026-11-10",
            f"left out ({why}): 1 session, 2026-11-20 to 2026-11-20, from m[203.0.113.66] 1\n", more], [f"\n        - fingerprint: {other}"])
          for odd, why, more in (
              ({"tls": "TLSv1", "cipher": "AES128-SHA", "bits": "128"}, "a version of few", '        # - "203.0.113.66"'),
              ({"fingerprint": other}, "a certificate of few, or none", f"        # - fingerprint: {other} # 1 session, 2026-11-20"),
              ({}, "a certificate of few, or none", '        # - "203.0.113.66" # 1 session'),
              ({"bits": "128", "cipher": "TLS_AES_128_GCM_SHA256", "fingerprint": pin}, "a number of bits of few", "# - "),
              ({"fingerprint": pin}, "a client of few sessions", '        # - "203.0.113.66"'),
              (PLAIN, "plaintext", "\nconnectors:"))),
    ):
        log = "".join(line_of(**{"number": number, **values}) for number, values in enumerate(lines)).encode()
        text = run.report(name, OK, ["--suggest", "--domain", "contoso.com", "-"], log, policy=None)
        for word in words:
            if word not in text:
                run.fail(name, f"no {word} in\n{text}")
        for word in absent:
            if word in text:
                run.fail(name, f"{word} in\n{text}")
    run.report("no passes", OK, ["--suggest", "-"], verdict().encode(), stderr=b"daemon.log_accepted", policy=None)


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
    for arguments in (["--frob"], ["--since", "soon"], ["--until", "2026-13-01"], ["--since", "7x"], ["--domain", "a*b"], ["--json=1"],
                      ["--json", "--suggest"], ["--csv", "--json"], ["--trace", ""], ["--suggest", "--trace", "x"]):
        run.report(f"{arguments}", USAGE, [*arguments, "incoming.log"], stderr=None)


def main():
    run = Run("--update" in sys.argv[1:])
    check_logs(run)
    check_pages(run)
    check_days(run)
    check_rows(run)
    check_forms(run)
    check_central(run)
    check_our_json(run)
    check_years(run)
    check_scope(run)
    check_bounds(run)
    check_trace(run)
    check_suggestions(run)
    check_strictness(run)
    check_arguments(run)
    print(f"{run.count} runs, {run.failures} failures")
    return 1 if run.failures else 0


if __name__ == "__main__":
    sys.exit(main())
