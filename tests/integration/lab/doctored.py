# SPDX-License-Identifier: MIT
"""A Postfix that forcedtls doctor looks at: a right configuration, to which a test does a mistake, and what mends it.
Doctor reads one in which smtpd listens everywhere; what is started is a copy of it on loopback."""

import json
import pathlib
import shutil
import subprocess
import sys

from . import net, postfix, smtp

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "lib"))
import json_schema  # noqa: E402 (its folder is in the path from here on)

# {socket}: the directory of our sockets.
_MAIN_CF = """\
compatibility_level = 3.6
queue_directory = {directory}/spool
data_directory = {directory}/data
command_directory = {command_directory}
daemon_directory = {daemon_directory}
mail_owner = postfix
setgid_group = postdrop
maillog_file = {directory}/maillog
maillog_file_prefixes = {directory}
myhostname = mx.lab.example
mydestination = mx.lab.example, example.org
mynetworks = 127.0.0.0/8 [::1]/128
inet_interfaces = all
inet_protocols = ipv4
alias_maps =
local_recipient_maps =
local_transport = discard:
smtpd_peername_lookup = no
smtpd_tls_security_level = may
smtpd_tls_chain_files = {pki.server.key}, {pki.server.chain}
smtpd_tls_CAfile = {pki.ca_file}
smtpd_tls_ask_ccert = yes
smtpd_milters = unix:{socket}/milter.sock
milter_default_action = tempfail
smtp_tls_policy_maps = socketmap:unix:{socket}/tls_policy.sock:tls_policy
smtp_tls_security_level = may
smtp_tls_CAfile = {pki.ca_file}
smtp_dns_support_level = dnssec
message_reject_characters = \\0
address_verify_sender = <>
"""
_MASTER_CF = """\
{port} inet n - n - - smtpd
submission inet n - n - - smtpd
  -o smtpd_milters=
  -o smtpd_client_restrictions=permit_sasl_authenticated,reject
127.0.0.1:{inner} inet n - n - - smtpd
  -o smtpd_milters=
  -o receive_override_options=no_milters
smtp unix - - n - - smtp
relay unix - - n - - smtp
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
proxymap unix - - n - - proxymap
anvil unix - - n - 1 anvil
discard unix - - n - - discard
error unix - - n - - error
retry unix - - n - - error
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
postlog unix-dgram n - n - 1 postlogd
"""


class Doctored:
    """socket: the directory of the daemon's sockets."""

    def __init__(self, directory, pki, tool, socket):
        self.directory = pathlib.Path(directory)
        self.etc = self.directory / "etc"
        self.socket = socket
        self.port, self.inner = net.free_ports(2)
        self._running = self.directory / "running"
        self.tool = tool
        self._pki = pki
        self._postfix = postfix.program("postfix")
        for path in (self.directory, self.etc, self._running, self.directory / "spool", self.directory / "data"):
            path.mkdir(mode=0o755)
        shutil.chown(self.directory / "data", "postfix")
        self.reset()

    def reset(self):
        """Right again."""
        places = {"directory": self.directory, "socket": self.socket, "pki": self._pki, "port": self.port,
                  "inner": self.inner, "command_directory": pathlib.Path(self._postfix).parent,
                  "daemon_directory": self._default("daemon_directory")}
        main_cf = _MAIN_CF.format(**places)
        if postfix.version() >= (3, 10):
            main_cf += "tls_required_enable = no\n"
        if postfix.version() >= (3, 11):
            main_cf += "requiretls_enable = no\n"
        (self.etc / "main.cf").write_text(main_cf, encoding="utf-8")
        (self.etc / "master.cf").write_text(_MASTER_CF.format(**places), encoding="utf-8")

    @staticmethod
    def _default(parameter):
        return subprocess.run([postfix.program("postconf"), "-dh", parameter], capture_output=True, text=True,
                              check=True).stdout.strip()

    def postconf(self, *arguments):
        subprocess.run([postfix.program("postconf"), "-c", self.etc, *arguments], check=True, capture_output=True)

    def examine(self, policy, *options):
        """The exit status, and the findings."""
        done = subprocess.run([self.tool, "doctor", "-c", policy, "--json", "--postfix-config", self.etc, *options],
                              capture_output=True, text=True, check=False, timeout=net.PATIENCE)
        if done.stderr or done.returncode not in (0, 1, 2):
            raise AssertionError(f"doctor: {done.returncode} {done.stderr}")
        answer = json.loads(done.stdout)
        faults = json_schema.faults("doctor", answer)
        if faults:
            raise AssertionError(f"{faults}")
        return done.returncode, answer["findings"]

    @staticmethod
    def mend(findings):
        """Does what doctor printed, as an administrator would paste it."""
        for command in (command for found in findings for command in found["fix"]):
            done = subprocess.run(["sh", "-e", "-c", command], capture_output=True, text=True, check=False,
                                  env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"})
            if done.returncode != 0:
                raise AssertionError(f"{command}: {done.stderr}")

    def start(self):
        """A copy of what it is now, on loopback."""
        for name in ("main.cf", "master.cf"):
            shutil.copy(self.etc / name, self._running / name)
        subprocess.run([postfix.program("postconf"), "-c", self._running, "-e", "inet_interfaces = 127.0.0.1"],
                       check=True)
        subprocess.run([postfix.program("postconf"), "-c", self._running, "-MX", "submission/inet"], check=True)
        done = subprocess.run([self._postfix, "-c", self._running, "start"], capture_output=True, text=True, check=False,
                              stdin=subprocess.DEVNULL)
        if done.returncode != 0:
            raise AssertionError(f"postfix start: {done.stderr}")
        net.wait_until(lambda: net.listens(self.port), "smtpd")

    def stop(self):
        subprocess.run([self._postfix, "-c", self._running, "stop"], capture_output=True, check=False,
                       stdin=subprocess.DEVNULL)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *exception):
        self.stop()

    def rcpt(self, sender, recipient="info@mx.lab.example", **options):
        """What is answered to a recipient."""
        with smtp.open_session(self.port, **options) as session:
            session.mail(sender)
            return session.rcpt(recipient).plain
