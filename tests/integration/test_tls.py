# SPDX-License-Identifier: MIT
"""Demands on the session's TLS: presence, version, cipher, bits, forward secrecy, and their order."""

from lab import check

CONNECTORS = """\
  - {name: tls, senders: ["*.tls.example"], require: tls, on_failure: reject}
  - {name: later, senders: [later.example], require: tls}
  - {name: v10, senders: [v10.example], require: {min_version: TLSv1}, on_failure: reject}
  - {name: v11, senders: [v11.example], require: {min_version: TLSv1.1}, on_failure: reject}
  - {name: v12, senders: [v12.example], require: {min_version: TLSv1.2}, on_failure: reject}
  - {name: v13, senders: [v13.example], require: {min_version: TLSv1.3}, on_failure: reject}
  - {name: v13-later, senders: [v13-later.example], require: {min_version: TLSv1.3}}
  - {name: ciphers, senders: [ciphers.example], require: {ciphers: "ECDHE+AESGCM"}, on_failure: reject}
  - name: suites
    senders: [suites.example]
    require: {ciphersuites: TLS_CHACHA20_POLY1305_SHA256}
    on_failure: reject
  - name: suites-met
    senders: [suites-met.example]
    require: {ciphersuites: "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384"}
  - {name: bits, senders: [bits.example], require: {min_cipher_bits: 256}, on_failure: reject}
  - {name: secrecy, senders: [secrecy.example], require: {forward_secrecy: true}, on_failure: reject}
  - name: everything
    senders: [everything.example]
    require:
      ciphers: "ECDHE-RSA-AES128-GCM-SHA256:AES256-SHA:ECDHE-RSA-AES256-GCM-SHA384"
      min_cipher_bits: 256
      forward_secrecy: true
      certificate: mail.contoso.example
      allowed_clients: [127.0.0.2/32]
"""

VERSIONS = ["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"]
GOOD = "ECDHE-RSA-AES256-GCM-SHA384"


def test_plaintext(site):
    attempt = site.attempt("a@tls.example")
    check.refused(attempt, "550 5.7.10", text="TLS required for mail from *.tls.example",
                  connector="tls", reason="plaintext")


def test_plaintext_below_the_domain(site):
    attempt = site.attempt("a@b.tls.example")
    check.refused(attempt, "550 5.7.10", text="TLS required for mail from *.tls.example",
                  connector="tls", reason="plaintext")


def test_plaintext_tempfail_is_the_default(site):
    attempt = site.attempt("a@later.example")
    check.refused(attempt, "451 4.7.10", text="TLS required for mail from later.example",
                  connector="later", reason="plaintext")


def test_plaintext_of_others_is_not_our_business(site):
    check.accepted(site.attempt("a@elsewhere.example"))


def test_every_version_against_every_minimum(site):
    for wanted, sender in zip(VERSIONS, ["v10", "v11", "v12", "v13"]):
        for got in VERSIONS:
            attempt = site.attempt(f"a@{sender}.example", tls=got)
            check.equal(attempt.fields["tls"], got, "version that the client negotiated")
            if VERSIONS.index(got) >= VERSIONS.index(wanted):
                check.accepted(attempt)
            else:
                check.refused(attempt, "550 5.7.6", text=f"{wanted} or better required, got {got}",
                              connector=sender, reason="version")


def test_plaintext_where_a_version_is_wanted(site):
    attempt = site.attempt("a@v13.example")
    check.refused(attempt, "550 5.7.10", text="TLS required for mail from v13.example",
                  connector="v13", reason="plaintext")


def test_version_tempfail(site):
    attempt = site.attempt("a@v13-later.example", tls="TLSv1.2")
    check.refused(attempt, "451 4.7.6", text="TLSv1.3 or better required, got TLSv1.2",
                  connector="v13-later", reason="version")


def test_default_minimum_is_tls12(site):
    check.refused(site.attempt("a@tls.example", tls="TLSv1.1"), "550 5.7.6",
                  text="TLSv1.2 or better required, got TLSv1.1", connector="tls", reason="version")
    check.accepted(site.attempt("a@tls.example", tls="TLSv1.2"))


def test_no_second_ehlo(site):
    for version in VERSIONS:
        attempt = site.attempt("a@v10.example", tls=version, second_ehlo=False)
        check.equal(attempt.fields["tls"], version, "version that the client negotiated")
        check.accepted(attempt)
    attempt = site.attempt("a@v13.example", tls="TLSv1.2", second_ehlo=False)
    check.refused(attempt, "550 5.7.6", text="TLSv1.3 or better required, got TLSv1.2",
                  connector="v13", reason="version")


