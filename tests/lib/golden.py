# SPDX-License-Identifier: MIT
"""What a command printed, held against a file of what it is to print; --update writes that file anew."""

import difflib


class Run:
    """Counts what was run and what went wrong. A test adds how its command is run."""

    def __init__(self, update):
        self.update = update
        self.count = 0
        self.failures = 0

    def fail(self, name, text):
        self.failures += 1
        print(f"FAIL {name}: {text}")

    def compare(self, path, text):
        if self.update:
            path.write_text(text, encoding="utf-8")
            return
        expected = path.read_text(encoding="utf-8") if path.exists() else "(no such file)\n"
        if text != expected:
            lines = difflib.unified_diff(expected.splitlines(True), text.splitlines(True), "expected", "got", n=1)
            self.fail(path.name, "\n" + "".join(lines))
