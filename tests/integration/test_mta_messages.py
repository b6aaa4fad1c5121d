# SPDX-License-Identifier: MIT
"""Whole messages, and more than one of them, through Postfix and through Sendmail: what is said, what is held, who gets
it, and what stands in its header."""

from lab import check, pki, record
from test_trace_header import FORGED, NAME

# Postfix itself holds what comes in at "read", so that the test can look at it. Sendmail delivers nothing here.
LISTENERS = {"read": {"smtpd_client_restrictions": "check_client_access static:HOLD"}}
SENDMAIL = {"sendmail": {}}
HEAD = "trace_header: true\ntrusted_networks: [192.0.2.254/32]\n"
CONNECTORS = """\
  - {name: refused, senders: [contoso.example], header_from: true, require: tls, on_failure: reject}
  - {name: deferred, senders: [deferred.example], header_from: true, require: {min_version: TLSv1.3}}
  - {name: held, senders: [held.example], header_from: true, require: {certificate: any}, on_failure: quarantine}
  - {name: to-clinic, recipients: [clinic.example], require: tls}
  - {name: to-refused, recipients: [refused.example], require: {certificate: any}, on_failure: reject}
  - {name: pilot, mode: test, senders: [pilot.example], header_from: true, require: tls, on_failure: quarantine}
"""


class _Postfix:
    listener = "main"
    reading = "read"

    def __init__(self, site):
        self._postfix = site.lab.postfix

    def held(self, queue_id):
        """Not for what came in at "read"."""
        return self._postfix.queue().get(queue_id, {}).get("queue_name") == "hold"

    def header(self, queue_id):
        return self._postfix.header(queue_id)

    def recipients(self, queue_id):
        return sorted(found["address"] for found in self._postfix.queue()[queue_id]["recipients"])


class _Sendmail:
    listener = "sendmail"
    reading = "sendmail"

    def __init__(self, site):
        self._sendmail = site.sendmail

    def held(self, queue_id):
        """As the queue's files have it, and as mailq says it."""
        held = self._sendmail.is_held(queue_id)
        listed = [queue_id in self._sendmail.mailq(*arguments) for arguments in ((), ("-qQ",))]
        check.equal(listed, [not held, held], f"{queue_id} in mailq, and in mailq -qQ")
        return held

    def header(self, queue_id):
        return self._sendmail.header(queue_id)

    def recipients(self, queue_id):
        return sorted(self._sendmail.recipients(queue_id))


def _mtas(site):
    return _Postfix(site), _Sendmail(site)


def _codes(delivery):
    return [reply.code for reply in (*delivery.rcpt_replies, delivery.reply)]


def _said(delivery):
    return [(found.fields["connector"], found.verdict, found.stage) for found in delivery.records]


def _traces(header):
    return [" ".join(body.split()) for name, body in header if name.strip().lower() == NAME.lower()]


def _trace(delivery, verdict, connectors, verified="no", subject="-", issuer="-"):
    facts = delivery.fields
    return (f"{verdict}; connector={connectors}; client=127.0.0.1; tls={facts['tls']}; cipher={facts['cipher']} "
            f"bits={facts['bits']}; verified={verified}; subject={subject}; issuer={issuer}")


def test_several_recipients(site):
    """One is put off, one is refused, and the others get the message."""
    recipients = ["one@example.org", "two@clinic.example", "three@refused.example", "four@example.org"]
    for mta in _mtas(site):
        delivery = site.deliver("a@elsewhere.example", recipients, listener=mta.reading)
        check.equal(_codes(delivery), [250, 451, 550, 250, 250], f"replies of {mta.listener}")
        check.equal([str(reply) for reply in delivery.rcpt_replies[1:3]],
                    ["451 4.7.10 TLS required for mail to clinic.example",
                     "550 5.7.10 TLS required for mail to refused.example"], f"replies of {mta.listener}")
        check.equal(_said(delivery), [("to-clinic", "tempfail", "RCPT"), ("to-refused", "reject", "RCPT")],
                    "verdicts in the log")
        check.equal(mta.recipients(delivery.queue_id), ["four@example.org", "one@example.org"],
                    f"recipients at {mta.listener}")


def test_all_recipients_refused(site):
    for mta in _mtas(site):
        with site.session(mta.listener) as session:
            session.mail("a@contoso.example")
            codes = [session.rcpt(f"{who}@example.org").code for who in ("one", "two")]
            check.equal(codes, [550, 550], f"replies of {mta.listener}")
            check.true(session.data().code >= 500, f"{mta.listener} took DATA")


def test_two_messages_in_a_session(site):
    """TLS stays on, and nothing of one message is left in the next."""
    for mta in _mtas(site):
        with site.session(mta.reading, tls="TLSv1.2") as session:
            first = site.deliver_in(session, "a@contoso.example", ["v@clinic.example"])
            second = site.deliver_in(session, "b@deferred.example")
            third = site.deliver_in(session, "c@contoso.example")
        check.equal([_codes(first), _codes(second)[:1], _codes(third)], [[250, 250], [451], [250, 250]],
                    f"replies of {mta.listener}")
        check.equal(_said(first) + _said(third), [], "verdicts in the log")
        for delivery in (first, third):
            check.equal(_traces(mta.header(delivery.queue_id)), [_trace(delivery, "pass", "refused")], "trace headers")


def test_rset(site):
    """What was said before RSET counts no more."""
    for mta in _mtas(site):
        with site.session(mta.listener) as session:
            attempt = site.attempt_in(session, "a@contoso.example")
            check.refused(attempt, "550 5.7.10", connector="refused", reason="plaintext")
            session.command("RSET")
            check.accepted(site.attempt_in(session, "a@elsewhere.example"))
            session.command("RSET")
            session.mail("a@held.example")
            session.rcpt("info@example.org")
            after = site.deliver_in(session, "a@elsewhere.example")
        check.true(not mta.held(after.queue_id), f"{mta.listener} holds a message for what was reset")


