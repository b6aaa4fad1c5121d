# SPDX-License-Identifier: MIT
"""forcedtls pending --held: who held what is in Postfix's hold queue, by the log.

Each case is a queue as postqueue -j prints it, and a log; what is printed is in held/NAME.text and held/NAME.json. With
--update these are written anew: read the difference before you commit it.
"""

import datetime
import json
import pathlib
import sys
import tempfile

import pending as base  # its folder is that of this file

FOLDER = base.SRC / "tests" / "cli" / "held"
KEYS = ["sender", "connector", "reason", "messages", "recipients", "oldest", "waiting_seconds", "reply", "queue_ids"]
NOTHING, HELD, USAGE, DATA, NO_INPUT = 0, 1, 64, 65, 66
HOUR, DAY, SOON = base.HOUR, base.DAY, base.SOON
REPLY = "TLS required for mail from contoso.com"


def held(number, age, *recipients, sender="a@contoso.com", **more):
    return base.message(number, age, *((address, None) for address in recipients), queue="hold", sender=sender, **more)


def stamp(age, form="%Y-%m-%dT%H:%M:%S+00:00"):
    return datetime.datetime.fromtimestamp(base.NOW - age, datetime.timezone.utc).strftime(form)


def verdict(age, queue_id="NOQUEUE", sender="a@contoso.com", to="b@example.org", connector="from-contoso", reason="plaintext",
            client="192.0.2.25", word="quarantine", reply=REPLY, mode="enforce"):
    return (f"{stamp(age)} mx1 forcedtlsd[811]: {queue_id}: {word}: RCPT from mail.contoso.com[{client}]: {reply}; connector={connector} "
            f"reason={reason} helo=<mail.contoso.com> from=<{sender}> to=<{to}> tls=- cipher=- bits=- subject=- issuer=- mode={mode} door=milter")


def as_json(age, **members):
    return stamp(age) + " mx1 forcedtlsd[811]: " + json.dumps({
        "queue_id": None, "verdict": "quarantine", "stage": "RCPT", "client_name": "mail.contoso.com", "client_address": "192.0.2.25",
        "reply": REPLY, "connector": "from-contoso", "reason": "plaintext", "from": "a@contoso.com", "to": "b@example.org"} | members)


def came(age, number, client="192.0.2.25"):
    return f"{stamp(age)} mx1 postfix/smtpd[7]: 4Xy{number:04}: client=mail.contoso.com[{client}]"


OLD = 2 * DAY + SOON
CASES = {
    "empty": ([], []),
    # What waits for something else is not held.
    "nothing": ([base.message(1, DAY, ("b@contoso.com", base.NOT_OFFERED))], [verdict(DAY)]),
    # By the queue id, whatever the addresses became.
    "by-id": ([held(1, OLD, "c@internal.example", sender="srs0=x@example.org"), held(2, OLD - HOUR, "d@internal.example")],
              [verdict(OLD - 1, "4Xy0001"), verdict(OLD - HOUR, "4Xy0002", connector="board", reason="version", reply="TLSv1.2 or better required")]),
    # The first recipient has none yet: by sender and recipient, without case, and the nearest.
    "by-recipient": ([held(1, OLD, "B@example.org"), held(2, DAY + SOON, "b@example.org", "c@example.org")],
                     [verdict(OLD + 3), verdict(OLD - 300, connector="later"), verdict(OLD + 30, to="x@example.org", connector="other"),
                      verdict(DAY + SOON + 500, connector="before"), verdict(DAY + SOON - 20, connector="nearest")]),
    # An alias has changed the recipient: Postfix says who brought it. 3.11 and later know the original.
    "by-client": ([held(1, OLD, "list1@internal.example", "list2@internal.example"), held(2, OLD - HOUR, "x@internal.example")],
                  [verdict(OLD), came(OLD, 1), verdict(OLD - HOUR, client="2001:db8::1", connector="other"), came(OLD - HOUR, 2, "192.0.2.26")]),
    "original": ([held(1, OLD, recipients=[{"address": "x@internal.example", "orig_address": "b@example.org"}])], [verdict(OLD)]),
    "null-sender": ([held(1, OLD, "b@example.org", sender="MAILER-DAEMON")], [verdict(OLD, sender='""')]),
    "log-in-json": ([held(1, OLD, "b@example.org"), held(2, OLD, "c@example.org")],
                    [as_json(OLD), as_json(OLD, queue_id="4Xy0002", connector="board", to="c@example.org")]),
    # Held by somebody else, before the log begins, or in a log that is of another time.
    "unknown": ([held(1, OLD, "b@example.org"), held(2, OLD, "b@example.org", sender="x@fabrikam.example")],
                [verdict(OLD, word="would-quarantine", mode="test"), verdict(OLD, word="tempfail"), verdict(OLD + 601), verdict(OLD - 601),
                 verdict(OLD, to="c@example.org"), verdict(OLD, "4xy0001"), "no line of a log", ""]),
    "groups": ([held(number, OLD - 60 * number, "b@example.org") for number in range(1, 6)] +
               [held(9, DAY, "b@example.org", sender="a@fabrikam.example")],
               [verdict(OLD - 60 * number, f"4Xy{number:04}", connector="a" if number < 3 else "b") for number in range(1, 6)] +
               [verdict(DAY, "4Xy0009", sender="a@fabrikam.example", connector="b")]),
    # Nothing of these may reach a terminal as it is.
    "control": ([held(1, OLD, "b@example.org", sender="a@\x1b[31mred", queue_id="\x1b]0;owned\x07")],
                [as_json(OLD, **{"from": "a@\x1b[31mred", "reply": "x\x1b[2J\n", "connector": "\u202e", "reason": "\x9b1m"})]),
}


