# SPDX-License-Identifier: MIT
"""What is Sendmail's own: nothing passes unjudged while the daemon is away, its server key, its log."""

import shutil
import types

from lab import check, pki, smtp
from lab.sendmail import Sendmail

SENDMAIL = {"sendmail": {}}
CONNECTORS = "  - {name: plain, senders: [plain.example], require: tls, on_failure: reject}\n"
TRY_LATER = "451 4.3.2 Please try again later"


def _expect_judged(site):
    check.refused(site.attempt("a@plain.example", listener="sendmail"), "550 5.7.10", connector="plain",
                  reason="plaintext")
    check.accepted(site.attempt("a@plain.example", listener="sendmail", tls="TLSv1.3"))


def _expect_empty_queue(site):
    for arguments in ((), ("-qQ",)):
        check.contains(site.sendmail.mailq(*arguments), ["Total requests: 0"], "mailq")


def test_judged(site):
    log_start = len(site.sendmail.log_text())
    _expect_judged(site)
    site.sendmail.wait_for_log("milter=forcedtls, action=rcpt, reject=550 5.7.10 TLS required", start=log_start)


def test_pinned_certificate(site):
    """{cert_fp} is the digest of the certificate that was shown, whoever issued it."""
    pinned = site.clients["self-signed"]
    fingerprint, _ = pki.fingerprints(pinned)
    site.start_daemon(CONNECTORS + f"  - {{name: pinned, senders: [pinned.example], on_failure: reject, require: {{certificate: "
                      f"{{fingerprint: '{fingerprint}'}}}}}}\n")
    for version in ("TLSv1.2", "TLSv1.3"):
        check.accepted(site.attempt("a@pinned.example", listener="sendmail", tls=version, certificate="self-signed"))
        attempt = site.attempt("a@pinned.example", listener="sendmail", tls=version, certificate="right")
        check.refused(attempt, "550 5.7.5", connector="pinned", reason="fingerprint", subject="mail.contoso.example",
                      issuer="Lab\\x20Root\\x20CA")
        check.contains(attempt.records[0].line, [f" fingerprint={pki.fingerprints(site.clients['right'])[0]} "], "the log")
        check.refused(site.attempt("a@pinned.example", listener="sendmail", tls=version), "550 5.7.5",
                      connector="pinned", reason="no-certificate")
    check.refused(site.attempt("a@pinned.example", listener="sendmail"), "550 5.7.10", connector="pinned",
                  reason="plaintext")


def test_other_digest(site):
    """With another algorithm, or none, nobody can tell: the mail waits, and the log says what to set."""
    fingerprint, _ = pki.fingerprints(site.clients["self-signed"])
    site.start_daemon(CONNECTORS + f"  - {{name: pinned, senders: [pinned.example], on_failure: reject, require: {{certificate: "
                      f"{{fingerprint: '{fingerprint}'}}}}}}\n")
    shipped = "O CertFingerprintAlgorithm=sha256"
    for setting, words in (("O CertFingerprintAlgorithm=md5", "is no SHA-256 digest"),
                           ("", "connector pinned asks for a fingerprint, and Sendmail hands over none")):
        other = Sendmail(site.directory / f"digest-{len(setting)}", site.lab.pki, {"other": {}}, site.socket)
        other.change_config(shipped, setting)
        start = site.daemon.mark()
        try:
            other.start()
            with smtp.Session(other.ports["other"]) as session:
                session.ehlo()
                session.starttls("TLSv1.3", "ALL", site.clients["self-signed"], "client.lab.example")
                check.equal(session.mail("a@pinned.example").code, 250, "reply to MAIL")
                check.equal(str(session.rcpt("info@example.org")), "451 4.3.0 try again later", "reply to RCPT")
        finally:
            other.stop()
        site.daemon.wait_for_line("connector=pinned reason=internal", start=start)
        check.contains("\n".join(site.daemon.log_lines(start)), [words, "confCERT_FINGERPRINT_ALGORITHM"], "the log")


