# SPDX-License-Identifier: MIT
"""Alternative names of clients' certificates, by the rules that forcedtls export sendmail --altnames prints. Nothing but
a name that the policy has, and that the client's own verified certificate has, ever counts."""

import contextlib
import subprocess

from lab import check, sendmail, smtp, smtp_server

_OPTION = "SetCertAltnames"  # 8.16 and later, where it was built with _FFR_TLS_ALTNAMES, as Debian's is
_NAME, _OTHER, _UNIX = "mail.contoso.example", "mail.fabrikam.example", "dnl.unix.example"
_MANY = [f"mail{number}.a-domain-with-a-long-name.example" for number in range(80)]
CONNECTORS = f"""\
  - {{name: contoso, senders: [contoso.example], require: {{certificate: {_NAME}}}, on_failure: reject}}
  - {{name: fabrikam, senders: [fabrikam.example], require: {{certificate: {_OTHER}}}, on_failure: reject}}
  - {{name: unix, senders: [unix.example], require: {{certificate: {_UNIX}}}, on_failure: reject}}
  - {{name: many, senders: [many.example], require: {{certificate: [{', '.join(_MANY)}]}}, on_failure: reject}}
  - {{name: cloud, presenting: [cloud.example], require: {{allowed_senders: [tenant.example]}}, on_failure: reject}}
"""
_TAKEN, _REFUSED = 250, 550


def _rules(site):
    done = subprocess.run([site.lab.tool_program, "export", "sendmail", "--altnames", "-c", site.daemon.policy_file],
                          capture_output=True, text=True, check=False)
    check.equal((done.returncode, done.stderr), (0, ""), "forcedtls export")
    return done.stdout


@contextlib.contextmanager
def _serving(site, name, *, before="", settings="", **options):
    """A Sendmail with the rules of this policy. before: what else stands behind the mailers."""
    if not sendmail.knows(_OPTION):
        raise check.Skip(f"this Sendmail has no {_OPTION}")
    made = sendmail.Sendmail(site.directory / name, site.lab.pki, {"l": options}, site.socket,
                             before + _rules(site), settings)
    try:
        made.start()
        yield made
    finally:
        made.stop()


def _names(*names):
    return "subjectAltName=" + ",".join(f"DNS:{name}" for name in names)


def _raw(name):
    """An extension of one dNSName with any bytes."""
    name = name.encode("latin-1")
    value = bytes([0x30, len(name) + 2, 0x82, len(name)]) + name
    return f"2.5.29.17=DER:{value.hex(':')}"


def _client(site, name, alternative_names, common_name="other.example", issuer="root"):
    return site.lab.pki.new_client_for(f"altnames-{name}", common_name, alternative_names, issuer)


@contextlib.contextmanager
def _session(made, certificate, ehlo="client.lab.example"):
    with smtp.Session(made.ports["l"]) as session:
        session.ehlo()
        session.starttls("TLSv1.3", certificate=certificate, ehlo=ehlo)
        yield session


def _code(session, sender):
    check.equal(session.mail(sender).code, 250, f"reply to MAIL from {sender}")
    return session.rcpt("info@example.org").code


def _deliver(session, sender, recipient):
    """A whole message, with all that is said meanwhile in verbose mode."""
    check.equal(session.mail(sender).code, 250, "reply to MAIL")
    check.equal(session.rcpt(recipient).code, 250, "reply to RCPT")
    check.equal(session.command("DATA").code, 354, "reply to DATA")
    session.send(b"Subject: lab\r\n\r\nlab\r\n.\r\n")
    reply = session.read_reply()
    while reply.code < 100:
        reply = session.read_reply()
    return reply.code


def test_names(site):
    clients = {
        "one": (_TAKEN, _names(_NAME)),
        "among-others": (_TAKEN, _names("a.example", _NAME, "b.example")),
        "of-two-partners": (_TAKEN, _names(_OTHER, _NAME)),
        "wildcard": (_TAKEN, _names("*.contoso.example")),
        "upper": (_TAKEN, _names("MAIL.Contoso.Example")),
        "other": (_REFUSED, _names(_OTHER)),
        "wide": (_REFUSED, _names("*.example")),
        "below": (_REFUSED, _names(f"a.{_NAME}")),
        "dot": (_REFUSED, _names(f"{_NAME}.")),
        "kinds": (_REFUSED, f"subjectAltName=email:a@{_NAME},URI:https://{_NAME}/,IP:192.0.2.1"),
        "nul": (_REFUSED, _raw(f"{_NAME}\0.attacker.example")),
        "list": (_REFUSED, _raw(f"x.example,{_NAME},")),
        "blanks": (_REFUSED, _raw(f"x.example {_NAME}")),
        "brackets": (_REFUSED, _raw(f"x.example <{_NAME}>")),
        "macro": (_REFUSED, _raw(f"$&{{client_name}} {_NAME}")),
        "eighth-bit": (_REFUSED, _raw(f"{_NAME}\x9b")),
    }
    with _serving(site, "names") as made:
        for name, (wanted, extension) in clients.items():
            with _session(made, _client(site, name, extension)) as session:
                check.equal(_code(session, "a@contoso.example"), wanted, f"certificate with {name}")
        with _session(made, _client(site, "both", _names(_OTHER, _NAME))) as session:
            for sender in ("a@contoso.example", "a@fabrikam.example"):
                check.equal(_code(session, sender), _TAKEN, sender)
                session.command("RSET")
        with _session(made, _client(site, "common-name", _names("a.example"), _NAME)) as session:
            check.equal(_code(session, "a@contoso.example"), _TAKEN, "the common name counts as before")
        with _session(made, _client(site, "m4", _names(_UNIX))) as session:
            check.equal(_code(session, "a@unix.example"), _TAKEN, "a name with words of m4 in it")


