# SPDX-License-Identifier: MIT
"""forcedtls.yaml(5), the schema and etc/forcedtls.yaml say the same, and forcedtlsd(8) names the limits in the source.

Every key of the schema is documented, and every documented key is one; defaults and words agree; a policy with each
key, each word and each default is accepted; the example has every key and is accepted with all of them switched on.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

SRC = pathlib.Path(os.environ.get("srcdir", ".")).resolve()
sys.path.append(str(SRC / "tests" / "newcomer"))
import documents  # pylint: disable=wrong-import-position

BUILD = pathlib.Path(os.environ.get("builddir", ".")).resolve()
MANUAL = SRC / "man" / "forcedtls.yaml.5"
EXAMPLE = SRC / "etc" / "forcedtls.yaml"

# The sections of the manual that document keys, and of which map.
SECTIONS = {
    "Top level": "",
    "The daemon": "daemon.",
    "Defaults": "defaults.",
    "Connectors": "connectors[].",
    "Exceptions": "connectors[].except[].",
    "Demands": "connectors[].require.",
    "Delivery": "connectors[].deliver.",
    "Certificates": "connectors[].require.certificate[].",
    "List files": "*[].",
}

# What forcedtlsd(8) says of limits: the macro, where it is defined, and the words, with the macro's value in them.
LIMITS = {
    "READINGS_MAX": ("src/mail/address.h", "read in more than {} ways"),
    "FROM_SIZE_MAX": ("src/milter/end_of_header.c", "more than {kib} KiB of From header fields"),
    "MESSAGE_RECIPIENTS_SIZE_MAX": ("src/milter/message.h", "addresses take more than {kib} KiB"),
    "TRACE_FIELDS_MAX": ("src/milter/milter.c", "more than {} header fields"),
    "LOG_VALUE_MAX": ("src/verdict/log_value.h", "after {} bytes"),
    "LOG_QUEUE_BYTES_MAX": ("src/run/log_queue.h", "up to {kib} KiB of lines"),
    "LOG_VALUE_LINE_MAX": ("src/verdict/log_value.h", "more than {} bytes"),
}

# A value for each key that has neither words nor a default, and is no map.
SAMPLES = {
    "daemon.socket_group": "postfix",
    "myorigin": "example.org",
    "mydomain": "example.org",
    "recipient_delimiter": '"+"',
    "include": '"more-*.yaml"',
    "connectors[].name": "a",
    "connectors[].description": "text",
    "connectors[].senders": "a.example",
    "connectors[].recipients": "a.example",
    "connectors[].clients": "192.0.2.0/24",
    "connectors[].presenting": "a.example",
    "connectors[].message": "text",
    "connectors[].except[].senders": "b.example",
    "connectors[].except[].recipients": "b.example",
    "connectors[].except[].clients": "192.0.2.1",
    "connectors[].except[].authenticated": "true",
    "connectors[].deliver.match": "a.example",
    "connectors[].deliver.trust_anchors": "contoso-ca.pem",
    "connectors[].deliver.exclude": "[aNULL, MD5]",
    "connectors[].deliver.servername": "a.example",
    "connectors[].deliver.connection_reuse": "true",
    "connectors[].deliver.fingerprints": ":".join(["00"] * 32),
    "connectors[].require.ciphers": "HIGH",
    "connectors[].require.ciphersuites": "TLS_AES_256_GCM_SHA384",
    "connectors[].require.min_cipher_bits": "128",
    "connectors[].require.certificate": "any",
    "connectors[].require.allowed_clients": "192.0.2.0/24",
    "connectors[].require.allowed_senders": "a.example",
    "connectors[].require.certificate[].subject": "a.example",
    "connectors[].require.certificate[].issuer": "A",
    "connectors[].require.certificate[].fingerprint": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "connectors[].require.certificate[].valid_from": "2020-01-01",
    "connectors[].require.certificate[].valid_to": "2999-01-01",
}

# Where the services of the daemon are.
SERVICES = re.findall(r"X\(SERVICE, (\w+),", (SRC / "src/config/daemon_settings.h").read_text(encoding="utf-8"))
SAMPLES.update({f"daemon.{name}": f"unix:/run/forcedtls/{name}.sock" for name in SERVICES})


class Key:
    def __init__(self, line):
        self.path, self.type, default, inherits, words = line.split("\t")
        self.default = None if default == "-" else default
        self.inherits = None if inherits == "-" else inherits
        self.words = words.split()


class Test:
    def __init__(self):
        self.count = 0
        self.failures = 0

    def expect(self, condition, text):
        self.count += 1
        if not condition:
            self.failures += 1
            print(f"FAIL {text}")

    def accepted(self, what, text, folder):
        """A policy text is valid. folder: where the files are that it names."""
        (folder / "policy.yaml").write_text(text, encoding="utf-8")
        done = subprocess.run(
            [BUILD / "forcedtls", "check", "-c", "policy.yaml"],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        self.expect(done.returncode == 0, f"{what}: not accepted: {done.stderr}{text}")


def read_schema():
    done = subprocess.run([BUILD / "print-schema"], capture_output=True, text=True, timeout=60, check=True)
    return {key.path: key for key in map(Key, done.stdout.splitlines())}


def read_manual():
    """The text of each documented key: path -> lines of mdoc."""
    keys, prefix, entry = {}, None, None
    for line in MANUAL.read_text(encoding="utf-8").splitlines():
        if line.startswith((".Ss ", ".Sh ")):
            prefix, entry = SECTIONS.get(line[4:]), None
        elif line.startswith(".It Cm ") and prefix is not None:
            for name in line[len(".It Cm ") :].split():
                entry = keys.setdefault(prefix + name, [])
        elif line == ".El":
            entry = None
        elif entry is not None:
            entry.append(line)
    return keys


def default_in(entry):
    """What follows "The default is", without mdoc; None where nothing does."""
    text = "\n".join(entry)
    match = re.search(r"The default is (?:none|that of\n\.Cm ([\w.]+)|())", text)
    if match is None:
        match = re.search(r"The default is\n\.(?:Cm|Li) (.*)", text)
        return match and re.sub(r" *\.$", "", match.group(1)).replace(" ,", ",")
    return f"inherits {match.group(1)}" if match.group(1) else ""


def check_manual(test, schema, manual):
    files = {path for path in schema if path.endswith("[].file")}
    documented = set(manual) - {"*[].file"} | (files if "*[].file" in manual else set())
    now = set(schema)
    test.expect(len(now) > 50, f"the schema has {len(now)} keys")
    for path in sorted(now - documented):
        test.expect(False, f"the manual does not have {path}")
    for path in sorted(documented - now):
        test.expect(False, f"the manual has {path}, which is no key of this version")
    for path in sorted((documented & now) - files):
        key, entry = schema[path], manual[path]
        wanted = f"inherits {key.inherits}" if key.inherits else key.default
        test.expect(default_in(entry) == wanted, f"the default of {path} is {wanted!r}, not {default_in(entry)!r}")
        for word in key.words:
            said = any(re.match(rf"\.Cm {re.escape(word)}( |$)", line) for line in entry)
            test.expect(said, f"the manual does not have the word {word} of {path}")


def delivery_with(name, value):
    """A "deliver" that has one key, with what it needs beside it; or one that is a word."""
    if name == "deliver":
        return value
    keys = {"level": "secure", name: value}
    if name == "fingerprints" or value == "fingerprint":
        keys = {"level": "fingerprint", "fingerprints": SAMPLES["connectors[].deliver.fingerprints"], name: value}
    return "{" + ", ".join(f"{key}: {text}" for key, text in keys.items()) + "}"


def policy_with(path, value):
    """A policy that has one key, with what it needs beside it."""
    connector = {"name": "a", "senders": "a.example", "require": "tls"}
    top = {}
    map_path, _, name = path.rpartition(".")
    if map_path == "":
        top[name] = value
    elif map_path in ("daemon", "defaults"):
        top[map_path] = f"{{{name}: {value}}}"
    elif map_path == "connectors[].deliver" or path == "connectors[].deliver":
        connector = {"name": "a", "recipients": "a.example", "deliver": delivery_with(name, value)}
    elif map_path == "connectors[]":
        connector[name] = value
    elif map_path == "connectors[].except[]":
        connector["except"] = f"[{{{name}: {value}}}]"
    elif map_path == "connectors[].require":
        connector["require"] = f"{{{name}: {value}}}"
    elif map_path == "connectors[].require.certificate[]":
        subject = "" if name == "subject" else "subject: a.example, "
        connector["require"] = f"{{certificate: {{{subject}{name}: {value}}}}}"
    else:
        return policy_with(map_path.removesuffix("[]"), f"{{{name}: {value}}}")
    lines = [f"{key}: {text}\n" for key, text in top.items()]
    items = ", ".join(f"{key}: {text}" for key, text in connector.items())
    return "".join(lines) + f"connectors:\n  - {{{items}}}\n"


def written(key, text):
    """A default as one would write it."""
    if key.type == "list":
        return "[" + ", ".join(f'"{item}"' for item in text.split(", ")) + "]"
    return text if key.type in ("boolean", "word", "integer") else f'"{text}"'


def check_acceptance(test, schema, folder):
    (folder / "a.example").write_text("a.example\n")
    shutil.copy(SRC / "tests" / "policies" / "good" / "anchors" / "ca.pem", folder / "contoso-ca.pem")
    (folder / "192.0.2.0").write_text("192.0.2.0/24\n")
    for path, key in schema.items():
        if path in ("daemon", "defaults", "connectors", "connectors[].except"):
            continue
        # "deliver: fingerprint" is refused: it needs the fingerprints, and so a map.
        values = [word for word in key.words if (path, word) != ("connectors[].deliver", "fingerprint")]
        if path in SAMPLES:
            values.append(SAMPLES[path])
        if path.endswith(".file"):
            networks = path.removesuffix("[].file").endswith(("clients", "trusted_networks"))
            values.append("192.0.2.0" if networks else "a.example")
        # "authenticated: false" is refused: it would say nothing.
        if key.default is not None and path != "connectors[].except[].authenticated":
            values.append(written(key, key.default))
        test.expect(values, f"{path} needs a sample here")
        for value in values:
            test.accepted(f"{path}: {value}", policy_with(path, value), folder)
    for path in SAMPLES:
        test.expect(path in schema, f"{path} is no key")


KEY_LINE = re.compile(r"^( *)(#?)((?:- )?)([a-z_]+):(?: (.*))?$")


def read_example(schema):
    """All keys of the example: (path, value, whether it is commented out), and the text with all switched on."""
    keys, lines, stack = [], [], []
    for line in EXAMPLE.read_text(encoding="utf-8").splitlines():
        match = KEY_LINE.match(line)
        lines.append(line if match is None else line.replace("#", "", 1) if match.group(2) else line)
        if match is None:
            continue
        blanks, comment, dash, name, value = match.groups()
        # An item of a list stands where its dash is, and its keys behind it.
        column, indent = len(blanks), len(blanks) + len(dash)
        while stack and stack[-1][0] >= column:
            stack.pop()
        parent = stack[-1][1] if stack else ""
        if dash:
            parent += "[]"
            stack.append((column, parent))
        path = f"{parent}.{name}" if parent else name
        stack.append((indent, path))
        keys.append((path, value, bool(comment)))
    return keys, "\n".join(lines) + "\n"


def check_example(test, schema, folder):
    keys, text = read_example(schema)
    names = {path.rpartition(".")[2] for path, _, _ in keys}
    for path, value, commented in keys:
        test.expect(path in schema, f"the example has {path}, which is no key")
        default = schema[path].default if path in schema else None
        if commented and default is not None:
            shown = value.strip('"')
            test.expect(shown == default, f"the example shows {path} as {shown!r}; its default is {default!r}")
    for path, key in schema.items():
        test.expect(path.rpartition(".")[2] in names, f"the example lacks {path}")
    (folder / "contoso-domains.txt").write_text("contoso.example\n")
    test.accepted("the example", EXAMPLE.read_text(encoding="utf-8"), folder)
    test.expect("#include" not in text and "\ninclude:" in text, "the example is not switched on")
    test.accepted("the example with all keys", text, folder)


def check_readme(test, folder):
    """Its policies, and those of the manuals, are what one would write: nothing is to be said of them."""
    blocks = [block for document in (documents.README, documents.POSTFIX) for block in documents.blocks(document)]
    policies = [block.text for block in blocks if block.kind == "policy" or block.path.endswith(".yaml")]
    texts = re.findall(r"^\.Bd -literal.*\n((?:.*\n)*?)\.Ed", MANUAL.read_text(encoding="utf-8"), re.MULTILINE)
    policies += [text for text in texts if text.startswith("connectors:")]
    test.expect(len(policies) >= 4, f"README and manuals have {len(policies)} policies")
    for text in policies:
        (folder / "policy.yaml").write_text(text, encoding="utf-8")
        done = subprocess.run([BUILD / "forcedtls", "check", "-c", "policy.yaml"], cwd=folder, capture_output=True,
                              text=True, timeout=60, check=False)
        # What they leave out Postfix is asked for, which need not be here.
        said = [line for line in done.stderr.splitlines() if "Postfix does not answer" not in line and "taken from Postfix" not in line]
        test.expect((done.returncode, said) == (0, []), f"README or manual: {done.stderr}{text}")


def check_limits(test):
    manual = (SRC / "man" / "forcedtlsd.8").read_text(encoding="utf-8")
    text = re.split(r"\n\.S[hs] ", manual.partition(".Ss Limits\n")[2])[0]
    words = " ".join(re.sub(r"^\.(?:It|Cm|Li) ?", "", line) for line in text.splitlines())
    for name, (path, form) in LIMITS.items():
        source = (SRC / path).read_text(encoding="utf-8")
        found = re.search(rf"^#define {name} \(?(?:\(size_t\))?(\d+)(?: \* (\d+)\))?$", source, re.MULTILINE)
        test.expect(found is not None, f"{path} does not define {name} as a number")
        if found is not None:
            value = int(found[1]) * int(found[2] or 1)
            wanted = form.format(value, kib=value // 1024)
            test.expect(wanted in words, f"forcedtlsd(8), Limits: does not say {wanted!r} ({name})")


def main():
    test = Test()
    schema = read_schema()
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        check_manual(test, schema, read_manual())
        check_acceptance(test, schema, folder)
        check_example(test, schema, folder)
        check_readme(test, folder)
    check_limits(test)
    print(f"{test.count} checks, {test.failures} failures")
    return 1 if test.failures else 0


if __name__ == "__main__":
    sys.exit(main())
