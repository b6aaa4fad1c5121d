# SPDX-License-Identifier: MIT
"""A private Postfix on loopback, whole in one directory. It shares nothing with the system's own instance but
the programs and the user names, and knows nothing of forcedtls: a listener is a port and its -o options."""

import contextlib
import json
import pathlib
import pwd
import shutil
import subprocess

from . import net, sasl

HOSTNAME = "mx.lab.example"

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
myhostname = {hostname}
mydestination = {hostname}
mynetworks = 0.0.0.0/0 [::]/0
alias_maps =
local_recipient_maps =
local_transport = discard:
default_transport = discard:
relay_transport = discard:
inet_interfaces = 127.0.0.1
in_flow_delay = 0
local_header_rewrite_clients =
inet_protocols = all
smtpd_peername_lookup = no
cyrus_sasl_config_path = {directory}/etc/sasl
smtpd_authorized_xclient_hosts = 127.0.0.0/8
smtpd_tls_security_level = may
smtpd_tls_chain_files = {pki.server.key}, {pki.server.chain}
smtpd_tls_CAfile = {pki.ca_file}
smtpd_tls_ask_ccert = yes
smtpd_tls_loglevel = 1
smtpd_tls_protocols = >=TLSv1
smtpd_tls_session_cache_database = btree:{directory}/data/smtpd_scache
tls_medium_cipherlist = ALL:@SECLEVEL=0
milter_default_action = tempfail
non_smtpd_milters = {local_milters}
"""

_SERVICES = """\
pickup unix n - n 1 1 pickup
cleanup unix n - n - 0 cleanup
cleanup-no-nul unix n - n - 0 cleanup
  -o message_reject_characters=\\0
