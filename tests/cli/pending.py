# SPDX-License-Identifier: MIT
"""forcedtls pending: what waits because of TLS, as text and as JSON.

Each case is a queue as postqueue -j prints it, against tests/cli/pending/policy.yaml; what is printed is in
pending/NAME.text and pending/NAME.json. With --update these are written anew: read the difference before you commit it.
"""

import datetime
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

SRC = pathlib.Path(os.environ.get("srcdir", ".")).resolve()
TOOL = pathlib.Path(os.environ.get("builddir", ".")).resolve() / "forcedtls"
FOLDER = SRC / "tests" / "cli" / "pending"
sys.path.insert(0, str(SRC / "tests" / "lib"))

import golden  # noqa: E402 (its folder is in the path from here on)
import json_schema  # noqa: E402 (its folder is in the path from here on)

NOTHING, WAITING, USAGE, DATA, NO_INPUT, CONFIG = 0, 1, 64, 65, 66, 78
LINE_MAX = 32 * 1024 * 1024  # without its end
MINUTE, HOUR, DAY = 60, 3600, 86400
MX = "mx.contoso.com[192.0.2.1]"
NOT_OFFERED = f"TLS is required, but was not offered by host {MX}"
KEYS = ["destination", "connector", "kind", "messages", "recipients", "oldest", "waiting_seconds", "last_words", "queue_ids"]
NOW = int(time.time())


def message(number, age, *recipients, queue="deferred", **more):
    """A line of postqueue -j. age: in seconds; recipients: pairs of address and reason, which may be None."""
    listed = [{"address": address} | ({"delay_reason": reason} if reason is not None else {}) for address, reason in recipients]
    return {"queue_name": queue, "queue_id": f"4Xy{number:04}", "arrival_time": NOW - age, "message_size": 1234,
            "forced_expire": False, "sender": "a@example.org", "recipients": listed} | more


# Half a minute more than what is shown, so that the time which a run takes does not matter.
SOON = 30
QUEUES = {
    "empty": [],
    "nothing": [
        message(1, DAY, ("b@contoso.com", "connect to mx.contoso.com[192.0.2.1]:25: Connection refused")),
        message(2, HOUR, ("b@contoso.com", None), queue="active"),
        message(3, DAY, ("b@contoso.com", NOT_OFFERED), queue="hold"),
        message(4, DAY, ("b@contoso.com", None), queue="incoming"),
        message(5, DAY, queue="maildrop"),
    ],
    "kinds": [
        message(1, 5 * DAY + 3 * HOUR + SOON, ("b@contoso.com", NOT_OFFERED)),
        message(2, 4 * DAY + SOON, ("b@contoso.com", "Cannot start TLS: handshake failure")),
        message(3, 3 * DAY + SOON, ("b@contoso.com", "Server certificate not verified")),
        message(4, 2 * DAY + SOON, ("b@contoso.com", "client TLS configuration problem")),
        message(5, DAY + SOON, ("b@contoso.com", "no TLSA records found")),
        message(6, 2 * HOUR + 5 * MINUTE + SOON, ("b@contoso.com", "TLS is required, but our TLS engine is unavailable")),
        message(7, 7 * MINUTE + SOON, ("b@contoso.com", f"host {MX} said: 451 4.7.10 TLS required (in reply to RCPT TO command)")),
    ],
    "groups": [
        message(2, 9 * DAY + SOON, ("b@contoso.com", "TLS is required, but was not offered by host old[192.0.2.9]")),
        message(1, HOUR + SOON, ("b@contoso.com", "delivery temporarily suspended: " + NOT_OFFERED), ("c@Contoso.COM.", NOT_OFFERED)),
        message(3, 2 * DAY + SOON, ("d@eu.contoso.com", NOT_OFFERED), ("b@contoso.com", NOT_OFFERED + ":25")),
        message(4, 3 * DAY + SOON, ("b@contoso.com", "Server certificate not verified"), ("x@contoso.com", "greylisted"),
                queue="active"),
    ],
    "connectors": [
        message(1, DAY + SOON, ("b@news.contoso.com", NOT_OFFERED)),
        message(2, DAY + SOON, ("b@pilot.example", NOT_OFFERED)),
        message(3, DAY + SOON, ("b@fabrikam.example", NOT_OFFERED)),
        message(4, DAY + SOON, ("b@[192.0.2.1]", NOT_OFFERED)),
        message(5, DAY + SOON, ("b@münchen.example", NOT_OFFERED), ("b@xn--mnchen-3ya.example", NOT_OFFERED)),
        message(6, DAY + SOON, ('"b c"@contoso.com', NOT_OFFERED), ('"b@elsewhere.example"@contoso.com', NOT_OFFERED)),
        message(7, DAY + SOON, ("local", NOT_OFFERED)),
        message(8, DAY + SOON, ("b@Not a Domain", NOT_OFFERED), ("", NOT_OFFERED)),
    ],
    # Nothing of these may reach a terminal as it is.
    "control": [
        message(1, DAY + SOON, ("b@contoso.com", f"host {MX} said: 451 4.7.10 \x1b[2J\nDESTINATION\r\x9b1m\u202eüml\x7f"),
                queue_id="\x1b]0;owned\x07"),
        message(2, DAY + SOON, ("b@\x1b[31mred", NOT_OFFERED)),
    ],
    "future": [message(1, -DAY, ("b@contoso.com", NOT_OFFERED))],
    "new-keys": [message(1, DAY + SOON, ("b@contoso.com", NOT_OFFERED), log_ident="x", recipients=[
        {"orig_address": "z@example.org", "address": "b@contoso.com", "delay_reason": NOT_OFFERED},
        {"orig_address": "", "address": "c@contoso.com", "bounce_reason": NOT_OFFERED},
        {"orig_address": "", "address": "d@contoso.com", "bounce_reason": "Server certificate not verified",
         "delay_reason": NOT_OFFERED},
        {"orig_address": "", "address": "e@fabrikam.example", "other_reason": NOT_OFFERED},
        {"orig_address": "", "address": "f@fabrikam.example", "bounce_reason": f"host {MX} said: 550 5.1.1 no such user"}])],
}


