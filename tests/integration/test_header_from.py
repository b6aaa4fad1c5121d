# SPDX-License-Identifier: MIT
"""header_from: From: selects a connector as the envelope sender does, in whatever way it is written."""

import signal

from lab import check, net

CONNECTORS = """\
  - {name: refused, senders: [partner.example, "*.tree.example"], header_from: true, require: tls, on_failure: reject}
  - {name: deferred, senders: [deferred.example], header_from: true, require: {min_version: TLSv1.3}}
  - {name: held, senders: [held.example], header_from: true, require: tls, on_failure: quarantine}
  - {name: one-of-them, senders: [some.example, ceo@boss.example], header_from: true, recipients: [some-to.example],
     require: tls, on_failure: reject}
  - {name: pilot, mode: test, senders: [pilot.example], header_from: true, require: tls, on_failure: reject}
  - {name: envelope, senders: [envelope.example], require: tls, on_failure: reject}
"""
LISTENERS = {"no-nul": {"cleanup_service_name": "cleanup-no-nul"}}
OUTSIDER = "bounce@newsletter.example"


def _expect_delivered(site, delivery, recipient="info@example.org"):
    check.equal(delivery.reply.code, 250, f"reply to the message, {delivery.reply}")
    site.lab.postfix.wait_for_log(f"{delivery.queue_id}: to=<{recipient}>", "status=sent")


def _expect_untouched(site, header, **options):
    delivery = site.deliver(OUTSIDER, header=header, **options)
    check.equal(delivery.records, [], f"verdicts in the log for {header!r}")
    _expect_delivered(site, delivery)


def _expect_refused(delivery, reply, header_from, **fields):
    check.true(all(answer.code == 250 for answer in delivery.rcpt_replies), f"replies to RCPT {delivery.rcpt_replies}")
    check.equal(str(delivery.reply), reply, "reply to the message")
    check.equal(len(delivery.records), 1, "number of verdicts in the log")
    found = delivery.records[0]
    check.logged(delivery, found, {"5": "reject", "4": "tempfail"}[reply[0]], reply, **fields)
    check.equal(found.stage, "END-OF-HEADERS", f"stage in {found.line!r}")
    check.equal(found.header_from, f"<{header_from}>", f"header_from in {found.line!r}")
    check.true(found.queue_id != "NOQUEUE", f"no queue id in {found.line!r}")


def test_rejected(site):
    _expect_refused(site.deliver(OUTSIDER, header="From: Boss <boss@partner.example>"),
                    "550 5.7.10 TLS required for mail from partner.example", "boss@partner.example",
                    connector="refused", reason="plaintext")


def test_deferred(site):
    _expect_refused(site.deliver(OUTSIDER, header="From: a@deferred.example", tls="TLSv1.2"),
                    "451 4.7.6 TLSv1.3 or better required, got TLSv1.2", "a@deferred.example",
                    connector="deferred", reason="version")


def test_held(site):
    delivery = site.deliver(OUTSIDER, ["v@example.org", "w@example.org"], header="From: a@held.example")
    check.equal(delivery.reply.code, 250, f"reply to the message, {delivery.reply}")
    check.equal(len(delivery.records), 1, "number of verdicts in the log")
    check.logged(delivery, delivery.records[0], "quarantine", "TLS required for mail from held.example",
                 connector="held", reason="plaintext")
    item = site.lab.postfix.queue()[delivery.queue_id]
    check.equal(item["queue_name"], "hold", "the queue of the message")
    check.equal(len(item["recipients"]), 2, "recipients that are held")


def test_met_demand(site):
    for sender, version in (("partner", "TLSv1.2"), ("deferred", "TLSv1.3"), ("held", "TLSv1.2")):
        _expect_untouched(site, f"From: a@{sender}.example", tls=version)


def test_what_selects_none_is_untouched(site):
    for header in ("Subject: no From at all", "From: a@elsewhere.example", "From: a@not-partner.example",
                   "From: partner.example <a@elsewhere.example>", "From: (b@partner.example) a@elsewhere.example",
                   'From: "b@partner.example" <a@elsewhere.example>', "Reply-To: a@partner.example",
                   "From: a@elsewhere.example\nSender: a@partner.example", "X-From: a@partner.example", "From: a@envelope.example",
                   "From: undisclosed senders:;", "From:"):
        _expect_untouched(site, header)


