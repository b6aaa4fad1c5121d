# SPDX-License-Identifier: MIT
"""smtpd_proxy_filter: Postfix shows a milter no more than DATA. What had to be judged or held later is refused there."""

from lab import check, net, sink

CONNECTORS = """\
  - {name: from, senders: [partner.example], header_from: true, require: tls, on_failure: reject}
"""
HELD = """\
  - {name: held, senders: [held.example], require: tls, on_failure: quarantine}
"""
ENVELOPE = """\
  - {name: envelope, senders: [partner.example], require: tls, on_failure: reject}
"""
PORT = net.free_ports(1)[0]
PROXY = {"smtpd_proxy_filter": f"{net.LOOPBACK}:{PORT}"}
LISTENERS = {"proxy": PROXY, "at-once": PROXY | {"smtpd_proxy_options": "speed_adjust"},
             "protocol-2": {"milter_protocol": "2"}, "protocol-4": {"milter_protocol": "4"}}
PROXIES = ("proxy", "at-once")
SENDMAIL = {"sendmail": {}}
OUTSIDER = "bounce@newsletter.example"
PARTNER = "From: boss@partner.example"
REPLY = "451 4.3.0 try again later"


def _expect_refused(site, listener, sender, header, recipients=("info@example.org",), verdicts=()):
    start = site.daemon.mark()
    with sink.Sink(PORT) as behind:
        delivery = site.deliver(sender, recipients, header, listener=listener)
        check.equal(behind.messages, [], "what the filter got")
    check.true(all(reply.code == 250 for reply in delivery.rcpt_replies), f"replies to RCPT {delivery.rcpt_replies}")
    check.equal(str(delivery.reply.plain), REPLY, "reply to DATA")
    check.equal([found.verdict for found in delivery.records], [*verdicts, "tempfail"], "verdicts in the log")
    check.logged(delivery, delivery.records[-1], "tempfail", REPLY, connector="-", reason="internal")
    check.equal(delivery.records[-1].stage, "DATA", "stage in the log")
    site.daemon.wait_for_line("cannot judge: the MTA does not show what follows DATA", "smtpd_proxy_filter", start=start)


def _expect_taken(site, listener, sender, header, **options):
    with sink.Sink(PORT) as behind:
        delivery = site.deliver(sender, header=header, listener=listener, **options)
        check.equal(delivery.reply.code, 250, f"reply to the message, {delivery.reply}")
        check.equal(len(behind.messages), listener in PROXIES, "messages that the filter got")
    return delivery


def test_header_from(site):
    for listener in PROXIES:
        _expect_refused(site, listener, OUTSIDER, PARTNER)
        _expect_refused(site, listener, OUTSIDER, "From: a@elsewhere.example")  # who knows?
        _expect_refused(site, listener, OUTSIDER, PARTNER, ["a@example.org", "b@example.org", "c@example.org"])


def test_without_proxy(site):
    check.equal(site.deliver(OUTSIDER, header=PARTNER).reply.code, 550, "reply to the message")
    _expect_taken(site, "main", OUTSIDER, "From: a@elsewhere.example")


def test_pipelined(site):
    """Two messages of one session, each with all its commands in one piece, and more recipients than one."""
    commands = (f"MAIL FROM:<{OUTSIDER}>\r\nRCPT TO:<a@example.org>\r\nRCPT TO:<b@example.org>\r\nDATA\r\n").encode()
    with sink.Sink(PORT) as behind, site.session("proxy") as session:
        for _ in range(2):
            session.send(commands)
            check.equal([str(session.read_reply().plain) for _ in range(4)][3], REPLY, "reply to DATA")
            check.equal(session.command("RSET").code, 250, "reply to RSET")
        check.equal(behind.messages, [], "what the filter got")


def test_chunks(site):
    """BDAT goes by DATA."""
    message = (PARTNER + "\r\n\r\nlab\r\n").encode()
    for listener, code in (("proxy", 451), ("main", 550)):
        with sink.Sink(PORT) as behind, site.session(listener) as session:
            session.mail(OUTSIDER)
            session.rcpt("info@example.org")
            session.send(f"BDAT {len(message)} LAST\r\n".encode() + message)
            check.equal(session.read_reply().code, code, f"reply to BDAT, {listener}")
            check.equal(behind.messages, [], "what the filter got")


def test_old_protocols(site):
    """Before 4 there was no DATA: nobody can tell then."""
    check.equal(str(site.attempt(OUTSIDER, listener="protocol-2").reply), REPLY, "reply to RCPT")
    check.equal(site.deliver(OUTSIDER, header=PARTNER, listener="protocol-4").reply.code, 550, "reply to the message")
    _expect_taken(site, "protocol-4", OUTSIDER, "From: a@elsewhere.example")


def test_sendmail(site):
    """It has a queue id from MAIL on, and says so at DATA."""
    check.equal(site.deliver(OUTSIDER, header=PARTNER, listener="sendmail").reply.code, 550, "reply to the message")
    for recipients in (["a@example.org"], ["a@example.org", "b@example.org"]):
        delivery = site.deliver(OUTSIDER, recipients, "From: a@elsewhere.example", listener="sendmail")
        check.equal((delivery.reply.code, delivery.records), (250, []), f"reply {delivery.reply}, verdicts in the log")


def test_policy_in_test_mode(site):
    site.start_daemon(CONNECTORS, head="mode: test\ntrusted_networks: [192.0.2.254/32]\n", name="tested")
    delivery = _expect_taken(site, "proxy", OUTSIDER, PARTNER)
    check.equal([(found.verdict, found.stage) for found in delivery.records], [("would-tempfail", "DATA")],
                "verdicts in the log")


def test_trusted_network(site):
    site.start_daemon(CONNECTORS, head="trusted_networks: [127.0.0.2/32, 192.0.2.254/32]\n", name="trusted")
    delivery = _expect_taken(site, "proxy", OUTSIDER, PARTNER, source="127.0.0.2")
    check.equal(delivery.records, [], "verdicts in the log")


def test_quarantine(site):
    """Only what is to be held."""
    site.start_daemon(HELD, name="held")
    _expect_refused(site, "proxy", "a@held.example", "Subject: lab", verdicts=["quarantine"])
    _expect_taken(site, "proxy", OUTSIDER, PARTNER)
    _expect_taken(site, "proxy", "a@held.example", "Subject: lab", tls="TLSv1.2")


def test_trace_header(site):
    site.start_daemon(ENVELOPE, head="trace_header: true\ntrusted_networks: [192.0.2.254/32]\n", name="traced")
    _expect_refused(site, "proxy", OUTSIDER, PARTNER)
    _expect_taken(site, "main", OUTSIDER, PARTNER)


def test_envelope_alone(site):
    """Without any of them, nothing is missing."""
    site.start_daemon(ENVELOPE, name="envelope")
    for listener in PROXIES:
        _expect_taken(site, listener, OUTSIDER, PARTNER)
        check.equal(str(site.attempt("a@partner.example", listener=listener).reply),
                    "550 5.7.10 TLS required for mail from partner.example", "reply to RCPT")
