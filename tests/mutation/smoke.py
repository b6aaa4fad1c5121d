#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""That tests/mutation/run tells mutants that are killed from survivors, and those that are explained from others."""
import os
import subprocess
import sys

TOP = os.path.abspath(os.environ.get("srcdir", "."))
BUILD = os.path.abspath(os.environ.get("builddir", "."))
FILE = "src/policy/match.c"
KILLED = [f"{FILE}:find_listed:return-zero:2", f"{FILE}:candidate_for:return-zero:1"]
EXPLAINED = f"{FILE}:find_slot:plus:2"
BOOK = os.path.join(BUILD, "mutants", "smoke.tsv")
SKIP = 77


def run(survivors):
    only = [argument for name in [*KILLED, EXPLAINED] for argument in ("--only", name)]
    command = [sys.executable, os.path.join(TOP, "tests/mutation/run"), "--build", BUILD, "--check", "unit",
               "--file", FILE, "--book", BOOK, "--survivors", survivors, *only]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def main():
    try:
        from clang.cindex import Index
        Index.create()
    except Exception as error:  # no bindings, or bindings without a library
        print(f"no libclang: {error}")
        return SKIP
    if os.path.exists(BOOK):
        os.unlink(BOOK)
    explained = run(os.path.join(TOP, "tests/mutation/survivors.txt"))
    unexplained = run(os.devnull)
    print(explained.stdout, explained.stderr, unexplained.stdout, unexplained.stderr, sep="")
    right = (explained.returncode == 0 and explained.stdout.endswith("3 mutants: 2 killed, 1 survived; 0 not explained\n")
             and unexplained.returncode == 1 and f"survived\t{EXPLAINED}\t" in unexplained.stdout)
    return 0 if right else 1


if __name__ == "__main__":
    sys.exit(main())
