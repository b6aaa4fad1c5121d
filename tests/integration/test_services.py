# SPDX-License-Identifier: MIT
"""Between services of one Postfix: a TLS session that began at a service with other CAs goes on at ours, by its
ticket, and what was verified there counts as verified here, until Postfix 3.11.7. And what can be done about it."""

import contextlib

from lab import check, pki, postfix, smtp

_STRANGER = {"smtpd_milters": "", "smtpd_tls_CAfile": "{pki.stranger_ca_file}"}
_NO_TICKETS = {"tls_session_ticket_cipher": ""}
LISTENERS = {
    # The other service: it trusts a CA that our partners do not use.
    "other": _STRANGER,
    "other-without-tickets": _STRANGER | _NO_TICKETS,
    # Ours once more.
    "without-tickets": _NO_TICKETS,
    "policy-service": {"smtpd_milters": "", "smtpd_tls_fingerprint_digest": "sha256",
                       "smtpd_recipient_restrictions": "check_policy_service {policy_service}"},
}
POLICY = """\
  - {{name: subject, senders: [subject.example], require: {{certificate: mail.contoso.example}}, on_failure: reject}}
  - name: issuer
    senders: [issuer.example]
    require: {{certificate: {{subject: mail.contoso.example, issuer: Lab Root CA}}}}
    on_failure: reject
  - name: pin
    senders: [pin.example]
    require: {{certificate: {{subject: mail.contoso.example, fingerprint: "{pin}"}}}}
    on_failure: reject
"""
VERSIONS = ("TLSv1.2", "TLSv1.3")
# What closes it, as "postconf -e" takes it.
REMEDIES = (_NO_TICKETS, {"smtpd_tls_session_cache_timeout": "0s"})
# The last release of each branch in which the hole was seen, and the first ones without it.
OPEN = {(3, 7): 11, (3, 10): 13}
MENDED = ((3, 11, 7), (3, 12, 0, 20260805))


def _start(site):
    pin, _ = pki.fingerprints(site.clients["right"])
    site.start_daemon(POLICY.format(pin=pin), f"  policy_service: {site.policy_service}\n")


@contextlib.contextmanager
def _postfix_with(site, setting):
    """The ports of our service and of the other one in a Postfix with that in its main.cf."""
    directory = site.directory / "-".join(setting)
    stranger = {key: value.format(pki=site.lab.pki) for key, value in _STRANGER.items()}
    made = postfix.Postfix(directory, site.lab.pki, {"ours": {"smtpd_milters": site.socket}, "other": stranger})
    made.configure(setting)
    try:
        made.start()
        yield made.ports["ours"], made.ports["other"]
    finally:
        made.stop()


def _resumable(site, port, version):
    """What resumes a session of that service in which a stranger's certificate was shown."""
    with smtp.open_session(port, tls=version, certificate=site.clients["unverified"]) as session:
        session.command("NOOP")
        return session.resumable


def _attempts_at(site, sender, ours, other):
    """MAIL and RCPT at our service in a session that began at the other one: an attempt for each version of TLS, and
    whether Postfix resumed the session. By port."""
    for version in VERSIONS:
        state = _resumable(site, other, version)
        with smtp.open_session(ours) as session:
            session.starttls(resume=state, ehlo="client.lab.example")
            yield site.attempt_in(session, sender), session.resumed


def _attempts(site, sender, listener="main", other="other"):
    return _attempts_at(site, sender, site.port(listener), site.port(other))


def _refused(attempts, connector, reason, resumed=None, **names):
    for attempt, was_resumed in attempts:
        if resumed is not None:
            check.equal(was_resumed, resumed, "the session was resumed")
        check.refused(attempt, "550 5.7.5", connector=connector, reason=reason, **names)


def test_ticket_of_another_service(site):
    """The hole, where Postfix has it. Where it has none the session is not resumed, and the stranger is one."""
    _start(site)
    version = postfix.version()
    if any(version[:2] == mended[:2] and version >= mended for mended in MENDED) or version >= (3, 13):
        _refused(_attempts(site, "a@subject.example"), "subject", "no-certificate", resumed=False)
    elif version[-1] <= OPEN.get(version[:2], -1):
        for attempt, resumed in _attempts(site, "a@subject.example"):
            check.true(resumed, "the session was not resumed")
            check.accepted(attempt)
    else:
        raise check.Skip(f"nobody has looked yet whether Postfix {'.'.join(map(str, version))} has the hole")


def test_without_a_ticket(site):
    """The same certificate shown to our service itself."""
    _start(site)
    for version in VERSIONS:
        attempt = site.attempt("a@subject.example", tls=version, certificate="unverified")
        check.refused(attempt, "550 5.7.5", connector="subject", reason="no-certificate")


def test_remedy_for_our_service_alone(site):
    """Without tickets there, whatever the other one does: with tickets, or with what Postfix caches by itself."""
    _start(site)
    for other in ("other", "other-without-tickets"):
        _refused(_attempts(site, "a@subject.example", "without-tickets", other), "subject", "no-certificate",
                 resumed=False)


def test_remedies_in_main_cf(site):
    """Partners do not notice: they pass by what they show each time."""
    _start(site)
    for setting in REMEDIES:
        with _postfix_with(site, setting) as (ours, other):
            _refused(_attempts_at(site, "a@subject.example", ours, other), "subject", "no-certificate", resumed=False)
            for version in VERSIONS:
                with smtp.open_session(ours, tls=version, certificate=site.clients["right"]) as session:
                    check.accepted(site.attempt_in(session, "a@subject.example"))


def test_remedy_issuer(site):
    """It is verified, or not, as Postfix has it; but it is not of that CA."""
    _start(site)
    for attempt, resumed in _attempts(site, "a@issuer.example"):
        names = check.verified("mail.contoso.example", pki.STRANGER_CN) if resumed else {}
        check.refused(attempt, "550 5.7.5", connector="issuer", reason="issuer" if resumed else "no-certificate",
                      **names)


def test_remedy_fingerprint(site):
    """A ticket brings along the certificate that was shown, and that is another one."""
    _start(site)
    for attempt, _ in _attempts(site, "a@pin.example", "policy-service"):
        check.equal(str(attempt.reply)[:9], "550 5.7.5", "reply to RCPT")
    check.accepted(site.attempt("a@pin.example", listener="policy-service", tls="TLSv1.3", certificate="right"))
