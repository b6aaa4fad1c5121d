# SPDX-License-Identifier: MIT
"""Demands on the client's certificate: verified at all, subject, issuer, days of an entry."""

from lab import check, pki

CONNECTORS = """\
  - {name: any, senders: [any.example], require: {certificate: any}, on_failure: reject}
  - {name: any-later, senders: [any-later.example], require: {certificate: any}}
  - {name: subject, senders: [subject.example], require: {certificate: mail.contoso.example}, on_failure: reject}
  - {name: subject-later, senders: [subject-later.example], require: {certificate: mail.contoso.example}}
  - {name: tree, senders: [tree.example], require: {certificate: "*.contoso.example"}, on_failure: reject}
  - {name: below, senders: [below.example], require: {certificate: ".mail.contoso.example"}, on_failure: reject}
  - {name: apex, senders: [apex.example], require: {certificate: contoso.example}, on_failure: reject}
  - {name: idn, senders: [idn.example], require: {certificate: müller.contoso.example}, on_failure: reject}
  - name: issuer
    senders: [issuer.example]
    require: {certificate: {subject: mail.contoso.example, issuer: Lab Root CA}}
    on_failure: reject
  - name: issuer-alone
    senders: [issuer-alone.example]
    require: {certificate: {issuer: Lab Intermediate CA}}
    on_failure: reject
  - name: dn
    senders: [dn.example]
    require: {certificate: "/O=Contoso, Inc./CN=mail.contoso.example"}
    on_failure: reject
  - name: ended
    senders: [ended.example]
    require: {certificate: {subject: mail.contoso.example, valid_to: 2020-01-31}}
    on_failure: reject
  - name: not-yet
    senders: [not-yet.example]
    require: {certificate: {subject: mail.contoso.example, valid_from: 2099-01-01}}
    on_failure: reject
  - name: successor
    senders: [successor.example]
    require:
      certificate:
        - {subject: mail.contoso.example, valid_to: 2020-01-31}
        - {subject: mail.fabrikam.example, valid_from: 2020-01-01, valid_to: 2098-12-31}
    on_failure: reject
  - name: several
    senders: [several.example]
    require:
      certificate:
        - nobody.contoso.example
        - {subject: mail.contoso.example, issuer: Some Other CA}
    on_failure: reject
"""

ROOT = pki.ROOT_CN
RIGHT = check.verified("mail.contoso.example", ROOT)
WRONG = check.verified("mail.fabrikam.example", ROOT)


def _refused(site, sender, certificate, codes, reason, names, words=("ertificate",), tls="TLSv1.3"):
    connector = sender.removesuffix(".example")
    attempt = site.attempt(f"a@{sender}", tls=tls, certificate=certificate)
    check.refused(attempt, codes, words=words, connector=connector, reason=reason, **names)
    check.true("contoso" not in str(attempt.reply), f"the reply gives the expected name away: {attempt.reply}")


def _accepted(site, sender, certificate, tls="TLSv1.3"):
    check.accepted(site.attempt(f"a@{sender}", tls=tls, certificate=certificate))


def test_none(site):
    for tls in ("TLSv1.2", "TLSv1.3"):
        _refused(site, "any.example", None, "550 5.7.5", "no-certificate", {}, tls=tls)
    _refused(site, "any-later.example", None, "451 4.7.5", "no-certificate", {})
    _refused(site, "subject.example", None, "550 5.7.5", "no-certificate", {})


def test_unverified(site):
    for tls in ("TLSv1.2", "TLSv1.3"):
        _refused(site, "subject.example", "unverified", "550 5.7.5", "no-certificate", {}, tls=tls)
    _refused(site, "any.example", "unverified", "550 5.7.5", "no-certificate", {})


def test_self_signed(site):
    _refused(site, "subject.example", "self-signed", "550 5.7.5", "no-certificate", {})
    _refused(site, "any.example", "self-signed", "550 5.7.5", "no-certificate", {})


def test_expired(site):
    _refused(site, "subject.example", "expired", "550 5.7.5", "no-certificate", {})
    _refused(site, "any.example", "expired", "550 5.7.5", "no-certificate", {})


def test_any_verified_one(site):
    for certificate in ("right", "wrong", "via-intermediate", "san-only", "odd", "newline"):
        _accepted(site, "any.example", certificate)


