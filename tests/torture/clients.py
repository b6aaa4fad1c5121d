# SPDX-License-Identifier: MIT
"""Clients of forcedtlsd's services that can be held at any step, a thousand at once: bytes out, bytes in, a verdict.

A verdict is "pass", "tempfail" or "reject"; Gone is that there was none. Knows nothing of policies."""

import socket
import struct

PATIENCE = 30.0  # seconds; only a failure ever takes that long
_PROTOCOL = 6
_ACTIONS = 0x1FF
_STEPS = 0x1FFFFF
# What the filter may not want to be told (SMFIP_NO...), and does not answer (SMFIP_NR_...), by command.
_UNWANTED = {"C": 0x1, "H": 0x2, "M": 0x4, "R": 0x8, "B": 0x10, "L": 0x20, "N": 0x40, "T": 0x200}
_SILENT = {"L": 0x80, "C": 0x1000, "H": 0x2000, "M": 0x4000, "R": 0x8000, "T": 0x10000, "N": 0x40000, "B": 0x80000}
# Edits of a message, which come before the answer to its end.
_EDITS = "hmiqp+-2be"


class Gone(Exception):
    """The service gave no answer: the connection ended, or nothing came in that time."""


def dial(place, patience=PATIENCE):
    """place: the path of a unix socket, or (host, port)."""
    client = socket.socket(socket.AF_UNIX if isinstance(place, str) else socket.AF_INET, socket.SOCK_STREAM)
    # connect(2) waits that long where too many others wait to be taken; with settimeout it would not wait at all
    client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", int(patience), int(patience % 1 * 1e6)))
    try:
        client.connect(place)
        client.settimeout(patience)
    except OSError as error:
        client.close()
        raise Gone(f"{place}: {error}") from error
    return client


class Stream:
    """Bytes of a connection, with every failure a Gone."""

    def __init__(self, place, patience=PATIENCE):
        self.socket = dial(place, patience)
        self._bytes = b""

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()

    def close(self):
        self.socket.close()

    def send(self, data):
        try:
            self.socket.sendall(data)
        except OSError as error:
            raise Gone(str(error)) from error

    def _more(self):
        try:
            received = self.socket.recv(65536)
        except OSError as error:
            raise Gone(str(error)) from error
        if not received:
            raise Gone("closed")
        self._bytes += received

    def take(self, count):
        while len(self._bytes) < count:
            self._more()
        taken, self._bytes = self._bytes[:count], self._bytes[count:]
        return taken

    def until(self, end):
        while end not in self._bytes:
            self._more()
        return self.take(self._bytes.index(end) + len(end))

    def rest(self):
        """All there is until the other side closes."""
        try:
            while True:
                self._more()
        except Gone as gone:
            if str(gone) != "closed":
                raise
        return self.take(len(self._bytes))


def packet(command, data=b""):
    return struct.pack(">I", len(data) + 1) + command.encode() + data


OPTIONS = packet("O", struct.pack(">III", _PROTOCOL, _ACTIONS, _STEPS))


def _string(text):
    return text.encode() + b"\0"


def _verdict(action, data):
    if action in "ca":
        return "pass"
    if action == "y":
        return {b"4": "tempfail", b"5": "reject"}[data[:1]]
    return {"t": "tempfail", "r": "reject"}[action]


