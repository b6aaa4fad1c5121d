# SPDX-License-Identifier: MIT
"""forcedtls export: the tables as they are printed. What is in them is held to the daemon by next_hops.py.

Each case is tests/cli/export/NAME.yaml or policy.yaml; what is printed is in export/NAME.out and export/NAME.err.
With --update these are written anew: read the difference before you commit it.
"""

import os
import pathlib
import subprocess
import sys

SRC = pathlib.Path(os.environ.get("srcdir", ".")).resolve()
BUILD = pathlib.Path(os.environ.get("builddir", ".")).resolve()
FOLDER = SRC / "tests" / "cli" / "export"
sys.path.insert(0, str(SRC / "tests" / "lib"))

import golden  # noqa: E402 (its folder is in the path from here on)

COMPLETE, INCOMPLETE, EX_USAGE, EX_CONFIG = 0, 1, 64, 78

# name: exit status and arguments
CASES = {
    "simple": (COMPLETE, ["postfix", "-c", "simple.yaml"]),
    "simple-sendmail": (INCOMPLETE, ["sendmail", "-c", "simple.yaml"]),
    "simple-altnames": (COMPLETE, ["sendmail", "--altnames", "-c", "simple.yaml"]),
    "altnames": (INCOMPLETE, ["sendmail", "-c", "altnames.yaml", "--altnames"]),
    "altnames-postfix": (EX_USAGE, ["postfix", "--altnames", "-c", "simple.yaml"]),
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


class Run(golden.Run):
    def export(self, arguments, folder):
        self.count += 1
        return subprocess.run([BUILD / "forcedtls", "export", *arguments], cwd=folder,
                              env={**os.environ, "LC_ALL": "C"}, capture_output=True, timeout=60, check=False)


def check_cases(run):
    for name, (status, arguments) in CASES.items():
        done = run.export(arguments, FOLDER)
        if done.returncode != status:
            run.fail(name, f"exit status {done.returncode}, expected {status}; {done.stderr.decode()}")
        run.compare(FOLDER / f"{name}.out", done.stdout.decode("utf-8"))
        run.compare(FOLDER / f"{name}.err", done.stderr.decode("utf-8"))
        keys = [line.split("\t")[0] for line in done.stdout.decode("utf-8").splitlines()]
        if "--altnames" not in arguments and keys != sorted(set(keys), key=lambda key: key.encode()):
            run.fail(name, "the keys are not sorted, or one is there twice")


def main():
    run = Run(update="--update" in sys.argv[1:])
    check_cases(run)
    print(f"{run.count} checks, {run.failures} failures")
    return 1 if run.failures else 0


if __name__ == "__main__":
    sys.exit(main())
