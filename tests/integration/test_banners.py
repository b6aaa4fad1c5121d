# SPDX-License-Identifier: MIT
"""The same certificates, and the same verdicts, under whatever name an MTA goes: who it is, its macros say."""

import contextlib

from lab import check, pki, record, smtp
from lab.plain_mta import PlainMta
from lab.sendmail import Sendmail

# What Postfix says of itself ({v} begins with mail_name), and what it greets with.
POSTFIX = {
    "postfix": ({}, "ESMTP Postfix"),
    "postcow": ({"mail_name": "Postcow"}, "ESMTP Postcow"),
    "nameless": ({"mail_name": "mail", "milter_macro_v": "-"}, "ESMTP mail"),
    "as-sendmail": ({"milter_macro_v": "8.17.1.9"}, "ESMTP Postfix"),
    "nearly": ({"mail_name": "Not Postfix", "milter_macro_v": "postfix 3"}, "ESMTP Not Postfix"),
    # Lists of the site's own, which ours take the place of.
    "own-lists": ({f"milter_{stage}_macros": "j" for stage in ("connect", "helo", "mail", "rcpt", "data")},
                  "ESMTP Postfix"),
    "no-lists": ({f"milter_{stage}_macros": "" for stage in ("connect", "helo", "mail", "rcpt", "data")},
                 "ESMTP Postfix"),
}
# What Sendmail says of itself ($v), and what it greets with.
SENDMAIL_BANNERS = {
    "sendmail": ("", "ESMTP Sendmail 8."),
    "as-postfix": ("DvPostfix 3.7.11", "ESMTP Sendmail Postfix 3.7.11"),
    "postcow": ("DvPostcow", "ESMTP Sendmail Postcow"),
    "nameless": ("Dv", "ESMTP Sendmail /"),
    "nearly": ("DvNot Postfix", "ESMTP Sendmail Not Postfix"),
    "own-lists": ("\n".join(f"O Milter.macros.{stage}=j" for stage in ("connect", "helo", "envfrom", "envrcpt", "data")),
                  "ESMTP Sendmail 8."),
}
LISTENERS = {name: options for name, (options, _) in POSTFIX.items()}
CONNECTORS = """\
  - {name: any, senders: [any.example], require: {certificate: any}, on_failure: reject}
  - {name: name, senders: [name.example], require: {certificate: mail.contoso.example}, on_failure: reject}
  - {name: plain, senders: [plain.example], require: tls, on_failure: reject}
  - name: cloud
    presenting: [mail.contoso.example]
    require: {allowed_senders: [any.example, name.example]}
    on_failure: reject
"""
SHOWN = pki.ROOT_CN


def _expect(attempt, connector, reason, names):
    check.refused(attempt, "550 5.7.1" if reason == "sender" else "550 5.7.5", connector=connector, reason=reason, **names)


def _certificate_fields(attempt, wanted):
    check.equal(attempt.records[0].certificate_fields["certificate"], wanted, "certificate in the log")


def _judge(site, listener, unverified, unverified_names, none):
    """unverified, none: what the log says of a certificate that was not verified, and of no certificate."""
    names = {"subject": "mail.contoso.example", "issuer": record.escape(SHOWN)}
    for sender in ("a@any.example", "a@name.example"):
        connector = sender.partition("@")[2].partition(".")[0]
        check.accepted(site.attempt(sender, listener=listener, tls="TLSv1.3", certificate="right"))
        for certificate, state, shown in (("unverified", unverified, unverified_names), (None, none, {})):
            attempt = site.attempt(sender, listener=listener, tls="TLSv1.3", certificate=certificate)
            _expect(attempt, connector, "no-certificate", shown)
            _certificate_fields(attempt, state)
    _expect(site.attempt("a@foreign.example", listener=listener, tls="TLSv1.3", certificate="right"), "cloud", "sender",
            names)
    for certificate in ("unverified", None):
        check.accepted(site.attempt("a@foreign.example", listener=listener, tls="TLSv1.3", certificate=certificate))
    check.refused(site.attempt("a@plain.example", listener=listener), "550 5.7.10", connector="plain",
                  reason="plaintext")


