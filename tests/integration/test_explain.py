# SPDX-License-Identifier: MIT
"""forcedtls explain foretells what the daemon does."""

import json
import subprocess

from lab import check, pki

CONNECTORS = """\
  - {name: plain, senders: ["*.plain.example"], require: tls, on_failure: reject}
  - {name: named, senders: [named.example], require: {certificate: mail.contoso.example}, on_failure: reject}
  - {name: allowed, senders: [allowed.example], require: {allowed_clients: [127.0.0.2/32]}}
  - {name: secrecy, senders: [secrecy.example], require: {forward_secrecy: true}, on_failure: reject}
"""


def _explain(site, sender, *arguments):
    done = subprocess.run([site.lab.tool_program, "explain", "-c", site.daemon.policy_file, "--json", "--from", sender,
                           "--to", "info@example.org", "--helo", "client.lab.example", *arguments],
                          capture_output=True, text=True, check=False)
    check.true(done.returncode in (0, 1), f"exit status {done.returncode}: {done.stderr}")
    return done.returncode, json.loads(done.stdout)


def _agree(site, sender, arguments, **session):
    attempt = site.attempt(sender, **session)
    tls = [] if attempt.fields["tls"] == "-" else [
        "--tls", attempt.fields["tls"], "--cipher", attempt.fields["cipher"], "--bits", attempt.fields["bits"]]
    client = session.get("source", "127.0.0.1")
    status, answer = _explain(site, sender, "--client", client, *(tls or ["--tls", "none"]), *arguments)
    if attempt.reply.code == 250:
        check.equal((status, answer["verdict"]), (0, "pass"), f"verdict for {sender}")
        return
    record = attempt.records[0]
    check.equal((status, answer["verdict"], answer["connector"], answer["reason"], answer["reply"], answer["mode"]),
                (1, record.verdict, record.fields["connector"], record.fields["reason"], str(attempt.reply),
                 record.fields["mode"]), f"verdict for {sender}")


def test_tls(site):
    _agree(site, "a@plain.example", [])
    _agree(site, "a@b.plain.example", [], tls="TLSv1.1")
    _agree(site, "a@plain.example", [], tls="TLSv1.3")
    _agree(site, "a@secrecy.example", [], tls="TLSv1.2", ciphers="AES128-SHA")
    _agree(site, "a@secrecy.example", [], tls="TLSv1.2")
    _agree(site, "a@elsewhere.example", [])


def test_certificate(site):
    _agree(site, "a@named.example", [], tls="TLSv1.3")
    for certificate, name in (("right", "mail.contoso.example"), ("wrong", "mail.fabrikam.example")):
        _agree(site, "a@named.example", ["--subject", name, "--issuer", pki.ROOT_CN],
               tls="TLSv1.3", certificate=certificate)


def test_client(site):
    _agree(site, "a@allowed.example", [], tls="TLSv1.2")
    _agree(site, "a@allowed.example", [], tls="TLSv1.2", source="127.0.0.2")
