# SPDX-License-Identifier: MIT
"""Scripted SMTP servers on loopback addresses, for mail that leaves: each offers what it is told, takes no message,
and knows nothing of forcedtls."""

import dataclasses
import socket
import ssl
import threading

from . import net

_IDLE = 10.0  # seconds; a client that says nothing for longer is left


@dataclasses.dataclass(frozen=True)
class Behaviour:
    """starttls: "none" (not offered), "refused", "broken" (the connection ends instead of a handshake), "works"."""

    starttls: str = "none"
    certificate: object = None  # of the lab's PKI, where it works
    mail: str = "451 4.3.0 not today"


class Servers:
    """behaviours: loopback address -> Behaviour, all at one port. Use it in a with statement."""

    def __init__(self, behaviours):
        self._behaviours = behaviours
        self._ending = threading.Event()
        self._threads = []
        self._listeners = []
        self.port = net.wait_until(self._listen, "a port that is free at all addresses")

    def _listen(self):
        port = net.free_ports(1)[0]
        made = []
        try:
            for address in self._behaviours:
                made.append(socket.create_server((address, port)))
        except OSError:
            for listener in made:
                listener.close()
            return None
        self._listeners = list(zip(made, self._behaviours.values()))
        return port

    def __enter__(self):
        for listener, behaviour in self._listeners:
            self._start(self._accept, listener, behaviour)
        return self

    def __exit__(self, *exception):
        self._ending.set()
        for listener, _ in self._listeners:
            listener.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        for listener, _ in self._listeners:
            listener.close()

    def _start(self, target, *arguments):
        thread = threading.Thread(target=target, args=arguments)
        self._threads.append(thread)
        thread.start()

    def _accept(self, listener, behaviour):
        while not self._ending.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                continue
            connection.settimeout(_IDLE)
            self._start(self._serve, connection, behaviour)

    @staticmethod
    def _serve(connection, behaviour):
        try:
            with connection:
                _converse(connection, behaviour)
        except OSError:
            pass  # the client is gone, or its handshake failed; ssl.SSLError is one of these


def _converse(connection, behaviour):
    stream = connection.makefile("rwb", buffering=0)
    encrypted = False
    stream.write(b"220 remote.example ESMTP\r\n")
    while line := stream.readline(4096):
        command = line.split(maxsplit=1)[0].upper() if line.strip() else b""
        if command == b"EHLO":
            offered = behaviour.starttls != "none" and not encrypted
            stream.write(b"250-remote.example\r\n250 STARTTLS\r\n" if offered else b"250 remote.example\r\n")
        elif command == b"STARTTLS" and behaviour.starttls == "refused":
            stream.write(b"454 4.7.0 TLS not available\r\n")
        elif command == b"STARTTLS":
            stream.write(b"220 2.0.0 go ahead\r\n")
            if behaviour.starttls == "broken":
                return
            connection = _tls(behaviour.certificate).wrap_socket(connection, server_side=True)
            stream = connection.makefile("rwb", buffering=0)
            encrypted = True
        elif command == b"MAIL":
            stream.write(behaviour.mail.encode() + b"\r\n")
        elif command == b"QUIT":
            stream.write(b"221 2.0.0 bye\r\n")
            return
        else:
            stream.write(b"250 2.0.0 ok\r\n")


def _tls(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.chain, certificate.key)
    return context