# How From: can be written, and the addresses in it that select.
WAYS = {
    "from: a@partner.example": "a@partner.example",
    "FROM : a@partner.example": "a@partner.example",
    "From:a@PARTNER.example": "a@partner.example",
    "From: A\n <a@partner.example>": "a@partner.example",
    "From:\n\ta@partner.example": "a@partner.example",
    "From: x@elsewhere.example, a@partner.example": "a@partner.example",
    "From: Us: x@elsewhere.example, a@partner.example;": "a@partner.example",
    "From: =?utf-8?q?B=C3=B6ss?= <a@partner.example>": "a@partner.example",
    "From: a@partner.example (boss)": "a@partner.example",
    # Programs show it where there is no From:.
    "Sender: a@partner.example": "a@partner.example",
    "From:\nSender: a@partner.example": "a@partner.example",
    'From: "x@elsewhere.example, y" <a@x.tree.example>': "a@x.tree.example",
    "From: x@elsewhere.example\nFrom: a@partner.example": "a@partner.example",
    "From: a@partner.example\nFrom: x@elsewhere.example": "a@partner.example",
    "From: a@partner.example\nSubject: lab\nfrom: b@tree.example": "a@partner.example,b@tree.example",
    # Obsolete: an end of the address to some.
    "From:\n\ta@partner\n\t.example": "partner.example",
    "From: a(boss)@partner.example": "partner.example",
    "From: <@elsewhere.example:a@partner.example>": "partner.example",
    # What other programs make of it, and RFC 5322 does not.
    "From: a@partner(\\().example": "partner.example",
    "From: a@part<x>ner.example": "partner.example",
    "From: \"\" a@part(x).(y) ner.example": "partner.example",
    # Nobody can say what address these name: whatever partner stands in them selects.
    "From: <a@partner.example": "partner.example",
    "From: a@partner.example@elsewhere.example": "partner.example",
    "From: b@partner.example <a@elsewhere.example>": "partner.example",
    "From: =?utf-8?q?b=40partner=2Eexample?= x <<a@elsewhere.example>": "partner.example",
    "From: =?utf-8?b?YkBwYXJ0bmVyLmV4YW1wbGU=?= <": "partner.example",
    "From: \"a@partner.example": "partner.example",
    "From: Boss, The <a@partner.example>": "a@partner.example",
    "From: [, a@partner.example, ] <x@elsewhere.example>": "a@partner.example",
    "From: a@partner.example..": "partner.example",
    "From: x a@elsewhere.example partner.example": "partner.example",
    "From: =?utf-8?b?YkBwYXJ0bmVyLmV4YW1wbGU=?=@elsewhere.example": "partner.example",
    "From: =?a?b?=?utf-8?q?b=40partner=2Eexample?=": "partner.example",
}


def test_however_it_is_written(site):
    for header, found in WAYS.items():
        try:
            _expect_refused(site.deliver(OUTSIDER, header=header), "550 5.7.10 TLS required for mail from "
                            + ("*.tree.example" if found == "a@x.tree.example" else "partner.example"), found,
                            connector="refused", reason="plaintext")
        except AssertionError as error:
            raise AssertionError(f"{header!r}: {error}") from error


def test_nul_in_it(site):
    """Postfix hands over what stands before it: forcedtls-postfix(7) says what closes that."""
    header = "From: x@elsewhere.example\0, a@partner.example"
    _expect_untouched(site, header)
    delivery = site.deliver(OUTSIDER, header=header, listener="no-nul")
    check.equal((delivery.reply.code, delivery.records), (550, []), f"reply {delivery.reply}, and verdicts in the log")
    check.true("disallowed character" in str(delivery.reply), f"reply {delivery.reply}")
    _expect_untouched(site, "From: x@elsewhere.example", listener="no-nul")


def test_in_the_body_it_is_text(site):
    delivery = site.deliver(OUTSIDER, header="Subject: lab\n\nFrom: a@partner.example")
    check.equal(delivery.records, [], "verdicts in the log")
    _expect_delivered(site, delivery)


def test_one_recipient_of_those_that_it_concerns(site):
    """The verdict is for the message, and one line names the recipient that decided."""
    delivery = site.deliver(OUTSIDER, ["info@example.org", "v@some-to.example", "w@some-to.example"],
                            header="From: a@some.example")
    _expect_refused(delivery, "550 5.7.10 TLS required for mail from some.example to some-to.example",
                    "a@some.example", to="<v@some-to.example>", connector="one-of-them", reason="plaintext")
    _expect_untouched(site, "From: a@partner.example", tls="TLSv1.2")
    delivery = site.deliver(OUTSIDER, header="From: a@some.example")
    check.equal(delivery.records, [], "verdicts in the log")
    _expect_delivered(site, delivery)


def test_mailbox(site):
    recipients = ["v@some-to.example"]
    _expect_refused(site.deliver(OUTSIDER, recipients, header="From: CEO@boss.example"),
                    "550 5.7.10 TLS required for mail from ceo@boss.example to some-to.example", "ceo@boss.example",
                    connector="one-of-them", reason="plaintext")
    delivery = site.deliver(OUTSIDER, recipients, header="From: other@boss.example")
    _expect_delivered(site, delivery, recipients[0])


def test_refused_recipient_does_not_count(site):
    """It is not in the message; the envelope sender was judged before, for each recipient."""
    delivery = site.deliver("a@envelope.example", header="From: a@partner.example")
    check.equal([reply.code for reply in delivery.rcpt_replies], [550], "replies to RCPT")
    check.equal([found.stage for found in delivery.records], ["RCPT"], "stages in the log")


