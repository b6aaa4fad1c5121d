# SPDX-License-Identifier: MIT
"""The services of smtp(8) that forcedtls-postfix(7) has for some mail that leaves, as they stand there."""

import contextlib
import pathlib
import subprocess
import sys

from lab import check, dns, partners

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "newcomer"))
import documents  # pylint: disable=wrong-import-position

_POSTCONF = 'set -eu\npostconf() { command postconf -c "$ETC" "$@"; }\n'
_NOT_OFFERED = "TLS is required, but was not offered by host"


def _commands(service):
    found = [block.text for block in documents.blocks(documents.POSTFIX) if f"postconf -Me '{service}/unix" in block.text]
    check.equal(len(found), 1, f"displays with the service {service}")
    return found[0]


@contextlib.contextmanager
def _delivering(site, service, replacements=(), settings=None):
    """A Postfix for which every partner's certificate has to be the right one, with that service of the manual."""
    made = partners.Partners(site.lab.pki)
    directory = site.directory / service
    directory.mkdir(mode=0o755)
    commands = _commands(service)
    for text, own in replacements:
        check.contains(commands, [text], "what the manual says")
        commands = commands.replace(text, str(own))
    with contextlib.ExitStack() as stack:
        port = stack.enter_context(made.serving(directory / "receiving", site.lab.pki))
        server = stack.enter_context(dns.Server(made.records(port)))
        sending = stack.enter_context(partners.delivering(
            directory / "sending", site.lab.pki, port, server,
            {"smtp_tls_policy_maps": "static:secure"} | (settings or {})))
        done = subprocess.run(["sh", "-c", _POSTCONF + commands], capture_output=True, text=True, check=False,
                              env={"ETC": str(sending.etc), "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"})
        check.equal((done.returncode, done.stderr), (0, ""), commands)
        sending.reload()
        yield sending


def _expect(sending, name, status, words, sender="a@example.org"):
    told, said, _ = partners.outcome(sending, partners.domain(name), sender)
    check.equal(told, status, f"{name}, from {sender}: {said}")
    check.contains(said, [words], f"{name}, from {sender}")


def test_reports_are_delivered(site):
    """RFC 8460: a report about a partner's TLS reaches it without."""
    with _delivering(site, "tlsrpt") as sending:
        _expect(sending, "plain", "deferred", _NOT_OFFERED)
        _expect(sending, "plain", "sent", "250", "tlsrpt@example.org")
        _expect(sending, "good", "sent", "250")


def _routed(service):
    """As transport_maps of the manual: the next hop stays the domain."""
    names = " ".join(f"{{ {partners.domain(name)} = {service}: }}" for name in ("stranger", "good", "plain"))
    return {"transport_maps": f"inline:{{ {names} }}"}


def test_bounce_at_once(site):
    """The table, in the service that it is for."""
    table = site.directory / "bounce-tls"
    table.write_text(next(block.text for block in documents.blocks(documents.POSTFIX)
                          if block.path == "/etc/postfix/bounce-tls"), encoding="utf-8")
    with _delivering(site, "forced", [("/etc/postfix/bounce-tls", table)], _routed("forced")) as sending:
        _expect(sending, "plain", "bounced", _NOT_OFFERED)
        _expect(sending, "stranger", "bounced", "Server certificate not ")
        _expect(sending, "good", "sent", "250")
