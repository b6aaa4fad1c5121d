# SPDX-License-Identifier: MIT
"""Waiting and ports: whatever the lab waits for, it asks for again and again until a deadline."""

import random
import socket
import sys
import time

LOOPBACK = "127.0.0.1"
PATIENCE = 30.0  # seconds; only a failure ever takes that long
_PAUSE = 0.01
_LISTEN = "0A"  # TCP_LISTEN, as the kernel's table writes it
_reservations = []  # sockets, see _reserve


class Timeout(Exception):
    """What was waited for did not happen."""


def wait_until(happened, what, patience=PATIENCE):
    """Returns the first true result of happened()."""
    deadline = time.monotonic() + patience
    while True:
        result = happened()
        if result:
            return result
        if time.monotonic() > deadline:
            raise Timeout(f"waited {patience:g} s in vain for {what}")
        time.sleep(_PAUSE)


def connects(family, address):
    """True when something accepts connections there."""
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(address)
        except OSError:
            return False
    return True


def listens(port):
    """True when somebody listens at the port of the IPv4 loopback address. It is not connected to, for an smtpd(8) that
    is may ask the policy service about that client seconds later, in the middle of a test."""
    address = f"{int.from_bytes(socket.inet_aton(LOOPBACK), sys.byteorder):08X}:{port:04X}"
    with open("/proc/net/tcp", encoding="ascii") as table:
        return any(line.split()[1:4:2] == [address, _LISTEN] for line in table)


def _reserve(port):
    """False where another lab has the port, or somebody listens there. Between here and the moment at which an MTA
    listens another process would take it for free too, and Postfix shares a port with whoever listens there: so what
    is ours is bound for datagrams, which nobody sends, as long as this process lives."""
    reservation = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            reservation.bind((LOOPBACK, port))
            probe.bind((LOOPBACK, port))
        except OSError:
            reservation.close()
            return False
    _reservations.append(reservation)
    return True


def free_ports(count):
    """Ports that nobody listens on, outside the range that the kernel gives to outgoing connections; ours alone."""
    ports = []
    for port in random.sample(range(10240, 32000), 2000):
        if len(ports) == count:
            break
        if _reserve(port):
            ports.append(port)
    if len(ports) < count:
        raise Timeout(f"no {count} free ports on {LOOPBACK}")
    return ports
