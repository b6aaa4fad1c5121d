# SPDX-License-Identifier: MIT
"""Every line of the log parses, and every value comes back, whatever bytes a peer sends at any field of any door.

Reads what log-lines prints. The reader of the text format is worked out here from forcedtlsd(8), and JSON is read by
Python's own parser. FORCEDTLS_PROPERTY_ROUNDS in the environment tries more values at random.
"""

import collections
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

PROGRAM = pathlib.Path(os.environ.get("builddir", ".")).resolve() / "log-lines"
LINE_MAX = 4000
VERDICTS = {prefix + word for prefix in ("", "would-") for word in
            ("pass", "quarantine", "tempfail", "reject", "answer", "notfound", "temp")}
KEYS = {"connector", "reason", "helo", "from", "to", "header_from", "tls", "cipher", "bits", "subject", "issuer",
        "altnames", "fingerprint", "wanted", "certificate", "mode", "door", "next_hop"}
ALWAYS = {"verdict", "connector", "mode"}
BRACKETED = ("helo", "from", "to", "header_from", "next_hop")
_TAG = re.compile(r"forcedtlsd\[\d+\]: ")
_HEAD = re.compile(r"(?P<id>\S+): (?P<verdict>\S+): (?P<stage>RCPT|END-OF-HEADERS|END-OF-MESSAGE) from "
                   r"(?P<client_name>[^\s\[\]]*)\[[^\]\s]*\]: (?P<reply>[ -~]*?); (?=connector=)")
_TLS_POLICY_HEAD = re.compile(r"(?P<id>\S+): (?P<verdict>\S+): TLS-POLICY for (?P<domain>\S+): "
                              r"(?P<reply>[ -~]*?); (?=connector=)")


class Unreadable(Exception):
    """A line that is not of the documented form."""


def unescape(text):
    """The bytes that a value stands for, with whether it was cut."""
    if re.search(r'[^!-~]|[<>";]|\\(?!x[0-9A-F]{2})', text):
        raise Unreadable(f"a byte that should have been escaped in {text!r}")
    return re.sub(rb"\\x([0-9A-F]{2})", lambda found: bytes([int(found[1], 16)]), text.encode("ascii"))


def field_value(key, text):
    """None: absent."""
    if text == "-":
        return None
    if key in BRACKETED:
        if not (text.startswith("<") and text.endswith(">")):
            raise Unreadable(f"{key}={text}")
        return unescape(text[1:-1])
    return b"" if text == '""' else unescape(text)


def read_text(line):
    head = _HEAD.match(line) or _TLS_POLICY_HEAD.match(line)
    if head is None:
        raise Unreadable("no verdict")
    found = {"queue_id": None if head["id"] == "NOQUEUE" else unescape(head["id"]), "verdict": head["verdict"],
             "reply": head["reply"].encode("ascii")}
    if "client_name" in head.groupdict():
        found["client_name"] = unescape(head["client_name"])
    for field in line[head.end():].split(" "):
        key, equals, value = field.partition("=")
        if not equals or key not in KEYS or key in found:
            raise Unreadable(f"a field {field!r}")
        found[key] = field_value(key, value)
    return found


