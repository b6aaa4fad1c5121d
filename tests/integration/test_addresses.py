# SPDX-License-Identifier: MIT
"""Which connector an envelope address leads to, however the client writes it. All sessions are plaintext unless
said otherwise, so that whoever is recognised is refused."""

from lab import check
from lab.postfix import HOSTNAME
from lab.site import bracketed

HEAD = "recipient_delimiter: \"+\"\ntrusted_networks: [192.0.2.254/32]\n"
CONNECTORS = """\
  - {name: from-contoso, senders: ["*.contoso.example"], require: tls, on_failure: reject}
  - {name: to-clinic, recipients: [clinic.example], require: tls}
  - {name: to-boss, recipients: [boss@mailbox.example], require: tls}
  - {name: from-ceo, senders: [ceo@mailbox.example], require: tls}
  - {name: to-literal, recipients: ["[192.0.2.1]", "[IPv6:2001:db8::1]"], require: tls}
  - {name: to-idn, recipients: [münchen.example], require: tls}
  - {name: from-idn, senders: [xn--mnchen-3ya.example], require: tls}
"""


def _from_contoso(site, sender, **options):
    check.refused(site.attempt(sender, **options), "550 5.7.10", text="TLS required for mail from *.contoso.example",
                  connector="from-contoso", reason="plaintext")


def _to_clinic(site, recipient):
    check.refused(site.attempt("a@elsewhere.example", recipient), "451 4.7.10",
                  text="TLS required for mail to clinic.example", connector="to-clinic", reason="plaintext")


def test_sender_as_is(site):
    for sender in ("a@contoso.example", "a@sub.contoso.example", "A.B@CONTOSO.Example", "a@contoso.example."):
        _from_contoso(site, sender)


def test_sender_that_only_looks_alike(site):
    for sender in ("a@notcontoso.example", "a@contoso.example.net", "contoso.example@elsewhere.example"):
        check.accepted(site.attempt(sender))


def test_sender_source_route(site):
    _from_contoso(site, "@relay.example:v@contoso.example")
    _from_contoso(site, "@relay.example,@other.example:v@contoso.example")


def test_sender_percent_hack(site):
    _from_contoso(site, f"v%contoso.example@{HOSTNAME}")


def test_sender_bang_path(site):
    _from_contoso(site, "contoso.example!v")


def test_sender_quoted_local_part(site):
    for local in ('"quoted local"', '"v"', '"u@evil.example"', '"a>b"', '"a\\"b"', '"a\\\\b"'):
        _from_contoso(site, f"{local}@contoso.example")


def test_sender_with_comment(site):
    _from_contoso(site, "v(comment)@contoso.example")


def _plain_rcpt(site, mail, rcpt):
    """Lines as they are given; the reply to RCPT and the records."""
    start = site.daemon.mark()
    with site.session() as session:
        check.equal(session.command(mail).code, 250, f"reply to {mail}")
        return session.command(rcpt), site.flushed_records(start)


def test_missing_and_padded_brackets(site):
    for sender in ("v@contoso.example", "< v@contoso.example >"):
        reply, records = _plain_rcpt(site, f"MAIL FROM:{sender}", "RCPT TO:<info@example.org>")
        check.equal(str(reply), "550 5.7.10 TLS required for mail from *.contoso.example", f"reply for {sender}")
        check.equal(len(records), 1, "verdicts in the log")
    for recipient in ("v@clinic.example", "< v@clinic.example >"):
        reply, records = _plain_rcpt(site, "MAIL FROM:<a@elsewhere.example>", f"RCPT TO:{recipient}")
        check.equal(str(reply), "451 4.7.10 TLS required for mail to clinic.example", f"reply for {recipient}")
        check.equal(len(records), 1, "verdicts in the log")


def test_recipient_as_is(site):
    for recipient in ("v@clinic.example", "V@CLINIC.EXAMPLE", "v@clinic.example."):
        _to_clinic(site, recipient)
    check.accepted(site.attempt("a@elsewhere.example", "v@sub.clinic.example"))


