# SPDX-License-Identifier: MIT
"""The log as JSON: the same keys, with the text as it is."""

import json

from lab import check, pki, record

SETTINGS = "  log_format: json\n  log_accepted: true\n"
CONNECTORS = """\
  - {name: plain, senders: [plain.example], require: tls, on_failure: reject}
  - {name: named, senders: [named.example], require: {certificate: mail.contoso.example}, on_failure: reject}
"""


def _logged(site, sender, recipient="v@example.org", parameters="", **options):
    """The reply to RCPT, and the one JSON object in the log; a program's name may stand before it."""
    start = site.daemon.mark()
    with site.session(**options) as session:
        session.mail(sender, parameters)
        reply = session.rcpt(recipient)
    site.daemon.wait_for_line("{", start=start)
    lines = [line for line in site.daemon.log_lines(start) if "{" in line]
    check.equal(len(lines), 1, f"number of lines in {lines}")
    found = json.loads(lines[0][lines[0].index("{"):])
    check.equal({"verdict", "stage", *record.FIELDS} - set(found), set(), f"keys that are missing in {found}")
    return reply, found


def _check_values(found, **wanted):
    check.equal({key: str(found[key]) for key in wanted}, wanted, f"values in {found}")


def test_refused(site):
    helo = 'x> reason=- "q" \\ y'
    sender = '"x\\" <y>; é"@plain.example'
    reply, found = _logged(site, sender, helo=helo, parameters="SMTPUTF8")
    _check_values(found, verdict="reject", connector="plain", reason="plaintext", mode="enforce", helo=helo,
                  to="v@example.org")
    check.equal(found["from"], sender, "sender")
    check.contains(json.dumps(found), ["TLS required for mail from plain.example"], "the reply")
    check.equal(str(reply), "550 5.7.10 TLS required for mail from plain.example", "reply to RCPT")


def test_odd_bytes_in_helo(site):
    """Whatever Postfix lets through of them, each line is JSON."""
    start = site.daemon.mark()
    for helo in (b"x\x7fy", b"x\x01\x1b[2Jy", b"x\xff\xc3\xbcy", b"x\xe2\x80\xa8\xef\xbb\xbfy", b'x"\\y'):
        with site.session() as session:
            session.send(b"EHLO " + helo + b"\r\n")
            session.read_reply()
            session.mail("a@plain.example")
            session.rcpt("v@example.org")
        site.daemon.wait_for_line("{", start=start)
        lines = [line for line in site.daemon.log_lines(start) if "{" in line]
        start = site.daemon.mark()
        check.equal([json.loads(line[line.index("{"):])["connector"] for line in lines], ["plain"], f"{lines}")


def test_facts(site):
    _, found = _logged(site, "a@named.example", tls="TLSv1.3", certificate=site.clients["odd"])
    _check_values(found, verdict="reject", reason="subject", subject=pki.ODD_CN, issuer=pki.ROOT_CN,
                  tls="TLSv1.3", cipher="TLS_AES_256_GCM_SHA384", bits="256")


def test_accepted(site):
    _, found = _logged(site, "a@plain.example", tls="TLSv1.2")
    _check_values(found, verdict="pass", connector="plain", tls="TLSv1.2")
