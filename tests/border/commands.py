# SPDX-License-Identifier: MIT
"""Each call of the table fails once, and then for good, in runs of forcedtls: what a command says is right, or it is an error.

FORCEDTLS_BORDER=all tries each call of each command; else each is tried while a policy is loaded, and a sample of the others.
"""

import json
import mmap
import os
import pathlib
import signal
import struct
import subprocess
import sys
import tempfile

SRC = pathlib.Path(os.environ.get("srcdir", ".")).resolve()
TOOL = pathlib.Path(os.environ.get("builddir", ".")).resolve() / "tests" / "border" / "forcedtls"
ALL = os.environ.get("FORCEDTLS_BORDER") == "all"
SAMPLE = 1
GOOD_STEP = 10  # from one call in so many on, with FORCEDTLS_BORDER=all, all fail
LOAD = "check"  # of it each call is tried in any case, but for those of which there are thousands
EX_IOERR = 74
NO_MEMORY = b"forcedtls: out of memory\n"
TIMEOUT = 120

# plan.h
ENVIRONMENT, ROWS_MAX = "FORCEDTLS_BORDER_PLAN", 256
HEAD, ROW = struct.Struct("<7I"), struct.Struct("<32sII")
FOR_GOOD = 0xFFFFFFFF


class Plan:
    """The file that the program has mapped as well."""

    def __init__(self, path):
        self.path = path
        with open(path, "w+b") as file:
            file.truncate(HEAD.size + ROWS_MAX * ROW.size)
            self.bytes = mmap.mmap(file.fileno(), 0)

    def write(self, row=0, nth=0, last=0, error=0):
        self.bytes[:] = bytes(len(self.bytes))
        HEAD.pack_into(self.bytes, 0, row, nth, last, error, 0, 0, 0)

    def failed(self):
        return HEAD.unpack_from(self.bytes)[4]

    def descriptors(self):
        return HEAD.unpack_from(self.bytes)[5]

    def rows(self):
        """Name, number of errors and of calls."""
        for i in range(HEAD.unpack_from(self.bytes)[6]):
            name, errors, count = ROW.unpack_from(self.bytes, HEAD.size + i * ROW.size)
            yield name.rstrip(b"\0").decode(), errors, count


class Border:
    def __init__(self, plan):
        self.plan = plan
        self.runs = self.aborted = self.refused = 0
        self.faults = []
        self.called = set()

    def run(self, arguments, standard_input, stdout=subprocess.PIPE):
        return subprocess.run([TOOL, *arguments], input=standard_input, stdout=stdout, stderr=subprocess.PIPE, timeout=TIMEOUT,
                              check=False, cwd=SRC / "tests", env={**os.environ, "LC_ALL": "C", ENVIRONMENT: str(self.plan.path)})

    def try_full(self, name, command, right):
        """Standard output that cannot be written is told, with every command."""
        self.plan.write()
        with open("/dev/full", "wb") as full:
            done = self.run(*command, stdout=full)
        if right.stdout and (done.returncode != EX_IOERR or b"cannot write: No space left on device\n" not in done.stderr):
            self.faults.append(f"{name} >/dev/full: exit status {done.returncode}, {done.stderr!r}")

    def judge(self, done, right, descriptors):
        """What is wrong with a run in which something failed; None: nothing."""
        if done.returncode == -signal.SIGABRT:
            self.aborted += 1
            return None if done.stderr.endswith(NO_MEMORY) else "aborted"
        if self.plan.descriptors() > descriptors:
            return f"{self.plan.descriptors() - descriptors} descriptors are left open"
        if (done.returncode, done.stdout) == (right.returncode, right.stdout):
            return None
        if done.returncode >= 64:
            self.refused += 1
            return None if done.stderr or done.stdout not in (b"", right.stdout) else "an error without a word"
        return "another answer"

    def try_one(self, name, command, fault, right, descriptors):
        arguments, standard_input = command
        row, call, nth, last, error = fault
        self.plan.write(row, nth, last, error)
        try:
            done = self.run(arguments, standard_input)
        except subprocess.TimeoutExpired:
            self.faults.append(f"{name}: {call} {nth}: does not end")
            return
        if not self.plan.failed():
            return
        self.runs += 1
        wrong = self.judge(done, right, descriptors)
        if wrong:
            self.faults.append(f"{name}: {call} {nth}{' and on' if last == FOR_GOOD else ''}, error {error}: {wrong}; "
                               f"exit status {done.returncode}, {done.stderr[-600:]!r}")

    @staticmethod
    def step(call, count, few):
        """Want of memory of our own ends the process, wherever it is: a sample of that is enough."""
        if call.endswith("(ours)"):
            few = 100 if ALL else SAMPLE
        elif ALL:
            few = count
        return count // few + 1 if few < count else 1

    def try_all(self, name, status, command, few):
        """few: calls of a function that are all tried; of more, about as many."""
        self.plan.write()
        right = self.run(*command)
        descriptors = self.plan.descriptors()
        if right.returncode != status:
            self.faults.append(f"{name}: exit status {right.returncode}, expected {status}; {right.stderr!r}")
            return
        for row, (call, errors, count) in enumerate(list(self.plan.rows())):
            if count:
                self.called.add(call)
            for nth in range(1, count + 1, self.step(call, count, few)):
                for error in range(errors):
                    self.try_one(name, command, (row, call, nth, nth, error), right, descriptors)
                if ALL and nth % GOOD_STEP == 1:
                    self.try_one(name, command, (row, call, nth, FOR_GOOD, 0), right, descriptors)
        self.try_full(name, command, right)


