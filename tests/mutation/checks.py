# SPDX-License-Identifier: MIT
"""The tests that a mutant meets: each a program, what it is told, and what it costs when nothing is wrong."""
import glob
import os
import re
import resource
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass, field

MEMORY_MB = 1024
COMPLAINT = re.compile(rb"ERROR: \w+Sanitizer|runtime error:")
SEEDS = {"fuzz-address": "address", "fuzz-certificate": "certificate", "fuzz-encoded-word": "encoded_word",
         "fuzz-from-header": "from_header", "fuzz-log": "log", "fuzz-macros": "macros"}


@dataclass(frozen=True)
class Check:
    name: str
    program: str
    arguments: tuple = ()
    environment: dict = field(default_factory=dict, hash=False)
    first: dict = field(default_factory=dict, hash=False)  # by source: which suites are to run before the others


def mirroring_suites(top):
    """{source: suites of the file of unit-core.t that is named after it}"""
    found = {}
    for path in sorted(glob.glob(f"{top}/tests/unit/*/test_*.c")):
        folder, name = path.split("/")[-2:]
        with open(path, encoding="utf-8") as file:
            found[f"src/{folder}/{name[len('test_'):]}"] = tuple(sorted(set(re.findall(r"^Test\((\w+),", file.read(), re.M))))
    return found


def all_checks(top):
    def files(*patterns):
        return tuple(sorted(path for pattern in patterns for path in glob.glob(f"{top}/tests/{pattern}")))

    return [
        Check("unit", "unit-core.t", first=mirroring_suites(top)),
        *(Check(program, program, files(f"fuzz/seeds/{seeds}/*")) for program, seeds in SEEDS.items()),
        Check("fuzz-config", "fuzz-config", files("policies/good/*.yaml", "policies/bad/*.yaml")),
        Check("scenarios", "tests/scenarios/runner", ("decision", *files("scenarios/*.yaml"))),
        Check("displacement-order", "displacement-order"),
        Check("policy-properties", "policy-properties", environment={"FORCEDTLS_PROPERTY_ROUNDS": "20"}),
        Check("small-worlds", "small-worlds", environment={"FORCEDTLS_SMALL_WORLD": "1"}),
    ]


def limited(seconds):
    def limit():
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (64 << 20, 64 << 20))
    return limit


def is_red(check, path, top, cpu_seconds, source=None):
    """Whether the check says that something is wrong; too long, too much and a sanitizer's complaint say so."""
    environment = {**os.environ, **check.environment, "srcdir": top, "MAIL_CONFIG": "/nonexistent",
                   "ASAN_OPTIONS": f"detect_leaks=1:hard_rss_limit_mb={MEMORY_MB}"}
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen([path, *check.first.get(source, ()), *check.arguments], cwd=os.path.dirname(path),
                                   env=environment, stdin=subprocess.DEVNULL, stdout=said, stderr=said,
                                   start_new_session=True, preexec_fn=limited(int(cpu_seconds) + 1))
        try:
            status = process.wait(timeout=60 + 10 * cpu_seconds)
        except subprocess.TimeoutExpired:
            status = None
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.wait()
        said.seek(0)
        return status != 0 or COMPLAINT.search(said.read()) is not None


class Costs:
    """What each check costs with the original, in seconds of the processor. It has to be green there."""

    def __init__(self, top, build):
        self.top, self.build, self.seconds = top, build, {}

    def of(self, check):
        if check.name not in self.seconds:
            program = self.build.original(check.program)
            before = os.times()
            if is_red(check, program, self.top, 120):
                raise SystemExit(f"{check.name} is red without a mutant")
            after = os.times()
            self.seconds[check.name] = after.children_user + after.children_system - before.children_user - before.children_system
        return self.seconds[check.name]
