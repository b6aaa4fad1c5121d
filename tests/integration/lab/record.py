# SPDX-License-Identifier: MIT
"""Reads forcedtlsd's lines about verdicts. Strict on purpose: a line that is not exactly of the documented form
is no record, so that a test sees a forged or broken line."""

import dataclasses
import re

FIELDS = ("connector", "reason", "helo", "from", "to", "tls", "cipher", "bits", "subject", "issuer", "mode")
VERDICTS = tuple(prefix + word for prefix in ("", "would-") for word in ("pass", "quarantine", "tempfail", "reject"))
STAGES = ("RCPT", "DATA", "END-OF-HEADERS", "END-OF-MESSAGE")

# What a field may hold once escaped.
_VALUE = r'(?:[!#-:=?-\[\]-~]|\\x[0-9A-F]{2})*'
_FIELD_PATTERNS = [
    rf"{name}=(?P<{name}>" + (rf"<{_VALUE}>|-" if name in ("helo", "from", "to") else rf'{_VALUE}|""') + ")"
    for name in FIELDS
]
# Where certificates are what the verdict is about.
CERTIFICATE_FIELDS = ("certificate", "fingerprint", "wanted")
_FIELD_PATTERNS[FIELDS.index("issuer")] += "".join(rf'(?: {name}=(?P<{name}>{_VALUE}|""))?'
                                                   for name in CERTIFICATE_FIELDS)
_FIELD_PATTERNS[FIELDS.index("to")] += rf"(?: header_from=(?P<header_from><{_VALUE}>))?"
_RECORD = re.compile(
    r"(?:forcedtlsd\[\d+\]: )?"
    r"(?P<queue_id>\S+): (?P<verdict>" + "|".join(VERDICTS) + r"): (?P<stage>" + "|".join(STAGES) + r") from "
    rf"(?P<client_name>{_VALUE})\[(?P<client_address>[^\]\s]*)\]: "
    r"(?:(?P<reply>.*); )?" + " ".join(_FIELD_PATTERNS) + r" door=(?P<door>milter|policy-service)")


@dataclasses.dataclass(frozen=True)
class Record:
    """One verdict in the log. reply: codes and text, None where the line has none; fields as they stand there,
    and beside them header_from and what is said of certificates alone, None where the line has none."""

    line: str
    queue_id: str
    verdict: str
    stage: str
    client: str
    reply: str
    fields: dict
    header_from: str
    certificate_fields: dict
    door: str


def escape(text):
    """The documented escaping of a value, worked out here once more from the manual."""
    return "".join(chr(byte) if 0x21 <= byte <= 0x7E and chr(byte) not in '<>\\";' else f"\\x{byte:02X}"
                   for byte in text.encode("utf-8", "surrogateescape"))


def parse(line):
    """The record that a log line is, or None."""
    match = _RECORD.fullmatch(line)
    if match is None:
        return None
    client = f"{match['client_name']}[{match['client_address']}]"
    if (match["header_from"] is None) != (match["stage"] != "END-OF-HEADERS"):
        return None
    return Record(line, match["queue_id"], match["verdict"], match["stage"], client, match["reply"],
                  {name: match[name] for name in FIELDS}, match["header_from"],
                  {name: match[name] for name in CERTIFICATE_FIELDS}, match["door"])
