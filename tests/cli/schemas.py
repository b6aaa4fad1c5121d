# SPDX-License-Identifier: MIT
"""Each command with --json has a JSON schema (2020-12), which is installed, says what the golden files have, and is
strict: a key that is missing, one too many, and a value of another type are faults."""

import copy
import json
import os
import pathlib
import re
import sys

SRC = pathlib.Path(os.environ.get("srcdir", ".")).resolve()
sys.path.insert(0, str(SRC / "tests" / "lib"))

import json_schema  # noqa: E402 (its folder is in the path from here on)

CLI = SRC / "tests" / "cli"
GOLDEN = {"report": ["report"], "explain": ["explain"], "pending": ["pending", "held"]}
SKIP = 77


def commands():
    """Those of the manuals with --json."""
    synopsis = (SRC / "man" / "forcedtls.1").read_text(encoding="utf-8").partition(".Sh DESCRIPTION")[0]
    found = {part.split()[0] for part in synopsis.split(".Cm ")[1:] if ".Op Fl -json" in part}
    return found | {"report"}


def golden(command):
    for path in sorted(path for folder in GOLDEN[command] for path in (CLI / folder).glob("*.json")):
        document = json.loads(path.read_text(encoding="utf-8"))
        if command == "pending":  # without what depends on the time of the run
            for group in document:
                group["oldest"], group["waiting_seconds"] = "2026-11-26T00:00:00Z", 0
        yield path.name, document


def objects(document, path=()):
    if isinstance(document, dict):
        yield path
        for key, value in document.items():
            yield from objects(value, (*path, key))
    elif isinstance(document, list):
        for number, value in enumerate(document[:2]):
            yield from objects(value, (*path, number))


def damaged(document):
    """Each object once with a key that nobody knows, and once with a list where one of its values was."""
    for path in objects(document):
        for key in ("unknown key", None):
            copied = copy.deepcopy(document)
            at = copied
            for step in path:
                at = at[step]
            if key is None and not at:
                continue
            at[key or next(iter(at))] = [{"unknown": {}}]
            yield copied


def main():
    if json_schema.jsonschema is None:
        print("SKIP: there is no python3-jsonschema")
        return SKIP
    failures = []
    count = 0
    names = {path.name.partition(".")[0] for path in json_schema.FOLDER.glob("*.schema.json")}
    installed = set(re.findall(r"schemas/([a-z]+)\.schema\.json", (SRC / "Makefile.am").read_text(encoding="utf-8")))
    if not commands() <= names or names != installed:
        failures.append(f"commands with --json: {sorted(commands())}, schemas: {sorted(names)}, installed: {sorted(installed)}")
    for command in GOLDEN:
        broken = 0
        for name, document in golden(command):
            count += 1
            failures += [f"{name}: {fault}" for fault in json_schema.faults(command, document)]
            for one in damaged(document):
                broken += 1
                if not json_schema.faults(command, one):
                    failures.append(f"{name}: nothing is said of {json.dumps(one)[:300]}")
                    break
        if broken < 10:
            failures.append(f"{command}: only {broken} documents were damaged")
    for failure in failures:
        print(f"FAIL {failure}")
    print(f"{count} documents, {len(failures)} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
