# SPDX-License-Identifier: MIT
"""forcedtls check on each policy in tests/policies, and on files that cannot stand there.

bad/NAME.yaml is refused with exactly the text of bad/NAME.expected; good/NAME.yaml is accepted, in silence or with
the warnings of good/NAME.expected. The folders below hold what these include, and lists. In the end every message that src/config can print must have been seen.
With --update the expected texts are written anew: read the difference before you commit it.
"""

import datetime
import difflib
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import threading

EX_OK, EX_CONFIG = 0, 78
SRC = pathlib.Path(os.environ.get("srcdir", ".")).resolve()
TOOL = pathlib.Path(os.environ.get("builddir", ".")).resolve() / "forcedtls"
POLICIES = SRC / "tests" / "policies"
sys.path.insert(0, str(SRC / "tests" / "lib"))

import json_schema  # noqa: E402 (its folder is in the path from here on)

FILE_SIZE_MAX = 64 * 1024 * 1024
FILE_COUNT_MAX = 10000


class Run:
    """What was tried, what went wrong, and all that was printed."""

    def __init__(self, update):
        self.update = update
        self.count = 0
        self.failures = 0
        self.printed = []

    def fail(self, name, text):
        self.failures += 1
        print(f"FAIL {name}\n{text}", end="" if text.endswith("\n") else "\n")

    def check(self, path, cwd, status, expected, env=None):
        """Runs forcedtls check. expected: text, or a compiled pattern for all of it."""
        self.count += 1
        done = subprocess.run(
            [TOOL, "check", "-c", path],
            cwd=cwd,
            env={**os.environ, "LC_ALL": "C", **(env or {})},
            capture_output=True,
            timeout=120,
            check=False,
        )
        text = done.stderr.decode("utf-8")
        self.printed.extend(text.splitlines())
        if done.returncode != status:
            self.fail(path, f"exit status {done.returncode}, expected {status}\n{text}")
        elif done.stdout:
            self.fail(path, f"standard output should be empty, has {done.stdout[:200]!r}")
        elif isinstance(expected, re.Pattern):
            if not expected.fullmatch(text):
                self.fail(path, f"expected {expected.pattern}\ngot {text}")
        elif text != expected:
            lines = difflib.unified_diff(
                expected.splitlines(True), text.splitlines(True), "expected", "got", n=0
            )
            self.fail(path, "".join(lines))
        return text


def check_folder(run, folder, status):
    """Each policy of a folder, named relative to tests/policies in its messages."""
    policies = sorted((POLICIES / folder).glob("*.yaml"))
    for policy in policies:
        golden = policy.with_suffix(".expected")
        name = f"{folder}/{policy.name}"
        if run.update:
            text = run.check(name, POLICIES, status, re.compile(".*", re.DOTALL))
            if text:
                golden.write_text(text, encoding="utf-8")
            continue
        if folder == "bad" and not golden.exists():
            run.fail(name, f"{golden.name} is missing")
        run.check(name, POLICIES, status, golden.read_text(encoding="utf-8") if golden.exists() else "")
    for golden in (POLICIES / folder).glob("*.expected"):
        if golden.with_suffix(".yaml") not in policies:
            run.fail(f"{folder}/{golden.name}", "there is no policy of that name")


def check_files(run, scratch):
    """Files that are no policies because of what they are, not because of what they say."""
    (scratch / "folder").mkdir()
    os.mkfifo(scratch / "pipe")
    with open(scratch / "huge.yaml", "wb") as huge:
        huge.truncate(FILE_SIZE_MAX + 1)
    run.check("none.yaml", scratch, EX_CONFIG, "none.yaml: error: cannot be opened: No such file or directory\n")
    run.check("folder", scratch, EX_CONFIG, "folder: error: is not a regular file\n")
    run.check("pipe", scratch, EX_CONFIG, "pipe: error: is not a regular file\n")
    run.check("huge.yaml", scratch, EX_CONFIG, f"huge.yaml: error: has more than {FILE_SIZE_MAX} bytes\n")
    if os.path.exists("/proc/self/mem"):
        # A regular file whose first byte nobody can read.
        unreadable = "/proc/self/mem: error: cannot be read: Input/output error\n"
        run.check("/proc/self/mem", scratch, EX_CONFIG, unreadable)