class Run(golden.Run):
    def pending(self, name, status, arguments, queue=b"", stderr=b"", policy="policy.yaml"):
        """queue: what is on standard input; stderr: what it has to begin with, b"": nothing may be there, None: anything."""
        self.count += 1
        done = subprocess.run([TOOL, "pending", "-c", policy, *arguments], cwd=FOLDER, env={**os.environ, "LC_ALL": "C"},
                              input=queue, capture_output=True, timeout=120, check=False)
        said = stderr is None or (done.stderr.startswith(stderr) and bool(done.stderr) == bool(stderr))
        if done.returncode != status or not said:
            self.fail(name, f"exit status {done.returncode}, expected {status}; {done.stderr!r}")
        return done.stdout.decode("utf-8")

    def check_json(self, name, text, keys=None):
        """The golden file has neither the time of the run nor what was derived from it."""
        groups = json.loads(text)
        for fault in json_schema.faults("pending", groups):
            self.fail(name, fault)
        for group in groups:
            if list(group) != (keys or KEYS):
                self.fail(name, f"keys {list(group)}")
            oldest = datetime.datetime.strptime(group["oldest"], "%Y-%m-%dT%H:%M:%S%z").timestamp()
            off = group["waiting_seconds"] - max(0, NOW - oldest)
            if not 0 <= off <= time.time() - NOW:
                self.fail(name, f"{group['oldest']}: {group['waiting_seconds']} s")
            group["oldest"], group["waiting_seconds"] = "OLDEST", "WAITING"
        return json.dumps(groups, indent=2) + "\n"


def lines_of(queue):
    return b"".join(json.dumps(item, ensure_ascii=False).encode() + b"\n" for item in queue)


def check_queues(run):
    for name, queue in QUEUES.items():
        status = NOTHING if name in ("empty", "nothing") else WAITING
        lines = lines_of(queue)
        run.compare(FOLDER / f"{name}.text", run.pending(name, status, ["-v", "-"], lines))
        run.compare(FOLDER / f"{name}.json", run.check_json(name, run.pending(name, status, ["--json", "-"], lines)))
    for golden in [*FOLDER.glob("*.text"), *FOLDER.glob("*.json")]:
        if golden.stem not in QUEUES:
            run.fail(golden.name, "there is no case of that name")


