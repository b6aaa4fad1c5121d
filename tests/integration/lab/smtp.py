# SPDX-License-Identifier: MIT
"""A scripted SMTP client: it sends what it is told, right or wrong, and says what it was told."""

import base64
import dataclasses
import socket
import ssl
import struct
import warnings

from . import net

VERSIONS = {
    "TLSv1": ssl.TLSVersion.TLSv1,
    "TLSv1.1": ssl.TLSVersion.TLSv1_1,
    "TLSv1.2": ssl.TLSVersion.TLSv1_2,
    "TLSv1.3": ssl.TLSVersion.TLSv1_3,
}


class Disconnected(Exception):
    """The server closed the connection."""


@dataclasses.dataclass(frozen=True)
class Reply:
    """A reply: code, and the text of its lines."""

    code: int
    lines: tuple

    @property
    def text(self):
        return "\n".join(self.lines)

    @property
    def plain(self):
        """Without the address that Sendmail writes before a text that refuses it for good."""
        status, _, text = self.lines[0].partition(" ")
        address, separator, rest = text.partition("... ")
        if self.code // 100 != 5 or not separator or "@" not in address:
            return self
        return Reply(self.code, (f"{status} {rest}", *self.lines[1:]))

    def __str__(self):
        return f"{self.code} {' / '.join(self.lines)}"


def tls_context(version=None, ciphers="ALL", certificate=None):
    """A client's TLS at security level 0, at exactly that version. The server's certificate does not matter here."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_ciphers(f"{ciphers}:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # it warns of TLS 1.0 and 1.1; we want them
        context.minimum_version = VERSIONS[version] if version else ssl.TLSVersion.TLSv1
        if version:
            context.maximum_version = VERSIONS[version]
    if certificate is not None:
        context.load_cert_chain(certificate.chain, certificate.key)
    return context


class Session:
    """One connection to an SMTP server. source: the loopback address that the client has."""

    def __init__(self, port, source=net.LOOPBACK, context=None, source_port=0, first=None):
        """context: for a server that speaks TLS from the first byte. source_port: several sessions may share it.
        first: what is said before the greeting."""
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._socket.settimeout(net.PATIENCE)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind((source, source_port))
        self._socket.connect((net.LOOPBACK, port))
        if context is not None:
            self._socket = context.wrap_socket(self._socket)
        self._buffer = b""
        self._closed = False
        if first is not None:
            self.send(first)
        self.greeting = self.read_reply()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()

    def send(self, data):
        """Raw bytes, or text as UTF-8 with CRLF behind."""
        if isinstance(data, str):
            data = data.encode("utf-8") + b"\r\n"
        self._socket.sendall(data)

    def _read_line(self):
        while b"\n" not in self._buffer:
            chunk = self._socket.recv(4096)
            if not chunk:
                raise Disconnected(f"the server closed the connection after {self._buffer!r}")
            self._buffer += chunk
        line, self._buffer = self._buffer.split(b"\n", 1)
        return line.rstrip(b"\r").decode("utf-8", "backslashreplace")

    def read_reply(self):
        lines = []
        while True:
            line = self._read_line()
            lines.append(line[4:])
            if line[3:4] != "-":
                return Reply(int(line[:3]), tuple(lines))

    def command(self, line):
        self.send(line)
        return self.read_reply()

    def ehlo(self, name="client.lab.example"):
        return self.command(f"EHLO {name}")

    def starttls(self, version=None, ciphers="ALL", certificate=None, ehlo=None, resume=None):
        """STARTTLS and the handshake; then EHLO only if a name for it is given. resume: an ssl.SSLSession."""
        reply = self.command("STARTTLS")
        if reply.code != 220:
            raise Disconnected(f"STARTTLS was refused: {reply}")
        self.start_handshake(version, ciphers, certificate, resume)
        if ehlo is not None:
            self.ehlo(ehlo)

    def start_handshake(self, version=None, ciphers="ALL", certificate=None, resume=None):
        """The handshake alone, where the server has agreed to it."""
        context = resume[0] if resume else tls_context(version, ciphers, certificate)
        self._buffer = b""
        self._socket = context.wrap_socket(self._socket, session=resume[1] if resume else None)

    @property
    def resumable(self):
        """What starttls(resume=...) of a later session takes. With TLS 1.3 only after a reply has been read."""
        return self._socket.context, self._socket.session

    @property
    def resumed(self):
        return self._socket.session_reused

    @property
    def encrypted(self):
        return isinstance(self._socket, ssl.SSLSocket)

    @property
    def cipher(self):
        """Name, version and bits of the session's cipher, from our end."""
        name, _, bits = self._socket.cipher()
        return name, self._socket.version(), bits

    def login(self, name, password):
        """AUTH PLAIN (RFC 4616)."""
        return self.command("AUTH PLAIN " + base64.b64encode(f"\0{name}\0{password}".encode()).decode())

    def mail(self, sender, parameters=""):
        return self.command(f"MAIL FROM:<{sender}> {parameters}".rstrip())

    def rcpt(self, recipient, parameters=""):
        return self.command(f"RCPT TO:<{recipient}> {parameters}".rstrip())

    def data(self, body="Subject: lab\r\n\r\nlab\r\n"):
        reply = self.command("DATA")
        if reply.code != 354:
            return reply
        self.send(body.encode("utf-8") + b".\r\n")
        return self.read_reply()

    def quit(self):
        reply = self.command("QUIT")
        self.close()
        return reply

    def close(self):
        if not self._closed:
            self._closed = True
            self._socket.close()

    def abort(self):
        """Ends the connection with a reset instead of an orderly close."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close()


def open_session(port, *, tls=None, ciphers="ALL", certificate=None, helo="client.lab.example",
                 second_ehlo=True, source=net.LOOPBACK, source_port=0, smtps=False):
    """A session that has said EHLO and, where tls names a version, STARTTLS and (normally) EHLO once more. smtps: TLS
    was there before all that."""
    session = Session(port, source, tls_context(tls, ciphers, certificate) if smtps else None, source_port)
    try:
        session.ehlo(helo)
        if tls is not None and not smtps:
            session.starttls(tls, ciphers, certificate, helo if second_ehlo else None)
    except BaseException:
        session.close()
        raise
    return session
