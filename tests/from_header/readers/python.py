#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The addresses that Python's two readers find: python.py utils or headerregistry.

One field a line in hexadecimal, answered by a line of "local@domain", in hexadecimal each."""
import email.policy
import email.utils
import re
import sys
import warnings

STRICT = {"strict": False} if "strict" in email.utils.getaddresses.__code__.co_varnames else {}


def of_utils(text):
    return [address for _, address in email.utils.getaddresses([text], **STRICT)]


def of_headerregistry(text):
    header = email.policy.default.header_factory("From", re.sub(r"\r?\n", "", text))
    return [address.addr_spec for address in header.addresses]


def main():
    read = {"utils": of_utils, "headerregistry": of_headerregistry}[sys.argv[1]]
    warnings.simplefilter("ignore")
    for line in sys.stdin:
        try:
            found = read(bytes.fromhex(line).decode("utf-8", "surrogateescape"))
        except Exception:  # pylint: disable=broad-except
            found = []  # it has bugs of its own; then there is one opinion less
        print(*(address.encode("utf-8", "surrogateescape").hex() for address in found if address))


if __name__ == "__main__":
    main()
