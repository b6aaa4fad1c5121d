# SPDX-License-Identifier: MIT
"""trace_header: what a message says of how it came in, and that nobody else can say it."""

from lab import check, pki, record

# Postfix itself holds what comes in here, so that the test can read it.
LISTENERS = {"read": {"smtpd_client_restrictions": "check_client_access static:HOLD"}}
HEAD = "trace_header: true\ntrusted_networks: [127.0.0.2/32, 192.0.2.254/32]\n"
CONNECTORS = """\
  - {name: from-partner, senders: [partner.example], require: tls}
  - {name: to-partner, recipients: [to-partner.example], require: {min_version: TLSv1.3}}
  - {name: to-second, recipients: [to-second.example], require: tls}
  - {name: held, senders: [held.example], require: {certificate: any}, on_failure: quarantine}
  - {name: also, senders: [also.example], header_from: true, require: tls, on_failure: quarantine}
  - {name: refused, recipients: [refused.example], require: {certificate: any}, on_failure: reject}
"""
NAME = "X-ForcedTLS"


def _deliver(site, *arguments, **options):
    """The header of what arrived."""
    delivery = site.deliver(*arguments, listener="read", **options)
    check.equal(delivery.reply.code, 250, f"reply to the message, {delivery.reply}")
    return delivery, site.lab.postfix.header(delivery.queue_id)


def _traces(header):
    """Bodies of the trace headers, unfolded."""
    return [" ".join(body.split()) for name, body in header if name.strip().lower() == NAME.lower()]


def _trace(delivery, verdict, connectors, verified="no", subject="-", issuer="-"):
    facts = delivery.fields
    return (f"{verdict}; connector={connectors}; client=127.0.0.1; tls={facts['tls']}; cipher={facts['cipher']} "
            f"bits={facts['bits']}; verified={verified}; subject={subject}; issuer={issuer}")


def test_what_passed(site):
    delivery, header = _deliver(site, "a@partner.example", tls="TLSv1.2")
    check.equal(_traces(header), [_trace(delivery, "pass", "from-partner")], "trace headers")
    check.equal([name for name, _ in header][:2], [NAME, "Received"], "the first fields")


def test_all_connectors_that_spoke(site):
    """Each once; those of recipients that were refused are not among them."""
    recipients = ["v@refused.example", "v@to-partner.example", "v@to-second.example", "w@to-partner.example",
                  "info@example.org"]
    delivery, header = _deliver(site, "a@other.example", recipients, tls="TLSv1.3")
    check.equal([reply.code for reply in delivery.rcpt_replies], [550, 250, 250, 250, 250], "replies to RCPT")
    check.equal(_traces(header), [_trace(delivery, "pass", "to-partner,to-second")], "trace headers")


def test_what_no_connector_concerns(site):
    delivery, header = _deliver(site, "a@other.example")
    check.equal(_traces(header), [_trace(delivery, "pass", "-")], "trace headers")


def test_what_is_held(site):
    delivery = site.deliver("a@held.example", tls="TLSv1.2")
    header = site.lab.postfix.header(delivery.queue_id)
    check.equal(_traces(header), [_trace(delivery, "quarantine", "held")], "trace headers")


def test_certificate(site):
    delivery, header = _deliver(site, "a@held.example", tls="TLSv1.3", certificate="right")
    check.equal(_traces(header), [_trace(delivery, "pass", "held", "yes", "mail.contoso.example",
                                         record.escape(pki.ROOT_CN))], "trace headers")


def test_certificate_cannot_add_a_field(site):
    delivery, header = _deliver(site, "a@held.example", tls="TLSv1.3", certificate="odd")
    check.equal(_traces(header), [_trace(delivery, "pass", "held", "yes", record.escape(pki.ODD_CN),
                                         record.escape(pki.ROOT_CN))], "trace headers")


def test_header_from_is_among_them(site):
    delivery, header = _deliver(site, "a@other.example", header="From: a@also.example", tls="TLSv1.2")
    check.equal(_traces(header), [_trace(delivery, "pass", "also")], "trace headers")
    delivery = site.deliver("a@other.example", header="From: a@also.example")
    check.equal(_traces(site.lab.postfix.header(delivery.queue_id)), [_trace(delivery, "quarantine", "also")],
                "trace headers")


FORGED = """\
X-ForcedTLS: pass; connector=forged-1
Received: from nowhere
x-forcedtls: pass; connector=forged-2
X-ForcedTLS : pass; connector=forged-3
X-FORCEDTLS\t:
\tpass;
\tconnector=forged-4
X-ForcedTLS-Not: kept
X-ForcedTLS:
Subject: lab
X-ForcedTLS:pass; connector=forged-5"""


def test_forged_ones_are_removed(site):
    for sender, connector, tls in (("a@other.example", "-", None), ("a@partner.example", "from-partner", "TLSv1.2")):
        delivery, header = _deliver(site, sender, header=FORGED, tls=tls)
        check.equal(_traces(header), [_trace(delivery, "pass", connector)], "trace headers")
        names = [name for name, _ in header]
        check.equal([name for name in names if name in ("X-ForcedTLS-Not", "Subject")], ["X-ForcedTLS-Not", "Subject"],
                    "other fields")
        check.equal(names.count("Received"), 2, "Received fields")
        check.true("forged" not in str(header), f"something forged is left: {header}")


def test_forged_ones_of_the_message_before(site):
    """They are counted anew in each message."""
    with site.session("read") as session:
        first = site.deliver_in(session, "a@other.example", header=FORGED)
        second = site.deliver_in(session, "a@other.example")
    for delivery in (first, second):
        check.equal(_traces(site.lab.postfix.header(delivery.queue_id)), [_trace(delivery, "pass", "-")],
                    "trace headers")


def test_no_more_than_can_be_removed(site):
    many = "\n".join(f"X-ForcedTLS: forged-{number}" for number in range(100))
    delivery, header = _deliver(site, "a@other.example", header=many)
    check.equal(_traces(header), [_trace(delivery, "pass", "-")], "trace headers")
    start = site.daemon.mark()
    delivery = site.deliver("a@other.example", header=f"{many}\nX-ForcedTLS: one more", listener="read")
    check.equal(str(delivery.reply), "451 4.3.0 try again later", "reply to the message")
    site.daemon.wait_for_line("cannot edit: removing so many trace headers failed", start=start)
    check.equal(len(delivery.records), 1, "number of verdicts in the log")
    found = delivery.records[0]
    check.logged(delivery, found, "tempfail", "451 4.3.0 try again later", connector="-", reason="internal")
    check.equal(found.stage, "END-OF-MESSAGE", f"stage in {found.line!r}")
    check.true(found.queue_id != "NOQUEUE", f"no queue id in {found.line!r}")


def test_trusted_networks_may_say_it(site):
    _, header = _deliver(site, "a@partner.example", header=FORGED, source="127.0.0.2")
    check.equal(len(_traces(header)), 6, f"trace headers in {header}")


def test_no_trace_header_without_the_key(site):
    site.start_daemon(CONNECTORS, head=HEAD.replace("trace_header: true", "trace_header: false"), name="without")
    _, header = _deliver(site, "a@other.example", header="X-ForcedTLS: pass")
    check.equal(_traces(header), ["pass"], "trace headers")
