# SPDX-License-Identifier: MIT
"""An SMTP server on loopback that takes any message and keeps it: what stands behind smtpd_proxy_filter. It offers
nothing, and one that is not looked at is not missed."""

import socketserver
import threading

from . import net


class _Handler(socketserver.StreamRequestHandler):
    timeout = 10

    def handle(self):
        self.wfile.write(b"220 sink ESMTP\r\n")
        for line in self.rfile:
            command = line.strip().upper()
            if command == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                self.server.messages.append(self._read_message())
            self.wfile.write(b"221 bye\r\n" if command == b"QUIT" else b"250 2.0.0 Ok: queued as SINK\r\n")
            if command == b"QUIT":
                return

    def _read_message(self):
        lines = []
        for line in self.rfile:
            if line == b".\r\n":
                break
            lines.append(line)
        return b"".join(lines)


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    request_queue_size = 128  # or some connections of many are dropped, and smtp(8) waits minutes for a greeting
    daemon_threads = True


class Sink:
    """Use it in a with statement; messages has what came, as bytes."""

    def __init__(self, port):
        self._server = _Server((net.LOOPBACK, port), _Handler)
        self._server.messages = self.messages = []
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *exception):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
