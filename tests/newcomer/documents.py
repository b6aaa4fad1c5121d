# SPDX-License-Identifier: MIT
"""What README.md and the manuals have in displays: commands, files, policies.

In README.md a display says what it is: sh is for root to run, yaml whose first line is "# /path" is that file, other
yaml is a policy, and the rest is shown and no more. In a manual a comment before the display says it: .\\" sh,
.\\" file /path, .\\" policy.
"""

import dataclasses
import pathlib
import re

TOP = pathlib.Path(__file__).resolve().parents[2]
README = TOP / "README.md"
POSTFIX = TOP / "man" / "forcedtls-postfix.7"

_FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
_DISPLAY = re.compile(r'(?:^\.\\" (sh|policy|file \S+)\n)?^\.Bd -literal.*\n((?:.*\n)*?)\.Ed$', re.MULTILINE)
_ESCAPES = {r"\e": "\\", r"\&": "", r"\(dq": '"', r"\(aq": "'", r"\-": "-"}


@dataclasses.dataclass(frozen=True)
class Block:
    """One display. kind: sh, file, policy or shown. path: of a file. place: FILE:LINE, for messages. heading: below
    which it stands."""

    kind: str
    text: str
    place: str
    heading: str
    path: str = ""


def _place(document, text, offset, heading):
    line = text.count("\n", 0, offset) + 1
    above = re.findall(heading, text[:offset], re.MULTILINE)
    return f"{document.name}:{line}", above[-1] if above else ""


def _of_readme():
    text = README.read_text(encoding="utf-8")
    for match in _FENCE.finditer(text):
        indent, language, content = match.groups()
        content = re.sub(f"^{indent}", "", content, flags=re.MULTILINE)
        place, heading = _place(README, text, match.start(3), r"^## (.*)$")
        path = re.match(r"# (/\S+)\n", content)
        if language == "sh":
            yield Block("sh", content, place, heading)
        elif language == "yaml" and path:
            yield Block("file", content, place, heading, path[1])
        else:
            yield Block("policy" if language == "yaml" else "shown", content, place, heading)


def _of_manual(document):
    text = document.read_text(encoding="utf-8")
    for match in _DISPLAY.finditer(text):
        kind, _, path = (match[1] or "shown").partition(" ")
        content = re.sub(r"\\(?:\(..|.)", lambda escape: _ESCAPES[escape[0]], match[2])
        place, heading = _place(document, text, match.start(2), r"^\.S[hs] (.*)$")
        yield Block(kind, content, place, heading, path)


def blocks(document):
    """Of README.md or of a manual, in the order in which they stand there."""
    return list(_of_readme() if document == README else _of_manual(document))
