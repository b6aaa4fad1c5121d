# SPDX-License-Identifier: MIT
"""forcedtls-doctor(7) has the table of checks as the source has it, and what is printed follows the schema.

With --update the manual's list and the schema's ids are written anew.
"""

import json
import os
import pathlib
import re
import subprocess
import sys

SRC = pathlib.Path(os.environ.get("srcdir", ".")).resolve()
BUILD = pathlib.Path(os.environ.get("builddir", ".")).resolve()
MANUAL = SRC / "man" / "forcedtls-doctor.7"
SCHEMA = SRC / "schemas" / "doctor.schema.json"
BEGIN = ".\\\" From here on the list is what tests/lib/print_checks.c prints.\n"
END = ".\\\" Here it ends.\n"


def update_schema(ids):
    listed = ",\n            ".join(map(json.dumps, ids))
    text = re.sub(r'"id": \{"enum": \[.*?\]\}', f'"id": {{"enum": [\n            {listed}]}}',
                  SCHEMA.read_text(encoding="utf-8"), count=1, flags=re.DOTALL)
    SCHEMA.write_text(text, encoding="utf-8")


def main():
    printed = subprocess.run([BUILD / "print-checks"], capture_output=True, text=True, check=True).stdout
    before, _, rest = MANUAL.read_text(encoding="utf-8").partition(BEGIN)
    written, _, after = rest.partition(END)
    if "--update" in sys.argv:
        MANUAL.write_text(before + BEGIN + printed + END + after, encoding="utf-8")
        update_schema(sorted(re.findall(r"^\.It Li (\S+)", printed, re.MULTILINE)))
        return 0
    failures = []
    if written != printed:
        failures.append("forcedtls-doctor(7) has another list than the table of checks; see --update")
    ids = re.findall(r"^\.It Li (\S+)", printed, re.MULTILINE)
    if len(ids) != len(set(ids)) or len(ids) < 40:
        failures.append(f"{len(ids)} checks, {len(set(ids))} ids")
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    if schema["$defs"]["finding"]["properties"]["id"]["enum"] != sorted(ids):
        failures.append("the schema has other ids than the table of checks; see --update")
    print("\n".join(failures) or f"{len(ids)} checks are in the manual and in the schema")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
