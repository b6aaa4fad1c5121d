# SPDX-License-Identifier: MIT
"""The clock of the daemon goes over the day on which an entry for a certificate ends, and back again."""

import dataclasses
import pathlib
import tempfile

import load
import places
import sessions
from lab import check
from places import Place

# libfaketime of Debian, whose programs need not be in the path.
_LIBRARIES = sorted(pathlib.Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
_LAST_DAY = "2030-06-30"
_ENTRY = ("  - {name: dated, senders: [dated.example], require: {certificate: {subject: mail.contoso.com, "
          f"valid_to: {_LAST_DAY}" "}}, on_failure: reject}\n")
_SESSION = dataclasses.replace(sessions.SESSIONS[7], sender="a@dated.example")
TIMES = 10


def _leap(path, text):
    """libfaketime ends a program that finds half a line: another file takes the place of the one before."""
    beside = path.with_name(path.name + ".new")
    beside.write_text(f"@{text}\n", encoding="ascii")
    beside.chmod(0o644)
    beside.replace(path)


def over_the_end():
    """The clock over a valid_to and back, under load, without a reload || what the entry let in is refused from the
    next day on; all else stays right"""
    if not _LIBRARIES or places.IS_SANITIZED:
        raise check.Skip("needs libfaketime, and no sanitizer")
    with tempfile.TemporaryDirectory(prefix="forcedtls-torture-") as folder:
        pathlib.Path(folder).chmod(0o755)
        now = pathlib.Path(folder, "now")
        _leap(now, f"{_LAST_DAY} 23:59:30")
        within = ("env", f"LD_PRELOAD={_LIBRARIES[0]}", f"FAKETIME_TIMESTAMP_FILE={now}", "FAKETIME_NO_CACHE=1",
                  "FAKETIME_DONT_FAKE_MONOTONIC=1", "TZ=UTC")
        with Place(within, [*sessions.CONNECTORS, _ENTRY]) as place:
            place.judge_all()
            before = place.held()
            with load.Load(place) as senders:
                for _ in range(TIMES):
                    for day, verdict in ((f"{_LAST_DAY} 12:00:00", "pass"), ("2030-07-01 00:00:01", "reject")):
                        _leap(now, day)
                        for service in ("milter", "policy_service"):
                            check.equal(place.ask(service, _SESSION), verdict, f"{service} at {day}")
                senders.wait_for(50)
            check.equal(senders.counts["deferred"], 0, "deferrals")
            check.equal(place.judge_all(), [], "after it")
            place.settles(before)
    return f"{TIMES} times over it and back; {senders}"


FAULTS = (over_the_end,)
