# SPDX-License-Identifier: MIT
"""A client of a socketmap table: as plain as can be, so that tests can also misbehave with it."""

import socket

from . import net

MAP = "tls_policy"


def connect(path, patience=net.PATIENCE):
    client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    client.settimeout(patience)
    client.connect(str(path))
    return client


def request(key, name=MAP):
    payload = f"{name} {key}".encode()
    return b"%d:%s," % (len(payload), payload)


def read_reply(client):
    """One netstring, without its frame; None at the end of the connection."""
    length = b""
    while not length.endswith(b":"):
        byte = client.recv(1)
        if not byte:
            return None
        length += byte
    payload = b""
    while len(payload) < int(length[:-1]) + 1:
        piece = client.recv(int(length[:-1]) + 1 - len(payload))
        if not piece:
            return None
        payload += piece
    if not payload.endswith(b","):
        raise AssertionError(f"no netstring: {length + payload!r}")
    return payload[:-1].decode()


def ask(client, key, name=MAP):
    client.sendall(request(key, name))
    return read_reply(client)