def once(pairs):
    """No key twice."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Unreadable("a key is there twice")
    return found


def read_json(line):
    try:
        return json.loads(line, object_pairs_hook=once)
    except ValueError as error:
        raise Unreadable(str(error)) from error


def repaired(value):
    """As JSON has it: what is no UTF-8 as U+FFFD, byte by byte."""
    text = value.decode("utf-8", "surrogateescape")
    return re.sub("[\udc80-\udcff]", "\ufffd", text)


def bare(argument):
    """An argument of MAIL or RCPT as the log has it."""
    argument = argument.strip(b" \t")
    return argument[1:-1] if len(argument) >= 2 and argument[:1] == b"<" and argument[-1:] == b">" else argument


def agrees(got, want, cut_allowed):
    """got: the value that was read; want: what it should be. A long one may be cut, with a mark."""
    if got == want:
        return True
    if got is None or want is None or not cut_allowed:
        return False
    mark = b"..." if isinstance(got, bytes) else "..."
    return got.endswith(mark) and want.startswith(got[:-len(mark)])


class Case:
    def __init__(self, door, log_format, field):
        self.door, self.format, self.field = door, log_format, field
        self.wanted, self.lines, self.records = {}, [], []

    def __str__(self):
        return f"{self.door} {self.format} {self.field}"

    def problem(self):
        """What is wrong with the log of this case; None: nothing."""
        for line in self.lines:
            try:
                self.read(line)
            except Unreadable as error:
                return f"{error} in {line[:1000]!r}"
        if self.wanted and not self.records:
            return "no verdict"
        return next(filter(None, map(self.compare, self.records)), None)

    def read(self, line):
        tag = _TAG.match(line)
        if tag is None:
            raise Unreadable("no line of the daemon's")
        text = line[tag.end():]
        if text.startswith("warning: "):
            if any(ord(c) < 0x20 or 0x7f <= ord(c) < 0xa0 or 0xd800 <= ord(c) < 0xe000 for c in text):
                raise Unreadable("a control character")
            return
        if not re.fullmatch("[ -~]*", text) or len(text) > LINE_MAX:
            raise Unreadable(f"not printable, or {len(text)} bytes")
        record = read_text(text) if self.format == "text" else read_json(text)
        if record.get("verdict") not in VERDICTS or ALWAYS - set(record):
            raise Unreadable("no verdict")
        self.records.append(record)

    def want(self, key):
        value = self.wanted[key]
        if value is not None and key in ("from", "to"):
            value = bare(value)
        return repaired(value) if value is not None and self.format == "json" else value

    def compare(self, record):
        if self.door in ("milter", "policy-service"):
            door = record.get("door")
            if door not in (self.door, self.door.encode("ascii")):
                return f"door={door!r}"
        for key in self.wanted:
            want, got = self.want(key), record.get(key)
            if not agrees(got, want, self.field == "all" or len(want or "") > 512):
                return f"{key}: got {got!r}, want {want!r}"
        return None


def read_cases(lines):
    case = None
    for line in lines:
        if line.startswith("C "):
            case = Case(*line.split(" ")[1:])
        elif line.startswith("W "):
            _, name, value = line.split(" ")
            case.wanted[name] = None if value == "-" else bytes.fromhex(value)
        elif line == "E":
            yield case
            case = None
        elif case is not None:
            case.lines.append(line)
        else:
            raise SystemExit(f"log-lines printed {line!r}")


def differ(text, other):
    """Where the two formats say different things of one case, cuts left out."""
    if len(text.records) != len(other.records):
        return f"{len(text.records)} lines and {len(other.records)}"
    for one, two in zip(text.records, other.records):
        for key in sorted(set(one) | set(two)):
            if key in ("stage", "client_address", "bits", "reason", "connector", "mode", "door", "domain", "verdict"):
                continue
            a, b = one.get(key), two.get(key)
            if key == "header_from" and b is not None:
                b = ",".join(part.replace(",", "\x00") for part in b)
                a = a.replace(rb"\x2C", b"\x00")
            a = repaired(a) if isinstance(a, bytes) else a
            if key == "header_from" and a is not None and b is not None:
                a, b = a.replace("\x00", ","), b.replace("\x00", ",")
            if a != b and not any((value or "").endswith("...") for value in (a, b)):
                return f"{key}: {a!r} in text, {b!r} in JSON"
    return None


def main():
    rounds = os.environ.get("FORCEDTLS_PROPERTY_ROUNDS", "300")
    # A file: the log does not wait for who reads a pipe, and its lines would come later than what is said of them.
    with tempfile.TemporaryFile() as out:
        done = subprocess.run([PROGRAM, rounds], stdout=out, timeout=3600, check=False)
        out.seek(0)
        printed = out.read()
    if done.returncode != 0:
        sys.exit(f"{PROGRAM} ended with {done.returncode}: {printed[-2000:]!r}")
    lines = printed.decode("utf-8", "surrogateescape").split("\n")
    cases = list(read_cases(lines[:-1]))
    failures, counts = 0, collections.Counter()
    for case in cases:
        counts[case.door, case.format] += 1
        problem = case.problem()
        if problem is not None:
            failures += 1
            if failures <= 10:
                print(f"FAIL {case}: {problem}")
    half = len(cases) // 2
    if [case.format for case in cases] != ["text"] * half + ["json"] * half:
        sys.exit("log-lines did not try the same in both formats")
    for text, other in zip(cases[:half], cases[half:]):
        problem = differ(text, other)
        if problem is not None:
            failures += 1
            if failures <= 10:
                print(f"FAIL {text}: {problem}")
    print(f"{len(cases)} cases, {sum(len(case.records) for case in cases)} verdicts, {failures} failures")
    if min(counts.values(), default=0) < 300:
        sys.exit(f"too few cases: {counts}")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