def test_recipient_rewritten_by_the_mta(site):
    for recipient in (f"v%clinic.example@{HOSTNAME}", "clinic.example!v", "@relay.example:v@clinic.example",
                      '"v w"@clinic.example', "v(comment)@clinic.example"):
        _to_clinic(site, recipient)


def test_mailbox(site):
    for recipient in ("boss@mailbox.example", "BOSS@Mailbox.example", '"boss"@mailbox.example',
                      "boss+x@mailbox.example", '"Boss+X y"@mailbox.example'):
        attempt = site.attempt("a@elsewhere.example", recipient)
        check.refused(attempt, "451 4.7.10", text="TLS required for mail to boss@mailbox.example",
                      connector="to-boss", reason="plaintext")
    for recipient in ("bosses@mailbox.example", "boss-x@mailbox.example", "info@mailbox.example"):
        check.accepted(site.attempt("a@elsewhere.example", recipient))


def test_mailbox_of_the_sender(site):
    for sender in ("ceo@mailbox.example", '"CEO"@mailbox.example', "ceo+list@mailbox.example"):
        attempt = site.attempt(sender)
        check.refused(attempt, "451 4.7.10", text="TLS required for mail from ceo@mailbox.example",
                      connector="from-ceo", reason="plaintext")
    check.accepted(site.attempt("cfo@mailbox.example"))


def test_address_literal(site):
    for recipient, pattern in (("v@[192.0.2.1]", "[192.0.2.1]"), ("v@[IPv6:2001:db8::1]", "[ipv6:2001:db8::1]"),
                               ("v@[IPv6:2001:DB8:0:0::1]", "[ipv6:2001:db8::1]")):
        attempt = site.attempt("a@elsewhere.example", recipient)
        check.refused(attempt, "451 4.7.10", connector="to-literal", reason="plaintext")
        check.equal(str(attempt.reply).lower(), f"451 4.7.10 tls required for mail to {pattern}", "reply to RCPT")
    check.accepted(site.attempt("a@elsewhere.example", "v@[192.0.2.2]"))


def test_smtputf8(site):
    for recipient in ("ü@münchen.example", "v@MÜNCHEN.example", "v@xn--mnchen-3ya.example"):
        attempt = site.attempt("a@elsewhere.example", recipient, parameters="SMTPUTF8")
        check.refused(attempt, "451 4.7.10", connector="to-idn", reason="plaintext",
                      text="TLS required for mail to xn--mnchen-3ya.example")
    attempt = site.attempt("ü@münchen.example", parameters="SMTPUTF8")
    check.refused(attempt, "451 4.7.10", connector="from-idn", reason="plaintext",
                  text="TLS required for mail from xn--mnchen-3ya.example")


def test_domain_that_cannot_be_converted(site):
    """Postfix takes a zero width joiner between Latin letters, RFC 5892 does not: cannot tell is no."""
    attempt = site.attempt("a@elsewhere.example", "v@a\u200db.example", parameters="SMTPUTF8")
    check.refused(attempt, "451 4.3.0", words=["try again later"], connector="-", reason="internal")


def test_null_sender_is_read_as_the_helo_name(site):
    attempt = site.attempt("", helo="mail.contoso.example")
    check.refused(attempt, "550 5.7.10", text="TLS required for mail from *.contoso.example",
                  connector="from-contoso", reason="plaintext")
    check.equal(attempt.records[0].fields["from"], "<>", "sender in the log")
    check.accepted(site.attempt("", helo="mail.elsewhere.example"))
    check.accepted(site.attempt("", helo="mail.contoso.example", tls="TLSv1.2"))


def test_null_sender_is_read_as_the_verified_client_name(site):
    attempt = site.attempt("", xclient="NAME=mail.contoso.example ADDR=192.0.2.25", listener="main")
    check.refused(attempt, "550 5.7.10", text="TLS required for mail from *.contoso.example",
                  connector="from-contoso", reason="plaintext")
    check.equal(attempt.records[0].client, "mail.contoso.example[192.0.2.25]", "client in the log")


