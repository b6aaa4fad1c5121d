# SPDX-License-Identifier: MIT
"""The README's lines for Postfix, pasted as they stand."""

import contextlib
import pathlib
import re

from lab import check, daemon, pki, postfix, smtp

README = pathlib.Path(__file__).resolve().parents[2] / "README.md"
# What a reader has under these names.
_OWN = {"/etc/postfix/key.pem": "{pki.server.key}", "/etc/postfix/cert.pem": "{pki.server.chain}",
        "/etc/postfix/partner-cas.pem": "{pki.ca_file}"}
_POLICY = """\
  - {{name: subject, senders: [subject.example], require: {{certificate: mail.contoso.example}}, on_failure: reject}}
  - {{name: pin, senders: [pin.example], require: {{certificate: {{fingerprint: "{pin}"}}}}, on_failure: reject}}
"""
_HEAD = "trusted_networks: [192.0.2.254/32]\nmyorigin: mx.lab.example\n"


def _blocks(name):
    """The blocks that are lines of that file: they begin with its name."""
    blocks = re.findall(r"^```\n(.*?)^```$", README.read_text(encoding="utf-8"), re.M | re.S)
    found = [block for block in blocks if block.startswith(f"# {name}")]
    check.true(found, f"{README} has nothing for {name}")
    return found


def _with_own_paths(text, site):
    for path, own in _OWN.items():
        text = text.replace(path, own.format(pki=site.lab.pki))
    return text


@contextlib.contextmanager
def _pasted(site):
    """A Postfix with all that is said of main.cf, and a daemon where it looks for it."""
    made = postfix.Postfix(site.directory / "pasted", site.lab.pki, {"ours": {}})
    with (made.etc / "main.cf").open("a", encoding="utf-8") as file:
        file.write(_with_own_paths("\n".join(_blocks("/etc/postfix/main.cf")), site))
    directory = daemon.make_socket_directory(made.spool / "forcedtls")
    pin, _ = pki.fingerprints(site.clients["self-signed"])
    policy = site.write_policy(_POLICY.format(pin=pin), f"  tls_policy: unix:{directory}/tls_policy.sock\n"
                               f"  policy_service: unix:{directory}/policy_service.sock\n", _HEAD, "pasted",
                               f"unix:{directory}/milter.sock")
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
    for name in ("/etc/postfix/main.cf", "/etc/postfix/master.cf"):
        for line in "\n".join(_blocks(name)).splitlines():
            check.true("#" not in line.lstrip()[1:], f"a comment behind a value: {line}")


def test_main_cf(site):
    """Postfix serves with it, and each door does what the README says."""
    with _pasted(site) as made:
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
        log = made.log_text()
        check.true("fatal:" not in log and "parameter" not in log, f"Postfix says:\n{log}")
