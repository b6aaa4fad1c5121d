# SPDX-License-Identifier: MIT
"""What depends on where the client is: allowed_clients, selectors of clients, trusted networks, XCLIENT, local
submission."""

from lab import check

LOCAL_SUBMISSION = True
LISTENERS = {"refusing": {"mynetworks": "", "smtpd_relay_restrictions": "reject_unauth_destination"},
             "queueing-early": {"smtpd_delay_open_until_valid_rcpt": "no"}}
HEAD = "trusted_networks: [127.0.0.9/32, 198.51.100.0/24, \"2001:db8:9::/48\"]\n"
CONNECTORS = """\
  - name: allowed
    senders: [allowed.example]
    require: {allowed_clients: [127.0.0.2, 192.0.2.0/24, "2001:db8::/32"]}
    on_failure: reject
  - {name: allowed-later, senders: [allowed-later.example], require: {allowed_clients: [127.0.0.2/32]}}
  - {name: network, clients: [203.0.113.0/24], require: {min_version: TLSv1.1}}
  - {name: host, clients: [203.0.113.7/32], require: {min_version: TLSv1.3}, on_failure: reject}
  - {name: plain, senders: [plain.example], require: tls, on_failure: reject}
"""


def test_allowed_clients(site):
    check.refused(site.attempt("a@allowed.example", tls="TLSv1.2"), "550 5.7.1", connector="allowed", reason="client")
    check.accepted(site.attempt("a@allowed.example", tls="TLSv1.2", source="127.0.0.2"))
    check.refused(site.attempt("a@allowed-later.example", tls="TLSv1.2"), "451 4.7.1",
                  connector="allowed-later", reason="client")


def test_allowed_clients_by_xclient(site):
    for address in ("192.0.2.25", "IPV6:2001:db8::25"):
        check.accepted(site.attempt("a@allowed.example", tls="TLSv1.2", xclient=f"ADDR={address}"))
    for address, shown in (("192.0.3.25", "192.0.3.25"), ("IPV6:2001:db9::25", "2001:db9::25")):
        attempt = site.attempt("a@allowed.example", tls="TLSv1.2", xclient=f"NAME=out.example ADDR={address}")
        check.refused(attempt, "550 5.7.1", connector="allowed", reason="client")
        check.equal(attempt.records[0].client, f"out.example[{shown}]", "client in the log")


def test_mapped_address_is_an_ipv4_address(site):
    check.accepted(site.attempt("a@allowed.example", tls="TLSv1.2", xclient="ADDR=IPV6:::ffff:192.0.2.25"))
    check.accepted(site.attempt("a@plain.example", xclient="ADDR=IPV6:::ffff:198.51.100.77"))
    attempt = site.attempt("a@plain.example", xclient="ADDR=IPV6:::ffff:203.0.112.1")
    check.refused(attempt, "550 5.7.10", connector="plain", reason="plaintext")


def test_client_in_the_log(site):
    attempt = site.attempt("a@plain.example", source="127.0.0.3")
    check.refused(attempt, "550 5.7.10", connector="plain", reason="plaintext")
    check.equal(attempt.records[0].client, "unknown[127.0.0.3]", "client in the log")
    check.equal(attempt.records[0].queue_id, "NOQUEUE", "queue id in the log")


def test_selected_by_client(site):
    check.accepted(site.attempt("a@elsewhere.example"))
    attempt = site.attempt("a@elsewhere.example", xclient="ADDR=203.0.113.5")
    check.refused(attempt, "451 4.7.10", connector="network", reason="plaintext")
    check.accepted(site.attempt("a@elsewhere.example", tls="TLSv1.2", xclient="ADDR=203.0.113.5"))
    attempt = site.attempt("a@elsewhere.example", tls="TLSv1.2", xclient="ADDR=203.0.113.7")
    check.refused(attempt, "550 5.7.6", connector="host", reason="version")


