# SPDX-License-Identifier: MIT
"""client.py SOURCE TLS CERTIFICATE SENDER RECIPIENT: one message from that address to port 25 of this network. TLS is a
version or "none"; CERTIFICATE a file with key and certificates, or "none". Prints the reply to RCPT, or, where that is
let in, the one to the end of the message."""

import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "integration"))
from lab import pki, smtp  # noqa: E402  pylint: disable=wrong-import-position


def main(source, tls, certificate, sender, recipient):
    shown = None if certificate == "none" else pki.Certificate(pathlib.Path(certificate), pathlib.Path(certificate))
    with smtp.open_session(25, tls=None if tls == "none" else tls, certificate=shown, source=source,
                           helo="mail.contoso.com") as session:
        reply = session.mail(sender)
        if reply.code == 250:
            reply = session.rcpt(recipient)
        if reply.code == 250:
            reply = session.data(f"From: {sender}\r\nTo: {recipient}\r\nSubject: newcomer\r\n\r\nnewcomer\r\n")
        print(reply)


if __name__ == "__main__":
    main(*sys.argv[1:])
