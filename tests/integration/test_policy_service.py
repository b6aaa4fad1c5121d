# SPDX-License-Identifier: MIT
"""The policy service: Postfix asks for each recipient, and is told what the milter would have said; and of
fingerprints the milter knows what the policy service was told."""

import collections
import os
import signal
import socket

from lab import check, net, pki, smtp

_CHECK = "check_policy_service {policy_service}"
_SHA256 = {"smtpd_tls_fingerprint_digest": "sha256"}
LISTENERS = {
    "alone": {"smtpd_milters": "", "smtpd_recipient_restrictions": _CHECK} | _SHA256,
    "both": {"smtpd_recipient_restrictions": _CHECK} | _SHA256,
    "proxied": {"smtpd_recipient_restrictions": _CHECK, "smtpd_upstream_proxy_protocol": "haproxy"} | _SHA256,
    "md5": {"smtpd_milters": "", "smtpd_recipient_restrictions": _CHECK, "smtpd_tls_fingerprint_digest": "md5"},
    "auth": {"smtpd_milters": "", "smtpd_recipient_restrictions": _CHECK, "smtpd_sasl_auth_enable": "yes"},
    "probes": {"smtpd_milters": "", "smtpd_recipient_restrictions": _CHECK,
               "address_verify_sender": "probe@prot.example"},
    "probes-of-none": {"smtpd_milters": "", "smtpd_recipient_restrictions": _CHECK, "address_verify_sender": "<>"},
    "too-early": {"smtpd_milters": "", "smtpd_client_restrictions": _CHECK, "smtpd_delay_reject": "no"},
    "too-late": {"smtpd_milters": "", "smtpd_end_of_data_restrictions": _CHECK},
}
POLICY = """\
  - {{name: from-contoso, senders: ["*.contoso.example"], require: tls, on_failure: reject}}
  - {{name: from-fabrikam, senders: [fabrikam.example], require: {{certificate: mail.contoso.example}}, on_failure: reject}}
  - {{name: held, senders: [held.example], require: tls, on_failure: quarantine}}
  - {{name: pilot, mode: test, senders: [pilot.example], require: tls, on_failure: reject}}
  - {{name: users, senders: [users.example], except: [{{authenticated: true}}], require: {{certificate: any}}}}
  - {{name: pinned, senders: [pinned.example], require: {{certificate: {{fingerprint: "{certificate}"}}}}, on_failure: reject}}
  - {{name: key, senders: [key.example], require: {{certificate: {{fingerprint: {key}}}}}, on_failure: reject}}
  - {{name: named, senders: [named.example], on_failure: reject,
     require: {{certificate: {{fingerprint: "{right}", subject: mail.contoso.example}}}}}}
  - {{name: to-mx, recipients: [mx.lab.example], require: tls}}
"""
TRUSTED = "trusted_networks: [192.0.2.254/32]\nmyorigin: mx.lab.example\n"


def _start(site, head="", policy=POLICY):
    certificate, key = pki.fingerprints(site.clients["self-signed"])
    right, _ = pki.fingerprints(site.clients["right"])
    connectors = policy.format(certificate=certificate, key=key.replace(":", "").lower(), right=right)
    return site.start_daemon(connectors, f"  policy_service: {site.policy_service}\n", TRUSTED + head)


def _refused(attempt, codes, words, *, count=1, **fields):
    """Postfix puts the recipient before what it was told."""
    check.equal(str(attempt.reply)[:len(codes)], codes, f"codes of {attempt.reply}")
    check.contains(str(attempt.reply), [f"Recipient address rejected: {words}"], "reply to RCPT")
    check.equal(len(attempt.records), count, f"verdicts in the log: {[r.line for r in attempt.records]}")
    verdict = {"550": "reject", "451": "tempfail"}[codes[:3]]
    found = attempt.records[0]
    check.equal((found.verdict, found.stage), (verdict, "RCPT"), f"verdict in {found.line!r}")
    check.contains(found.reply, [codes, words], "reply in the log")
    all_fields = found.fields | found.certificate_fields
    got = {name: all_fields[name] for name in fields}
    check.equal(got, fields, f"fields of {found.line!r}")
    want = {name: value for name, value in attempt.fields.items() if name not in fields | {"subject": 0, "issuer": 0}}
    check.equal({name: found.fields[name] for name in want}, want, f"fields of {found.line!r}")


