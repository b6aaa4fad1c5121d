# SPDX-License-Identifier: MIT
"""A milter and a policy server that let everything pass and note what smtpd(8) tells them of each recipient."""

import contextlib
import os
import socket
import struct
import threading

# What a milter does without: CONNECT, HELO, MAIL, body, header, its end, unknown commands, DATA (SMFIP_NO...).
_STEPS_LEFT_OUT = 0x1 | 0x2 | 0x4 | 0x10 | 0x20 | 0x40 | 0x100 | 0x200


class _Server:
    """Each connection in a thread of its own, until the end."""

    def __init__(self, path):
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        os.chmod(path, 0o666)
        self._listener.listen(16)
        self._connections = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self._connections.append(connection)
                threading.Thread(target=self._run, args=(connection,), daemon=True).start()

    def _run(self, connection):
        with contextlib.suppress(OSError, EOFError), connection.makefile("rb") as file:
            self.serve(connection, file)

    def stop(self):
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()

    def serve(self, connection, file):
        raise NotImplementedError


class PolicyServer(_Server):
    """recipient: of the last request, as Postfix wrote it."""

    recipient = None

    def serve(self, connection, file):
        for line in file:
            name, _, value = line.rstrip(b"\n").partition(b"=")
            if name == b"recipient":
                self.recipient = value
            elif not name:
                connection.sendall(b"action=DUNNO\n\n")


class Milter(_Server):
    """argument, macros: of the last RCPT."""

    argument = None
    macros = None

    def serve(self, connection, file):
        macros = {}
        while True:
            (length,) = struct.unpack("!I", file.read(4).ljust(4, b"\0"))
            if not length:
                return
            packet = file.read(length)
            command, data = packet[:1], packet[1:]
            if command == b"O":
                self._send(connection, b"O" + struct.pack("!III", 6, 0, _STEPS_LEFT_OUT))
            elif command == b"D":
                words = data[1:].split(b"\0")
                macros[data[:1]] = dict(zip(words[0::2], words[1::2]))
            elif command == b"R":
                self.macros = macros.get(b"R", {})
                self.argument = data.split(b"\0")[0]
                self._send(connection, b"c")
            elif command not in b"AQK":
                self._send(connection, b"c")

    @staticmethod
    def _send(connection, packet):
        connection.sendall(struct.pack("!I", len(packet)) + packet)