def test_log_and_selector(site):
    with _serving(site, "log") as made:
        start = site.daemon.mark()
        with _session(made, _client(site, "of-fabrikam", _names("b.example", _OTHER))) as session:
            check.equal(_code(session, "a@contoso.example"), _REFUSED, "reply to RCPT")
        site.daemon.wait_for_line("reason=subject", f" subject=other.example altnames={_OTHER} issuer=", start=start)
        with _session(made, _client(site, "cloud", _names("cloud.example"))) as session:
            check.equal(_code(session, "a@elsewhere.example"), _REFUSED, "whoever presents the name")
            session.command("RSET")
            check.equal(_code(session, "a@tenant.example"), 250, "a tenant")


def test_not_verified(site):
    """The class is filled all the same."""
    with _serving(site, "not-verified") as made:
        for issuer, reason in (("stranger", "no-certificate"), (None, "no-certificate")):
            start = site.daemon.mark()
            certificate = _client(site, "of-a-stranger", _names(_NAME), issuer=issuer) if issuer else None
            with _session(made, certificate) as session:
                check.equal(_code(session, "a@contoso.example"), _REFUSED, f"certificate of {issuer}")
            check.true("altnames=" not in site.daemon.wait_for_line(f"reason={reason}", start=start), "names in the log")
        start = site.daemon.mark()
        with smtp.Session(made.ports["l"]) as session:
            session.ehlo(_NAME)
            check.equal(_code(session, "a@contoso.example"), _REFUSED, "plaintext")
        site.daemon.wait_for_line("reason=plaintext", start=start)


def test_session(site):
    """The name stays the session's, whatever the client does in it."""
    certificate = _client(site, "session", _names(_NAME))
    with _serving(site, "session") as made:
        with _session(made, certificate, ehlo=None) as session:
            check.equal(_code(session, "a@contoso.example"), _TAKEN, "no EHLO behind STARTTLS")
        with _session(made, certificate) as session:
            check.true(session.command("STARTTLS").code >= 400, "a second STARTTLS is taken")
            for _ in range(2):
                check.equal(_deliver(session, "a@contoso.example", "info@example.org"), 250, "a message")
                session.ehlo("again.example")
            session.command("RSET")
            check.equal(_code(session, "a@contoso.example"), _TAKEN, "after messages, EHLO and RSET")
        with _session(made, None) as session:
            check.equal(_code(session, "a@contoso.example"), _REFUSED, "another session, without certificate")
    with _serving(site, "session-smtps", smtps=True) as made:
        context = smtp.tls_context("TLSv1.3", certificate=certificate)
        with smtp.Session(made.ports["l"], context=context) as session:
            session.ehlo()
            check.equal(_code(session, "a@contoso.example"), _TAKEN, "TLS from the first byte")


def _expect_no_foreign_names(made, certificate, speak):
    """speak: makes Sendmail speak TLS with the server."""
    log_start = len(made.log_text())
    with _session(made, certificate) as session:
        check.equal(session.command("VERB").code, 250, "reply to VERB")
        speak(session)
        made.wait_for_log("STARTTLS=client", f"/CN={_NAME}", start=log_start)
        check.equal(_code(session, "a@contoso.example"), _REFUSED, "the next message")
        session.command("RSET")
        check.equal(_code(session, "a@fabrikam.example"), _TAKEN, "the client's own name")


def test_names_of_a_server(site):
    """Sendmail has the names of whoever it spoke with last: with VERB it delivers in the same process, and so those of
    any server that the client makes it speak with. A queue it runs in another one."""
    server = site.lab.pki.new_server("altnames", [_NAME], issuer="itself")
    mine = _client(site, "mine", _names(_OTHER))
    address = "127.0.0.2"
    with smtp_server.Servers({address: smtp_server.Behaviour("works", server)}) as servers:
        port = f"define(`ESMTP_MAILER_ARGS', `TCP $h {servers.port}')dnl"
        with _serving(site, "server", settings=port) as made:
            to = f"u@[{address}]"
            _expect_no_foreign_names(made, mine,
                                     lambda session: check.equal(_deliver(session, "a@elsewhere.example", to), 250, "mail"))
            _expect_no_foreign_names(made, mine, lambda session: check.equal(
                session.command(f"ETRN @[{address}]").code, 250, "reply to ETRN"))


def test_delayed_checks_and_own_rules(site):
    """Where MAIL is checked with the recipient, as in Debian's own sendmail.mc."""
    certificate = _client(site, "delayed", _names(_NAME))
    own = "LOCAL_TLS_CLIENT\nR$* $| MAIL\t\t$: $1 $| MAIL\n"
    with _serving(site, "delayed", before=own, settings="FEATURE(`delay_checks')dnl") as made:
        with _session(made, certificate) as session:
            check.equal(session.mail("a@contoso.example").code, 250, "reply to MAIL")
            session.command("RSET")
            check.equal(_code(session, "a@contoso.example"), _TAKEN, "reply to RCPT")
            session.command("RSET")
            check.equal(_deliver(session, "a@contoso.example", "info@example.org"), 250, "a message")
            check.equal(_code(session, "a@contoso.example"), _TAKEN, "the next message")


def test_more_names_than_there_is_room_for(site):
    """None of it is too much for Sendmail: mail goes on."""
    with _serving(site, "many") as made:
        with _session(made, _client(site, "many", _names(*_MANY))) as session:
            check.equal(_code(session, "a@many.example"), _TAKEN, "reply to RCPT")
            session.command("RSET")
            check.equal(_code(session, "a@elsewhere.example"), 250, "other mail")
