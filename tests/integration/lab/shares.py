# SPDX-License-Identifier: MIT
"""Modules side by side: tests mostly wait, each for its own Postfix and daemon. Each share is run by a process of its
own, as many at once as were asked for, and what they print becomes one report."""

import re
import subprocess
import sys
import threading

# So many shares for each process that runs at once: one with slow tests then holds up no others.
_ROUNDS = 4
_RESULT = re.compile(r"(not ok|ok) \d+ - (.*)")
_SUM = re.compile(r"# (PASS|SKIP|FAIL): (\d+)$")


def _split(collected, count):
    """Lists of the names of tests, of much the same length; a module stays whole, for it has one daemon."""
    shares = [[] for _ in range(count)]
    for _, short, names in sorted(collected, key=lambda item: -len(item[2])):
        min(shares, key=len).extend(f"{short}.{name.removeprefix('test_')}" for name in names)
    return [share for share in shares if share]


class _Output:
    """Lines of all shares, numbered anew; a result is printed with what belongs to it, below it."""

    def __init__(self):
        self.sums = {"PASS": 0, "SKIP": 0, "FAIL": 0}
        self.count = 0
        self._lock = threading.Lock()

    def take(self, share):
        """All that one share prints, result by result."""
        lines = []
        for line in share.stdout:
            if _RESULT.match(line) and lines:
                self._print(lines)
                lines = []
            lines.append(line.rstrip("\n"))
        self._print(lines)

    def _print(self, lines):
        with self._lock:
            for line in lines:
                result, total = _RESULT.match(line), _SUM.match(line)
                if result:
                    self.count += 1
                    print(f"{result[1]} {self.count} - {result[2]}", flush=True)
                elif total:
                    self.sums[total[1]] += int(total[2])
                elif not line.startswith("1.."):
                    print(line, flush=True)


def _work(command, waiting, output, statuses):
    """One share after the other, as long as there are some."""
    while waiting:
        try:
            names = waiting.pop(0)
        except IndexError: # another took the last
            return
        with subprocess.Popen([*command, *names], text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT) as share:
            output.take(share)
        statuses.append(share.returncode)


def run(program, arguments, collected, count):
    """0 when all went well, as the program itself has it. arguments: those that each share gets besides its tests."""
    output = _Output()
    statuses = []
    work = ([sys.executable, program, *arguments, "--exactly"], _split(collected, count * _ROUNDS), output, statuses)
    workers = [threading.Thread(target=_work, args=work) for _ in range(count)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    print(f"1..{output.count}", flush=True)
    for word, number in output.sums.items():
        print(f"# {word}: {number}", flush=True)
    return next((status for status in statuses if status != 0), 0) if statuses else 1
