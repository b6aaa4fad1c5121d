#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""tests/conditions.py DIRECTORY [--list]: what gcov --conditions --json-format wrote there, against conditions.txt.

An outcome of a condition is open when no test shows that it alone makes the decision come out as it does. For each
decision with open outcomes tests/conditions.txt has the same ones and a reason; one that is not there is a failure, and
so is one that is there and not open any more. Prints TAP. --list prints what is open, in the form of that file.

That an assertion fails, no test can see and go on.
"""

import collections
import gzip
import json
import pathlib
import re
import sys

TOP = pathlib.Path(__file__).resolve().parent.parent
CORE = re.compile(r"src/(mail|tls|policy|verdict)/")
LISTED = TOP / "tests" / "conditions.txt"


def outcomes_of(conditions):
    """The outcomes that are there, and those that are open, as "2 true"."""
    missing = {(number, True) for number in conditions["not_covered_true"]}
    missing |= {(number, False) for number in conditions["not_covered_false"]}
    everything = {(number, value) for number in range(conditions["count"] // 2) for value in (True, False)}
    return everything, missing


def read_gcov(directory):
    """By decision (file, function, text, which of them on that line): its outcomes and the open ones. Of a header,
    what one file that includes it shows is shown."""
    decisions, sources = {}, {}
    for path in sorted(directory.glob("*.gcov.json.gz")):
        report = json.loads(gzip.decompress(path.read_bytes()))
        built_in = pathlib.Path(report["current_working_directory"])
        for file in report["files"]:
            source = (built_in / file["file"]).resolve()
            if not source.is_relative_to(TOP) or not CORE.match(str(source.relative_to(TOP))):
                continue
            name = str(source.relative_to(TOP))
            lines = sources.setdefault(name, source.read_text(encoding="utf-8").splitlines())
            for line in file["lines"]:
                text = lines[line["line_number"] - 1].strip()
                if re.search(r"\bassert\(", text):
                    continue
                for at, conditions in enumerate(line.get("conditions", [])):
                    key = (name, line["line_number"], line.get("function_name", ""), at, text)
                    everything, missing = outcomes_of(conditions)
                    known = decisions.get(key)
                    decisions[key] = (everything, missing if known is None else missing & known[1])
    return decisions


def words_of(outcomes):
    return ", ".join(f"{number} {'true' if value else 'false'}" for number, value in sorted(outcomes))


def open_decisions(decisions):
    """By (file, function, text): the outcomes that are open there, in words, for each decision of that text."""
    found = collections.defaultdict(list)
    for (name, _, function, _, text), (_, missing) in sorted(decisions.items()):
        if missing:
            found[name, function, text].append(words_of(missing))
    return {key: "; ".join(words) for key, words in found.items()}


def read_listed():
    """By (file, function, text) the outcomes, in words. Records are three lines, and an empty one ends each."""
    listed = {}
    text = re.sub(r"^#.*\n", "", LISTED.read_text(encoding="utf-8"), flags=re.MULTILINE)
    for record in filter(None, re.split(r"\n\s*\n", text.strip())):
        where, condition, *reason = record.splitlines()
        name, function, outcomes = where.split(" ", 2)
        if not reason:
            raise SystemExit(f"{LISTED.name}: no reason is given: {where}")
        listed[name, function.rstrip(":"), condition.strip()] = outcomes
    return listed


def problems(found, listed):
    """In words, one each."""
    for name, function, text in sorted(found.keys() | listed.keys()):
        is_open = found.get((name, function, text), "none")
        expected = listed.get((name, function, text), "none")
        if is_open != expected:
            yield f"{name} {function}: {text}: open are {is_open}; {LISTED.name} has {expected}"


def main():
    decisions = read_gcov(pathlib.Path(sys.argv[1]))
    found = open_decisions(decisions)
    if sys.argv[2:] == ["--list"]:
        for (name, function, text), outcomes in found.items():
            print(f"{name} {function}: {outcomes}\n    {text}\n")
        return 0
    wrong = list(problems(found, read_listed()))
    total = sum(len(everything) for everything, _ in decisions.values())
    left = sum(len(missing) for _, missing in decisions.values())
    for problem in wrong:
        print(f"# {problem}")
    result = "not ok" if wrong or total == 0 else "ok"
    print(f"{result} 1 - outcomes of conditions: {total}, shown by tests {total - left}, explained in {LISTED.name} {left}")
    print(f"1..1\n# PASS: {int(result == 'ok')}\n# FAIL: {int(result != 'ok')}")
    return int(result != "ok")


if __name__ == "__main__":
    sys.exit(main())
