# SPDX-License-Identifier: MIT
"""except: authenticated. A real login counts, and nothing that only looks like one."""

from lab import check

SENDMAIL = {"sendmail": {}}
LISTENERS = {"auth": {"smtpd_sasl_auth_enable": "yes"},
             # Without a file of that name SASL offers all that it has.
             "nobody": {"smtpd_sasl_auth_enable": "yes", "smtpd_sasl_path": "no-such-file",
                        "smtpd_sasl_security_options": ""}}
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


def _mtas(site):
    """Listeners, each with who adds the login there."""
    return (("auth", site.lab.postfix), ("sendmail", site.sendmail))


def _login(mta, session, password=PASSWORD):
    return session.login(mta.add_login("bob", PASSWORD), password).code


def test_logged_in(site):
    for listener, mta in _mtas(site):
        for tls in ("TLSv1.2", "TLSv1.3"):
            with site.session(listener, tls=tls) as session:
                _refused(site.attempt_in(session, "a@contoso.example"))
                session.command("RSET")
                check.equal(_login(mta, session), 235, f"reply to AUTH at {listener}")
                check.accepted(site.attempt_in(session, "a@contoso.example"))
                check.accepted(site.attempt_recipient(session, "a@contoso.example", "second@example.org"))
                check.equal(session.data().code, 250, "reply to the message")
                session.ehlo()
                check.accepted(site.attempt_in(session, "a@contoso.example"))
    site.lab.postfix.wait_for_log("sasl_method=PLAIN", "sasl_username=bob@")


def test_the_next_session_is_not_logged_in(site):
    for listener, mta in _mtas(site):
        with site.session(listener, tls="TLSv1.3") as session:
            check.equal(_login(mta, session), 235, f"reply to AUTH at {listener}")
            check.accepted(site.attempt_in(session, "a@contoso.example"))
        _refused(site.attempt("a@contoso.example", listener=listener, tls="TLSv1.3"))


def test_logged_in_as_nobody(site):
    """ANONYMOUS is a login of nobody (RFC 4505)."""
    with site.session("nobody", tls="TLSv1.3") as session:
        check.equal(session.command("AUTH ANONYMOUS bWVAeC5leGFtcGxl").code, 235, "reply to AUTH")
        _refused(site.attempt_in(session, "a@contoso.example"))


def test_wrong_password(site):
    for listener, mta in _mtas(site):
        with site.session(listener, tls="TLSv1.3") as session:
            check.equal(_login(mta, session, "guessed"), 535, f"reply to AUTH at {listener}")
            _refused(site.attempt_in(session, "a@contoso.example"))


def test_forged_parameter(site):
    """AUTH= of the MAIL command is the client's own text: without login, and after one that failed."""
    for listener, mta in _mtas(site):
        for parameters in ("AUTH=bob@mx.lab.example", "AUTH=<>", "AUTH=bob"):
            _refused(site.attempt("a@contoso.example", listener=listener, tls="TLSv1.3", parameters=parameters))
            with site.session(listener, tls="TLSv1.3") as session:
                check.equal(_login(mta, session, "guessed"), 535, f"reply to AUTH at {listener}")
                _refused(site.attempt_in(session, "a@contoso.example", parameters=parameters))


def _before_starttls(site, listener, mta):
    """Attempts in sessions that were logged in before STARTTLS: with a second EHLO and without, and also where the last
    EHLO, whose facts still stand, came after the login."""
    for ehlo in (None, "client.lab.example"):
        for again in (False, True):
            with site.session(listener) as session:
                check.equal(_login(mta, session), 235, f"reply to AUTH at {listener}")
                if again:
                    session.ehlo()
                check.accepted(site.attempt_in(session, "a@contoso.example"))
                session.command("RSET")
                session.starttls("TLSv1.3", ehlo=ehlo)
                attempt = site.attempt_in(session, "a@contoso.example")
                session.command("RSET")
                yield attempt, _login(mta, session)


def test_login_before_starttls_postfix(site):
    """Postfix forgets it, and so do we; it counts from the next login on."""
    for attempt, login in _before_starttls(site, "auth", site.lab.postfix):
        _refused(attempt)
        check.equal(login, 235, "reply to the second AUTH")


def test_login_before_starttls_sendmail(site):
    """Sendmail keeps it, and hands it over as it did before: to Sendmail this client is logged in."""
    for attempt, login in _before_starttls(site, "sendmail", site.sendmail):
        check.accepted(attempt)
        check.equal(login, 503, "reply to the second AUTH")
