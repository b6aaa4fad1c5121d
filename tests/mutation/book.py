# SPDX-License-Identifier: MIT
"""What became of each mutant, kept from run to run, and the survivors that are explained."""
import fnmatch
import hashlib
import os
import subprocess

# killed: a check is red. same: its optimized code is the original's. broken: it does not compile.
OUTCOMES = ("killed", "survived", "same", "broken")


def digest(*parts):
    sha = hashlib.sha256()
    for part in parts:
        sha.update(part if isinstance(part, bytes) else part.encode())
    return sha.hexdigest()[:16]


def tree_key(top):
    """Changes with anything that a check may run or read."""
    named = subprocess.run(["find", "src", "tests", "-type", "f", "-not", "-path", "tests/mutation/*", "-not", "-path",
                            "tests/integration/*", "-not", "-name", "*.pyc"], cwd=top, capture_output=True, check=True).stdout
    paths = sorted(named.split(b"\n"))[1:]
    contents = []
    for path in paths:
        with open(os.path.join(top.encode(), path), "rb") as file:
            contents += [path, file.read()]
    return digest(*contents)


class Book:
    """One line a mutant: name, key of its source, key of the tree, outcome, check. What is killed stays killed as long
    as its source stays; what survived is tried again when a test has changed."""

    def __init__(self, path, tree):
        self.path, self.tree, self.lines = path, tree, {}
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                for line in file:
                    name, *rest = line.rstrip("\n").split("\t")
                    self.lines[name] = rest

    def last(self, name, source_key):
        """What became of it when it was tried last."""
        kept = self.lines.get(name)
        return kept[2] if kept is not None and kept[0] == source_key else None

    def outcome(self, name, source_key):
        """That, unless it is to be tried again; None: it is."""
        last = self.last(name, source_key)
        return None if last == "survived" and self.lines[name][1] != self.tree else last

    def enter(self, name, source_key, outcome, check=""):
        self.lines[name] = [source_key, self.tree, outcome, check]
        with open(self.path, "a", encoding="utf-8") as file:
            file.write("\t".join([name, *self.lines[name]]) + "\n")


class Explained:
    """survivors.txt: a line is NAME, a space, and the reason. NAME may be a pattern of the shell."""

    def __init__(self, path):
        self.patterns = []
        with open(path, encoding="utf-8") as file:
            for line in file:
                if line.strip() and not line.startswith("#"):
                    pattern, _reason = line.split(maxsplit=1)
                    self.patterns.append(pattern)

    def __contains__(self, name):
        return any(fnmatch.fnmatchcase(name, pattern) for pattern in self.patterns)

    def stale(self, names, outcomes, paths):
        """What explains nothing: its mutants are no more, or all of them are killed."""
        for pattern in self.patterns:
            meant = fnmatch.filter(names, pattern)
            told = {outcomes.get(name, "survived") for name in meant}
            if not meant and pattern.split(":")[0] in paths:
                yield f"stale: {pattern} is no mutant"
            elif meant and "survived" not in told:
                yield f"stale: {pattern} is {' or '.join(sorted(told))}"
