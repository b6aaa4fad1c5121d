# SPDX-License-Identifier: MIT
"""forcedtls export: the tables as they are printed, and as Postfix would look things up in them.

Each case is tests/cli/export/NAME.yaml or policy.yaml; what is printed is in export/NAME.out and export/NAME.err.
With --update these are written anew: read the difference before you commit it. Then random policies are asked random
next hops: the table, the policy and an account of its own (lab/deliveries.py) have to agree. --seed N repeats a run.
"""

import difflib
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile

SRC = pathlib.Path(os.environ.get("srcdir", ".")).resolve()
BUILD = pathlib.Path(os.environ.get("builddir", ".")).resolve()
FOLDER = SRC / "tests" / "cli" / "export"
COMPLETE, INCOMPLETE, EX_USAGE, EX_CONFIG = 0, 1, 64, 78
POLICIES, KEYS = 300, 40

sys.dont_write_bytecode = True
sys.path.insert(0, str(SRC / "tests" / "integration"))
from lab import deliveries  # noqa: E402 pylint: disable=wrong-import-position

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
    "test-mode": (COMPLETE, ["postfix", "-c", "test-mode.yaml"]),
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


def look_up(table, everybody, next_hop):
    """As smtp(8) does in a list of two tables."""
    for query in deliveries.queries(next_hop):
        if query.lower() in table:
            return table[query.lower()]
        if everybody is not None and re.search(everybody[0], query):
            return everybody[1]
    return None


def ask_policy(policy_file, keys):
    done = subprocess.run([BUILD / "find-delivery", policy_file], input="\n".join(keys) + "\n", capture_output=True,
                          encoding="utf-8", timeout=60, check=True)
    return dict(line.split("\t") for line in done.stdout.splitlines())


def check_agreement(run, folder, seed):
    chance = random.Random(seed)
    asked = found = untold = 0
    for number in range(POLICIES):
        policy = deliveries.Policy(chance)
        keys = sorted({deliveries.key(chance) for _ in range(KEYS)})
        (folder / "p.yaml").write_text(policy.yaml(), encoding="utf-8")
        hops = [argument for key in keys if not deliveries.is_plain(key) for argument in ("--next-hop", key)]
        done = run.export(["postfix", "-c", "p.yaml", *hops], folder)
        warnings = done.stderr.decode("utf-8").splitlines()
        if done.returncode != (INCOMPLETE if warnings else COMPLETE):
            run.fail(f"policy {number}", f"exit status {done.returncode}: {warnings}\n{policy.yaml()}")
        table = dict(line.split("\t") for line in done.stdout.decode("utf-8").splitlines())
        answers = ask_policy(folder / "p.yaml", keys)
        for key in keys:
            got, wanted = look_up(table, deliveries.anyone(warnings), key), policy.answer(key)
            problem = deliveries.agree(policy, key, got, warnings)
            if problem is None and answers[key] != (wanted or "-"):
                problem = f"{key}: delivery_find has {answers[key]!r}, the account {wanted!r}"
            if problem is not None:
                run.fail(f"policy {number} (--seed {seed})", f"{problem}\n{policy.yaml()}{warnings}")
            asked, found, untold = asked + 1, found + (wanted is not None), untold + (got != wanted)
    run.count += asked
    print(f"{asked} next hops, {found} with an answer, {untold} for which the table was told to be wrong")
    if asked < POLICIES * KEYS / 2 or not asked / 4 < found < asked or untold > asked / 8:
        run.fail("agreement", "the random policies are not what they should be")


def main():
    arguments = sys.argv[1:]
    seed = int(arguments[arguments.index("--seed") + 1]) if "--seed" in arguments else 20261124
    run = Run(update="--update" in arguments)
    check_cases(run)
    with tempfile.TemporaryDirectory() as folder:
        check_agreement(run, pathlib.Path(folder), seed)
    print(f"{run.count} checks, {run.failures} failures")
    return 1 if run.failures else 0


if __name__ == "__main__":
    sys.exit(main())