def test_postfix(site):
    for listener, (_, greeting) in POSTFIX.items():
        with site.session(listener) as session:
            check.contains(session.greeting.text, [greeting], "greeting")
        _judge(site, listener, "untold", {}, "untold")


@contextlib.contextmanager
def _sendmail(site, name, line):
    sendmail = Sendmail(site.directory / f"sendmail-{name}", site.lab.pki, {name: {}}, site.socket, line)
    try:
        sendmail.start()
        site.sendmail = sendmail
        yield sendmail
    finally:
        site.sendmail = None
        sendmail.stop()


def test_sendmail(site):
    names = {"subject": "mail.contoso.example", "issuer": record.escape(pki.STRANGER_CN)}
    for name, (line, greeting) in SENDMAIL_BANNERS.items():
        with _sendmail(site, name, line) as sendmail:
            with smtp.Session(sendmail.ports[name]) as session:
                check.contains(session.greeting.text, [greeting], "greeting")
            _judge(site, name, "unverified", names, "none")
            start = site.daemon.mark()
            answers = sendmail.submit("EHLO localhost", "MAIL FROM:<a@plain.example>", "RCPT TO:<info@example.org>",
                                      "QUIT")
            check.equal([answer[:3] for answer in answers], ["250", "250", "250", "221"], f"replies {answers}")
            check.equal(site.flushed_records(start), [], "verdicts in the log on what a local program submits")


def _ask_plainly(site, sender, banner):
    """What an MTA that takes no list of macros is told, with the names of a certificate and no word on it."""
    tls = {"{tls_version}": "TLSv1.3", "{cipher}": "TLS_AES_256_GCM_SHA384", "{cipher_bits}": "256",
           "{cert_subject}": "mail.contoso.example", "{cert_issuer}": SHOWN}
    with PlainMta(site.socket_path) as mta:
        mta.connect("client.lab.example", "192.0.2.25")
        mta.helo("client.lab.example", tls | {"v": banner, "j": "mx.lab.example"})
        mta.mail(sender, {})
        return mta.rcpt("info@example.org", {})


def test_an_mta_that_nobody_knows(site):
    """Its certificates prove nothing, whatever it calls itself; their names select, and the log says what to do."""
    for banner in ("Postfix 3.7.11", "8.17.1.9"):
        start = site.daemon.mark()
        check.contains(_ask_plainly(site, "a@any.example", banner), ["550 5.7.5 "], "reply")
        check.contains(_ask_plainly(site, "a@foreign.example", banner), ["550 5.7.1 "], "reply")
        check.equal([found.certificate_fields["certificate"] for found in site.daemon.wait_for_records(2, start=start)],
                    ["untold", "untold"], "certificate in the log")
    lines = [line for line in site.daemon.log_lines() if "nobody can tell whether the MTA verified" in line]
    check.equal(len(lines), 1, f"warnings {lines}")
    site.start_daemon(CONNECTORS, "  mta: postfix\n", name="plain-postfix")
    check.equal(_ask_plainly(site, "a@any.example", "8.17.1.9"), "250", "reply with daemon.mta: postfix")
    site.start_daemon(CONNECTORS)


def test_what_the_policy_file_says_of_the_mta(site):
    """It changes nothing where it is right; where it cannot be right no certificate counts, and the log says why."""
    for setting, listener, right in (("postfix", "main", True), ("sendmail", "main", False)):
        site.start_daemon(CONNECTORS, f"  mta: {setting}\n", name=f"mta-{setting}")
        attempt = site.attempt("a@any.example", listener=listener, tls="TLSv1.3", certificate="right")
        if right:
            check.accepted(attempt)
            continue
        _expect(attempt, "any", "no-certificate", {"subject": "mail.contoso.example", "issuer": record.escape(SHOWN)})
        _certificate_fields(attempt, "untold")
        site.daemon.wait_for_line("daemon.mta is sendmail, but the MTA does not send {verify}")
        attempt = site.attempt("a@foreign.example", listener=listener, tls="TLSv1.3", certificate="right")
        _expect(attempt, "cloud", "sender", {"subject": "mail.contoso.example", "issuer": record.escape(SHOWN)})
    site.start_daemon(CONNECTORS)
