# SPDX-License-Identifier: MIT
"""What explain and export say of mail that leaves is what the TLS policy door answers.

Random policies, with every kind of pattern, are asked for random next hops, in every form that Postfix has: the door
under each name of its table, forcedtls explain, the table of forcedtls export as Postfix would look things up in it,
and an account of its own (lab/deliveries.py) have to agree. --seed N repeats a run.
"""

import json
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile

SRC = pathlib.Path(os.environ.get("srcdir", ".")).resolve()
BUILD = pathlib.Path(os.environ.get("builddir", ".")).resolve()
POLICIES, KEYS, EXPLAINED = 120, 40, 4
COMPLETE, INCOMPLETE, EX_USAGE = 0, 1, 64
UNREADABLE = ["a b", "contoso..com", "[", "[]", "contoso.com:25:25", "[contoso.com", "a@b.example", "\u2603.example",
              "*.example", "[192.0.2.1]25", "fe80::1%1", ""]

sys.dont_write_bytecode = True
sys.path.insert(0, str(SRC / "tests" / "integration"))
from lab import deliveries  # noqa: E402 pylint: disable=wrong-import-position


class Run:
    """One policy file, and all who can be asked about it."""

    def __init__(self, folder):
        self.folder = folder
        self.failures = 0

    def fail(self, name, text):
        self.failures += 1
        print(f"FAIL {name}: {text}")

    def _run(self, *command, text=None):
        return subprocess.run(command, cwd=self.folder, env={**os.environ, "LC_ALL": "C"}, input=text,
                              capture_output=True, encoding="utf-8", timeout=60, check=False)

    def ask_door(self, table, keys):
        """By key; None for NOTFOUND."""
        done = self._run(BUILD / "ask-tls-policy", "p.yaml", table, text="".join(f"{key}\n" for key in keys))
        if done.returncode != 0:
            self.fail(table, done.stderr)
        told = dict(line.split("\t") for line in done.stdout.splitlines())
        return {key: None if told[key] == "-" else told[key] for key in keys}

    def explain(self, key, *arguments):
        """What Postfix is told, as the JSON and the text have it."""
        command = [BUILD / "forcedtls", "explain", "-c", "p.yaml", "--to", f"b@{key}", *arguments]
        delivery = json.loads(self._run(*command, "--json").stdout)["deliver"]
        text = self._run(*command).stdout
        said = {"answer": delivery["answer"], "notfound": "nothing: plaintext will do",
                "temp": "try again later, and the mail waits"}[delivery["result"]]
        if f"\nis told: {said}" not in text:
            self.fail(key, f"the text of explain does not say {said!r}:\n{text}")
        return {"answer": delivery["answer"], "notfound": None, "temp": "TEMP"}[delivery["result"]]

    def export(self, keys):
        """The table, and what was said beside it."""
        hops = [argument for key in keys if not deliveries.is_plain(key) and not key.startswith(".")
                for argument in ("--next-hop", key)]
        done = self._run(BUILD / "forcedtls", "export", "postfix", "-c", "p.yaml", *hops)
        warnings = done.stderr.splitlines()
        if done.returncode != (INCOMPLETE if warnings else COMPLETE):
            self.fail("export", f"exit status {done.returncode}: {warnings}")
        return dict(line.split("\t") for line in done.stdout.splitlines()), warnings


def look_up(table, everybody, next_hop):
    """As smtp(8) does in a list of two tables."""
    for query in deliveries.queries(next_hop):
        if query.lower() in table:
            return table[query.lower()]
        if everybody is not None and re.search(everybody[0], query):
            return everybody[1]
    return None


def problems(run, policy, keys):
    """What is wrong, and how many answers there were."""
    told = {name: run.ask_door(name, keys) for name in ("tls_policy", "partners", "rest")}
    for name, answers in told.items():
        for key in keys:
            wanted = policy.answer(key, name)
            if answers[key] != wanted:
                yield f"{name} has {answers[key]!r} for {key}, the account {wanted!r}"
    for key in keys:
        both = [told["partners"][key], told["rest"][key]]
        if [answer for answer in both if answer is not None] != [told["tls_policy"][key]] * (told["tls_policy"][key] is not None):
            yield f"{key}: partners and rest have {both}, tls_policy {told['tls_policy'][key]!r}"
    table, warnings = run.export(keys)
    for key in keys:
        if not key.startswith("."):
            yield deliveries.agree(policy, key, look_up(table, deliveries.anyone(warnings), key), warnings)
    for key in keys[:EXPLAINED]:
        arguments = ["--next-hop", key]
        if re.fullmatch(r"[^.:\[\]][^:\[\]]*|\[(?:IPv6:)?[0-9a-fA-F:.]+\]", key) and "0x" not in key.lower():
            arguments = []  # the recipient says it
        said = run.explain(key, *arguments)
        if said != told["tls_policy"][key]:
            yield f"{key}: explain has {said!r}, the door {told['tls_policy'][key]!r}"


def check_agreement(run, seed):
    chance = random.Random(seed)
    asked = found = 0
    for number in range(POLICIES):
        policy = deliveries.Policy(chance)
        keys = list({deliveries.key(chance) for _ in range(KEYS)})
        chance.shuffle(keys)
        (run.folder / "p.yaml").write_text(policy.yaml(), encoding="utf-8")
        for problem in problems(run, policy, keys):
            if problem is not None:
                run.fail(f"policy {number} (--seed {seed})", f"{problem}\n{policy.yaml()}")
        asked, found = asked + len(keys), found + sum(policy.answer(key) is not None for key in keys)
    print(f"{asked} next hops, {found} with an answer")
    if asked < POLICIES * KEYS / 2 or not asked / 4 < found < asked:
        run.fail("agreement", "the random policies are not what they should be")


def check_unreadable(run):
    """Nobody can tell, and all say so."""
    (run.folder / "p.yaml").write_text('connectors: [{name: a, recipients: "*", deliver: encrypt}]\n', encoding="utf-8")
    for table in ("tls_policy", "partners", "rest", "tls"):
        for key, answer in run.ask_door(table, UNREADABLE).items():
            if answer != "TEMP":
                run.fail(table, f"{key!r}: {answer}")
    for key in UNREADABLE:
        if run.explain("contoso.com", "--next-hop", key) != "TEMP":
            run.fail("explain", repr(key))
        done = subprocess.run([BUILD / "forcedtls", "export", "postfix", "-c", "p.yaml", "--next-hop", key],
                              cwd=run.folder, capture_output=True, check=False)
        if done.returncode != EX_USAGE:
            run.fail("export", f"{key!r}: exit status {done.returncode}")


def main():
    arguments = sys.argv[1:]
    seed = int(arguments[arguments.index("--seed") + 1]) if "--seed" in arguments else 20261124
    with tempfile.TemporaryDirectory() as folder:
        run = Run(pathlib.Path(folder))
        check_agreement(run, seed)
        check_unreadable(run)
    print(f"{run.failures} failures")
    return 1 if run.failures else 0


if __name__ == "__main__":
    sys.exit(main())