def commands():
    """Name, exit status, arguments and standard input."""
    queue = [{"queue_name": "deferred", "queue_id": "4Xy0001", "arrival_time": 1, "message_size": 1, "forced_expire": False,
              "sender": "a@example.org", "recipients": [{"address": "b@contoso.com", "delay_reason":
                                                         "TLS is required, but was not offered by host mx[192.0.2.1]"}]}]
    lines = b"".join(json.dumps(message).encode() + b"\n" for message in queue)
    fine = ["--tls", "TLSv1.2", "--cipher", "ECDHE-RSA-AES256-GCM-SHA384", "--date", "2027-01-15", "--client", "192.0.2.7"]
    contoso = ["explain", "-c", "cli/explain/policy.yaml", "--from", "a@mail.contoso.com", "--to", "b@example.org", *fine]
    proven = ["--subject", "mail.contoso.com", "--issuer", "Example Root CA"]
    idn = ["explain", "-c", "border/idn.yaml", "--from", "\u00dcser@m\u00fcnchen.example", "--to", "b@x.example"]
    logs = [f"cli/report/{name}.log" for name in ("incoming", "outgoing", "hostile")]
    yield LOAD, 0, ["check", "-c", "policies/good/include.yaml"], b""
    for name in ("every-key", "trust-anchors", "idn", "lists"):
        yield f"check {name}", 0, ["check", "-c", f"policies/good/{name}.yaml"], b""
    yield "check --json", 0, ["check", "--json", "-c", "policies/good/warnings.yaml"], b""
    yield "check, bad", 78, ["check", "-c", "policies/bad/trust-anchors.yaml"], b""
    yield "explain, refused", 1, contoso, b""
    yield "explain, refused, --json", 1, [*contoso, "--json"], b""
    yield "explain, passes", 0, [*contoso, *proven], b""
    yield "explain, passes, --json", 0, [*contoso, *proven, "--json"], b""
    yield "explain, IDNA", 1, idn, b""
    yield "explain, deliver", 0, ["explain", "-c", "cli/explain/deliver.yaml", "--to", "b@mail.contoso.com", "--json"], b""
    yield "export postfix", 1, ["export", "postfix", "-c", "cli/export/policy.yaml", "--next-hop", "m\u00fcnchen.example"], b""
    yield "export sendmail", 1, ["export", "sendmail", "-c", "cli/export/policy.yaml"], b""
    yield "pending", 1, ["pending", "-c", "cli/pending/policy.yaml", "-"], lines
    for form in ([], ["--json"], ["--csv"], ["--suggest"], ["--html", "-"]):
        yield " ".join(["report", *form]), 0, ["report", "--policy", "cli/report/policy.yaml", *form, *logs], b""


def main():
    with tempfile.TemporaryDirectory() as folder:
        border = Border(Plan(pathlib.Path(folder) / "plan"))
        for name, status, arguments, standard_input in commands():
            border.try_all(name, status, (arguments, standard_input), FOR_GOOD if name == LOAD else SAMPLE)
    for fault in border.faults:
        print(f"FAIL {fault}")
    print(f"{border.runs} runs, of {len(border.called)} functions: {border.refused} ended with an error, {border.aborted} without "
          f"memory, the others were right; {len(border.faults)} faults")
    return 1 if border.faults or border.runs < 100 else 0


sys.exit(main())