def test_null_sender_to_a_connector_of_recipients(site):
    check.refused(site.attempt("", "v@clinic.example"), "451 4.7.10", text="TLS required for mail to clinic.example",
                  connector="to-clinic", reason="plaintext")


def test_recipient_without_domain(site):
    check.accepted(site.attempt("a@elsewhere.example", "postmaster"))


def test_mixed_recipients(site):
    """One is refused, the others get the message."""
    log_start = len(site.lab.postfix.log_text())
    with site.session() as session:
        session.mail("mixed@elsewhere.example")
        check.equal(session.rcpt("one@example.org").code, 250, "reply to the first recipient")
        second = site.attempt_recipient(session, "mixed@elsewhere.example", "two@clinic.example")
        third = site.attempt_recipient(session, "mixed@elsewhere.example", "three@example.org")
        check.equal(session.data().code, 250, "reply to the message")
        session.quit()
    check.refused(second, "451 4.7.10", text="TLS required for mail to clinic.example",
                  connector="to-clinic", reason="plaintext")
    check.true(second.records[0].queue_id not in ("", "NOQUEUE"), "Postfix gave a queue id; the log has none")
    check.accepted(third)
    postfix = site.lab.postfix
    for recipient in ("one@example.org", "three@example.org"):
        postfix.wait_for_log(f"to=<{recipient}>", "status=sent", start=log_start)
    check.true("discard" in postfix.log_text() and "to=<two@clinic.example>, relay" not in postfix.log_text(),
               "the refused recipient got the message")


def test_all_recipients_refused(site):
    with site.session() as session:
        session.mail("a@contoso.example")
        check.equal(session.rcpt("one@example.org").code, 550, "reply to the first recipient")
        check.equal(session.rcpt("two@example.org").code, 550, "reply to the second recipient")
        check.equal(session.data().code, 554, "reply to DATA")


def test_two_messages_in_one_session(site):
    """With RSET between, and with a message delivered between; TLS stays on."""
    with site.session(tls="TLSv1.2") as session:
        check.accepted(site.attempt_in(session, "a@contoso.example", "v@clinic.example"))
        session.command("RSET")
        check.accepted(site.attempt_in(session, "b@contoso.example", "v@clinic.example"))
        check.equal(session.data().code, 250, "reply to the message")
        check.accepted(site.attempt_in(session, "c@contoso.example"))
    with site.session() as session:
        check.refused(site.attempt_in(session, "a@contoso.example"), "550 5.7.10",
                      connector="from-contoso", reason="plaintext")
        session.command("RSET")
        check.accepted(site.attempt_in(session, "a@elsewhere.example"))
        check.equal(session.data().code, 250, "reply to the message")
        check.refused(site.attempt_in(session, "b@elsewhere.example", "v@clinic.example"), "451 4.7.10",
                      connector="to-clinic", reason="plaintext")


def test_pipelined_envelope(site):
    start = site.daemon.mark()
    with site.session() as session:
        session.send(b"MAIL FROM:<p@contoso.example>\r\nRCPT TO:<v@example.org>\r\nRSET\r\n"
                     b"MAIL FROM:<p@elsewhere.example>\r\nRCPT TO:<v@clinic.example>\r\nRCPT TO:<v@example.org>\r\n")
        codes = [session.read_reply().code for _ in range(6)]
    check.equal(codes, [250, 550, 250, 250, 451, 250], "replies")
    reasons = [(found.fields["connector"], found.fields["to"]) for found in site.flushed_records(start)]
    check.equal(reasons, [("from-contoso", bracketed("v@example.org")), ("to-clinic", bracketed("v@clinic.example"))],
                "verdicts in the log")


def test_abrupt_end(site):
    """A reset in the middle of a transaction hurts nobody else."""
    for _ in range(20):
        session = site.session()
        session.mail("a@contoso.example")
        session.send(b"RCPT TO:<v@exam")
        session.abort()
    _from_contoso(site, "a@contoso.example")