class Milter(Stream):
    """An SMTP session of a Postfix, step by step."""

    def __init__(self, place, patience=PATIENCE):
        super().__init__(place, patience)
        self.send(OPTIONS)
        command, data = self._read()
        if command != "O":
            raise Gone(f"answer to the negotiation: {command!r}")
        self._steps = struct.unpack(">I", data[8:12])[0]

    def _read(self):
        length = struct.unpack(">I", self.take(4))[0]
        content = self.take(length)
        return chr(content[0]), content[1:]

    def begin(self, command, data=b"", macros=()):
        """Sends a step without reading the answer; False where none comes."""
        if self._steps & _UNWANTED.get(command, 0):
            return False
        if macros:
            text = b"".join(_string(name) + _string(value) for name, value in macros.items())
            self.send(packet("D", command.encode() + text))
        self.send(packet(command, data))
        return not self._steps & _SILENT.get(command, 0)

    def answer(self):
        action = "h"
        while action in _EDITS:
            action, data = self._read()
        return _verdict(action, data)

    def step(self, command, data=b"", macros=()):
        return self.answer() if self.begin(command, data, macros) else "pass"

    def _envelope(self, session):
        """The steps from CONNECT to RCPT."""
        tls = session.tls_macros()
        macros = {"j": "mx.example.org", "v": "Postfix 3.7.11", "{client_addr}": "192.0.2.25",
                  "{client_name}": "mail.example.net", "{client_resolve}": "OK"}
        client = _string("mail.example.net") + b"4" + struct.pack(">H", 48322) + _string("192.0.2.25")
        return (("C", client, macros), ("H", _string("mail.example.net"), tls),
                ("M", _string(f"<{session.sender}>"), {"{mail_addr}": session.sender} | tls),
                ("R", _string(f"<{session.recipient}>"), {"{rcpt_addr}": session.recipient} | tls))

    def connect(self, session):
        for step in self._envelope(session)[:2]:
            self.step(*step)
        return self

    def mail(self, session):
        return self.step(*self._envelope(session)[2])

    def begin_rcpt(self, session):
        return self.begin(*self._envelope(session)[3])

    def begin_envelope(self, session):
        """All of it at once; how many answers come."""
        return sum(self.begin(*step) for step in self._envelope(session))

    def message(self, session):
        """From DATA on: the verdict on the message."""
        for command, data in (("T", b""), ("L", _string("From") + _string(session.header_from)), ("N", b""),
                              ("B", b"torture\r\n")):
            verdict = self.step(command, data, {"i": "QUEUEID"})
            if verdict != "pass":
                return verdict
        return self.step("E", b"", {"i": "QUEUEID"})

    def judge(self, session):
        """The verdict on one message of this connection."""
        verdicts = [self.mail(session)]
        if verdicts[-1] == "pass":
            verdicts.append(self.answer() if self.begin_rcpt(session) else "pass")
        if verdicts[-1] == "pass":
            verdicts.append(self.message(session))
        if verdicts[-1] != "pass" or len(verdicts) == 3:
            self.send(packet("A"))
        return verdicts[-1]


def milter(place, session, patience=PATIENCE):
    """The milter's verdict on that session."""
    with Milter(place, patience) as client:
        verdict = client.connect(session).judge(session)
        client.send(packet("Q"))
        return verdict


def policy_request(session):
    attributes = {"request": "smtpd_access_policy", "protocol_state": "RCPT", "protocol_name": "ESMTP",
                  "client_address": "192.0.2.25", "client_name": "mail.example.net", "client_port": "48322",
                  "helo_name": "mail.example.net", "sender": session.sender, "recipient": session.recipient,
                  "instance": "1a.2b.3c"} | session.tls_attributes()
    return "".join(f"{name}={value}\n" for name, value in attributes.items()).encode() + b"\n"


def policy_verdict(answer):
    action = answer.decode().strip().removeprefix("action=")
    if action.startswith(("DUNNO", "PREPEND")):
        return "pass"
    return "reject" if action.startswith("5") else "tempfail"


def policy_service(place, session, patience=PATIENCE):
    with Stream(place, patience) as client:
        client.send(policy_request(session))
        return policy_verdict(client.until(b"\n\n"))


def lookup(key):
    payload = f"tls_policy {key}".encode()
    return b"%d:%s," % (len(payload), payload)


def netstring(stream):
    return stream.take(int(stream.until(b":")[:-1]) + 1)[:-1].decode()


def tls_policy(place, key, patience=PATIENCE):
    """What Postfix is told of that next hop."""
    with Stream(place, patience) as client:
        client.send(lookup(key))
        return netstring(client)


SCRAPE = b"GET /metrics HTTP/1.0\r\n\r\n"


def metrics(place, patience=PATIENCE):
    """The exposition, without its head."""
    with Stream(place, patience) as client:
        client.send(SCRAPE)
        head, _, text = client.rest().partition(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.") or b" 200 " not in head[:15]:
            raise Gone(f"metrics: {head[:40]!r}")
        return text.decode()


def control(place, patience=PATIENCE):
    """The line that answers a question for the status."""
    with Stream(place, patience) as client:
        client.send(b'{"command": "status"}\n')
        return client.until(b"\n").decode()