def test_without_milter(site):
    _start(site)
    _refused(site.attempt("a@x.contoso.example", listener="alone"), "550 5.7.10",
             "TLS required for mail from *.contoso.example", connector="from-contoso", reason="plaintext")
    check.accepted(site.attempt("a@x.contoso.example", listener="alone", tls="TLSv1.2"))
    _refused(site.attempt("a@x.contoso.example", listener="alone", tls="TLSv1.1"), "550 5.7.6",
             "TLSv1.2 or better required, got TLSv1.1", connector="from-contoso", reason="version")
    check.accepted(site.attempt("a@elsewhere.example", listener="alone"))
    check.accepted(site.attempt("a@x.contoso.example", listener="alone", tls="TLSv1.3", second_ehlo=False))


def test_names_of_certificates(site):
    _start(site)
    for name in ("right", "via-intermediate", "wildcard", "upper"):
        check.accepted(site.attempt("a@fabrikam.example", listener="alone", tls="TLSv1.2", certificate=name))
    for name, reason in (("wrong", "subject"), ("san-only", "subject"), ("odd", "subject"), ("newline", "subject"),
                         ("self-signed", "no-certificate"), ("unverified", "no-certificate"),
                         ("expired", "no-certificate"), (None, "no-certificate")):
        words = "verified certificate required" if reason == "no-certificate" else "certificate is not the one expected"
        _refused(site.attempt("a@fabrikam.example", listener="alone", tls="TLSv1.3", certificate=name), "550 5.7.5",
                 words, connector="from-fabrikam", reason=reason, wanted="subject:mail.contoso.example")


def test_odd_addresses(site):
    """Whatever way of writing an address Postfix takes."""
    _start(site)
    for sender in ("a%contoso.example@elsewhere.example", "contoso.example!a", "@relay.example:a@contoso.example",
                   '"a b"@contoso.example', "a@contoso.example.", "A@Contoso.Example", "a(x)@contoso.example",
                   '"a@contoso.example"@mx.lab.example', "a%contoso.example%@mx.lab.example",
                   "a%%contoso.example@mx.lab.example"):
        attempt = site.attempt(sender, listener="alone")
        check.equal(str(attempt.reply)[:10], "550 5.7.10", f"reply for {sender}")
    # Postfix reads the local part anew, without blanks and quotes: who is meant cannot be told here.
    for sender in ('"a%contoso.example "@mx.lab.example', '"contoso.example !a"@mx.lab.example',
                   r'"a@contoso\\.example"@mx.lab.example', r'"a%\"contoso.example\""@mx.lab.example',
                   '"%contoso.example"@mx.lab.example', "!contoso.example!a"):
        attempt = site.attempt(sender, listener="alone")
        check.equal(str(attempt.reply)[:9], "451 4.3.0", f"reply for {sender}")
    attempt = site.attempt("a@elsewhere.example", "bob", listener="alone")
    check.equal(str(attempt.reply)[:10], "451 4.7.10", "reply for a recipient without domain")
    attempt = site.attempt("", listener="alone", helo="mx.contoso.example")
    check.equal(str(attempt.reply)[:10], "550 5.7.10", "reply for the null sender")


# All of these Postfix delivers to a protected place, under one of its settings.
_LED_ASTRAY = ("!prot.example!postmaster", '"boss%prot.example%"', "boss%prot.example%@mx.lab.example",
               "prot.example!boss!@mx.lab.example", "boss%%prot.example@mx.lab.example", '"v%prot.example "@mx.lab.example',
               '"v@prot.example "@mx.lab.example', r'"v%\"prot.example\""@mx.lab.example', "b@192.0.2.1",
               "b%192.0.2.1@mx.lab.example", "192.0.2.1!b", "b@192.0.2.01", "b@3221225985", "v@prot.example.", "v@prot.example@mx.lab.example", "v@straße.example", "v%straße.example@mx.lab.example",
               r'"\\daemon"@mx.lab.example', r"\\daemon@mx.lab.example")
# And these with append_dot_mydomain = yes, of which a milter would be told.
_APPENDED = ("v@sub", "v%sub@mx.lab.example", "sub!v")
_PROTECTED_HEAD = "mydomain: prot.example\nrecipient_delimiter: \"\"\n"
_PROTECTED = """\
  - {{name: protected, recipients: ["*.prot.example", "[192.0.2.1]", strasse.example, daemon@mx.lab.example], require: tls,
     on_failure: reject}}
"""


def test_led_astray(site):
    """Nobody is let in by what the door could not know: Postfix's settings, and how it reads odd addresses."""
    _start(site, _PROTECTED_HEAD, _PROTECTED)
    cases = [(recipient, listener) for recipient in _LED_ASTRAY for listener in ("alone", "main")]
    for recipient, listener in cases + [(recipient, "alone") for recipient in _APPENDED]:
        attempt = site.attempt("a@elsewhere.example", recipient, listener=listener, parameters="SMTPUTF8")
        check.equal(attempt.reply.code in (451, 501, 550), True, f"{listener}: {attempt.reply} for {recipient}")


