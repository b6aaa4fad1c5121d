# SPDX-License-Identifier: MIT
"""forcedtls report on the logs of real mail: what is suggested of a log lets that mail in, and what Postfix sent below
a policy is counted."""

import json
import subprocess

from lab import check, dns, partners

LISTENERS = {"alone": {"smtpd_milters": "", "smtpd_recipient_restrictions": "check_policy_service {policy_service}",
                       "smtpd_tls_fingerprint_digest": "sha256"}}
# Sender, and how the session goes.
SESSIONS = [
    ("a@contoso.example", {"tls": "TLSv1.2", "certificate": "right"}),
    ("b@contoso.example", {"tls": "TLSv1.3", "certificate": "right"}),
    ("a@fabrikam.example", {"tls": "TLSv1.3", "certificate": "self-signed"}),
    ("a@anonymous.example", {"tls": "TLSv1.2"}),
    ("a@anonymous.example", {"tls": "TLSv1.3"}),
    ("a@old.example", {"tls": "TLSv1.1"}),
    ("a@plain.example", {}),
    ("", {"tls": "TLSv1.2", "helo": "bounces.example"}),
]


def _report(site, *arguments):
    done = subprocess.run([site.lab.tool_program, "report", *arguments], capture_output=True, text=True, check=False)
    check.equal(done.returncode, 0, f"exit status of report {arguments}: {done.stderr}")
    return done.stdout


def _settings(site):
    return f"  policy_service: {site.policy_service}\n  log_accepted: true\n"


def _have_sessions(site):
    for sender, options in SESSIONS:
        attempt = site.attempt(sender, listener="alone", **options)
        check.equal((attempt.reply.code, attempt.records[0].verdict), (250, "pass"), f"{sender} {options}: {attempt.reply}")


def test_suggestion(site):
    site.start_daemon("", _settings(site))
    _have_sessions(site)
    log = site.daemon.log_file
    suggested = _report(site, "--suggest", log)
    policy = site.directory / "suggested.yaml"
    policy.write_text(suggested, encoding="utf-8")
    checked = subprocess.run([site.lab.tool_program, "check", "-c", policy], capture_output=True, text=True, check=False)
    check.equal(checked.returncode, 0, f"check: {checked.stderr}\n{suggested}")
    check.contains(suggested, ["from-contoso.example", "from-fabrikam.example", "from-anonymous.example", "from-bounces.example"], "what is suggested")
    replayed = json.loads(_report(site, "--json", "--policy", policy, log))["replayed"]
    check.equal([one for one in replayed if one["refused"]], [], "what the suggested policy refuses")
    # The daemon itself lets the same mail in, and nothing weaker. All clients of the lab have one key.
    site.start_daemon(suggested.partition("connectors:\n")[2], _settings(site))
    _have_sessions(site)
    for sender, options in (("a@contoso.example", {"tls": "TLSv1.2"}), ("a@fabrikam.example", {"tls": "TLSv1.3"}),
                            ("a@fabrikam.example", {"tls": "TLSv1.2", "certificate": "self-signed"}),
                            ("a@anonymous.example", {"tls": "TLSv1.1"}), ("a@anonymous.example", {}), ("a@old.example", {}),
                            ("", {"helo": "bounces.example"})):
        attempt = site.attempt(sender, listener="alone", **options)
        check.equal(attempt.reply.code, 451, f"{sender} {options}: {attempt.reply}")


def test_sent(site):
    """What was sent is what the policy asks; by a stricter one it is not."""
    names = ("good", "wrong", "tls12", "plain")
    site.start_daemon('  - {name: to-contoso, recipients: ["*.contoso.example"], deliver: encrypt}\n'
                      f'  - {{name: plain, recipients: [{partners.domain("plain")}], deliver: none}}\n',
                      f"  tls_policy: {site.inet_socket}\n")
    made = partners.Partners(site.lab.pki)
    port, host = site.inet_socket.removeprefix("inet:").split("@")
    directory = site.directory / "delivery"
    directory.mkdir()
    directory.chmod(0o755)
    with made.serving(directory / "receiving", site.lab.pki) as smtp_port, \
            dns.Server(made.records(smtp_port, ()), True) as server, \
            partners.delivering(directory / "sending", site.lab.pki, smtp_port, server,
                                {"smtp_tls_policy_maps": f"socketmap:inet:{host}:{port}:tls_policy"}) as sending:
        # What went before a host's first line of TLS may have gone in plaintext or not: so one is there first.
        for several in (names[:1], names[1:], names):
            for status, words, _ in partners.outcomes(sending, [partners.domain(name) for name in several]):
                check.equal(status, "sent", words)
        log = sending.maillog
        asked = json.loads(_report(site, "--json", "--policy", site.daemon.policy_file, log))["outgoing"]
        check.equal({one["connector"]: (one["messages"], one["tls"], one["unknown"], one["below_policy"]) for one in asked},
                    {"to-contoso": (6, 6, 0, 0), None: (2, 0, 0, 0)}, "what was sent")
        stricter = site.write_policy('  - {name: to-all, recipients: ["*.contoso.example"], deliver: {level: secure, min_version: TLSv1.3}}\n',
                                     name="stricter")
        found = json.loads(_report(site, "--json", "--policy", stricter, log))["outgoing"][0]
        below = {item["value"].partition(": ")[0] + " " + domain["domain"].partition(".")[0]: item["messages"]
                 for domain in found["domains"] for item in domain["below"]}
        check.equal({(name.partition(" ")[0], name.partition(" ")[2]) for name in below if "good" not in name},
                    {("plaintext", "plain"), ("version", "tls12"), ("certificate", "wrong")}, "below a stricter policy")
        check.true(any(item["value"] != "" for item in found["key_exchanges"]), "a key exchange")