def test_tls_survives_xclient(site):
    check.refused(site.attempt("a@plain.example", xclient="ADDR=192.0.2.1"), "550 5.7.10",
                  connector="plain", reason="plaintext")
    check.accepted(site.attempt("a@plain.example", tls="TLSv1.3", xclient="ADDR=192.0.2.1"))


def test_trusted_networks(site):
    check.accepted(site.attempt("a@plain.example", source="127.0.0.9"))
    for address in ("198.51.100.77", "IPV6:2001:db8:9::1"):
        check.accepted(site.attempt("a@plain.example", xclient=f"ADDR={address}"))
    for address in ("198.51.101.77", "IPV6:2001:db8:a::1"):
        check.refused(site.attempt("a@plain.example", xclient=f"ADDR={address}"), "550 5.7.10",
                      connector="plain", reason="plaintext")


def test_loopback_is_trusted_unless_the_policy_says_else(site):
    """The list that a policy gives replaces the default; this one has no 127.0.0.1."""
    check.refused(site.attempt("a@plain.example", source="127.0.0.1"), "550 5.7.10",
                  connector="plain", reason="plaintext")


def test_client_without_address(site):
    """Nothing can be told of such a session, so nothing gets in; libmilter itself may end it before we are asked."""
    with site.session() as session:
        session.command("XCLIENT ADDR=[UNAVAILABLE] NAME=[UNAVAILABLE]")
        session.ehlo()
        replies = [session.mail("a@elsewhere.example").code, session.rcpt("v@example.org").code]
    check.true(replies in ([250, 451], [451, 503]), f"replies to MAIL and RCPT: {replies}")


def test_local_submission_is_not_judged(site):
    postfix = site.lab.postfix
    start, log_start = site.daemon.mark(), len(postfix.log_text())
    postfix.sendmail("local@plain.example", "v@example.org", "Subject: local\n\nlab\n")
    postfix.wait_for_log("from=<local@plain.example>", "size=", start=log_start)
    postfix.wait_for_log("to=<v@example.org>", "status=sent", start=log_start)
    check.equal(site.flushed_records(start), [], "verdicts in the log")


def test_no_local_submission_by_xclient(site):
    """A proxy on the host can say all that makes pickup(8)'s mail look as it does, but not queue it before RCPT."""
    for port in ("PORT=0", "PORT=0 DESTADDR=127.0.0.1 DESTPORT=0", "PORT=[UNAVAILABLE]"):
        for listener in ("main", "queueing-early"):
            attempt = site.attempt("a@plain.example", listener=listener, helo="localhost",
                                   xclient=f"ADDR=127.0.0.1 NAME=localhost HELO=localhost {port}")
            check.refused(attempt, "550 5.7.10", connector="plain", reason="plaintext")


def test_no_local_submission_by_a_second_message(site):
    """What the first left behind at RCPT is not there at the next MAIL."""
    with site.session("queueing-early") as session:
        session.command("XCLIENT ADDR=127.0.0.1 NAME=localhost HELO=localhost PORT=0 DESTPORT=0")
        session.ehlo("localhost")
        check.equal([session.mail("a@elsewhere.example").code, session.rcpt("v@example.org").code], [250, 250],
                    "replies to MAIL and RCPT")
        check.equal(session.data().code, 250, "reply to the message")
        attempt = site.attempt_in(session, "a@plain.example", helo="localhost")
        check.refused(attempt, "550 5.7.10", connector="plain", reason="plaintext")


def test_refusal_by_postfix_comes_first(site):
    """A recipient that Postfix itself refuses is not judged; one that it takes is, in the same message."""
    start = site.daemon.mark()
    with site.session("refusing") as session:
        session.mail("a@plain.example")
        check.equal(session.rcpt("v@example.org").code, 554, "reply to a recipient that may not be relayed")
        check.equal(session.rcpt("v@mx.lab.example").code, 550, "reply to a local recipient")
    records = site.flushed_records(start)
    check.equal([found.fields["to"] for found in records], ["<v@mx.lab.example>"], "verdicts in the log")
