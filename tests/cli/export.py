# SPDX-License-Identifier: MIT
"""forcedtls export: the tables as they are printed. What is in them is held to the daemon by next_hops.py.

Each case is tests/cli/export/NAME.yaml or policy.yaml; what is printed is in export/NAME.out and export/NAME.err.
With --update these are written anew: read the difference before you commit it.
"""

import difflib
import os
import pathlib
import subprocess
import sys

SRC = pathlib.Path(os.environ.get("srcdir", ".")).resolve()
BUILD = pathlib.Path(os.environ.get("builddir", ".")).resolve()
FOLDER = SRC / "tests" / "cli" / "export"
COMPLETE, INCOMPLETE, EX_USAGE, EX_CONFIG = 0, 1, 64, 78

# name: exit status and arguments
CASES = {
    "simple": (COMPLETE, ["postfix", "-c", "simple.yaml"]),
    "simple-sendmail": (INCOMPLETE, ["sendmail", "-c", "simple.yaml"]),
    "postfix": (INCOMPLETE, ["postfix", "-c", "policy.yaml"]),
    "sendmail": (INCOMPLETE, ["sendmail", "-c", "policy.yaml"]),
    "next-hops": (INCOMPLETE, ["postfix", "-c", "policy.yaml", "--next-hop", "[MX.contoso.com]:25", "--next-hop",
                               "fax.contoso.com:25", "--next-hop", "contoso.com", "--next-hop", "[192.0.2.1]:25"]),
    "next-hop-none": (COMPLETE, ["postfix", "-c", "simple.yaml", "--next-hop", "elsewhere.example:25"]),
    "next-hop-bad": (EX_USAGE, ["postfix", "-c", "simple.yaml", "--next-hop", "a b"]),
    "next-hop-parent": (EX_USAGE, ["postfix", "-c", "simple.yaml", "--next-hop", ".contoso.com"]),
    "next-hop-sendmail": (EX_USAGE, ["sendmail", "-c", "simple.yaml", "--next-hop", "contoso.com"]),
    "test-mode": (INCOMPLETE, ["postfix", "-c", "test-mode.yaml"]),
    "tried-out": (INCOMPLETE, ["postfix", "-c", "tried-out.yaml"]),
    "tried-out-sendmail": (COMPLETE, ["sendmail", "-c", "tried-out.yaml"]),
    "none": (COMPLETE, ["postfix", "-c", "none.yaml"]),
    "invalid": (EX_CONFIG, ["postfix", "-c", "invalid.yaml"]),
    "usage": (EX_USAGE, []),
    "usage-word": (EX_USAGE, ["exim", "-c", "simple.yaml"]),
    "usage-two": (EX_USAGE, ["postfix", "sendmail"]),
}


class Run:
    def __init__(self, update):
        self.update = update
        self.count = 0
        self.failures = 0

    def fail(self, name, text):
        self.failures += 1
        print(f"FAIL {name}: {text}")

    def export(self, arguments, folder):
        self.count += 1
        return subprocess.run([BUILD / "forcedtls", "export", *arguments], cwd=folder,
                              env={**os.environ, "LC_ALL": "C"}, capture_output=True, timeout=60, check=False)

    def compare(self, path, text):
        if self.update:
            path.write_text(text, encoding="utf-8")
            return
        expected = path.read_text(encoding="utf-8") if path.exists() else "(no such file)\n"
        if text != expected:
            lines = difflib.unified_diff(expected.splitlines(True), text.splitlines(True), "expected", "got", n=1)
            self.fail(path.name, "\n" + "".join(lines))


def check_cases(run):
    for name, (status, arguments) in CASES.items():
        done = run.export(arguments, FOLDER)
        if done.returncode != status:
            run.fail(name, f"exit status {done.returncode}, expected {status}; {done.stderr.decode()}")
        run.compare(FOLDER / f"{name}.out", done.stdout.decode("utf-8"))
        run.compare(FOLDER / f"{name}.err", done.stderr.decode("utf-8"))
        keys = [line.split("\t")[0] for line in done.stdout.decode("utf-8").splitlines()]
        if keys != sorted(set(keys), key=lambda key: key.encode()):
            run.fail(name, "the keys are not sorted, or one is there twice")


def main():
    run = Run(update="--update" in sys.argv[1:])
    check_cases(run)
    print(f"{run.count} checks, {run.failures} failures")
    return 1 if run.failures else 0


if __name__ == "__main__":
    sys.exit(main())
