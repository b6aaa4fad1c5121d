# SPDX-License-Identifier: MIT
"""The table of faults: what was done, what must be seen, what was seen. Prints TAP, and the table behind it."""

import time
import traceback

from lab import check


class Table:
    def __init__(self):
        self.rows = []
        self.failed = 0

    def run(self, fault):
        """fault: a function whose docstring is "fault || what must be seen", and which returns what was seen."""
        what, must = (" ".join(half.split()) for half in fault.__doc__.split("||"))
        began = time.monotonic()
        try:
            seen, result = fault(), "ok"
        except check.Skip as skip:
            seen, result = f"SKIP {skip}", "skip"
        except Exception as error:  # pylint: disable=broad-except
            seen, result = f"FAILED: {error}", "not ok"
            self.failed += 1
            print("".join(f"# {line}\n" for line in traceback.format_exc().splitlines()), end="")
        self.rows.append((what, must, seen, result))
        print(f"{'not ok' if result == 'not ok' else 'ok'} {len(self.rows)} - {fault.__name__}"
              f"{f' # {seen}' if result == 'skip' else ''}", flush=True)
        print(f"# {time.monotonic() - began:.1f} s", flush=True)

    def end(self, elsewhere):
        """elsewhere: faults that another test holds, as what, must, where."""
        print(f"1..{len(self.rows)}")
        print("#\n# | fault | must be seen | seen |\n# |---|---|---|")
        for what, must, seen, _ in self.rows:
            print(f"# | {what} | {must} | {seen} |")
        for what, must, where in elsewhere:
            print(f"# | {what} | {must} | held by {where} |")
        skipped = sum(result == "skip" for _, _, _, result in self.rows)
        print(f"# {len(self.rows) - self.failed - skipped} seen, {skipped} skipped, {self.failed} failed")
        return 1 if self.failed else 0