class Run(base.Run):
    def held(self, name, status, arguments, queue, log, stderr=b""):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "log")
            path.write_text("".join(line + "\n" for line in log), encoding="utf-8")
            return self.pending(name, status, ["--held", "--log", str(path), *arguments], base.lines_of(queue), stderr)


def check_cases(run):
    for name, (queue, log) in CASES.items():
        status = NOTHING if name in ("empty", "nothing") else HELD
        run.compare(FOLDER / f"{name}.text", run.held(name, status, ["-v", "-"], queue, log))
        run.compare(FOLDER / f"{name}.json", run.check_json(name, run.held(name, status, ["--json", "-"], queue, log), KEYS))
    for path in [*FOLDER.glob("*.text"), *FOLDER.glob("*.json")]:
        if path.stem not in CASES:
            run.fail(path.name, "there is no case of that name")


def check_logs(run):
    """Several, of which one is not there: what the others say is told, and that the list may not be whole."""
    queue, log = CASES["by-id"]
    with tempfile.TemporaryDirectory() as folder:
        paths = [pathlib.Path(folder, f"log{number}") for number in range(2)]
        for path, line in zip(paths, log):
            path.write_text(line + "\n", encoding="utf-8")
        given = [word for path in paths for word in ("--log", str(path))]
        groups = json.loads(run.pending("two logs", HELD, ["--held", "--json", *given, "-"], base.lines_of(queue)))
        if [group["connector"] for group in groups] != ["from-contoso", "board"]:
            run.fail("two logs", f"{groups}")
        missing = f"{folder}/missing"
        groups = json.loads(run.pending("a log is missing", NO_INPUT, ["--held", "--json", "--log", missing, *given, "-"],
                                        base.lines_of(queue), f"forcedtls pending: {missing}: No such".encode()))
        if [group["connector"] for group in groups] != ["from-contoso", "board"]:
            run.fail("a log is missing", f"{groups}")
        run.pending("nothing is held: no log is read", NOTHING, ["--held", "--log", missing, "-"], base.lines_of(CASES["nothing"][0]))


def check_faults(run):
    queue, log = CASES["by-recipient"]
    text = run.held("a bad line of the queue", DATA, ["--json", "-"], queue + [[]], log, b"standard input:3: error: not a JSON object")
    if len(json.loads(text)) != 2:
        run.fail("a bad line of the queue", text)
    for arguments in (["--log", "/dev/null", "-"], ["--held", "--log"], ["--held", "--postfix-config", "/etc/postfix", "-"]):
        run.pending(f"{arguments}", USAGE, arguments, stderr=None)
    # It reads no policy.
    run.pending("no policy", NOTHING, ["--held", "-"], policy="missing.yaml")


def check_many(run):
    """A sender who has much held, and as many verdicts: no time goes into comparing each with each."""
    count = 50000
    queue = [held(number, OLD, "b@example.org") for number in range(count)]
    groups = json.loads(run.held("many", HELD, ["--json", "-"], queue, [verdict(OLD)] * count))
    if [(group["connector"], group["messages"]) for group in groups] != [("from-contoso", count)]:
        run.fail("many", f"{len(groups)} groups")


def main():
    run = Run("--update" in sys.argv[1:])
    check_cases(run)
    check_logs(run)
    check_faults(run)
    check_many(run)
    print(f"{run.count} runs, {run.failures} failures")
    return 1 if run.failures else 0


if __name__ == "__main__":
    sys.exit(main())
