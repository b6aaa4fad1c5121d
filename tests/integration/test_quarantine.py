# SPDX-License-Identifier: MIT
"""on_failure: quarantine. The message is accepted and stands in Postfix's hold queue as a whole."""

from lab import check, net

CONNECTORS = """\
  - {name: held, senders: [held.example], require: tls, on_failure: quarantine}
  - {name: held-to, recipients: [held-to.example], require: tls, on_failure: quarantine, message: "hold it, 100% sure"}
  - {name: refused, recipients: [refused.example], require: tls, on_failure: reject}
  - {name: deferred, recipients: [deferred.example], require: tls}
  - {name: pilot, mode: test, senders: [pilot.example], require: tls, on_failure: quarantine}
"""
TEXT = "TLS required for mail from held.example"


def _queue_of(site, delivery):
    """Where Postfix has the message: the name of the queue, None when it is delivered by now."""
    return site.lab.postfix.queue().get(delivery.queue_id, {}).get("queue_name")


def _expect_held(site, delivery):
    check.equal(delivery.reply.code, 250, f"reply to the message, {delivery.reply}")
    check.equal(_queue_of(site, delivery), "hold", "the queue of the message")
    site.lab.postfix.wait_for_log(f"{delivery.queue_id}: milter-hold: END-OF-MESSAGE")


def _expect_delivered(site, delivery, recipient="info@example.org"):
    check.equal(delivery.reply.code, 250, f"reply to the message, {delivery.reply}")
    site.lab.postfix.wait_for_log(f"{delivery.queue_id}: to=<{recipient}>", "status=sent")


def test_held(site):
    delivery = site.deliver("a@held.example")
    _expect_held(site, delivery)
    check.equal(len(delivery.records), 1, "number of verdicts in the log")
    check.logged(delivery, delivery.records[0], "quarantine", TEXT, connector="held", reason="plaintext")
    check.equal(delivery.records[0].stage, "RCPT", "stage in the log")


def test_met_demand_is_not_held(site):
    delivery = site.deliver("a@held.example", tls="TLSv1.2")
    check.equal(delivery.records, [], "verdicts in the log")
    _expect_delivered(site, delivery)


def test_held_for_all_recipients(site):
    """One recipient that is held holds the message for the other too."""
    delivery = site.deliver("a@other.example", ["info@example.org", "v@held-to.example", "w@held-to.example"])
    check.equal([reply.code for reply in delivery.rcpt_replies], [250] * 3, "replies to RCPT")
    _expect_held(site, delivery)
    check.equal([(found.verdict, found.reply, found.fields["to"]) for found in delivery.records],
                [("quarantine", "hold it, 100% sure", f"<{who}@held-to.example>") for who in "vw"],
                "verdicts in the log")
    item = site.lab.postfix.queue()[delivery.queue_id]
    check.equal(sorted(recipient["address"] for recipient in item["recipients"]),
                ["info@example.org", "v@held-to.example", "w@held-to.example"], "recipients that are held")


def test_stricter_verdicts_keep_their_recipients(site):
    delivery = site.deliver("a@held.example", ["v@refused.example", "v@deferred.example", "info@example.org"])
    check.equal([reply.code for reply in delivery.rcpt_replies], [550, 451, 250], "replies to RCPT")
    check.equal([found.verdict for found in delivery.records], ["reject", "tempfail", "quarantine"],
                "verdicts in the log")
    _expect_held(site, delivery)
    check.equal([recipient["address"] for recipient in site.lab.postfix.queue()[delivery.queue_id]["recipients"]],
                ["info@example.org"], "recipients that are held")


def test_refused_recipient_holds_nothing(site):
    """What is not in the message cannot hold it."""
    delivery = site.deliver("a@other.example", ["v@refused.example", "info@example.org"])
    check.equal([reply.code for reply in delivery.rcpt_replies], [550, 250], "replies to RCPT")
    _expect_delivered(site, delivery)


def test_one_message_of_a_session(site):
    """Neither the message before nor the one after it, nor one after RSET, is held."""
    with site.session() as session:
        before = site.deliver_in(session, "a@other.example")
        held = site.deliver_in(session, "a@held.example")
        session.mail("a@held.example")
        session.rcpt("info@example.org")
        after = site.deliver_in(session, "a@other.example")
    _expect_held(site, held)
    _expect_delivered(site, before)
    _expect_delivered(site, after)


def test_test_mode(site):
    delivery = site.deliver("a@pilot.example")
    _expect_delivered(site, delivery)
    check.equal([(found.verdict, found.reply, found.fields["mode"]) for found in delivery.records],
                [("would-quarantine", "TLS required for mail from pilot.example", "test")], "verdicts in the log")


def test_policy_in_test_mode(site):
    site.start_daemon(CONNECTORS, head="mode: test\ntrusted_networks: [192.0.2.254/32]\n", name="tested")
    delivery = site.deliver("a@held.example")
    _expect_delivered(site, delivery)
    check.equal([found.verdict for found in delivery.records], ["would-quarantine"], "verdicts in the log")


def test_trusted_network(site):
    site.start_daemon(CONNECTORS, head="trusted_networks: [127.0.0.2/32, 192.0.2.254/32]\n", name="trusted")
    delivery = site.deliver("a@held.example", source="127.0.0.2")
    _expect_delivered(site, delivery)
    check.equal(delivery.records, [], "verdicts in the log")
    net.wait_until(lambda: _queue_of(site, delivery) is None, "the message to leave the queue")
