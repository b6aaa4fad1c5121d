# SPDX-License-Identifier: MIT
"""Asks Postfix itself what it makes of an address: the requests "rewrite" and "resolve" of trivial-rewrite(8), on its
private socket, in the order in which smtpd(8) and cleanup(8) send them."""

import ctypes
import ctypes.util
import glob
import socket

# trivial-rewrite(8)'s answer: the address cannot be delivered to, or a table could not be read.
_REFUSED = 4 | 8

_SPECIALS = set(b"()<>@,;:\\\"[] ")


def _is_dot_string(local):
    """Whether a local part may stand without quotes (RFC 5322, 3.2.3, and what Postfix lets pass besides)."""
    return (bool(local) and not local.startswith(b".") and not local.endswith(b".") and b".." not in local
            and not any(byte in _SPECIALS or byte < 32 or byte == 127 for byte in local))


def _quoted(address):
    """An address in internal form as Postfix writes it where it asks: the local part quoted if need be."""
    colon = address.find(b":") if address.startswith(b"@") else -1
    route, rest = address[:colon + 1], address[colon + 1:]
    local, at, domain = rest.rpartition(b"@")
    if not at:
        local, domain = domain, b""
    if _is_dot_string(local):
        return address
    escaped = b"".join(b"\\" + bytes((byte,)) if byte in b"\"\\\r" else bytes((byte,)) for byte in local)
    return route + b'"' + escaped + b'"' + at + domain


def _unquoted(address):
    """The way back."""
    out, start, quoted, at, rest = bytearray(), 0, False, None, 0
    if address.startswith(b"@") and b":" in address:
        start = address.index(b":") + 1
        out += address[:start]
    i = start
    while i < len(address):
        byte = address[i:i + 1]
        if byte == b'"':
            quoted = not quoted
            i += 1
            continue
        if byte == b"@" and not quoted:
            at, rest = len(out), i
        elif byte == b"\\":
            if i + 1 == len(address):
                i += 1
                continue
            i += 1
        out += address[i:i + 1]
        i += 1
    return bytes(out if at is None else out[:at] + address[rest:])


class Rewriter:
    """One connection to one trivial-rewrite(8), made anew when that asks for it."""

    def __init__(self, path):
        self._path = str(path)
        self._socket = None

    def close(self):
        if self._socket is not None:
            self._socket.close()
        self._socket = None

    def _connect(self):
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(30)
        self._socket.connect(self._path)
        self._buffer = b""
        self._values(1)

    def _values(self, count):
        """The values of an answer with so many attributes, which ends with an empty name."""
        while self._buffer.count(b"\0") < 2 * count + 1:
            received = self._socket.recv(65536)
            if not received:
                raise EOFError(f"{self._path}: closed")
            self._buffer += received
        *parts, self._buffer = self._buffer.split(b"\0", 2 * count + 1)
        return parts[1::2]

    def _ask(self, count, *words):
        for _ in range(3):
            try:
                if self._socket is None:
                    self._connect()
                self._socket.sendall(b"\0".join(words) + b"\0\0")
                values = self._values(count)
            except (EOFError, ConnectionError):
                self.close()
                continue
            if values[0] != b"0":  # it wants to begin anew
                self.close()
            return values
        raise EOFError(f"{self._path}: does not answer")

    def delivered(self, address):
        """Where mail to an address in internal form goes, in that form; None where Postfix refuses it."""
        if b"\0" in address or not address:
            return None
        _, rewritten = self._ask(2, b"request", b"rewrite", b"rule", b"local", b"address", _quoted(address))
        whole = _unquoted(rewritten)
        if not whole:
            return None
        *_, recipient, flags = self._ask(5, b"request", b"resolve", b"sender", b"", b"address", whole)
        return None if int(flags) & _REFUSED else recipient


class _Info(ctypes.Structure):
    _fields_ = [("size", ctypes.c_int16), ("transitional", ctypes.c_int8), ("reserved", ctypes.c_int8),
                ("errors", ctypes.c_uint32), ("more", ctypes.c_int32 * 2)]


class Idna:
    """Domains as ICU converts them, which Postfix uses; compatible: enable_idna2003_compatibility = yes."""

    def __init__(self, compatible):
        path = sorted(glob.glob("/usr/lib/*/libicuuc.so.*"))[-1]
        version = path.split(".so.")[1].split(".")[0]
        library = ctypes.CDLL(path)
        opened = getattr(library, f"uidna_openUTS46_{version}")
        opened.restype = ctypes.c_void_p
        error = ctypes.c_int(0)
        self._convert = getattr(library, f"uidna_nameToASCII_UTF8_{version}")
        self._options = 0 if compatible else 0x10  # UIDNA_NONTRANSITIONAL_TO_ASCII
        self._idna = ctypes.c_void_p(opened(ctypes.c_uint32(self._options), ctypes.byref(error)))
        if error.value > 0:
            raise ValueError(f"ICU: error {error.value}")

    def ascii(self, domain):
        """None where it cannot be converted: such a name leads nowhere."""
        if all(byte < 128 for byte in domain):
            return domain
        out, info, error = ctypes.create_string_buffer(1024), _Info(size=16), ctypes.c_int(0)
        length = self._convert(self._idna, domain, ctypes.c_int32(len(domain)), out, ctypes.c_int32(1024),
                               ctypes.byref(info), ctypes.byref(error))
        return out.raw[:length] if error.value <= 0 and info.errors == 0 and 0 < length < 1024 else None