cleanup-alias unix n - n - 0 cleanup
  -o { virtual_alias_maps = inline:{ { alias@lab.example = inner@lab.example } } }
  -o { virtual_alias_domains = lab.example }
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
showq unix n - n - - showq
postlog unix-dgram n - n - 1 postlogd
"""


class PostfixError(Exception):
    """Postfix is not there, or does not do what it is told."""


def program(name):
    """Where the postfix, sendmail, postqueue command is; sbin need not be in PATH."""
    path = shutil.which(name, path="/usr/sbin:/usr/local/sbin:/usr/bin:/sbin")
    if path is None:
        raise PostfixError(f"{name} not found; on Debian: apt-get install postfix")
    return path


def version():
    """What is installed, as numbers: (3, 7, 11); of a snapshot (3, 12, 0, 20260805)."""
    done = subprocess.run([program("postconf"), "-dh", "mail_version"], capture_output=True, text=True, check=True)
    release, _, snapshot = done.stdout.strip().partition("-")
    numbers = tuple(int(number) for number in release.split("."))
    return numbers if not snapshot.isdigit() else (*numbers, 0, int(snapshot))


class Postfix:
    """listeners: name -> {parameter: value}, the -o options of that smtpd; afterwards ports has name -> port."""

    def __init__(self, directory, pki, listeners, local_milters=""):
        self.directory = pathlib.Path(directory)
        self.etc = self.directory / "etc"
        self.spool = self.directory / "spool"
        self.maillog = self.directory / "maillog"
        self.ports = dict(zip(listeners, net.free_ports(len(listeners))))
        self._postfix = program("postfix")
        self._create_directories()
        self._write_main_cf(pki, local_milters)
        self._write_master_cf(listeners)

    def _create_directories(self):
        for path in (self.directory, self.etc, self.spool, self.directory / "data"):
            path.mkdir(mode=0o755)
        try:
            owner = pwd.getpwnam("postfix")
        except KeyError as error:
            raise PostfixError("no user postfix; on Debian: apt-get install postfix") from error
        shutil.chown(self.directory / "data", owner.pw_uid)
        self._sasl = sasl.Sasl(self.etc / "sasl", "smtpd", owner.pw_uid)

    def _write_main_cf(self, pki, local_milters):
        text = _MAIN_CF.format(directory=self.directory, hostname=HOSTNAME, pki=pki, local_milters=local_milters,
                               command_directory=pathlib.Path(self._postfix).parent,
                               daemon_directory=self._default("daemon_directory"))
        (self.etc / "main.cf").write_text(text, encoding="utf-8")

    def _default(self, parameter):
        done = subprocess.run([program("postconf"), "-dh", parameter], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise PostfixError(f"postconf -d {parameter}: {done.stderr.strip()}")
        return done.stdout.strip()

    def _write_master_cf(self, listeners):
        lines = []
        for name, options in listeners.items():
            lines.append(f"{net.LOOPBACK}:{self.ports[name]} inet n - n - - smtpd")
            lines += [f"  -o {{ {key} = {value} }}" for key, value in options.items()]
        (self.etc / "master.cf").write_text("\n".join(lines) + "\n" + _SERVICES, encoding="utf-8")

    def _command(self, *arguments, **options):
        return subprocess.run([*arguments], capture_output=True, text=True, check=False,
                              stdin=options.pop("stdin", subprocess.DEVNULL), **options)

    def configure(self, settings, services=""):
        """More of main.cf and master.cf, before the start."""
        if settings:
            self._query("postconf", "-e", *(f"{key} = {value}" for key, value in settings.items()))
        with (self.etc / "master.cf").open("a", encoding="utf-8") as file:
            file.write(services)

    def start(self):
        done = self._command(self._postfix, "-c", self.etc, "start")
        if done.returncode != 0:
            raise PostfixError(f"postfix start: {done.stderr.strip()}\n{self.log_text()}")
        for port in self.ports.values():
            net.wait_until(lambda: net.listens(port), f"smtpd at port {port}")

    def children(self, name):
        """The pids of master(8)'s children of that name."""
        master = (self.spool / "pid" / "master.pid").read_text(encoding="ascii").strip()
        found = set()
        for path in pathlib.Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):  # it has ended meanwhile
                pid, rest = path.read_text(encoding="utf-8", errors="replace").split(" (", 1)
                its_name, _, its_parent = rest.rpartition(")")
                if its_name == name and its_parent.split()[1] == master:
                    found.add(pid)
        return found

    def reload(self):
        """Until no scache(8) of before is there: with it go the sessions that smtp(8) had kept."""
        before = self.children("scache")
        self._query("postfix", "reload")
        net.wait_until(lambda: not before & self.children("scache"), "the end of scache")

    def stop(self):
        """Also for an instance that did not come up."""
        self._command(self._postfix, "-c", self.etc, "stop")

    def add_login(self, name, password):
        """For listeners with smtpd_sasl_auth_enable; what to log in as."""
        return self._sasl.add_login(name, password, HOSTNAME)

    def sendmail(self, sender, recipient, message):
        """Local submission, as a program on the mail host itself does it."""
        done = subprocess.run([program("sendmail"), "-C", self.etc, "-f", sender, recipient], input=message,
                              capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise PostfixError(f"sendmail: {done.stderr.strip()}")

    def flush(self):
        """Tries what is deferred, now."""
        self._query("postqueue", "-f")

    def _query(self, name, *arguments):
        done = self._command(program(name), "-c", self.etc, *arguments)
        if done.returncode != 0:
            raise PostfixError(f"{name}: {done.stderr.strip()}")
        return done.stdout

    def queue(self):
        """What is in the queue, as postqueue(1) has it: queue id -> item."""
        return {item["queue_id"]: item for item in map(json.loads, self._query("postqueue", "-j").splitlines())}

    def header(self, queue_id):
        """The header of a message in the queue: fields as lists of name and body, folded as they are there."""
        fields = []
        for line in self._query("postcat", "-hq", queue_id).splitlines():
            if line[:1] in (" ", "\t") and fields:
                fields[-1][1] += "\n" + line
            else:
                fields.append(line.split(":", 1))
        return fields

    def log_text(self):
        try:
            return self.maillog.read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            return ""

    def wait_for_log(self, *words, start=0):
        """The first line of the log from offset start on that has all the words in it."""
        def found():
            return next((line for line in self.log_text()[start:].splitlines()
                         if all(word in line for word in words)), None)
        return net.wait_until(found, f"a line with {' and '.join(map(repr, words))} in {self.maillog}")