def test_sender_of_probes(site):
    """Postfix asks nobody about mail to the sender of its own probes, unless that is the null sender."""
    _start(site, _PROTECTED_HEAD, _PROTECTED)
    for listener, words in (("probes", "250 "), ("probes-of-none", "550 5.7.10"), ("main", "550 5.7.10")):
        reply = site.attempt("a@elsewhere.example", "probe@prot.example", listener=listener).reply
        check.equal(str(reply)[:len(words)], words, f"reply at {listener}")


def test_pinned_certificate(site):
    """A partner with a self-signed certificate passes by its fingerprint, and one with another key does not."""
    _start(site)
    for sender in ("a@pinned.example", "a@key.example"):
        check.accepted(site.attempt(sender, listener="alone", tls="TLSv1.3", certificate="self-signed"))
        _refused(site.attempt(sender, listener="alone", tls="TLSv1.3"), "550 5.7.5", "verified certificate required",
                 reason="no-certificate")
    # All clients of the lab share one key: another certificate has it, and is not the one that is pinned.
    check.accepted(site.attempt("a@key.example", listener="alone", tls="TLSv1.2", certificate="unverified"))
    shown = ",".join(pki.fingerprints(site.clients["unverified"]))
    _refused(site.attempt("a@pinned.example", listener="alone", tls="TLSv1.2", certificate="unverified"), "550 5.7.5",
             "certificate is not the one expected", connector="pinned", reason="fingerprint", fingerprint=shown)


def test_wrong_key(site):
    _start(site)
    stranger = site.lab.pki.server
    with site.session("alone") as session:
        session.starttls("TLSv1.3", "ALL", stranger, "client.lab.example")
        _refused(site.attempt_in(session, "a@key.example"), "550 5.7.5", "certificate is not the one expected",
                 connector="key", reason="fingerprint")


def test_name_beside_fingerprint(site):
    _start(site)
    check.accepted(site.attempt("a@named.example", listener="alone", tls="TLSv1.3", certificate="right"))
    _refused(site.attempt("a@named.example", listener="alone", tls="TLSv1.3", certificate="via-intermediate"),
             "550 5.7.5", "certificate is not the one expected", connector="named", reason="fingerprint")


def test_foreign_digest(site):
    daemon = _start(site)
    start = daemon.mark()
    _refused(site.attempt("a@pinned.example", listener="md5", tls="TLSv1.3", certificate="self-signed"), "451 4.3.0",
             "try again later", connector="pinned", reason="internal")
    check.contains("\n".join(daemon.log_lines(start)), ["set smtpd_tls_fingerprint_digest = sha256"], "the log")


def test_both_doors(site):
    """The milter knows of fingerprints what the policy service was told."""
    daemon = _start(site)
    for sender in ("a@pinned.example", "a@key.example", '"quoted local"@pinned.example', "@x.example:A@Pinned.Example."):
        check.accepted(site.attempt(sender, listener="both", tls="TLSv1.3", certificate="self-signed"))
    with site.session("both", tls="TLSv1.3", certificate=site.clients["self-signed"]) as session:
        for recipient in ("v@example.org", "w@example.org"):
            check.accepted(site.attempt_in(session, "a@pinned.example", recipient))
            session.command("RSET")
    _refused(site.attempt("a@pinned.example", listener="both", tls="TLSv1.3", certificate="right"), "550 5.7.5",
             "certificate is not the one expected", connector="pinned", reason="fingerprint")
    start = daemon.mark()
    check.refused(site.attempt("a@pinned.example", tls="TLSv1.3", certificate="self-signed"), "451 4.3.0",
                  text="try again later", connector="pinned", reason="internal")
    check.contains("\n".join(daemon.log_lines(start)), ["connector pinned asks for a fingerprint"], "the log")
    check.refused(site.attempt("a@pinned.example"), "550 5.7.10", connector="pinned", reason="plaintext")


def test_one_source_port_for_two_services(site):
    """What a client shows at one service says nothing of its session at another, though both come from one port."""
    daemon = _start(site)
    for listener in ("alone", "both"):
        source_port, = net.free_ports(1)
        with site.session(source_port=source_port, tls="TLSv1.3") as without, \
                site.session(listener, source_port=source_port, tls="TLSv1.3",
                             certificate=site.clients["self-signed"]) as shown:
            check.accepted(site.attempt_in(shown, "a@pinned.example"))
            start = daemon.mark()
            check.refused(site.attempt_in(without, "a@pinned.example"), "451 4.3.0", text="try again later",
                          connector="pinned", reason="internal")
            check.contains("\n".join(daemon.log_lines(start)),
                           ["connector pinned asks for a fingerprint, and the policy service was not asked"], "the log")


