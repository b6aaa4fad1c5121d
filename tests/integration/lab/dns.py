# SPDX-License-Identifier: MIT
"""A DNS server on a loopback address for one test: it knows the records that it is given, calls all of them
authentic (RFC 4035, the AD bit) or none, and whatever else is asked does not exist."""

import errno
import random
import socket
import struct
import threading

from . import net

TYPES = {"A": 1, "MX": 15, "TLSA": 52}
_PORT = 53  # resolv.conf(5) knows no other


def address(text):
    return "A", socket.inet_aton(text)


def mail_exchanger(name, preference=10):
    return "MX", struct.pack(">H", preference) + encode(name)


def tlsa(usage, selector, matching, digest):
    return "TLSA", bytes((usage, selector, matching)) + digest


def encode(name):
    return b"".join(bytes((len(label),)) + label.encode("ascii") for label in name.split(".")) + b"\0"


def _read_question(packet):
    """Name and type of the only question, and where it ends."""
    labels, at = [], 12
    while packet[at] != 0:
        labels.append(packet[at + 1:at + 1 + packet[at]].decode("ascii", "replace"))
        at += 1 + packet[at]
    return ".".join(labels).lower(), struct.unpack(">H", packet[at + 1:at + 3])[0], at + 5


def _bind_anywhere(udp):
    """The address: one of many, so that tests that run at the same time have one each."""
    for _ in range(100):
        found = f"127.{random.randint(64, 127)}.{random.randint(0, 255)}.{random.randint(1, 254)}"
        try:
            udp.bind((found, _PORT))
            return found
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
    raise net.Timeout(f"no free loopback address for port {_PORT}")


class Server:
    """records: name -> list of what the functions above make. Use it in a with statement."""

    def __init__(self, records, authentic=True):
        self._records = records
        self._authentic = authentic
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self.address = None

    def __enter__(self):
        self.address = _bind_anywhere(self._socket)
        self._thread.start()
        return self

    def __exit__(self, *exception):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"", (self.address, _PORT))
        self._thread.join()
        self._socket.close()

    @property
    def resolver_text(self):
        """What a process that is to ask here has for /etc/resolv.conf."""
        return f"nameserver {self.address}\noptions trust-ad timeout:5 attempts:1\n"

    def _serve(self):
        while True:
            packet, client = self._socket.recvfrom(4096)
            if not packet:
                return
            self._socket.sendto(self._answer(packet), client)

    def _answer(self, packet):
        name, wanted, end = _read_question(packet)
        found = [data for kind, data in self._records.get(name, ()) if TYPES[kind] == wanted]
        rcode = 0 if name in self._records else 3
        flags = 0x8000 | 0x0100 | 0x0080 | rcode  # a response; recursion desired, available
        flags |= 0x0020 if self._authentic else 0
        header = packet[:2] + struct.pack(">HHHHH", flags, 1, len(found), 0, 0)
        answers = b"".join(b"\xc0\x0c" + struct.pack(">HHIH", wanted, 1, 60, len(data)) + data for data in found)
        return header + packet[12:end] + answers
