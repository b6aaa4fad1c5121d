# SPDX-License-Identifier: MIT
"""An MTA's side of a milter session, of the kind that neither Postfix nor Sendmail is: it takes no list of macros
(no SMFIF_SETSYMLIST), and sends what it is told to."""

import socket
import struct

from . import net

ACTIONS = 0xFF  # all but SMFIF_SETSYMLIST
MAIL, RCPT = b"M", b"R"


class PlainMta:
    """path: of the milter's unix socket."""

    def __init__(self, path, patience=net.PATIENCE):
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(patience)
        self._socket.connect(str(path))
        self._buffer = b""
        self._send(b"O", struct.pack("!III", 6, ACTIONS, 0))
        if self._read()[:1] != b"O":
            raise AssertionError("the milter does not negotiate")

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self._socket.close()

    def _send(self, command, data=b""):
        self._socket.sendall(struct.pack("!I", len(data) + 1) + command + data)

    def _take(self, count):
        while len(self._buffer) < count:
            chunk = self._socket.recv(4096)
            if not chunk:
                raise AssertionError("the milter closed the connection")
            self._buffer += chunk
        taken, self._buffer = self._buffer[:count], self._buffer[count:]
        return taken

    def _read(self):
        return self._take(struct.unpack("!I", self._take(4))[0])

    def _step(self, command, data, macros):
        pairs = b"".join(name.encode() + b"\0" + value.encode() + b"\0" for name, value in macros.items())
        self._send(b"D", command + pairs)
        self._send(command, data)
        answer = self._read()
        return "250" if answer == b"c" else answer[1:].rstrip(b"\0").decode()

    def connect(self, name, address, port=40000):
        return self._step(b"C", name.encode() + b"\0" + b"4" + struct.pack("!H", port) + address.encode() + b"\0", {})

    def helo(self, name, macros):
        return self._step(b"H", name.encode() + b"\0", macros)

    def mail(self, sender, macros):
        return self._step(MAIL, f"<{sender}>".encode() + b"\0", macros)

    def rcpt(self, recipient, macros):
        """"250", or what the client is to be told."""
        return self._step(RCPT, f"<{recipient}>".encode() + b"\0", macros)