def test_ends_of_the_connection(site):
    """However Postfix learned where the client connected to, both doors are told the same."""
    daemon = _start(site)
    for xclient in ("ADDR=192.0.2.9 PORT=77", "ADDR=192.0.2.9 PORT=77 DESTADDR=198.51.100.1 DESTPORT=25",
                    "ADDR=IPv6:2001:db8::9 PORT=77 DESTADDR=IPv6:2001:db8::1 DESTPORT=25",
                    "DESTADDR=IPV6:::ffff:198.51.100.1"):
        with site.session("both") as session:
            check.equal(session.command(f"XCLIENT {xclient}").code, 220, f"XCLIENT {xclient}")
            session.ehlo()
            session.starttls("TLSv1.3", certificate=site.clients["self-signed"], ehlo="client.lab.example")
            check.accepted(site.attempt_in(session, "a@pinned.example"))
    with site.session("both") as session:
        session.command("XCLIENT DESTADDR=[UNAVAILABLE] DESTPORT=[UNAVAILABLE]")
        session.ehlo()
        session.starttls("TLSv1.3", certificate=site.clients["self-signed"], ehlo="client.lab.example")
        start = daemon.mark()
        check.refused(site.attempt_in(session, "a@pinned.example"), "451 4.3.0", connector="pinned", reason="internal")
        check.contains("\n".join(daemon.log_lines(start)), ["the MTA does not say where the client connected to"],
                       "the log")


def test_behind_a_proxy(site):
    """The HAProxy protocol says both ends."""
    _start(site)
    for line in ("PROXY TCP4 192.0.2.9 198.51.100.2 777 25", "PROXY TCP6 2001:db8::9 2001:db8::2 777 25",
                 "PROXY TCP6 ::ffff:192.0.2.9 ::ffff:198.51.100.2 777 25"):
        with smtp.Session(site.port("proxied"), first=line) as session:
            session.ehlo()
            session.starttls("TLSv1.3", certificate=site.clients["self-signed"], ehlo="client.lab.example")
            check.accepted(site.attempt_in(session, "a@pinned.example"))


def test_logged_in(site):
    _start(site)
    with site.session("auth", tls="TLSv1.3") as session:
        attempt = site.attempt_in(session, "a@users.example", parameters="AUTH=bob")
        check.equal(str(attempt.reply)[:9], "451 4.7.5", "reply with a forged AUTH=")
        session.command("RSET")
        check.equal(session.login(site.lab.postfix.add_login("bob", "lab secret"), "lab secret").code, 235, "AUTH")
        check.accepted(site.attempt_in(session, "a@users.example"))


def test_test_mode(site):
    _start(site)
    attempt = site.attempt("a@pilot.example", listener="alone")
    check.would(attempt, "would-reject", "550 5.7.10", connector="pilot", reason="plaintext")
    _start(site, "mode: test\n")
    attempt = site.attempt("a@x.contoso.example", listener="alone")
    check.would(attempt, "would-reject", "550 5.7.10", connector="from-contoso", reason="plaintext")


def _doors(attempt):
    return [(found.verdict, found.door) for found in attempt.records]


def _count(attempts):
    """How often each verdict fell, counted as forcedtlsd(8) says where Postfix asks both doors."""
    counted = collections.Counter()
    for attempt in attempts:
        refused_there = False
        for found in attempt.records:
            there = found.door == "policy-service"
            refused_there = there and (found.verdict in ("reject", "tempfail")
                                       or refused_there and found.verdict.startswith("would-"))
            if not there or refused_there:
                counted[found.verdict] += 1
    return counted


