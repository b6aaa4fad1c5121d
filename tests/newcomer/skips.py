#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What of a machine's troubles is a skip, and what a failure. contrib/debian-root is played."""

import pathlib
import sys
import tempfile

sys.dont_write_bytecode = True
import machine  # noqa: E402

STATUS_OF = """\
#!/bin/sh
echo "$1 of $2"
exit $(sed -n "s/^$1 //p" "$(dirname "$0")/status")
"""


def result(function, *arguments):
    try:
        function(*arguments)
    except (machine.Unable, machine.Failed) as error:
        return type(error).__name__
    return "well"


def main():
    faults = 0

    def check(what, got, wanted):
        nonlocal faults
        if got != wanted:
            print(f"FAIL: {what}: {got}, not {wanted}")
            faults += 1

    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)

        def play(**status_of):
            (folder / "status").write_text("".join(f"{command} {status}\n" for command, status in status_of.items()),
                                           encoding="ascii")

        machine.DEBIAN_ROOT = folder / "debian-root"
        machine.DEBIAN_ROOT.write_text(STATUS_OF, encoding="ascii")
        machine.DEBIAN_ROOT.chmod(0o755)
        for status, wanted in ((77, "Unable"), (1, "Failed")):
            play(make=status)
            check(f"make ends with {status}", result(machine.make_base, "bookworm", folder), wanted)
        play(make=0, run=100)
        check("its packages are not to be had", result(machine.make_base, "bookworm", folder), "Unable")

        (folder / "base").mkdir()
        play(off=1)
        check("one from an earlier run does not end", result(machine.Machine, folder / "base", folder / "made"), "Failed")
        play(off=0)
        made = machine.Machine(folder / "base", folder / "made")
        play(run=77)
        check("a command before the boot", result(made.fetch, "true"), "Failed")
        play(boot=1)
        check("the first boot", result(made.boot), "Unable")
        play(boot=0, **{"in": 77})
        check("a boot", result(made.boot), "well")
        check("a command ends with 77", result(made.run, "true"), "Failed")
        for status in (1, 77):
            play(boot=status)
            check(f"a later boot ends with {status}", result(made.boot), "Failed")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
