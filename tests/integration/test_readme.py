# SPDX-License-Identifier: MIT
"""What README.md and forcedtls-postfix(7) do to main.cf, as it stands there."""

import contextlib
import pathlib
import subprocess
import sys

from lab import check, daemon, pki, postfix, smtp

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "newcomer"))
import documents  # pylint: disable=wrong-import-position

# What a reader has under these names.
_OWN = {"/etc/postfix/key.pem": "{pki.server.key}", "/etc/postfix/cert.pem": "{pki.server.chain}",
        "/etc/postfix/partner-cas.pem": "{pki.ca_file}", "/etc/postfix/main.cf": "$ETC/main.cf"}
_POLICY = """\
  - {{name: subject, senders: [subject.example], require: {{certificate: mail.contoso.example}}, on_failure: reject}}
  - {{name: pin, senders: [pin.example], require: {{certificate: {{fingerprint: "{pin}"}}}}, on_failure: reject}}
"""
_HEAD = "trusted_networks: [192.0.2.254/32]\nmyorigin: mx.lab.example\n"
_POSTCONF = 'set -eu\npostconf() { command postconf -c "$ETC" "$@"; }\n'


def _commands(document):
    """Its displays that change main.cf and nothing else."""
    found = [block for block in documents.blocks(document) if block.kind == "sh" and "postconf -e" in block.text
             and not any(other in block.text for other in ("postconf -M", "postconf -P", "forcedtls export"))]
    count = sum(block.text.count("postconf -e") for block in found)
    check.true(count >= 8, f"{document} changes main.cf {count} times")
    return found


def _with_own_paths(text, site):
    for path, own in _OWN.items():
        text = text.replace(path, own.format(pki=site.lab.pki))
    return text


def _configure(made, document, site):
    for block in _commands(document):
        done = subprocess.run(["sh", "-c", _POSTCONF + _with_own_paths(block.text, site)], capture_output=True,
                              text=True, check=False, env={"ETC": str(made.etc), "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"})
        said = [line for line in done.stderr.splitlines() if "unused parameter" not in line]
        check.equal((done.returncode, said), (0, []), f"{block.place}: {block.text}")


@contextlib.contextmanager
def _pasted(site, document):
    """A Postfix with all that the document says of main.cf, and a daemon where it looks for it."""
    made = postfix.Postfix(site.directory / f"pasted-{document.stem}", site.lab.pki, {"ours": {}})
    made.configure({"smtpd_authorized_xclient_hosts": ""})  # the lab's own, which doctor would mend
    _configure(made, document, site)
    directory = daemon.make_socket_directory(made.spool / "forcedtls")
    pin, _ = pki.fingerprints(site.clients["self-signed"])
    policy = site.write_policy(_POLICY.format(pin=pin), f"  tls_policy: unix:{directory}/tls_policy.sock\n"
                               f"  policy_service: unix:{directory}/policy_service.sock\n", _HEAD,
                               f"pasted-{document.stem}", f"unix:{directory}/milter.sock")
    site.new_daemon(policy, socket=f"unix:{directory}/milter.sock").start()
    try:
        made.start()
        yield made
    finally:
        made.stop()


def test_comments_have_lines_of_their_own(site):
    """Behind a value Postfix takes them for a part of it: smtpd, smtp and trivial-rewrite end, and "postfix check" says
    nothing."""
    del site
    for document in (documents.README, documents.POSTFIX):
        for block in documents.blocks(document):
            if block.kind in ("sh", "file") and not block.path.endswith(".yaml"):
                for line in block.text.splitlines():
                    check.true("#" not in line.lstrip()[1:], f"{block.place}: a comment behind something: {line}")


def _expect_doctor(site, document, made):
    """forcedtls doctor has nothing to say of it."""
    policy = site.directory / f"pasted-{document.stem}.yaml"
    done = subprocess.run([site.lab.tool_program, "doctor", "-c", policy, "--postfix-config", made.etc],
                          capture_output=True, text=True, check=False)
    check.equal((done.returncode, done.stdout + done.stderr), (0, ""), "forcedtls doctor")


def _expect_services(site, document):
    """Postfix serves with it, and each service does what the document says."""
    with _pasted(site, document) as made:
        for tls, certificate, sender, codes in (
                (None, None, "a@subject.example", "550 5.7.10"), ("TLSv1.3", None, "a@subject.example", "550 5.7.5"),
                ("TLSv1.3", "right", "a@subject.example", "250 2.1.5"), (None, None, "a@x.example", "250 2.1.5"),
                ("TLSv1.3", "right", "a@pin.example", "550 5.7.5"),
                ("TLSv1.3", "self-signed", "a@pin.example", "250 2.1.5")):
            with smtp.open_session(made.ports["ours"], tls=tls,
                                   certificate=site.clients[certificate] if certificate else None) as session:
                check.equal(session.mail(sender).code, 250, "reply to MAIL")
                reply = session.rcpt("info@example.org")
                check.equal(str(reply)[:len(codes)], codes, f"reply for {sender} with {tls} and {certificate}: {reply}")
        _expect_doctor(site, document, made)
        log = made.log_text()
        check.true("fatal:" not in log and "parameter" not in log, f"Postfix says:\n{log}")


def test_main_cf_of_readme(site):
    _expect_services(site, documents.README)


def test_main_cf_of_manual(site):
    _expect_services(site, documents.POSTFIX)


def test_words_for_certificates(site):
    """What forcedtls-postfix(7) makes of the log's Anonymous, Untrusted and Trusted."""
    words = {None: "Anonymous", "right": "Trusted", "via-intermediate": "Trusted", "no-purpose": "Trusted"}
    site.start_daemon("  - {name: any, senders: [any.example], require: tls}\n")
    words |= dict.fromkeys(("unverified", "self-signed", "expired", "server-only"), "Untrusted")
    for certificate, word in words.items():
        start = len(site.lab.postfix.log_text())
        with site.session(tls="TLSv1.3", certificate=site.clients[certificate] if certificate else None):
            line = site.lab.postfix.wait_for_log("TLS connection established from", start=start)
        check.contains(line, [f": {word} TLS"], f"certificate {certificate}")