def test_who_judged(site):
    """With both doors a refusal has a line from one, anything else from each; the manual says which to count."""
    certificate, key = pki.fingerprints(site.clients["self-signed"])
    right, _ = pki.fingerprints(site.clients["right"])
    connectors = POLICY.format(certificate=certificate, key=key.replace(":", "").lower(), right=right)
    connectors += "  - {name: lax, mode: test, senders: [a.contoso.example], require: none}\n"
    site.start_daemon(connectors, f"  policy_service: {site.policy_service}\n  log_accepted: true\n", TRUSTED)
    senders = ("a@x.contoso.example", "a@pilot.example", "a@held.example", "a@elsewhere.example",
               "a@a.contoso.example")
    attempts = [site.attempt(sender, listener="both") for sender in senders]
    both = ("policy-service", "milter")
    check.equal(_doors(attempts[0]), [("reject", "policy-service")], "a refusal")
    check.equal(sorted(_doors(attempts[1])), sorted((verdict, door) for door in both for verdict in
                                                    ("pass", "would-reject")), "in test mode")
    check.equal(_doors(attempts[2]), [("quarantine", door) for door in both], "held")
    check.equal(_doors(attempts[3]), [("pass", door) for door in both], "let in")
    check.equal(_doors(attempts[4]), [("reject", "policy-service"), ("would-pass", "policy-service")],
                "a refusal that would not have been one")
    check.equal(_count(attempts), {"reject": 2, "pass": 2, "would-reject": 1, "quarantine": 1, "would-pass": 1},
                "verdicts")


def test_held(site):
    _start(site)
    delivery = site.deliver("a@held.example", listener="alone")
    check.equal(delivery.reply.code, 250, f"reply to the message, {delivery.reply}")
    check.equal(site.lab.postfix.queue()[delivery.queue_id]["queue_name"], "hold", "the queue of the message")
    site.lab.postfix.wait_for_log("TLS required for mail from held.example", "hold")


def test_trace_header(site):
    _start(site, "trace_header: true\n")
    delivery = site.deliver("a@x.contoso.example", ["v@example.org", "w@example.org"], listener="alone", tls="TLSv1.3",
                            xclient=None)
    check.equal(delivery.reply.code, 250, f"reply to the message, {delivery.reply}")
    delivery = site.deliver("a@held.example", ["v@example.org"], listener="alone")
    check.equal(delivery.reply.code, 250, "to hold goes before to record")


def test_trace_header_in_the_message(site):
    """One header for each connector that spoke; seen in a message that is held by another recipient's rule."""
    connectors = """\
  - {{name: one, senders: [one.example], require: tls}}
  - {{name: held-to, recipients: [held-to.example], require: {{certificate: any}}, on_failure: quarantine}}
"""
    _start(site, "trace_header: true\n", connectors)
    delivery = site.deliver("a@one.example", ["v@example.org", "w@example.org", "x@held-to.example"], listener="alone",
                            tls="TLSv1.3")
    header = site.lab.postfix.header(delivery.queue_id)
    traces = [body.strip() for name, body in header if name == "X-ForcedTLS"]
    check.equal(len(traces), 1, f"trace headers: {traces}")
    check.contains(traces[0], ["pass; connector=one; client=127.0.0.1; tls=TLSv1.3;"], "the trace header")


def test_asked_at_the_wrong_place(site):
    """Nothing comes in, and the log says why."""
    daemon = _start(site)
    start = daemon.mark()
    with socket.create_connection((net.LOOPBACK, site.port("too-early")), timeout=net.PATIENCE) as client:
        check.equal(client.recv(1000)[:9], b"451 4.3.0", "greeting")
    delivery = site.deliver("a@elsewhere.example", listener="too-late")
    check.equal(delivery.reply.code, 451, f"reply to the message, {delivery.reply}")
    check.contains("\n".join(daemon.log_lines(start)), ["belongs into smtpd_recipient_restrictions"], "the log")


def test_daemon_away_and_back(site):
    """Postfix defers while nobody answers, and asks again by itself."""
    daemon = _start(site)
    with site.session("alone", tls="TLSv1.3") as session:
        check.accepted(site.attempt_in(session, "a@x.contoso.example"))
        session.command("RSET")
        daemon.kill()
        session.mail("a@x.contoso.example")
        check.equal(session.rcpt("v@example.org").code, 451, "reply while the daemon is away")
        session.command("RSET")
        _start(site)
        check.accepted(site.attempt_in(session, "a@x.contoso.example"))


def test_reload(site):
    daemon = _start(site)
    with site.session("alone") as session:
        check.accepted(site.attempt_in(session, "a@elsewhere.example"))
        session.command("RSET")
        text = daemon.policy_file.read_text(encoding="utf-8")
        start = daemon.mark()
        daemon.policy_file.write_text(text.replace('"*.contoso.example"', "elsewhere.example"), encoding="utf-8")
        os.kill(daemon.pid, signal.SIGUSR1)
        net.wait_until(lambda: any("policy reloaded" in line for line in daemon.log_lines(start)), "the reload")
        _refused(site.attempt_in(session, "a@elsewhere.example"), "550 5.7.10", "TLS required",
                 connector="from-contoso", reason="plaintext")
