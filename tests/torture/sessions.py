# SPDX-License-Identifier: MIT
"""The policy under which mail comes while faults happen, the sessions, and what the manual says must become of each: the
second opinion, written by hand. tests/scenarios has these verdicts too, without faults."""

import dataclasses

NEXT_HOP = "partner.example"
ANSWER = "OK secure match=mail.partner.example"
_CIPHERS = {"TLSv1.1": "ECDHE-RSA-AES256-SHA", "TLSv1.2": "ECDHE-RSA-AES256-GCM-SHA384",
            "TLSv1.3": "TLS_AES_256_GCM_SHA384"}


@dataclasses.dataclass(frozen=True)
class Session:
    """verdict: what must become of it. by: the service that is asked where it is not both."""

    sender: str
    tls: str
    subject: str
    verdict: str
    recipient: str = "b@example.org"
    header_from: str = "a@elsewhere.example"
    by: str = ""

    def tls_macros(self):
        if not self.tls:
            return {}
        certificate = {"{cert_subject}": self.subject, "{cert_issuer}": "Test Root CA"} if self.subject else {}
        return {"{tls_version}": self.tls, "{cipher}": _CIPHERS[self.tls], "{cipher_bits}": "256"} | certificate

    def tls_attributes(self):
        return {"ccert_subject": self.subject, "ccert_issuer": "Test Root CA" if self.subject else "",
                "ccert_fingerprint": "", "ccert_pubkey_fingerprint": "", "encryption_protocol": self.tls,
                "encryption_cipher": _CIPHERS.get(self.tls, ""), "encryption_keysize": "256" if self.tls else "0"}


_CONTOSO = "mail.contoso.com"
SESSIONS = (
    Session("a@plain.example", "", "", "reject"),
    Session("a@plain.example", "TLSv1.1", "", "reject"),
    Session("a@plain.example", "TLSv1.2", "", "pass"),
    Session("a@modern.example", "TLSv1.2", "", "reject"),
    Session("a@modern.example", "TLSv1.3", "", "pass"),
    Session("a@named.example", "TLSv1.3", "", "tempfail"),
    Session("a@named.example", "TLSv1.3", "mail.other.example", "tempfail"),
    Session("a@named.example", "TLSv1.3", _CONTOSO, "pass"),
    Session("a@elsewhere.example", "", "", "pass"),
    Session("a@elsewhere.example", "", "", "reject", recipient="b@board.example"),
    Session("a@elsewhere.example", "", "", "reject", header_from="a@header.example", by="milter"),
    Session("a@elsewhere.example", "TLSv1.2", "", "pass", header_from="a@header.example", by="milter"),
)
FORBIDDEN = SESSIONS[0]
FORBIDDEN_HEADER = SESSIONS[10]
ALLOWED = SESSIONS[2]

# Each connector is one line: a file that ends between two of them is a policy all the same.
CONNECTORS = (
    "  - {name: plain, senders: [plain.example], require: tls, on_failure: reject}\n",
    "  - {name: modern, senders: [modern.example], require: {min_version: TLSv1.3}, on_failure: reject}\n",
    "  - {name: named, senders: [named.example], require: {certificate: mail.contoso.com}}\n",
    "  - {name: board, recipients: [board.example], require: tls, on_failure: reject}\n",
    "  - {name: header, senders: [header.example], header_from: true, require: tls, on_failure: reject}\n",
    "  - {name: partner, recipients: [partner.example], deliver: {level: secure, match: mail.partner.example}}\n",
)
# Another policy with the same verdicts.
MORE = "  - {{name: more{0}, senders: [more{0}.example], require: {{min_version: TLSv1.3}}, on_failure: reject}}\n"


def forbids(session):
    return session.verdict != "pass"
