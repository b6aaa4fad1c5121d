# SPDX-License-Identifier: MIT
"""except: authenticated. A real login counts, and nothing that only looks like one."""

from lab import check

LISTENERS = {"auth": {"smtpd_sasl_auth_enable": "yes"}}
CONNECTORS = """\
  - name: users
    senders: [contoso.example]
    except: [{authenticated: true}]
    require: {certificate: any}
    on_failure: reject
"""
PASSWORD = "lab secret"


def _refused(attempt, reason="no-certificate"):
    codes = {"no-certificate": "550 5.7.5", "plaintext": "550 5.7.10"}
    check.refused(attempt, codes[reason], connector="users", reason=reason)


def _login(site, session, password=PASSWORD):
    return session.login(site.lab.postfix.add_login("bob", PASSWORD), password).code


def test_logged_in(site):
    for tls in ("TLSv1.2", "TLSv1.3"):
        with site.session("auth", tls=tls) as session:
            _refused(site.attempt_in(session, "a@contoso.example"))
            session.command("RSET")
            check.equal(_login(site, session), 235, "reply to AUTH")
            check.accepted(site.attempt_in(session, "a@contoso.example"))
            check.accepted(site.attempt_recipient(session, "a@contoso.example", "second@example.org"))
            check.equal(session.data().code, 250, "reply to the message")
            session.ehlo()
            check.accepted(site.attempt_in(session, "a@contoso.example"))
    site.lab.postfix.wait_for_log("sasl_method=PLAIN", "sasl_username=bob@")


def test_the_next_session_is_not_logged_in(site):
    with site.session("auth", tls="TLSv1.3") as session:
        check.equal(_login(site, session), 235, "reply to AUTH")
        check.accepted(site.attempt_in(session, "a@contoso.example"))
    _refused(site.attempt("a@contoso.example", listener="auth", tls="TLSv1.3"))


def test_wrong_password(site):
    with site.session("auth", tls="TLSv1.3") as session:
        check.equal(_login(site, session, "guessed"), 535, "reply to AUTH")
        _refused(site.attempt_in(session, "a@contoso.example"))


def test_forged_parameter(site):
    """AUTH= of the MAIL command is the client's own text: without login, and after one that failed."""
    for parameters in ("AUTH=bob@mx.lab.example", "AUTH=<>", "AUTH=bob"):
        _refused(site.attempt("a@contoso.example", listener="auth", tls="TLSv1.3", parameters=parameters))
        with site.session("auth", tls="TLSv1.3") as session:
            check.equal(_login(site, session, "guessed"), 535, "reply to AUTH")
            _refused(site.attempt_in(session, "a@contoso.example", parameters=parameters))


def test_login_ends_with_starttls(site):
    """Postfix forgets what was said in plaintext, and so do we."""
    with site.session("auth") as session:
        check.equal(_login(site, session), 235, "reply to AUTH")
        check.accepted(site.attempt_in(session, "a@contoso.example"))
        session.command("RSET")
        session.starttls("TLSv1.3", ehlo="client.lab.example")
        _refused(site.attempt_in(session, "a@contoso.example"))


def test_login_ends_with_starttls_without_second_ehlo(site):
    """Also where the last EHLO, whose facts still stand, came after the login."""
    for again in (False, True):
        with site.session("auth") as session:
            check.equal(_login(site, session), 235, "reply to AUTH")
            if again:
                session.ehlo()
            check.accepted(site.attempt_in(session, "a@contoso.example"))
            session.command("RSET")
            session.starttls("TLSv1.3")
            _refused(site.attempt_in(session, "a@contoso.example"))
