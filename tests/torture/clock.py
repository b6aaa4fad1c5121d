# SPDX-License-Identifier: MIT
"""The clock of the daemon goes over the day on which an entry for a certificate ends, and back again."""

import dataclasses
import pathlib
import tempfile

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


def over_the_end():
    """The clock over a valid_to and back, without a reload || what the entry let in is refused from the next day on; all
    else stays right"""
    if not _LIBRARIES or places.IS_SANITIZED:
        raise check.Skip("needs libfaketime, and no sanitizer")
    with tempfile.NamedTemporaryFile("w", prefix="forcedtls-torture-", encoding="ascii") as file:
        now = pathlib.Path(file.name)
        now.chmod(0o644)
        now.write_text(f"@{_LAST_DAY} 23:59:30\n", encoding="ascii")
        within = ("env", f"LD_PRELOAD={_LIBRARIES[0]}", f"FAKETIME_TIMESTAMP_FILE={now}", "FAKETIME_NO_CACHE=1",
                  "FAKETIME_DONT_FAKE_MONOTONIC=1", "TZ=UTC")
        with Place(within, [*sessions.CONNECTORS, _ENTRY]) as place:
            place.judge_all()
            before = place.held()
            # No load beside it: where the clock leaps, libmilter takes sessions for idle ones and ends them.
            for _ in range(TIMES):
                for day, verdict in ((f"@{_LAST_DAY} 12:00:00", "pass"), ("@2030-07-01 00:00:01", "reject")):
                    now.write_text(f"{day}\n", encoding="ascii")
                    for service in ("milter", "policy_service"):
                        check.equal(place.ask(service, _SESSION), verdict, f"{service} at {day}")
                    check.equal(place.judge_all(), [], f"at {day}")
            check.equal(place.judge_all(), [], "after it")
            place.settles(before)
    return f"{TIMES} times over it and back"


FAULTS = (over_the_end,)