def test_starttls_after_mail_was_refused(site):
    for mta in _mtas(site):
        with site.session(mta.listener) as session:
            check.refused(site.attempt_in(session, "a@contoso.example"), "550 5.7.10", connector="refused",
                          reason="plaintext")
            session.command("RSET")
            session.starttls("TLSv1.3", ehlo="client.lab.example")
            check.accepted(site.attempt_in(session, "a@contoso.example"))


def test_held(site):
    for mta in _mtas(site):
        delivery = site.deliver("a@held.example", ["v@example.org", "w@example.org"], listener=mta.listener)
        check.equal(_codes(delivery), [250, 250, 250], f"replies of {mta.listener}")
        check.equal(_said(delivery), [("held", "quarantine", "RCPT")] * 2, "verdicts in the log")
        check.true(mta.held(delivery.queue_id), f"{mta.listener} does not hold the message")
        check.equal(mta.recipients(delivery.queue_id), ["v@example.org", "w@example.org"], "recipients that are held")
        check.equal(_traces(mta.header(delivery.queue_id)), [_trace(delivery, "quarantine", "held")], "trace headers")
    check.contains(site.sendmail.hold_reason(delivery.queue_id), ["held", "TLS required for mail from held.example"],
                   "reason in Sendmail's queue")
    site.sendmail.release(delivery.queue_id)
    check.true(not mta.held(delivery.queue_id), "Sendmail holds the message still")


def test_one_message_of_a_session_is_held(site):
    for mta in _mtas(site):
        with site.session(mta.listener) as session:
            before = site.deliver_in(session, "a@elsewhere.example")
            held = site.deliver_in(session, "a@held.example")
            after = site.deliver_in(session, "a@elsewhere.example")
        check.equal([mta.held(delivery.queue_id) for delivery in (before, held, after)], [False, True, False],
                    f"messages that {mta.listener} holds")


def test_met_demand_is_not_held(site):
    for mta in _mtas(site):
        delivery = site.deliver("a@held.example", listener=mta.listener, tls="TLSv1.3", certificate="right")
        check.equal((_codes(delivery), _said(delivery)), ([250, 250], []), f"replies of {mta.listener}")
        check.true(not mta.held(delivery.queue_id), f"{mta.listener} holds the message")


def test_test_mode(site):
    for mta in _mtas(site):
        for sender, header, stage in (("a@pilot.example", "Subject: lab", "RCPT"),
                                      ("a@elsewhere.example", "From: a@pilot.example", "END-OF-HEADERS")):
            delivery = site.deliver(sender, header=header, listener=mta.listener)
            check.equal((_codes(delivery), _said(delivery)),
                        ([250, 250], [("pilot", "would-quarantine", stage)]), f"replies of {mta.listener}")
            check.true(not mta.held(delivery.queue_id), f"{mta.listener} holds the message")


def test_header_from(site):
    cases = ((("contoso.example", None), "550 5.7.10 TLS required for mail from contoso.example", "refused", "reject"),
             (("deferred.example", "TLSv1.2"), "451 4.7.6 TLSv1.3 or better required, got TLSv1.2", "deferred",
              "tempfail"))
    for mta in _mtas(site):
        for (domain, tls), reply, connector, verdict in cases:
            for header in (f"From: a@{domain}", f"from : Boss <a@{domain}>", f"From:\n\t\"x@example.org\" <a@{domain}>",
                           f"From: b@elsewhere.example\nFrom: a@{domain}"):
                delivery = site.deliver("a@elsewhere.example", header=header, listener=mta.listener, tls=tls)
                check.equal(str(delivery.reply), reply, f"reply of {mta.listener} to {header!r}")
                check.equal(_said(delivery), [(connector, verdict, "END-OF-HEADERS")], "verdicts in the log")
        delivery = site.deliver("a@elsewhere.example", header="From: a@held.example", listener=mta.listener)
        check.equal(_said(delivery), [("held", "quarantine", "END-OF-HEADERS")], "verdicts in the log")
        check.true(mta.held(delivery.queue_id), f"{mta.listener} does not hold the message")


def test_trace_header(site):
    names = {"right": "mail.contoso.example", "odd": record.escape(pki.ODD_CN)}
    for mta in _mtas(site):
        for certificate, name in names.items():
            delivery = site.deliver("a@held.example", listener=mta.reading, tls="TLSv1.3", certificate=certificate)
            check.equal(_traces(mta.header(delivery.queue_id)),
                        [_trace(delivery, "pass", "held", "yes", name, record.escape(pki.ROOT_CN))],
                        f"trace headers at {mta.listener}")
        delivery = site.deliver("a@elsewhere.example", listener=mta.reading)
        check.equal(_traces(mta.header(delivery.queue_id)), [_trace(delivery, "pass", "-")],
                    f"trace headers at {mta.listener}")


def test_forged_trace_headers_are_removed(site):
    for mta in _mtas(site):
        delivery = site.deliver("a@contoso.example", header=FORGED, listener=mta.reading, tls="TLSv1.2")
        header = mta.header(delivery.queue_id)
        check.equal(_traces(header), [_trace(delivery, "pass", "refused")], f"trace headers at {mta.listener}")
        check.true("forged" not in str(header), f"something forged is left: {header}")
        check.equal([name for name, _ in header if name in (f"{NAME}-Not", "Subject")], [f"{NAME}-Not", "Subject"],
                    "other fields")
