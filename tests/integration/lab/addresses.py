# SPDX-License-Identifier: MIT
"""Addresses as nobody writes them, made by chance with a fixed seed, and those that once led past a connector."""

import random

# What led mail past a connector before, in internal form.
LED_ASTRAY = [text.encode() for text in (
    "!prot.example!postmaster", "boss%prot.example%", 'boss%prot.example%@mx.lab.example', "b@192.0.2.1",
    "b%192.0.2.1@mx.lab.example", "v%prot.example @mx.lab.example", 'v%"prot.example"@mx.lab.example',
    "prot.example!boss!@mx.lab.example", "v%prot.example@@mx.lab.example", "boss%%prot.example@mx.lab.example",
    "@prot.example:boss%x@mx.lab.example", "boss@prot.example%@mx.lab.example", "v%sub@mx.lab.example", "v@sub",
    "sub!v@mx.lab.example", "boss@straße.example", "v%straße.example@mx.lab.example", "boss", "@mx.lab.example",
    "%@mx.lab.example", 'a"b%prot.example@mx.lab.example', "a\\b%prot.example@mx.lab.example",
    "x(y%prot.example@mx.lab.example", "a,b%prot.example@mx.lab.example", "prot.example.!boss@mx.lab.example",
    "boss@ß--prot.example", "boss@xn--strae-oqa.groß.example",
    "boss%ß--prot.example@mx.lab.example", "boss@ΣΊΣΥΦΟΣ.example", "v%faß@mx.lab.example@", "boss%(f)aß@mx.lab.example,")]

_HOSTS = ["prot.example", "sub.prot.example", "mx.lab.example", "mx.lab.example", "localhost", "sub", "x", "off",
          "192.0.2.1", "[192.0.2.1]", "[127.0.0.1]", "127.0.0.1", "192.0.2.01", "2001:db8::1", "[IPv6:2001:db8::1]",
          "münchen.example", "straße.example", "ß--x.example", "groß.example", "ΣΊΣΥΦΟΣ.example", "xn--strae-oqa.example", "faß", "prot.example.", ".prot.example",
          "prot..example", "PROT.Example", "-x.example", "x_y.example", "a" * 63 + ".example", "a" * 64 + ".example",
          ".".join(["a" * 49] * 5) + ".exam", "prot.example\u3002", "ｐrot.example"]
_USERS = ["boss", "v", "postmaster", "a.b", "boss+x", "50", "", "a quoted user", '"', "\\", "(c)", "ü", "A", ".", "a..b",
          "a,b", "<a>", ":", ";", "[", "]", "|", "a\tb", "\x7f", "x=y", "a@b"]
_MARKS = ["%", "!", "@", "%", "!", "@", ".", ":", ",", "|", " ", "", "\\", '"', "(", ")"]


def _hops(chance):
    """Users and hosts with marks between them."""
    parts = [chance.choice(_USERS + _HOSTS)]
    for _ in range(chance.randint(1, 4)):
        parts += [chance.choice(_MARKS[:6]), chance.choice(_HOSTS + _USERS[:6])]
    if chance.random() < 0.6:
        parts += ["@", chance.choice(_HOSTS[:8])]
    return "".join(parts)


def _rubble(chance):
    """Anything at all, of bytes that mean something to somebody."""
    pieces = _HOSTS + _USERS + _MARKS * 4
    return "".join(chance.choice(pieces) for _ in range(chance.randint(1, 8)))


def _disturbed(chance):
    """Hops with one byte put in or taken out."""
    text = _hops(chance)
    at = chance.randrange(len(text) + 1)
    return text[:at] + chance.choice(_MARKS + _USERS) + text[at + chance.randint(0, 1):]


def internal(seed, count):
    """So many addresses in internal form, as a policy server is told of them, without their like."""
    chance = random.Random(seed)
    found = dict.fromkeys(LED_ASTRAY)
    while len(found) < count:
        text = chance.choice([_hops, _hops, _rubble, _disturbed])(chance).encode()
        if text and len(text) < 900:
            found[text] = None
    return list(found)[:count]


def _quoted_somewhere(chance, text):
    if not text:
        return text
    start = chance.randrange(len(text))
    end = chance.randrange(start, len(text)) + 1
    wrap = chance.choice([('"', '"'), ("(", ")"), ("\\", ""), ("<", ">"), (" ", ""), ("@x.example:", ""), ("(", ")\\")])
    return text[:start] + wrap[0] + text[start:end] + wrap[1] + text[end:]


def written(seed, count):
    """So many arguments of RCPT, as a client may write them, in brackets or not."""
    chance = random.Random(seed)
    found = {b"<" + text + b">": None for text in LED_ASTRAY}
    while len(found) < count:
        text = chance.choice([_hops, _hops, _rubble, _disturbed])(chance)
        for _ in range(chance.choice([0, 1, 1, 2])):
            text = _quoted_somewhere(chance, text)
        if chance.random() < 0.9:
            text = f"<{text}>"
        if text and len(text) < 900 and not text.startswith(" "):
            found[text.encode()] = None
    return list(found)[:count]
