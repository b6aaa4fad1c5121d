# SPDX-License-Identifier: MIT
"""forcedtls doctor --live: what the daemon was told in a session that doctor opened, against what it should be."""

import json
import subprocess

from lab import check
from test_doctor import _PINNED, _POLICY, _doctored, _ids
from test_doctor_right import _fill

_TRUSTS_LOOPBACK = """\
trusted_networks: [127.0.0.0/8, "::1"]
myorigin: mx.lab.example
mydomain: ""
recipient_delimiter: "+"
"""


def _status(site, policy):
    done = subprocess.run([site.lab.tool_program, "status", "--json", "-c", policy], capture_output=True, text=True,
                          check=False)
    return json.loads(done.stdout)


def _start(site, made, policy_text):
    """The daemon, with its control socket; and what doctor reads."""
    settings = f"  tls_policy: unix:{made.socket}/tls_policy.sock\n  policy_service: unix:{made.socket}/policy_service.sock\n"
    site.start_daemon(policy_text, settings, _TRUSTS_LOOPBACK)
    return site.write_policy(policy_text, settings, _TRUSTS_LOOPBACK, name="doctor")


def _live(made, policy):
    return _ids(made.examine(policy, "--live")[1])


def test_live(site):
    with _doctored(site) as made:
        policy = _start(site, made, _PINNED)
        made.postconf("-e", f"smtpd_recipient_restrictions = {_fill(site, made, '{check}')}, permit_mynetworks",
                      "smtpd_tls_fingerprint_digest = sha256")
        check.equal(_status(site, policy)["doctor"]["ran"], None, "before")
        start = site.daemon.mark()
        with made:
            check.equal(_live(made, policy), [], "all is told")
            check.equal([found.line for found in site.daemon.records(start)], [], "verdicts")
            status = _status(site, policy)
            check.equal((status["doctor"]["errors"], status["doctor"]["warnings"]), (0, 0), "what status keeps")
            check.true(status["doctor"]["ran"], f"status {status['doctor']}")
        check.equal(_live(made, policy), [("live-no-session", "error")], "nobody listens")
        check.equal(_status(site, policy)["doctor"]["errors"], 1, "what status keeps")


def test_running_with_older_settings(site):
    """What is configured is right; what runs is what it was before."""
    older = {
        "no milter": (["smtpd_milters ="], "live-not-told"),
        "no policy service": (["smtpd_recipient_restrictions = permit_mynetworks"], "live-not-told"),
        "no TLS": (["smtpd_tls_security_level = none"], "live-no-tls"),
        "no certificates": (["smtpd_tls_ask_ccert = no"], "live-certificate"),
        "another digest": (["smtpd_tls_fingerprint_digest = sha1"], "live-certificate"),
    }
    right = ["smtpd_tls_fingerprint_digest = sha256"]
    with _doctored(site) as made:
        policy = _start(site, made, _PINNED)
        for name, (settings, wanted) in older.items():
            made.reset()
            made.postconf("-e", *right, f"smtpd_recipient_restrictions = {_fill(site, made, '{check}')}, permit_mynetworks")
            good = (made.etc / "main.cf").read_text(encoding="utf-8")
            made.postconf("-e", *settings)
            with made:
                (made.etc / "main.cf").write_text(good, encoding="utf-8")
                check.equal(_live(made, policy), [(wanted, "error")], name)
        site.stop_daemons()
        with made:
            check.true(("live-no-daemon", "error") in _live_without_daemon(made, policy), "no daemon")


def test_older_policy(site):
    """The file was changed behind the daemon's back."""
    with _doctored(site) as made:
        settings = f"  tls_policy: unix:{made.socket}/tls_policy.sock\n  policy_service: unix:{made.socket}/policy_service.sock\n"
        site.start_daemon(_POLICY, settings, _TRUSTS_LOOPBACK)
        policy = site.directory / "policy.yaml"
        check.equal(made.examine(policy), (0, []), "the policy in force")
        with policy.open("a", encoding="utf-8") as file:
            file.write("  - {name: later, senders: [later.example], require: tls}\n")
        status, findings = made.examine(policy)
        check.equal((status, _ids(findings)), (1, [("daemon-other-policy", "warning")]), "changed")
        check.equal(findings[0]["fix"], [f"forcedtls reload -c {policy}"], "what mends it")
        subprocess.run(["sh", "-c", findings[0]["fix"][0].replace("forcedtls", str(made.tool), 1)], check=True,
                       capture_output=True)
        check.equal(made.examine(policy), (0, []), "reloaded")
        draft = site.write_policy(_PINNED, settings, _TRUSTS_LOOPBACK, name="draft")
        check.true(("daemon-other-policy", "warning") not in _ids(made.examine(draft)[1]), "a draft of another name")


def _live_without_daemon(made, policy):
    done = subprocess.run([made.tool, "doctor", "-c", policy, "--json", "--live", "--postfix-config", made.etc],
                          capture_output=True, text=True, check=False)
    return _ids(json.loads(done.stdout)["findings"])
