# SPDX-License-Identifier: MIT
"""A Postfix whose smtpd(8) and smtp(8) run in a chroot, as Debian has it: the lines of forcedtls-postfix(7) for it."""

import contextlib
import grp
import os
import pwd
import re
import shutil
import subprocess

from lab import check, daemon, dns, net, partners, postfix, smtp

_CONNECTORS = """\
  - {name: from-contoso, senders: ["*.contoso.example"], require: tls, on_failure: reject}
  - {name: to-contoso, recipients: ["*.contoso.example"], deliver: {level: secure}}
"""
_HEAD = "trusted_networks: [192.0.2.254/32]\nmyorigin: mx.lab.example\n"
_SETTINGS = """\
  tls_policy: unix:{directory}/tls_policy.sock
  policy_service: unix:{directory}/policy_service.sock
"""
_TABLE = "socketmap:unix:forcedtls/tls_policy.sock:tls_policy"


def _services(milter_port, policy_port):
    name = "  -o syslog_name=chroot\n"
    return (f"{net.LOOPBACK}:{milter_port} inet n - y - - smtpd\n{name}"
            "  -o smtpd_milters=unix:forcedtls/milter.sock\n"
            f"{net.LOOPBACK}:{policy_port} inet n - y - - smtpd\n{name}"
            "  -o { smtpd_recipient_restrictions = check_policy_service unix:forcedtls/policy_service.sock,"
            " permit_mynetworks, reject }\n")


def _socket_directory(spool):
    """install -d -o forcedtls -g postfix -m 2750 /var/spool/postfix/forcedtls"""
    path = spool / "forcedtls"
    path.mkdir()
    shutil.chown(path, pwd.getpwnam(daemon.USER).pw_uid, grp.getgrnam("postfix").gr_gid)
    path.chmod(0o2750)
    return path


@contextlib.contextmanager
def _chrooted(site):
    """A Postfix whose smtp delivers to partners, and the ports of its two smtpd."""
    made = partners.Partners(site.lab.pki)
    directory = site.directory / "mail"
    directory.mkdir(mode=0o755)
    ports = net.free_ports(2)
    with contextlib.ExitStack() as stack:
        port = stack.enter_context(made.serving(directory / "receiving", site.lab.pki))
        server = stack.enter_context(dns.Server(made.records(port)))
        yield stack.enter_context(partners.delivering(directory / "sending", site.lab.pki, port, server,
                                                      {"smtp_tls_policy_maps": _TABLE}, _services(*ports))), ports


def _expect_chroot(sending, program, start):
    """All of that program that logged something have the queue directory for their root."""
    pids = set(re.findall(rf"chroot/{program}\[(\d+)\]", sending.log_text()[start:]))
    check.true(pids, f"no {program} in the log")
    for pid in pids:
        check.equal(os.readlink(f"/proc/{pid}/root"), str(sending.spool), f"root of {program}")


def _expect_refusal(port):
    for sender, wanted in (("a@contoso.example", "550 5.7.10"), ("a@elsewhere.example", "250")):
        with smtp.open_session(port) as session:
            session.mail(sender)
            check.contains(str(session.rcpt("info@mx.lab.example")), [wanted], f"reply for {sender}")


def _run(sending, name, *arguments):
    done = subprocess.run([postfix.program(name), "-c", sending.etc, *arguments], capture_output=True, text=True,
                          timeout=net.PATIENCE, check=False)
    # Postfix 3.11 says that the lab's compatibility_level is of old.
    said = [line for line in done.stderr.splitlines() if not re.search(r"compatib|COMPATIB", line)]
    check.equal((done.returncode, said), (0, []), f"{name} {arguments}")
    return done.stdout


def test_every_door(site):
    with _chrooted(site) as (sending, ports):
        directory = _socket_directory(sending.spool)
        site.start_daemon(_CONNECTORS, _SETTINGS.format(directory=directory), _HEAD,
                          socket=f"unix:{directory}/milter.sock")
        start = len(sending.log_text())
        for port in ports:
            _expect_refusal(port)
        wanted = {"good": "250 2.0.0 Ok", "wrong": "Server certificate not ", "plain": "TLS is required"}
        found = partners.outcomes(sending, map(partners.domain, wanted))
        for (name, text), (status, words, _) in zip(wanted.items(), found):
            check.equal(status, "sent" if name == "good" else "deferred", f"{name}: {words}")
            check.contains(words, [text], name)
        for program in ("smtpd", "smtp"):
            _expect_chroot(sending, program, start)
        table = f"socketmap:unix:{directory}/tls_policy.sock:tls_policy"  # as it is named outside
        check.equal(_run(sending, "postmap", "-q", "contoso.example", table)[:7], "secure ", "postmap")
        start = len(sending.log_text())
        _run(sending, "postfix", "check")
        check.true(str(directory) not in sending.log_text()[start:], f"postfix check: {sending.log_text()[start:]}")
