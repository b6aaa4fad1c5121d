# SPDX-License-Identifier: MIT
"""The score of what was tried, as SCORE.md has it."""
import os
import platform
import time
from collections import Counter

HEAD = """# Mutation score

By `make mutation` (`tests/mutation/run`), {date}, {machine}. A mutant is a change of one place; it is
killed when a test is red: the unit tests and the seeds of the fuzzers with AddressSanitizer and UndefinedBehaviorSanitizer,
and without them policies, scenarios and property tests. Those that do not compile, and those whose optimized code is the
original's, are not counted. Explained are survivors that [survivors.txt](survivors.txt) says why of. The score is what
was killed of those that were tried and are not explained.{untried}

"""


def table(rows, head):
    lines = [f"| {head} | mutants | tried | killed | explained | survived | score |", "|---|---|---|---|---|---|---|"]
    for name, count in rows:
        judged = count["killed"] + count["survived"]
        score = f"{100 * count['killed'] / judged:.1f} %" if judged else "-"
        lines.append(f"| {name} | {count['mutants']} | {judged + count['explained']} | {count['killed']} "
                     f"| {count['explained']} | {count['survived']} | {score} |")
    return "\n".join(lines) + "\n"


def counted(mutants, outcome_of, reasons):
    """Counts by file."""
    files = {}
    for mutant in mutants:
        count = files.setdefault(mutant.path, Counter())
        outcome = outcome_of(mutant)
        if outcome in ("same", "broken"):
            continue
        count["mutants"] += 1
        if outcome is not None:
            count["explained" if outcome == "survived" and mutant.name in reasons else outcome] += 1
    return files


def written(files):
    folders = {}
    for path, count in files.items():
        folders.setdefault(os.path.dirname(path), Counter()).update(count)
    total = sum(folders.values(), Counter())
    date = time.strftime("%Y-%m-%d", time.gmtime())
    left = total["mutants"] - sum(total[outcome] for outcome in ("killed", "survived", "explained"))
    untried = f" {left} were not tried, and are in the first column alone." if left else " All were tried."
    head = HEAD.format(date=date, machine=f"{platform.machine()}, {os.cpu_count()} processors", untried=untried)
    return (head + table([*sorted(folders.items()), ("all", total)], "folder") + "\n"
            + table(sorted(files.items()), "file"))