def test_ehlo_in_the_clear_before_and_between(site):
    """EHLO, RSET, STARTTLS without another EHLO, RSET: the session is what it is now, not what it was."""
    with site.session() as session:
        check.refused(site.attempt_in(session, "a@tls.example"), "550 5.7.10", connector="tls", reason="plaintext")
        session.command("RSET")
        session.starttls("TLSv1.2")
        session.command("RSET")
        check.accepted(site.attempt_in(session, "a@tls.example"))


def test_injected_command_before_the_handshake(site):
    """What is pipelined behind STARTTLS in the clear must not count once TLS is on."""
    with site.session() as session:
        session.send(b"STARTTLS\r\nMAIL FROM:<a@elsewhere.example>\r\n")
        check.equal(session.read_reply().code, 220, "reply to STARTTLS")
        session.start_handshake("TLSv1.2")
        check.accepted(site.attempt_in(session, "a@tls.example"))


def test_cipher_list(site):
    check.refused(site.attempt("a@ciphers.example", tls="TLSv1.2", ciphers="AES128-SHA"), "550 5.7.6",
                  words=["AES128-SHA"], connector="ciphers", reason="cipher")
    check.refused(site.attempt("a@ciphers.example", tls="TLSv1.2", ciphers="DHE-RSA-AES256-GCM-SHA384"), "550 5.7.6",
                  words=["DHE-RSA-AES256-GCM-SHA384"], connector="ciphers", reason="cipher")
    check.accepted(site.attempt("a@ciphers.example", tls="TLSv1.2", ciphers=GOOD))


def test_cipher_list_says_nothing_of_tls13(site):
    check.accepted(site.attempt("a@ciphers.example", tls="TLSv1.3"))


def test_ciphersuites(site):
    attempt = site.attempt("a@suites.example", tls="TLSv1.3")
    check.equal(attempt.fields["cipher"], "TLS_AES_256_GCM_SHA384", "suite that the client negotiated")
    check.refused(attempt, "550 5.7.6", words=["TLS_AES_256_GCM_SHA384"], connector="suites", reason="cipher")
    check.accepted(site.attempt("a@suites-met.example", tls="TLSv1.3"))


def test_ciphersuites_say_nothing_of_tls12(site):
    check.accepted(site.attempt("a@suites.example", tls="TLSv1.2"))


def test_cipher_bits(site):
    attempt = site.attempt("a@bits.example", tls="TLSv1.2", ciphers="ECDHE-RSA-AES128-GCM-SHA256")
    check.refused(attempt, "550 5.7.6", words=["256", "128"], connector="bits", reason="bits")
    check.accepted(site.attempt("a@bits.example", tls="TLSv1.2", ciphers=GOOD))
    check.accepted(site.attempt("a@bits.example", tls="TLSv1.3"))


def test_forward_secrecy(site):
    for cipher in ("AES128-SHA", "AES256-GCM-SHA384"):
        attempt = site.attempt("a@secrecy.example", tls="TLSv1.2", ciphers=cipher)
        check.equal(attempt.fields["cipher"], cipher, "cipher that the client negotiated")
        check.refused(attempt, "550 5.7.6", words=["forward secrecy", cipher],
                      connector="secrecy", reason="forward-secrecy")
    for cipher in ("ECDHE-RSA-AES128-SHA", "DHE-RSA-AES128-SHA", GOOD):
        check.accepted(site.attempt("a@secrecy.example", tls="TLSv1.2", ciphers=cipher))
    check.accepted(site.attempt("a@secrecy.example", tls="TLSv1.3"))


def test_first_demand_not_met_gives_the_reason(site):
    right = check.verified("mail.contoso.example", "Lab Root CA")
    wrong = check.verified("mail.fabrikam.example", "Lab Root CA")
    sender = "a@everything.example"
    steps = [
        ("451 4.7.10", "plaintext", {}, {}),
        ("451 4.7.6", "version", {"tls": "TLSv1.1"}, {}),
        ("451 4.7.6", "cipher", {"tls": "TLSv1.2", "ciphers": "AES128-SHA"}, {}),
        ("451 4.7.6", "bits", {"tls": "TLSv1.2", "ciphers": "ECDHE-RSA-AES128-GCM-SHA256"}, {}),
        ("451 4.7.6", "forward-secrecy", {"tls": "TLSv1.2", "ciphers": "AES256-SHA"}, {}),
        ("451 4.7.5", "no-certificate", {"tls": "TLSv1.2", "ciphers": GOOD}, {}),
        ("451 4.7.5", "subject", {"tls": "TLSv1.2", "ciphers": GOOD, "certificate": "wrong"}, wrong),
        ("451 4.7.1", "client", {"tls": "TLSv1.2", "ciphers": GOOD, "certificate": "right"}, right),
    ]
    for codes, reason, how, names in steps:
        check.refused(site.attempt(sender, **how), codes, connector="everything", reason=reason, **names)
    check.accepted(site.attempt(sender, tls="TLSv1.2", ciphers=GOOD, certificate="right", source="127.0.0.2"))
