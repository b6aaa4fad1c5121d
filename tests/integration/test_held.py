# SPDX-License-Identifier: MIT
"""forcedtls pending --held on the hold queue of a real Postfix: what the milter and the policy service had held, by the
log of both."""

import datetime
import json
import pathlib
import subprocess

from lab import check, net

LISTENERS = {
    "service": {"smtpd_milters": "", "smtpd_recipient_restrictions": "check_policy_service {policy_service}",
                "cleanup_service_name": "cleanup-alias"},
}
CONNECTORS = """\
  - {name: held, senders: [held.example], require: tls, on_failure: quarantine}
  - {name: held-to, recipients: [held-to.example], require: {min_version: TLSv1.3}, on_failure: quarantine}
"""
TRUSTED = "trusted_networks: [192.0.2.254/32]\nmyorigin: mx.lab.example\n"


def _stamped(lines):
    """As a syslog daemon writes them."""
    now = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")
    return "".join(f"{now} mx {line}\n" for line in lines)


def _held(site, start, *arguments, status=1):
    log = site.directory / "daemon.log"
    log.write_text(_stamped(site.daemon.log_lines(start)), encoding="utf-8")
    done = subprocess.run([site.lab.tool_program, "pending", "--held", "--log", log, "--log", site.lab.postfix.maillog,
                           "--postfix-config", site.lab.postfix.etc, *arguments],
                          capture_output=True, text=True, timeout=net.PATIENCE, check=False)
    check.equal((done.returncode, done.stderr), (status, ""), f"exit status and errors with {arguments}")
    return done.stdout


def _by_id(site, start, deliveries):
    """The group of each message, which is in one alone."""
    groups = json.loads(_held(site, start, "--json"))
    found = {queue_id: group for group in groups for queue_id in group["queue_ids"]}
    check.true(all(delivery.queue_id in found for delivery in deliveries), f"{deliveries} in {groups}")
    return [found[delivery.queue_id] for delivery in deliveries]


def _what(group):
    return group["sender"], group["connector"], group["reason"], group["reply"]


def test_by_the_milter(site):
    site.start_daemon(CONNECTORS)
    start = site.daemon.mark()
    first = site.deliver("a@held.example")  # before there is a queue id
    second = site.deliver("a@other.example", ["info@example.org", "v@held-to.example"], tls="TLSv1.2")
    nobody = site.deliver("a@other.example")
    groups = _by_id(site, start, [first, second])
    check.equal([_what(group) for group in groups],
                [("held.example", "held", "plaintext", "TLS required for mail from held.example"),
                 ("other.example", "held-to", "version", "TLSv1.3 or better required, got TLSv1.2")], "who, and why")
    check.equal([group["recipients"] for group in groups], [1, 2], "recipients")
    text = _held(site, start, "-v")
    check.contains(text, ["held.example", "held-to", first.queue_id, second.queue_id], "as text")
    check.true(nobody.queue_id not in text, "what was not held")


def test_by_the_policy_service(site):
    """It is told of no queue id, and an alias has changed the recipient."""
    site.start_daemon(CONNECTORS, f"  policy_service: {site.policy_service}\n", TRUSTED)
    start = site.daemon.mark()
    delivery = site.deliver("a@held.example", ["alias@lab.example"], listener="service")
    item = site.lab.postfix.queue()[delivery.queue_id]
    check.equal((item["queue_name"], [recipient["address"] for recipient in item["recipients"]]),
                ("hold", ["inner@lab.example"]), "what is held, and for whom")
    check.equal([_what(group)[:3] for group in _by_id(site, start, [delivery])], [("held.example", "held", "plaintext")], "who, and why")


def test_is_mailed(site):
    """By the script of contrib/systemd, as it is, but for where programs and the policy are."""
    daemon = site.start_daemon(CONNECTORS)
    delivery = site.deliver("a@held.example")
    mail = site.directory / "mail"
    sendmail = site.directory / "sendmail"
    sendmail.write_text(f'#!/bin/sh\nprintf "%s\\n" "$*" >"{mail}"\ncat >>"{mail}"\n', encoding="utf-8")
    sendmail.chmod(0o755)
    script = site.directory / "forcedtls-mail"
    text = (pathlib.Path(__file__).parents[2] / "contrib/systemd/forcedtls-mail.in").read_text(encoding="utf-8")
    script.write_text(text.replace("@bindir@", str(site.lab.tool_program.parent))
                      .replace("@sysconfdir@/forcedtls/forcedtls.yaml", str(daemon.policy_file)), encoding="utf-8")
    environment = {"SENDMAIL": str(sendmail), "POSTFIX_CONFIG": str(site.lab.postfix.etc), "MAILTO": "postmaster"}
    done = subprocess.run(["sh", script], env=environment | {"MAIL_OF": "held doctor"}, capture_output=True, text=True,
                          timeout=net.PATIENCE, check=False)
    check.equal((done.returncode, done.stderr), (0, ""), "exit status and errors")
    said = mail.read_text(encoding="utf-8")
    check.true(said.startswith("-i -- postmaster\nTo: postmaster\n"), f"how it is sent: {said}")
    check.contains(said, ["mail is held, doctor has findings", "held.example", "then: forcedtls doctor again"], "what is mailed")
    check.true(delivery.queue_id in site.lab.postfix.queue(), "it is held")
    mail.unlink()
    subprocess.run(["sh", script], env=environment | {"MAIL_OF": "pending"}, check=True, timeout=net.PATIENCE)
    check.true(not mail.exists(), "a mail that has nothing to say")
