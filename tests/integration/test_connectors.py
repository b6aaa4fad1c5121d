# SPDX-License-Identifier: MIT
"""What connectors do beside their demands: on_failure, message, mode, enabled, except, and which one applies."""

from lab import check

LISTENERS = {"auth": {"smtpd_sasl_auth_enable": "yes"}}
CONNECTORS = """\
  - name: message
    senders: [message.example]
    require: tls
    on_failure: reject
    message: 100% of mail needs TLS; see https://example.org/tls?a=1&b=%20
  - {name: message-later, senders: [message-later.example], require: tls, message: "later; connector=forged"}
  - {name: pilot, mode: test, senders: [pilot.example], require: tls, on_failure: reject}
  - {name: pilot-later, mode: test, senders: [pilot-later.example], require: tls}
  - {name: off, enabled: false, senders: [off.example], require: tls}
  - name: excepted
    senders: ["*.excepted.example"]
    except:
      - {senders: [news.excepted.example], clients: [127.0.0.2/32]}
      - {recipients: [abuse@example.org]}
      - {authenticated: true}
    require: tls
    on_failure: reject
  - {name: wide, senders: ["*.wide.example"], require: {min_version: TLSv1.3}, on_failure: reject}
  - {name: narrow, senders: [narrow.wide.example], require: {min_version: TLSv1.1}, on_failure: reject}
  - {name: narrow-none, senders: [none.wide.example], require: none}
  - {name: narrow-pilot, mode: test, senders: [pilot.wide.example], require: none}
  - {name: narrow-excepted, senders: [x.wide.example], except: [{clients: [127.0.0.2/32]}], require: none}
  - {name: by-sender, senders: [both.example], require: {min_version: TLSv1.1}}
  - {name: by-recipient, recipients: [both-to.example], require: {min_version: TLSv1.3}, on_failure: reject}
  - {name: by-recipient-later, recipients: [both-later.example], require: {min_version: TLSv1.3}}
  - name: by-pair
    senders: [pair.example]
    recipients: [pair-to.example]
    require: tls
    on_failure: reject
"""


def test_on_failure(site):
    check.refused(site.attempt("a@message.example"), "550 5.7.10", connector="message", reason="plaintext",
                  text="100% of mail needs TLS; see https://example.org/tls?a=1&b=%20")
    check.refused(site.attempt("a@message-later.example"), "451 4.7.10", connector="message-later",
                  reason="plaintext", text="later; connector=forged")


def test_message_keeps_the_codes(site):
    attempt = site.attempt("a@message.example", tls="TLSv1.1")
    check.refused(attempt, "550 5.7.6", text="100% of mail needs TLS; see https://example.org/tls?a=1&b=%20",
                  connector="message", reason="version")


def test_connector_in_test_mode(site):
    check.would(site.attempt("a@pilot.example"), "would-reject", "550 5.7.10",
                words=["TLS required for mail from pilot.example"], connector="pilot", reason="plaintext")
    check.would(site.attempt("a@pilot-later.example"), "would-tempfail", "451 4.7.10",
                words=["TLS required for mail from pilot-later.example"], connector="pilot-later", reason="plaintext")
    check.accepted(site.attempt("a@pilot.example", tls="TLSv1.2"))


def test_disabled_connector(site):
    check.accepted(site.attempt("a@off.example"))


def test_exceptions(site):
    refusal = {"connector": "excepted", "reason": "plaintext"}
    check.refused(site.attempt("a@excepted.example"), "550 5.7.10", **refusal)
    check.accepted(site.attempt("a@excepted.example", "abuse@example.org"))
    check.refused(site.attempt("a@news.excepted.example"), "550 5.7.10", **refusal)
    check.accepted(site.attempt("a@news.excepted.example", source="127.0.0.2"))
    check.refused(site.attempt("a@excepted.example", source="127.0.0.2"), "550 5.7.10", **refusal)


def test_exception_for_the_authenticated(site):
    """Who authenticated is what {auth_authen} says, and never what the client says in AUTH=."""
    check.accepted(site.attempt("a@excepted.example", xclient="LOGIN=bob"))
    attempt = site.attempt("a@excepted.example", listener="auth",
                           parameters="AUTH=bob@mx.lab.example")
    check.refused(attempt, "550 5.7.10", connector="excepted", reason="plaintext")


def test_the_more_specific_displaces(site):
    refusal = {"connector": "wide", "reason": "version"}
    check.refused(site.attempt("a@wide.example", tls="TLSv1.2"), "550 5.7.6", **refusal)
    check.refused(site.attempt("a@x.narrow.wide.example", tls="TLSv1.2"), "550 5.7.6", **refusal)
    check.accepted(site.attempt("a@narrow.wide.example", tls="TLSv1.2"))
    check.refused(site.attempt("a@narrow.wide.example", tls="TLSv1"), "550 5.7.6",
                  text="TLSv1.1 or better required, got TLSv1", connector="narrow", reason="version")


def test_require_none_is_an_exception_from_the_wider(site):
    check.accepted(site.attempt("a@none.wide.example"))


def test_excepted_connector_displaces_none(site):
    check.accepted(site.attempt("a@x.wide.example"))
    check.refused(site.attempt("a@x.wide.example", source="127.0.0.2"), "550 5.7.10",
                  connector="wide", reason="plaintext")


def test_test_mode_displaces_none_that_enforces(site):
    attempt = site.attempt("a@pilot.wide.example", tls="TLSv1.2")
    check.refused(attempt, "550 5.7.6", count=2, connector="wide", reason="version")
    second = attempt.records[1]
    check.equal(second.verdict, "would-pass", f"verdict of the second line {second.line!r}")
    check.equal(second.fields["connector"], "narrow-pilot", f"connector of the second line {second.line!r}")


def test_all_that_apply_must_be_met(site):
    pair = ("a@both.example", "b@both-to.example")
    check.refused(site.attempt(*pair), "550 5.7.10", text="TLS required for mail to both-to.example",
                  connector="by-recipient", reason="plaintext")
    check.refused(site.attempt(*pair, tls="TLSv1.2"), "550 5.7.6", connector="by-recipient", reason="version")
    check.refused(site.attempt("a@both.example", tls="TLSv1"), "451 4.7.6", connector="by-sender", reason="version")
    check.accepted(site.attempt(*pair, tls="TLSv1.3"))


def test_the_first_in_the_file_speaks_at_a_tie(site):
    attempt = site.attempt("a@both.example", "b@both-later.example", tls="TLSv1")
    check.refused(attempt, "451 4.7.6", text="TLSv1.1 or better required, got TLSv1",
                  connector="by-sender", reason="version")


def test_sender_and_recipient_together(site):
    check.refused(site.attempt("a@pair.example", "b@pair-to.example"), "550 5.7.10",
                  connector="by-pair", reason="plaintext")
    check.accepted(site.attempt("a@pair.example"))
    check.accepted(site.attempt("a@elsewhere.example", "b@pair-to.example"))