def check_malformed(run):
    """Each fault is told with its line, and the lines around it are read."""
    good = lines_of([message(1, DAY, ("b@contoso.com", NOT_OFFERED))])
    address = {"address": "b@contoso.com", "delay_reason": NOT_OFFERED}
    for fault, words in (
        (b"nonsense\n", b"'[' or '{' expected near 'nonsense'"),
        (b'{"queue_name": "deferred"\n', b"'}' expected near end of file"),
        (good[:-1] + b" {}\n", b"end of file expected near '{'"),
        (good[:40] + b"\0" + good[40:], b"a NUL byte"),
        (good[:-1] + b"\0\n", b"a NUL byte"),
        (good.replace(b"4Xy", b"\\u00004Xy"), b"\\u0000 is not allowed"),
        (good.replace(b'"queue_id"', b'"queue_name": "x", "queue_id"'), b"duplicate object key near '\"queue_name\"'"),
        (b"[" * 5000 + b"\n", b"maximum parsing depth reached near '['"),
        (b"[]\n", b"not a JSON object"),
        (b"{}\n", b"no queue_name that is a string"),
        (lines_of([message(1, DAY, queue_id=7)]), b"no queue_id that is a string"),
        (lines_of([message(1, DAY, arrival_time="1")]), b"no arrival_time that is a time in seconds"),
        (lines_of([message(1, DAY, arrival_time=-1)]), b"no arrival_time that is a time in seconds"),
        (lines_of([message(1, DAY, arrival_time=253402300800)]), b"no arrival_time that is a time in seconds"),
        (lines_of([message(1, DAY, arrival_time=1.5)]), b"no arrival_time that is a time in seconds"),
        (lines_of([message(1, DAY, recipients={})]), b"no recipients that are a list"),
        (lines_of([message(1, DAY, recipients=[address, "x"])]), b"a recipient without address"),
        (lines_of([message(1, DAY, recipients=[address, {"address": "x", "delay_reason": None}])]),
         b"a delay_reason that is not a string"),
        (lines_of([message(1, DAY, recipients=[address, {"address": "x", "bounce_reason": 7}])]),
         b"a bounce_reason that is not a string"),
        (good[:-1] + b" " * (LINE_MAX - len(good) + 2) + b"\n", b"a line of more than 32 MiB"),
        (b'{"x": "\x1b[2J\n', b"control character 0x1b"),
    ):
        name = words.decode()
        text = run.pending(name, DATA, ["--json", "-"], good + fault + good, b"standard input:2: error: " + words)
        if [group["messages"] for group in json.loads(text)] != [2]:
            run.fail(name, text)
    run.pending("no end", DATA, ["-"], good + good[:-20], b"standard input:2: error: ")
    run.pending("no line end", WAITING, ["-"], good + good[:-1])
    run.pending("empty lines", WAITING, ["-"], b"\n" + good + b"\n\n")
    run.pending("nothing but an empty line", NOTHING, ["-"], b"\n")
    run.pending("many", DATA, ["-"], b"x\n" * 5000, b"standard input:1: error: ")


def check_limits(run):
    """A line of just the longest length, and one with a hundred thousand recipients."""
    good = lines_of([message(1, DAY, ("b@contoso.com", NOT_OFFERED))])
    run.pending("longest", WAITING, ["-"], good[:-1] + b" " * (LINE_MAX - len(good) + 1) + b"\n")
    many = [(f"b{i}@d{i % 1000}.contoso.com", NOT_OFFERED) for i in range(100000)]
    groups = json.loads(run.pending("many recipients", WAITING, ["--json", "-"], lines_of([message(1, DAY, *many)])))
    if (len(groups), sum(group["recipients"] for group in groups), {group["messages"] for group in groups}) != (1000, 100000, {1}):
        run.fail("many recipients", f"{len(groups)} groups")


def check_not_utf8(run):
    """Bytes that are no UTF-8, which Postfix lets through in some versions."""
    line = lines_of([message(1, DAY, ("b@contoso.com", NOT_OFFERED + "?"))]).replace(b"?", b"\xff\xc3")
    groups = json.loads(run.pending("not UTF-8", WAITING, ["--json", "-"], line))
    if groups[0]["last_words"] != NOT_OFFERED + "\ufffd\ufffd":
        run.fail("not UTF-8", groups[0]["last_words"])


def check_arguments(run):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "queue.json")
        path.write_bytes(lines_of(QUEUES["kinds"]))
        if run.pending("file", WAITING, ["-v", str(path)]) != run.pending("stdin", WAITING, ["-v", "-"], path.read_bytes()):
            run.fail("file", "differs from standard input")
        plain = run.pending("without ids", WAITING, [str(path)]).splitlines()
        if len(plain) != 8 or "4Xy" in "".join(plain):
            run.fail("without ids", f"{plain}")
        path.write_bytes(b"x\n")
        run.pending("file", DATA, [str(path)], stderr=f"{path}:1: error: ".encode())
        run.pending("no file", NO_INPUT, [f"{folder}/missing"], stderr=f"forcedtls pending: {folder}/missing: No such".encode())
        run.pending("directory", NO_INPUT, [folder], stderr=f"forcedtls pending: {folder}: Is a directory".encode())
        run.pending("policy", CONFIG, ["-"], stderr=b"missing.yaml", policy="missing.yaml")
    for arguments in (["--frob"], ["-", "-"], ["--postfix-config", "/etc/postfix", "-"], ["--postfix-config"]):
        run.pending(f"{arguments}", USAGE, arguments, stderr=None)


def main():
    run = Run("--update" in sys.argv[1:])
    check_queues(run)
    check_malformed(run)
    check_limits(run)
    check_not_utf8(run)
    check_arguments(run)
    print(f"{run.count} runs, {run.failures} failures")
    return 1 if run.failures else 0


if __name__ == "__main__":
    sys.exit(main())
