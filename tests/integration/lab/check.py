# SPDX-License-Identifier: MIT
"""What tests assert. Each failure says what was wanted and what came."""

from . import record

_VERDICT_OF_CODE = {"550": "reject", "451": "tempfail"}


class Skip(Exception):
    """The test cannot be run here; says why."""


def true(condition, what):
    if not condition:
        raise AssertionError(what)


def equal(got, want, what):
    if got != want:
        raise AssertionError(f"{what}: got {got!r}, want {want!r}")


def contains(text, words, what):
    for word in words:
        if word not in text:
            raise AssertionError(f"{what}: got {text!r}, want {word!r} in it")


def accepted(attempt):
    """The recipient was taken, and nothing was said about it in the log."""
    equal(attempt.reply.code, 250, "reply to RCPT")
    equal([found.line for found in attempt.records], [], "verdicts in the log")


def refused(attempt, codes, *, text=None, words=(), count=1, **fields):
    """The recipient was refused with these codes; the log has that reply, the connector, the reason, all facts."""
    told = str(attempt.reply)
    equal(told[:len(codes)], codes, f"codes of the reply {told!r}")
    if text is not None:
        equal(told, f"{codes} {text}", "reply to RCPT")
    contains(told, words, "reply to RCPT")
    equal(len(attempt.records), count, f"number of verdicts in the log: {[r.line for r in attempt.records]}")
    logged(attempt, attempt.records[0], _VERDICT_OF_CODE[codes[:3]], told, **fields)


def logged(attempt, found, verdict, reply, **fields):
    """A record with that verdict, that reply, and the fields that follow from the attempt or are given."""
    equal(found.verdict, verdict, f"verdict in {found.line!r}")
    if reply is not None:
        equal(found.reply, reply, f"reply in {found.line!r}")
    equal(found.fields, attempt.fields | {"mode": "enforce"} | fields, f"fields of {found.line!r}")


def would(attempt, verdict, codes, *, words=(), which=0, **fields):
    """The recipient was taken, and the log has what would have been said."""
    equal(attempt.reply.code, 250, f"reply to RCPT, {attempt.reply}")
    true(len(attempt.records) > which, f"no verdict in the log: {[r.line for r in attempt.records]}")
    found = attempt.records[which]
    logged(attempt, found, verdict, None, **({"mode": "test"} | fields))
    equal((found.reply or "")[:len(codes)], codes, f"codes in {found.line!r}")
    contains(found.reply or "", words, "reply in the log")


def verified(common_name, issuer):
    """The certificate's fields in a record."""
    return {"subject": record.escape(common_name) or '""', "issuer": record.escape(issuer)}