def test_test_mode(site):
    delivery = site.deliver(OUTSIDER, ["v@example.org", "w@example.org"], header="From: a@pilot.example")
    _expect_delivered(site, delivery, "w@example.org")
    check.equal(len(delivery.records), 1, "number of verdicts in the log")
    found = delivery.records[0]
    check.equal((found.verdict, found.stage, found.reply, found.fields["connector"], found.fields["mode"]),
                ("would-reject", "END-OF-HEADERS", "550 5.7.10 TLS required for mail from pilot.example", "pilot",
                 "test"), "verdict in the log")


def test_too_many_addresses(site):
    addresses = [f"a{number}@tree.example" for number in range(8)]
    header = "From: " + ",\n ".join(addresses)
    _expect_untouched(site, header, tls="TLSv1.2")
    # With more than eight they are not told apart: the demand is to be met, and when it is, that is enough.
    more = addresses + ["a@x.tree.example", "b@x.tree.example"]
    header = "From: " + ",\n ".join(more)
    _expect_untouched(site, header, tls="TLSv1.2")
    _expect_refused(site.deliver(OUTSIDER, header=header), "550 5.7.10 TLS required for mail from *.tree.example",
                    ",".join(more[:9]), connector="refused", reason="plaintext")
    # The same address over and over is one.
    _expect_untouched(site, "From: " + ",\n ".join(["a@tree.example"] * 100), tls="TLSv1.2")


def test_too_long(site):
    line = "From: " + "x" * 500 + "@elsewhere.example\n"
    _expect_untouched(site, (line * 31).rstrip())
    header = (line * 33).rstrip()
    _expect_refused(site.deliver(OUTSIDER, header=header), "451 4.3.0 try again later", "", connector="refused",
                    reason="internal")
    _expect_untouched(site, header, tls="TLSv1.3")


def test_trusted_network(site):
    site.start_daemon(CONNECTORS, head="trusted_networks: [127.0.0.2/32, 192.0.2.254/32]\nrecipient_delimiter: \"+\"\n",
                      name="trusted")
    _expect_untouched(site, "From: a@partner.example", source="127.0.0.2")


def test_messages_of_one_session(site):
    site.start_daemon(CONNECTORS)
    with site.session() as session:
        for _ in range(2):
            delivery = site.deliver_in(session, OUTSIDER, header="From: a@partner.example")
            _expect_refused(delivery, "550 5.7.10 TLS required for mail from partner.example", "a@partner.example",
                            connector="refused", reason="plaintext")
            delivery = site.deliver_in(session, OUTSIDER, header="From: a@elsewhere.example")
            _expect_delivered(site, delivery)
            check.equal(delivery.records, [], "verdicts in the log")


def test_reload_that_brings_it(site):
    """A session that is open by then has no headers to judge: nothing gets through in it."""
    daemon = site.start_daemon("  - {name: envelope, senders: [envelope.example], require: tls}\n")
    start = daemon.mark()
    with site.session() as session:
        _expect_delivered(site, site.deliver_in(session, OUTSIDER, header="From: a@partner.example"))
        site.write_policy(CONNECTORS)
        daemon.signal(signal.SIGUSR1)
        daemon.wait_for_line("policy reloaded", start=start)
        delivery = site.deliver_in(session, OUTSIDER)
        check.equal([str(reply) for reply in delivery.rcpt_replies], ["451 4.3.0 try again later"], "replies to RCPT")
        check.equal([(found.verdict, found.fields["reason"]) for found in delivery.records], [("tempfail", "internal")],
                    "verdicts in the log")
    daemon.wait_for_line("cannot judge: the session began before header_from was in force", start=start)
    _expect_untouched(site, "From: a@elsewhere.example")
    _expect_refused(site.deliver(OUTSIDER, header="From: a@partner.example"),
                    "550 5.7.10 TLS required for mail from partner.example", "a@partner.example",
                    connector="refused", reason="plaintext")


def test_reload_that_takes_it_away(site):
    daemon = site.start_daemon(CONNECTORS)
    start = daemon.mark()
    with site.session() as session:
        session.mail(OUTSIDER)
        check.equal(session.rcpt("info@example.org").code, 250, "reply to RCPT")
        site.write_policy("  - {name: envelope, senders: [envelope.example], require: tls}\n")
        daemon.signal(signal.SIGUSR1)
        daemon.wait_for_line("policy reloaded", start=start)
        check.equal(str(session.data("From: a@partner.example\r\n\r\nlab\r\n")),
                    "550 5.7.10 TLS required for mail from partner.example",
                    "reply to a message that began under the old policy")
        delivery = site.deliver_in(session, OUTSIDER, header="From: a@partner.example")
        _expect_delivered(site, delivery)
    net.wait_until(lambda: daemon.running, "the daemon to run on")
