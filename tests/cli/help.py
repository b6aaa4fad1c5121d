# SPDX-License-Identifier: MIT
"""--help wherever somebody asks for it: the usage on standard output, exit status 0, and nothing else happens."""

import os
import pathlib
import subprocess
import sys

BUILD = pathlib.Path(os.environ.get("builddir", ".")).resolve()
TOOL, DAEMON = BUILD / "forcedtls", BUILD / "forcedtlsd"
NOWHERE = ["-c", "/nonexistent/forcedtls.yaml"]


def run(command):
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False,
                          env={**os.environ, "LC_ALL": "C"})


def commands():
    """What forcedtls itself says that it can do."""
    lines = run([TOOL, "--help"]).stdout.splitlines()[1:]
    return [line.split()[0] for line in lines if line.startswith("  ") and not line.startswith("  -")]


def main():
    failures = 0
    found = commands()
    places = [[TOOL], [DAEMON], *([TOOL, command] for command in found), [TOOL, "export", "postfix"],
              [TOOL, "export", *NOWHERE], [TOOL, "explain", *NOWHERE], [DAEMON, *NOWHERE]]
    if len(found) < 4:
        print(f"FAIL: only {found} found")
        failures += 1
    for place in places:
        for word in ("--help", "-h"):
            done = run([*place, word])
            name = " ".join(map(str, [*place, word]))
            if done.returncode != 0 or done.stderr or not done.stdout.startswith("usage: forcedtls"):
                failures += 1
                print(f"FAIL {name}: exit status {done.returncode}, {done.stdout!r}, {done.stderr!r}")
    for wrong in ([TOOL], [TOOL, "no-such-command"], *([TOOL, command, "--no-such-option"] for command in found),
                  [DAEMON, "--no-such-option"]):
        done = run(wrong)
        if done.returncode != 64 or done.stdout or "usage: forcedtls" not in done.stderr:
            failures += 1
            print(f"FAIL {wrong}: exit status {done.returncode}, {done.stdout!r}, {done.stderr!r}")
    print(f"{len(places)} places, {failures} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
