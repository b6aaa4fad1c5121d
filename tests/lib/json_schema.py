# SPDX-License-Identifier: MIT
"""What is installed as share/forcedtls/schemas, held against what the commands print.

Without python3-jsonschema nothing is looked at; contrib/quickstart test installs it, and tests/cli/schemas.py is
skipped without it, so that nobody takes the one for the other.
"""

import functools
import json
import pathlib

try:
    import jsonschema
except ImportError:
    jsonschema = None

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "schemas"


@functools.lru_cache(maxsize=None)
def validator(command):
    schema = json.loads((FOLDER / f"{command}.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def faults(command, document):
    """What the schema of that command has against what it printed: a list of texts, empty for nothing."""
    if jsonschema is None:
        return []
    return [f"{command} --json: {fault.json_path}: {fault.message[:300]}" for fault in validator(command).iter_errors(document)]
