# SPDX-License-Identifier: MIT
"""The policy in test mode as a whole: everything passes, and the log says what would have happened."""

from lab import check

HEAD = "mode: test\ntrusted_networks: [192.0.2.254/32]\n"
CONNECTORS = """\
  - {name: plain, senders: [plain.example], require: tls, on_failure: reject}
  - {name: plain-too, mode: enforce, senders: [plain-too.example], require: tls}
"""


def test_everything_passes(site):
    check.would(site.attempt("a@plain.example"), "would-reject", "550 5.7.10", connector="plain", reason="plaintext",
                words=["TLS required for mail from plain.example"])
    check.would(site.attempt("a@plain-too.example"), "would-tempfail", "451 4.7.10",
                connector="plain-too", reason="plaintext", words=["TLS required for mail from plain-too.example"])
    check.would(site.attempt("a@plain.example", tls="TLSv1.1"), "would-reject", "550 5.7.6",
                connector="plain", reason="version", words=["TLSv1.2 or better required, got TLSv1.1"])


def test_what_meets_the_demand_is_not_logged(site):
    check.accepted(site.attempt("a@plain.example", tls="TLSv1.2"))


def test_internal_error(site):
    attempt = site.attempt("a@elsewhere.example", "v@a\u200db.example", parameters="SMTPUTF8")
    check.would(attempt, "would-tempfail", "451 4.3.0", connector="-", reason="internal")


def test_message_is_delivered(site):
    log_start = len(site.lab.postfix.log_text())
    with site.session() as session:
        check.would(site.attempt_in(session, "through@plain.example", "v@example.org"), "would-reject", "550 5.7.10",
                    connector="plain", reason="plaintext")
        check.equal(session.data().code, 250, "reply to the message")
    site.lab.postfix.wait_for_log("to=<v@example.org>", "status=sent", start=log_start)
