# SPDX-License-Identifier: MIT
"""Which replies the milter leaves out: on a unix socket those to HELO and MAIL, where the MTA offers to go without; on
an inet socket none. That to CONNECT always comes: what the policy service is told must come behind it."""

import os
import pathlib
import socket
import struct
import subprocess
import sys
import tempfile

CONNECT, HELO, MAIL = 0x1000, 0x2000, 0x4000  # SMFIP_NR_CONN, SMFIP_NR_HELO, SMFIP_NR_MAIL
ALL_STEPS = 0x1FFFFF
STEPS = [
    b"Cmail.example\0" + b"4" + struct.pack(">H", 40000) + b"192.0.2.25\0",
    b"Hmail.example\0",
    b"M<a@example.net>\0",
    b"R<b@example.org>\0",
]
POLICY = """daemon: {{user: {user}, control: "unix:{folder}/control"}}
connectors: [{{name: a, recipients: [example.org], require: tls}}]
"""


def packet(payload):
    return struct.pack(">I", len(payload)) + payload


def read(client):
    (length,) = struct.unpack(">I", client.recv(4, socket.MSG_WAITALL))
    return client.recv(length, socket.MSG_WAITALL)


def converse(client, offered):
    """What was agreed on, and the replies to all steps, the last of which always has one."""
    client.sendall(packet(struct.pack(">cIII", b"O", 6, 0x1FF, offered)))
    _, _, _, agreed = struct.unpack(">cIII", read(client)[:13])
    client.sendall(b"".join(packet(step) for step in STEPS))
    replies = [read(client)]
    while replies[-1][:1] not in b"yt":
        replies.append(read(client))
    return agreed & (CONNECT | HELO | MAIL), [reply[:1] for reply in replies]


def look(folder, spec, address, offered, wanted):
    program = pathlib.Path(os.environ.get("builddir", ".")).resolve() / "forcedtlsd"
    daemon = subprocess.Popen([program, "-f", "-c", folder / "policy.yaml", "-p", spec], stderr=subprocess.PIPE, text=True)
    said = []
    for line in daemon.stderr:
        said.append(line)
        if " started: " in line:
            break
    else:
        sys.exit("".join(said))
    try:
        with socket.socket(socket.AF_UNIX if isinstance(address, str) else socket.AF_INET) as client:
            client.settimeout(60)
            client.connect(address)
            got = converse(client, offered)
    finally:
        daemon.terminate()
        daemon.communicate()
    if got != wanted:
        print(f"{spec}, offered {offered:#x}: {got}, and not {wanted}")
    return got == wanted


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        folder.chmod(0o755)
        if os.getuid() == 0:
            os.chown(folder, 65534, -1)
        user = "nobody" if os.getuid() == 0 else os.environ.get("USER", str(os.getuid()))
        (folder / "policy.yaml").write_text(POLICY.format(user=user, folder=folder))
        path, port = str(folder / "milter"), free_port()
        good = [
            look(folder, f"unix:{path}", path, ALL_STEPS, (HELO | MAIL, [b"c", b"y"])),
            look(folder, f"unix:{path}", path, ALL_STEPS & ~HELO, (MAIL, [b"c", b"c", b"y"])),
            look(folder, f"unix:{path}", path, ALL_STEPS & ~MAIL, (HELO, [b"c", b"c", b"y"])),
            look(folder, f"unix:{path}", path, ALL_STEPS & ~HELO & ~MAIL, (0, [b"c", b"c", b"c", b"y"])),
            look(folder, f"inet:{port}@127.0.0.1", ("127.0.0.1", port), ALL_STEPS, (0, [b"c", b"c", b"c", b"y"])),
        ]
    sys.exit(0 if all(good) else 1)


main()
