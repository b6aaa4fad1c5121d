# SPDX-License-Identifier: MIT
"""The tests that a mutant meets: each a program, and what it is told."""
import glob
import os
import subprocess
from dataclasses import dataclass, field

SEEDS = {"fuzz-address": "address", "fuzz-certificate": "certificate", "fuzz-encoded-word": "encoded_word",
         "fuzz-from-header": "from_header", "fuzz-log": "log", "fuzz-macros": "macros"}


@dataclass(frozen=True)
class Check:
    name: str
    program: str
    arguments: tuple = ()
    environment: dict = field(default_factory=dict, hash=False)
    sanitized: bool = True


def all_checks(top):
    def files(*patterns):
        return tuple(sorted(path for pattern in patterns for path in glob.glob(f"{top}/tests/{pattern}")))

    return [
        Check("unit", "unit-core.t"),
        *(Check(program, program, files(f"fuzz/seeds/{seeds}/*")) for program, seeds in SEEDS.items()),
        # What makes a policy of a file first, and the many that are about verdicts: four times as fast without sanitizers.
        Check("fuzz-config", "fuzz-config", files("policies/good/*.yaml", "policies/bad/*.yaml"), sanitized=False),
        Check("scenarios", "tests/scenarios/runner", ("decision", *files("scenarios/*.yaml")), sanitized=False),
        Check("displacement-order", "displacement-order", sanitized=False),
        Check("policy-properties", "policy-properties", (), {"FORCEDTLS_PROPERTY_ROUNDS": "20"}, sanitized=False),
        Check("small-worlds", "small-worlds", (), {"FORCEDTLS_SMALL_WORLD": "1"}, sanitized=False),
    ]


class Server:
    """A test program that waits to be told which mutant to be."""

    def __init__(self, check, path, top):
        # Where it was allocated costs most, and is asked for only to know that a leak is no library's.
        environment = {**os.environ, **check.environment, "srcdir": top, "MAIL_CONFIG": "/nonexistent",
                       "ASAN_OPTIONS": "detect_leaks=1:malloc_context_size=3:quarantine_size_mb=1"}
        self.process = subprocess.Popen([path, *check.arguments], cwd=os.path.dirname(path), env=environment, text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.red = self.is_red(0, 60)
        self.reaches = self.reached
        if self.reaches and not self.red and path.endswith(".t"):
            self.red = self.is_red(-1, 60)  # with those tests alone that a mutant meets
        self.limit = 0.2 + 5 * self.seconds

    def is_red(self, number, limit):
        """Whether the check says that something is wrong; too long, too much and a sanitizer's complaint say so."""
        print(number, int(1000 * limit), file=self.process.stdin, flush=True)
        status, reached, milliseconds = self.process.stdout.readline().split()
        self.reached, self.seconds = reached == "1", int(milliseconds) / 1000
        return status != "0"

    def end(self):
        self.process.communicate()