def check_limits(run, scratch):
    """As many errors as anyone reads, and the warnings give way to them."""
    connector = "  - {name: n%d, senders: [a%d.example, a%d.example], require: tls, %s: x}\n"
    keys = ["message" if i < 50 else "nonsense" for i in range(300)]
    text = "connectors:\n" + "".join(connector % (i, i, i, key) for i, key in enumerate(keys))
    (scratch / "many.yaml").write_text(text)
    error = r'many\.yaml:\d+:\d+: error: connectors\[\d+\]: unknown key "nonsense" in a connector\n'
    run.check("many.yaml", scratch, EX_CONFIG, re.compile(f"({error}){{200}}350 more not shown\n"))


def check_many_files(run, scratch):
    """A bound on files, one on what they hold together, and one on the names of "presenting"."""
    files = scratch / "many"
    files.mkdir()
    for i in range(FILE_COUNT_MAX - 1):
        (files / f"{i:05}.yaml").write_text(f"connectors: [{{name: n{i}, senders: n{i}.example, require: tls}}]\n")
    (scratch / "more.yaml").write_text("connectors: [{name: more, senders: more.example, require: tls}]\n")
    (scratch / "files.yaml").write_text("include: [many/*.yaml, more.yaml]\n")
    run.check(
        "files.yaml",
        scratch,
        EX_CONFIG,
        f"files.yaml:1:24: error: include[1]: is one file too many; a policy may have {FILE_COUNT_MAX}\n",
    )
    (scratch / "files.yaml").write_text("include: [more.yaml, many/*.yaml]\n")
    run.check(
        "files.yaml",
        scratch,
        EX_CONFIG,
        'files.yaml:1:22: error: include[1]: "many/*.yaml" finds 9999 files; all in all a policy may have '
        f"{FILE_COUNT_MAX}\n",
    )
    (scratch / "comments.txt").write_bytes((b"#" * 1023 + b"\n") * (FILE_SIZE_MAX // 1024) )
    lists = ", ".join(["{file: comments.txt}"] * 4)
    (scratch / "bytes.yaml").write_text(
        f"connectors:\n  - {{name: a, senders: [a.example, {lists}], require: tls}}\n"
    )
    run.check(
        "bytes.yaml",
        scratch,
        EX_CONFIG,
        re.compile(
            r'(bytes.yaml:2:\d+: error: connectors\[0\].senders\[[123]\].file: "comments.txt" has no entry\n){3}'
            r'bytes.yaml:2:\d+: error: connectors\[0\].senders\[4\].file: '
            r'"comments.txt" is too much: all files of a policy may have 268435456 bytes\n'
        ),
    )
    names = ", ".join(f"n{i}.example" for i in range(1001))
    (scratch / "names.yaml").write_text(f"connectors: [{{name: a, presenting: [{names}], require: tls}}]\n")
    run.check(
        "names.yaml",
        scratch,
        EX_CONFIG,
        "names.yaml:1:36: error: connectors[0].presenting: has 1001 names; 1000 is the most\n",
    )


def check_unreadable_folder(run, scratch):
    """A folder that cannot be searched may hold connectors: no policy without them. (ELOOP stops root as well.)"""
    os.symlink("loop.d", scratch / "loop.d")
    (scratch / "loop.yaml").write_text("include: loop.d/*.yaml\n")
    run.check(
        "loop.yaml",
        scratch,
        EX_CONFIG,
        'loop.yaml:1:10: error: include: "loop.d/*.yaml" cannot be searched for: "loop.d/*.yaml": '
        "Too many levels of symbolic links\n",
    )


def check_itself(run, scratch):
    (scratch / "self.yaml").write_text("include: self.yaml\n")
    run.check(
        "self.yaml", scratch, EX_CONFIG, 'self.yaml:1:10: error: include: "self.yaml" is this file itself\n'
    )


def check_changes(run, scratch):
    """A policy that somebody writes, all the time that it takes to read it. A rename is read again, and then fine."""
    policy = scratch / "changing.yaml"
    text = "connectors: [{name: a, senders: {file: long.txt}, require: tls}]\n"
    (scratch / "long.txt").write_text("".join(f"d{i}.example\n" for i in range(200000)))
    policy.write_text(text)
    over = threading.Event()

    def write():
        while not over.is_set():
            os.utime(policy)

    writer = threading.Thread(target=write)
    writer.start()
    run.check(
        "changing.yaml",
        scratch,
        EX_CONFIG,
        "changing.yaml: error: changes while it is read: write a new file beside it, and rename that to its name\n",
    )
    over.set()
    writer.join()
    run.check("changing.yaml", scratch, EX_OK, "")


def check_json(run, scratch):
    """--json is complete and has the same words, also for names and text that are not UTF-8."""
    name = b"p\xff\x1b\xc3\xa4.yaml"
    for text, status in ((b"connectors: [{name: x, senders: x.example, require: tls}]\n", EX_OK), (b"a: \xff\n", EX_CONFIG)):
        run.count += 1
        (scratch / os.fsdecode(name)).write_bytes(text)
        command = [TOOL, "check", "-c", name]
        plain = subprocess.run(command, cwd=scratch, capture_output=True, timeout=120, check=False)
        done = subprocess.run([*command, "--json"], cwd=scratch, capture_output=True, timeout=120, check=False)
        if done.returncode != status or done.stderr:
            run.fail("check --json", f"exit status {done.returncode}, expected {status}; {done.stderr!r}")
            continue
        report = json.loads(done.stdout.decode("ascii"))
        for fault in json_schema.faults("check", report):
            run.fail("check --json", fault)
        lines = [
            f"{each['file']}:{each['line']}:{each['column']}: {each['severity']}: {each['path']}{each['text']}"
            for each in report["diagnostics"]
        ]
        if report["valid"] != (status == EX_OK) or lines != plain.stderr.decode("utf-8").splitlines():
            run.fail("check --json", f"{report}, but in text {plain.stderr!r}")
        if report["file"] != "p\\xFF\\x1B\u00e4.yaml":
            run.fail("check --json", f"file {report['file']!r}")


def check_days(run, scratch):
    """Certificate entries, seen from today. A day early or late, should the test run over midnight, changes nothing."""
    today = datetime.datetime.now(datetime.timezone.utc).date()

    def day(number):
        return (today + datetime.timedelta(days=number)).isoformat()

    (scratch / "days.yaml").write_text(
        "connectors:\n"
        "  - name: a\n"
        "    senders: a.example\n"
        "    require:\n"
        "      certificate:\n"
        f"        - {{subject: a.example, valid_to: {day(20)}}}\n"
        f"        - {{subject: b.example, valid_from: {day(25)}}}\n"
        "  - name: b\n"
        "    senders: b.example\n"
        "    require:\n"
        "      certificate:\n"
        f"        {{subject: b.example, valid_to: {day(-10)}}}\n"
    )
    first = r"days\.yaml:%s: warning: connectors\[%d\]\.require\.certificate%s: "
    run.check(
        "days.yaml",
        scratch,
        EX_OK,
        re.compile(
            first % ("6:42", 0, r"\[0\]\.valid_to")
            + f"this entry counts until {day(20)}: within 30 days\n"
            + first % ("7:44", 0, r"\[1\]\.valid_from")
            + f"no entry counts from {day(21)} to {day(24)}\n"
            + first % ("12:9", 1, "")
            + r"no entry counts today \([0-9-]{10}\): no session can meet this\n"
        ),
    )


def check_openssl(run, scratch):
    """Without ciphers there is nothing to check a policy against."""
    conf = scratch / "openssl.cnf"
    conf.write_text(
        "openssl_conf = init\n[init]\nproviders = list\n[list]\nnull = nothing\n[nothing]\nactivate = 1\n"
    )
    run.check(
        "good/every-key.yaml",
        POLICIES,
        EX_CONFIG,
        "good/every-key.yaml: error: cannot be checked: OpenSSL does not say what ciphers it has\n"
        "good/every-key.yaml: error: cannot be checked: OpenSSL does not make SHA-256 digests\n",
        env={"OPENSSL_CONF": str(conf)},
    )


QUOTED = r'"(?:[^"\\]|\\.)*"'
LITERAL = r'"((?:[^"\\]|\\.)*)"'


def calls(text, function):
    """The arguments of each call of function, as one string each."""
    for match in re.finditer(rf"\b{function}\(", text):
        depth, at, quoted = 1, match.end(), False
        while depth:
            if text[at] == "\\":
                at += 1
            elif text[at] == '"':
                quoted = not quoted
            elif not quoted:
                depth += {"(": 1, ")": -1}.get(text[at], 0)
            at += 1
        yield text[match.end() : at - 1]


def unescape(literal):
    return re.sub(r"\\(.)", r"\1", literal)


def joined_literals(text):
    """String literals of a piece of C; those that stand side by side are one."""
    for run_of_literals in re.finditer(rf"{LITERAL}(?:\s*{LITERAL})*", text):
        yield unescape("".join(re.findall(LITERAL, run_of_literals.group(0))))


def core_errors(text):
    """What a file of the core says of a text that it cannot parse."""
    for value in re.findall(rf"\*error_r = ((?:[^;\"]|{QUOTED})*);", text):
        if value.isidentifier():
            value = re.search(rf"\b{value}\[\] =\s*({LITERAL})", text).group(1)
        yield from joined_literals(value)


def message_formats():
    """Each text that a message can be made of: (where, regular expression)."""
    for path in sorted((SRC / "src" / "config").glob("*.c")):
        # A key in a path is a literal, and no message.
        text = re.sub(r"PATH_KEY\([^()]*\)", "path", path.read_text(encoding="utf-8"))
        for function in ("report_error", "report_warning", "report_error_at", "report_warning_at"):
            for arguments in calls(text, function):
                literals = list(joined_literals(arguments))
                # A declaration or definition has a format, but no literal.
                if not literals:
                    assert "const char *format" in arguments, f"{path.name}: {function} without a literal format"
                    continue
                pattern = re.split(r"%(?:[a-z]*)", literals[0])
                if any(part.strip() for part in pattern):
                    severity = "warning" if function.startswith("report_warning") else "error"
                    body = ".*".join(re.escape(part) for part in pattern)
                    yield path.name, rf": {severity}: ([a-z_.\[\]0-9]+: )?{body}$"
        for arguments in calls(text, "typecheck_refuse"):
            for literal in joined_literals(arguments):
                yield path.name, rf"must be {re.escape(literal)}, not "
        # Tables of texts that a format is filled with.
        for literal in re.findall(rf"(?:\.required|\[CHARACTERS_\w+\]) = {LITERAL}", text):
            yield path.name, re.escape(unescape(literal))
        for literal in joined_literals(text):
            if literal.startswith("; "):
                yield path.name, re.escape(literal) + "$"
    for name in ("mail/pattern.c", "util/ip.c", "tls/certificate.c"):
        text = (SRC / "src" / name).read_text(encoding="utf-8")
        for literal in core_errors(text):
            yield name, rf": error: [^ ]+: .*{re.escape(literal)}$"



def check_coverage(run):
    """Every message has been printed at least once above."""
    formats = list(message_formats())
    run.count += len(formats)
    if len(formats) < 60:
        run.fail("messages", f"only {len(formats)} found in the sources: this test no longer understands them")
    for name, pattern in formats:
        expression = re.compile(pattern)
        if not any(expression.search(line) for line in run.printed):
            run.fail(name, f"no policy in tests/policies shows this message: {pattern}")


def main():
    run = Run(update="--update" in sys.argv[1:])
    check_folder(run, "bad", EX_CONFIG)
    check_folder(run, "good", EX_OK)
    run.check("etc/forcedtls.yaml", SRC, EX_OK, "")
    with tempfile.TemporaryDirectory() as scratch:
        check_files(run, pathlib.Path(scratch))
        check_limits(run, pathlib.Path(scratch))
        check_many_files(run, pathlib.Path(scratch))
        check_unreadable_folder(run, pathlib.Path(scratch))
        check_itself(run, pathlib.Path(scratch))
        check_changes(run, pathlib.Path(scratch))
        check_json(run, pathlib.Path(scratch))
        check_days(run, pathlib.Path(scratch))
        check_openssl(run, pathlib.Path(scratch))
    check_coverage(run)
    print(f"{run.count} checks, {run.failures} failures")
    return 1 if run.failures else 0


if __name__ == "__main__":
    sys.exit(main())