def test_local_submission_is_not_judged(site):
    """There is no client then, and Sendmail says so to the filter."""
    start = site.daemon.mark()
    log_start = len(site.sendmail.log_text())
    answers = site.sendmail.submit("EHLO localhost", "MAIL FROM:<a@plain.example>", "RCPT TO:<info@example.org>",
                                   "QUIT")
    check.equal([answer[:3] for answer in answers], ["250", "250", "250", "221"], f"replies {answers}")
    site.sendmail.wait_for_log("milter=forcedtls, action=rcpt, continue", start=log_start)
    check.equal(site.flushed_records(start), [], "verdicts in the log")


def test_away_and_back(site):
    """F=T: commands are put off, STARTTLS too; the session stays so, and the next one is judged again."""
    site.daemon.kill()
    with site.session("sendmail") as session:
        check.equal(session.greeting.code, 220, "greeting")
        check.contains(session.ehlo().text, ["STARTTLS"], "reply to EHLO")
        check.equal(session.command("STARTTLS").code, 454, "reply to STARTTLS")
        check.equal(str(session.mail("a@elsewhere.example")), TRY_LATER, "reply to MAIL")
        check.true(session.rcpt("info@example.org").code // 100 in (4, 5), "RCPT was taken")
        check.true(session.command("DATA").code // 100 in (4, 5), "DATA was taken")
        site.daemon.start()
        check.equal(str(session.mail("a@elsewhere.example")), TRY_LATER, "reply to the next MAIL")
        _expect_judged(site)
    _expect_empty_queue(site)


def _start_anew(site):
    if not site.daemon.running:
        site.daemon.start()


def test_killed_before_the_recipient(site):
    for tls in (None, "TLSv1.3"):
        with site.session("sendmail", tls=tls) as session:
            check.equal(session.mail("a@elsewhere.example").code, 250, "reply to MAIL")
            site.daemon.kill()
            check.equal(str(session.rcpt("info@example.org")), TRY_LATER, "reply to RCPT")
            check.true(session.command("DATA").code // 100 in (4, 5), "DATA was taken")
            session.command("RSET")
            check.equal(str(session.mail("a@elsewhere.example")), TRY_LATER, "reply to the next MAIL")
        _expect_empty_queue(site)
        _start_anew(site)
        _expect_judged(site)


def test_killed_before_the_end_of_the_message(site):
    with site.session("sendmail") as session:
        check.equal(session.mail("a@elsewhere.example").code, 250, "reply to MAIL")
        check.equal(session.rcpt("info@example.org").code, 250, "reply to RCPT")
        check.equal(session.command("DATA").code, 354, "reply to DATA")
        site.daemon.kill()
        session.send(b"Subject: lab\r\n\r\nlab\r\n.\r\n")
        check.equal(str(session.read_reply()), TRY_LATER, "reply to the message")
    _expect_empty_queue(site)
    _start_anew(site)
    _expect_judged(site)


def test_directory_of_the_socket_that_others_can_write_to(site):
    """Sendmail takes such a socket for unsafe, and puts mail off as if the daemon were away."""
    directory = site.socket_path.parent
    before = directory.stat().st_mode
    try:
        for mode, trusted in ((0o755, True), (0o750, True), (0o770, False), (0o775, False), (0o777, False)):
            directory.chmod(mode)
            log_start = len(site.sendmail.log_text())
            with site.session("sendmail") as session:
                check.equal(session.mail("a@elsewhere.example").code, 250 if trusted else 451,
                            f"reply to MAIL with the directory's mode {mode:o}")
            if not trusted:
                site.sendmail.wait_for_log(f"local socket name {site.socket_path} unsafe", start=log_start)
    finally:
        directory.chmod(before & 0o7777)
    _expect_judged(site)


def test_server_key_that_others_can_read(site):
    """Sendmail does not use it, and then has no TLS to offer."""
    key = site.directory / "readable.key"
    shutil.copy(site.lab.pki.server.key, key)
    for mode, offered in ((0o600, True), (0o400, True), (0o640, False), (0o644, False)):
        key.chmod(mode)
        certificates = types.SimpleNamespace(server=pki.Certificate(site.lab.pki.server.chain, key),
                                             ca_file=site.lab.pki.ca_file)
        other = Sendmail(site.directory / f"sendmail-{mode:o}", certificates, {"other": {}}, site.socket)
        try:
            other.start()
            with smtp.Session(other.ports["other"]) as session:
                check.equal("STARTTLS" in session.ehlo().text, offered, f"STARTTLS with the key's mode {mode:o}")
        finally:
            other.stop()
