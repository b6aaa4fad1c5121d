# SPDX-License-Identifier: MIT
"""The log as text: accepted mail, and that no client can forge a line or a field."""

from lab import check, pki
from lab.site import bracketed

SETTINGS = "  log_accepted: true\n"
CONNECTORS = """\
  - {name: plain, senders: [plain.example], require: tls, on_failure: reject}
  - {name: named, senders: [named.example], require: {certificate: mail.contoso.example}, on_failure: reject}
"""
FORGED = "x> reason=- to=<forged@x.example>; \"q\" \\ y"


def _single(attempt, verdict):
    check.equal([found.verdict for found in attempt.records], [verdict], "verdicts in the log")
    return attempt.records[0]


def test_accepted_is_logged(site):
    attempt = site.attempt("a@plain.example", tls="TLSv1.3")
    found = _single(attempt, "pass")
    check.equal(found.fields, attempt.fields | {"connector": "plain", "reason": "-", "mode": "enforce"},
                f"fields of {found.line!r}")


def test_accepted_with_certificate_is_logged(site):
    attempt = site.attempt("a@named.example", tls="TLSv1.2", certificate="right")
    names = check.verified("mail.contoso.example", pki.ROOT_CN)
    check.equal(_single(attempt, "pass").fields,
                attempt.fields | names | {"connector": "named", "reason": "-", "mode": "enforce"}, "fields")


def test_accepted_without_connector_is_logged(site):
    attempt = site.attempt("a@elsewhere.example")
    found = _single(attempt, "pass")
    check.equal(found.fields, attempt.fields | {"connector": "-", "reason": "-", "mode": "enforce"},
                f"fields of {found.line!r}")


def test_refused_is_logged_as_ever(site):
    check.refused(site.attempt("a@plain.example"), "550 5.7.10", connector="plain", reason="plaintext")


def _refused_in_one_line(site, **options):
    """A forging attempt leads to one line of the documented form, with what was sent escaped."""
    _in_one_line(site, ("550 5.7.10", "TLS required for mail from plain.example", "plain", "plaintext"), **options)


def _in_one_line(site, expected, **options):
    codes, text, connector, reason = expected
    start = site.daemon.mark()
    attempt = site.attempt(**options)
    check.refused(attempt, codes, text=text, connector=connector, reason=reason)
    lines = [line for line in site.daemon.log_lines(start) if "sentinel.example" not in line]
    check.equal(lines, [attempt.records[0].line], "lines in the log")


def test_forging_by_helo(site):
    _refused_in_one_line(site, sender="a@plain.example", helo=FORGED)
    _refused_in_one_line(site, sender="a@plain.example", helo="-")
    _refused_in_one_line(site, sender="a@plain.example", helo="h" * 200)


def test_forging_by_helo_with_control_bytes(site):
    """Whatever Postfix makes of such bytes, the log has one line."""
    start = site.daemon.mark()
    with site.session() as session:
        session.send(b"EHLO x\x01\x1b[2J\x7f\xff\xc3\xbc\x0by\r\n")
        session.read_reply()
        attempt = site.attempt_in(session, "a@plain.example", start=start)
    _single(attempt, "reject")


def test_forging_by_sender(site):
    # A hop with a blank in it: nobody can tell whom Postfix takes that for.
    _in_one_line(site, ("451 4.3.0", "try again later", "-", "internal"),
                 sender='"x> to=<forged@x.example> reason=-"@plain.example')
    for local in ('"x> to=<forged> reason=-"', '"x\\" y"', '"a;b"', '"a\\\\b"', '"%n%s%%"', "$(id)", "`id`"):
        _refused_in_one_line(site, sender=f"{local}@plain.example")


def test_forging_by_recipient(site):
    for local in ('"x> connector=forged from=<forged@x.example>"', '"a;b"', '"%n%s"', "\\n", '"a\tb"'):
        _refused_in_one_line(site, sender="a@plain.example", recipient=f"{local}@example.org")


def test_forging_by_utf8(site):
    _refused_in_one_line(site, sender="ü\u2028\u202e@plain.example", parameters="SMTPUTF8")


def test_long_addresses(site):
    local = "l" * 300
    attempt = site.attempt(f"{local}@plain.example")
    found = _single(attempt, "reject")
    check.true(found.fields["from"] == bracketed(f"{local}@plain.example"), f"sender in {found.line!r}")


def test_forging_by_common_name(site):
    attempt = site.attempt("a@named.example", tls="TLSv1.3", certificate="odd")
    check.refused(attempt, "550 5.7.5", connector="named", reason="subject",
                  **check.verified(pki.ODD_CN, pki.ROOT_CN))


def test_forging_by_client_name(site):
    attempt = site.attempt("a@plain.example", xclient="NAME=mail.plain.example ADDR=192.0.2.25")
    check.refused(attempt, "550 5.7.10", connector="plain", reason="plaintext")
    check.equal(attempt.records[0].client, "mail.plain.example[192.0.2.25]", "client in the log")
