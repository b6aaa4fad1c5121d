#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The addresses that mail libraries in C find: library.py gmime, c-client or camel.

One field a line in hexadecimal, answered by a line of "local@domain", in hexadecimal each. The libraries are loaded
as they are installed, without their headers: what is declared here is what they have had for many years."""
import ctypes
import ctypes.util
import os
import subprocess
import sys
import tempfile
from ctypes import POINTER, byref, c_char_p, c_int, c_void_p

MISSING = 77
# c-client's callbacks, which each program has to bring along.
CALLBACKS = """
#include <stdlib.h>
#define IGNORED(name) void name(void) {}
IGNORED(mm_searched) IGNORED(mm_exists) IGNORED(mm_expunged) IGNORED(mm_flags) IGNORED(mm_notify) IGNORED(mm_list)
IGNORED(mm_lsub) IGNORED(mm_status) IGNORED(mm_log) IGNORED(mm_dlog) IGNORED(mm_login) IGNORED(mm_critical)
IGNORED(mm_nocritical)
long mm_diskerror(void) { return 0; }
void mm_fatal(void) { abort(); }
"""


def load(*names):
    for name in names:
        try:
            return ctypes.CDLL(name, mode=ctypes.RTLD_GLOBAL)
        except OSError:
            pass
    return None


def declare(library, name, result, *arguments):
    function = getattr(library, name)
    function.restype, function.argtypes = result, arguments
    return function


def of_gmime():
    library = load("libgmime-3.0.so.0")
    if library is None:
        sys.exit(MISSING)
    library.g_mime_init()
    parse = declare(library, "internet_address_list_parse", c_void_p, c_void_p, c_char_p)
    length = declare(library, "internet_address_list_length", c_int, c_void_p)
    get = declare(library, "internet_address_list_get_address", c_void_p, c_void_p, c_int)
    is_group = declare(library, "internet_address_group_get_type", ctypes.c_size_t)()
    is_a = declare(library, "g_type_check_instance_is_a", c_int, c_void_p, ctypes.c_size_t)
    members = declare(library, "internet_address_group_get_members", c_void_p, c_void_p)
    get_addr = declare(library, "internet_address_mailbox_get_addr", c_char_p, c_void_p)
    unref = declare(library, "g_object_unref", None, c_void_p)

    def walk(some):
        for i in range(length(some)):
            address = get(some, i)
            if is_a(address, is_group):
                yield from walk(members(address))
            else:
                yield get_addr(address)

    def read(field):
        some = parse(None, field)
        if not some:
            return []
        found = list(walk(some))
        unref(some)
        return found

    return read


class CClientAddress(ctypes.Structure):
    pass


CClientAddress._fields_ = [("personal", c_char_p), ("adl", c_char_p), ("mailbox", c_char_p), ("host", c_char_p),
                           ("error", c_char_p), ("orcpt_type", c_char_p), ("orcpt_addr", c_char_p),
                           ("next", POINTER(CClientAddress))]


def load_callbacks():
    with tempfile.TemporaryDirectory() as directory:
        library = os.path.join(directory, "callbacks.so")
        command = os.environ.get("CC", "cc").split() + ["-shared", "-fPIC", "-x", "c", "-", "-o", library]
        if subprocess.run(command, input=CALLBACKS.encode(), stderr=subprocess.DEVNULL, check=False).returncode != 0:
            sys.exit(MISSING)
        ctypes.CDLL(library, mode=ctypes.RTLD_GLOBAL)


def of_c_client():
    load_callbacks()
    library = load("libc-client.so.2007e.0", "libc-client.so.2007e")
    if library is None:
        sys.exit(MISSING)
    parse = declare(library, "rfc822_parse_adrlist", None, POINTER(POINTER(CClientAddress)), c_char_p, c_char_p)
    free = declare(library, "mail_free_address", None, POINTER(POINTER(CClientAddress)))

    def read(field):
        head, found = POINTER(CClientAddress)(), []
        parse(byref(head), ctypes.create_string_buffer(field), b"unqualified")
        at = head
        while at:
            if at.contents.mailbox is not None and at.contents.host not in (None, b"unqualified"):
                found.append(at.contents.mailbox + b"@" + at.contents.host)
            at = at.contents.next
        free(byref(head))
        return found

    return read


def of_camel():
    library = load("libcamel-1.2.so.64", "libcamel-1.2.so.63")
    if library is None:
        sys.exit(MISSING)
    new = declare(library, "camel_internet_address_new", c_void_p)
    decode = declare(library, "camel_address_decode", c_int, c_void_p, c_char_p)
    get = declare(library, "camel_internet_address_get", c_int, c_void_p, c_int, POINTER(c_char_p), POINTER(c_char_p))
    unref = declare(library, "g_object_unref", None, c_void_p)

    def read(field):
        some, found, count = new(), [], 0
        name, address = c_char_p(), c_char_p()
        decode(some, field)
        while get(some, count, byref(name), byref(address)):
            found.append(address.value)
            count += 1
        unref(some)
        return found

    return read


def main():
    read = {"gmime": of_gmime, "c-client": of_c_client, "camel": of_camel}[sys.argv[1]]()
    for line in sys.stdin:
        print(*(address.hex() for address in read(bytes.fromhex(line)) if address))


if __name__ == "__main__":
    main()