def test_right_subject(site):
    for tls in ("TLSv1.2", "TLSv1.3"):
        _accepted(site, "subject.example", "right", tls)
    _accepted(site, "subject.example", "upper")


def test_wrong_subject(site):
    for tls in ("TLSv1.2", "TLSv1.3"):
        _refused(site, "subject.example", "wrong", "550 5.7.5", "subject", WRONG, tls=tls)
    _refused(site, "subject-later.example", "wrong", "451 4.7.5", "subject", WRONG)


def test_subject_alternative_name_alone(site):
    """Postfix shows no names but the CN; this certificate has none."""
    _refused(site, "subject.example", "san-only", "550 5.7.5", "subject", check.verified("", ROOT))


def test_odd_subjects(site):
    _refused(site, "subject.example", "odd", "550 5.7.5", "subject", check.verified(pki.ODD_CN, ROOT))
    _refused(site, "subject.example", "newline", "550 5.7.5", "subject", check.verified("", ROOT))
    _refused(site, "subject.example", "dash", "550 5.7.5", "subject",
             check.verified("", ROOT) | {"subject": "\\x2D"})


def test_presented_wildcard(site):
    _accepted(site, "subject.example", "wildcard")
    _refused(site, "apex.example", "wildcard", "550 5.7.5", "subject", check.verified("*.contoso.example", ROOT))
    _refused(site, "apex.example", "wide", "550 5.7.5", "subject", check.verified("*.example", ROOT))


def test_expected_tree(site):
    for certificate in ("right", "deep", "upper"):
        _accepted(site, "tree.example", certificate)
    _refused(site, "tree.example", "wrong", "550 5.7.5", "subject", WRONG)


def test_expected_below(site):
    _refused(site, "below.example", "right", "550 5.7.5", "subject", RIGHT)


def test_common_name_beyond_ascii(site):
    _accepted(site, "idn.example", "utf8")
    _refused(site, "subject.example", "utf8", "550 5.7.5", "subject", check.verified(pki.UTF8_CN, ROOT))


def test_issuer(site):
    _accepted(site, "issuer.example", "right")
    _refused(site, "issuer.example", "via-intermediate", "550 5.7.5", "issuer",
             check.verified("mail.contoso.example", pki.INTERMEDIATE_CN))
    _accepted(site, "issuer-alone.example", "via-intermediate")
    _refused(site, "issuer-alone.example", "right", "550 5.7.5", "issuer", RIGHT)


def test_distinguished_name_is_not_sent_by_postfix(site):
    _refused(site, "dn.example", "right", "550 5.7.5", "subject", RIGHT)


def test_expired_entry(site):
    _refused(site, "ended.example", "right", "550 5.7.5", "expired-entry", RIGHT)
    _refused(site, "not-yet.example", "right", "550 5.7.5", "expired-entry", RIGHT)
    _refused(site, "ended.example", "wrong", "550 5.7.5", "subject", WRONG)


def test_successor(site):
    _accepted(site, "successor.example", "wrong")
    _refused(site, "successor.example", "right", "550 5.7.5", "expired-entry", RIGHT)
    _refused(site, "successor.example", "deep", "550 5.7.5", "subject", check.verified("a.b.contoso.example", ROOT))


def test_entry_that_got_furthest_gives_the_reason(site):
    _refused(site, "several.example", "right", "550 5.7.5", "issuer", RIGHT)
    _refused(site, "several.example", "wrong", "550 5.7.5", "subject", WRONG)
    _refused(site, "several.example", "unverified", "550 5.7.5", "no-certificate", {})


def test_resumed_session(site):
    for version in ("TLSv1.2", "TLSv1.3"):
        with site.session(tls=version, certificate=site.clients["right"]) as first:
            first.command("NOOP")
            state = first.resumable
        with site.session() as second:
            second.starttls(resume=state, ehlo="client.lab.example")
            check.true(second.resumed, f"the {version} session was not resumed")
            check.accepted(site.attempt_in(second, "a@subject.example"))


def test_no_second_ehlo(site):
    attempt = site.attempt("a@subject.example", tls="TLSv1.3", certificate="right", second_ehlo=False)
    check.accepted(attempt)
    attempt = site.attempt("a@subject.example", tls="TLSv1.3", certificate="wrong", second_ehlo=False)
    check.refused(attempt, "550 5.7.5", connector="subject", reason="subject", **WRONG)
