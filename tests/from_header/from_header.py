#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""From: fields put together at random: what Python's two readers of addresses find in one, we find as well.

They are two more opinions than our own on what a field means that follows no grammar. For each address that one of
them returns, print_from has to visit it, or its domain, or say that it may be any. The fields are the same in every
run; SEED=N and COUNT=N in the environment try others.
"""
import email.policy
import email.utils
import os
import pathlib
import random
import re
import subprocess
import sys
import warnings

TOOL = pathlib.Path(os.environ.get("builddir", ".")).resolve() / "print_from"
COUNT = int(os.environ.get("COUNT", "20000"))
SEED = int(os.environ.get("SEED", "1"))
PARTS = (["ceo@contoso.com", "contoso.com", "ceo", "x@evil.example", "evil.example", "contoso", "com", "Big Boss", "a.b", "é",
          "\xff", "[192.0.2.1]", "=?utf-8?q?ceo=40contoso.com?=", "=?utf-8?b?Y2VvQGNvbnRvc28uY29t?=", "=?a?b?", "=?utf-7?q?+AEA-?=",
          "\r\n ", "\\", "\\\"", "\\(", "@x:", "Us:", "\xef\xbc\xa0", "\xe3\x80\x82", "xn--mnchen-3ya.example", "m\xc3\xbcnchen.example"]
         + list("@@@@..,,;:<<>>()()\"\"[]  \t!%") + ["\x01"])
LABELS = re.compile(r"(?=.{1,253}$)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*$")


def fields():
    chance = random.Random(SEED)
    for _ in range(COUNT):
        yield "".join(chance.choice(PARTS) for _ in range(chance.randint(1, 12))).encode("latin-1", "replace")


def opinions(field):
    """Addresses, as Python reads them in one way and in the other."""
    text = field.decode("utf-8", "surrogateescape")
    found = [address for _, address in email.utils.getaddresses([text], **STRICT)]
    try:
        header = email.policy.default.header_factory("From", re.sub(r"\r\n", "", text))
        found += [address.addr_spec for address in header.addresses]
    except Exception:  # pylint: disable=broad-except
        pass  # it has bugs of its own; then there is one opinion less
    return found


def is_found(address, answer):
    local, _, domain = address.rpartition("@")
    domain = domain.lower().rstrip(".")
    if not local or not LABELS.match(domain) or "any" in answer or "?@" + domain in answer:
        return True
    local = local.strip().removeprefix('"').removesuffix('"').lower()
    if SPECIAL.search(local):
        return any(found.endswith("@" + domain) for found in answer)
    local = "".join(chr(byte) if 0x20 < byte < 0x7f else f"={byte:02x}"
                    for byte in re.sub(r"\\(.)", r"\1", local).encode("utf-8", "surrogateescape"))
    return f"{local}@{domain}" in answer


SPECIAL = re.compile(r'[()<>\[\]:;@,"\x00-\x1f]')  # in a local part: one of two readers has lost its way
STRICT = {"strict": False} if "strict" in email.utils.getaddresses.__code__.co_varnames else {}


def main():
    warnings.simplefilter("ignore")
    bodies = list(fields())
    done = subprocess.run([TOOL], input="".join(body.hex() + "\n" for body in bodies), capture_output=True, text=True,
                          check=True)
    answers = done.stdout.splitlines()
    assert len(answers) == len(bodies), (len(answers), len(bodies))
    failures = addresses = 0
    for body, answer in zip(bodies, answers):
        answer = set(answer.split())
        for address in opinions(body):
            addresses += 1
            if not is_found(address, answer):
                failures += 1
                print(f"FAIL {body!r}: {address!r} is not among {sorted(answer)}")
    print(f"{len(bodies)} fields, {addresses} addresses, {failures} not found")
    return failures > 0 or addresses < COUNT // 4


if __name__ == "__main__":
    sys.exit(main())
