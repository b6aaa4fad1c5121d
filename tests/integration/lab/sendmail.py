# SPDX-License-Identifier: MIT
"""A private Sendmail on loopback, from Debian's packages as contrib/quickstart unpacks them: it is never installed,
for it would replace the system's Postfix. It takes the lines of contrib/sendmail/forcedtls.mc as they are shipped."""

import contextlib
import os
import pathlib
import shutil
import signal
import subprocess

from . import net, sasl

TOP = pathlib.Path(__file__).resolve().parents[3]
PACKAGES = TOP / "build" / "sendmail"  # where contrib/quickstart unpacks
SHIPPED = TOP / "contrib" / "sendmail" / "forcedtls.mc"
HOSTNAME = "mx.lab.example"

# {forcedtls}: the shipped lines. The ruleset answers by the name of the listener: "V" asks no client for a
# certificate. Level 0 lets old versions of TLS in, for the policy to refuse them.
_MC = """\
divert(0)dnl
define(`QUEUE_DIR', `{directory}/queue')dnl
define(`confPID_FILE', `{directory}/sendmail.pid')dnl
define(`STATUS_FILE', `{directory}/statistics')dnl
define(`HELP_FILE', `')dnl
OSTYPE(`linux')dnl
undefine(`ALIAS_FILE')dnl
define(`confDOMAIN_NAME', `{hostname}')dnl
define(`confSERVICE_SWITCH_FILE', `{directory}/service.switch')dnl
define(`confDONT_BLAME_SENDMAIL', `TrustStickyBit')dnl
define(`confCIPHER_LIST', `ALL:@SECLEVEL=0')dnl
define(`confDONT_PROBE_INTERFACES', `True')dnl
define(`confAUTH_MECHANISMS', `PLAIN')dnl
define(`confTO_IDENT', `0')dnl
define(`confDELIVERY_MODE', `q')dnl
define(`confLOG_LEVEL', `14')dnl
define(`confBAD_RCPT_THROTTLE', `0')dnl
define(`confCONNECTION_RATE_THROTTLE', `0')dnl
define(`confQUEUE_LA', `1000')dnl
define(`confREFUSE_LA', `1000')dnl
define(`confDELAY_LA', `0')dnl
FEATURE(`no_default_msa')dnl
FEATURE(`nocanonify')dnl
FEATURE(`accept_unresolvable_domains')dnl
FEATURE(`accept_unqualified_senders')dnl
FEATURE(`promiscuous_relay')dnl
{settings}
{daemons}
{forcedtls}
MAILER(`local')dnl
MAILER(`smtp')dnl
LOCAL_CONFIG
Cw{hostname}
ESASL_CONF_PATH={directory}/sasl
{local_config}
LOCAL_SRV_FEATURES
R$*	$: $&{{daemon_name}}
{rules}
"""


class Missing(Exception):
    """Sendmail is not there."""


class SendmailError(Exception):
    """Sendmail is not there, or does not do what it is told."""


def _unpacked(path):
    """A file of the unpacked packages."""
    found = PACKAGES / "root" / path
    if not found.exists():
        raise Missing(f"no {found}: \"contrib/quickstart test\" fetches Sendmail")
    return found


def _run(*command, **options):
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, check=False,
                          stdin=subprocess.DEVNULL, **options)
    if done.returncode != 0:
        raise SendmailError(f"{command[0]}: {(done.stderr or done.stdout).strip()}")
    return done.stdout


def knows(option):
    """It was built with that option of sendmail.cf."""
    return option.encode("ascii") in _unpacked("usr/libexec/sendmail/sendmail").read_bytes()


def _read_reply(stream):
    """The last line of it; "" where there is none."""
    line = stream.readline()
    while line[3:4] == "-":
        line = stream.readline()
    return line.rstrip("\r\n")


class Sendmail:
    """listeners: name -> options: "asks": False (no client is asked for a certificate), "smtps": True (TLS from the
    first byte); afterwards ports has name -> port. milter_socket: "unix:PATH". settings: lines of sendmail.mc;
    local_config: lines of sendmail.cf, and what else stands behind the mailers."""

    def __init__(self, directory, pki, listeners, milter_socket, local_config="", settings=""):
        self.directory = pathlib.Path(directory)
        self.ports = dict(zip(listeners, net.free_ports(len(listeners))))
        self.maillog = self.directory / "maillog"
        self._process = None
        self._config = self.directory / "sendmail.cf"
        self._program = self.directory / "sendmail"
        # Those that the system does not have: there may be none, and so no such folder.
        self._libraries = PACKAGES / "root" / "usr" / "lib" / _run("gcc", "-print-multiarch").strip()
        for path in (self.directory, self.directory / "queue", self.directory / "partner-cas"):
            path.mkdir(mode=0o755)
        (self.directory / "queue").chmod(0o700)
        self._sasl = sasl.Sasl(self.directory / "sasl", "Sendmail")
        (self.directory / "service.switch").write_text("hosts files\naliases files\n", encoding="utf-8")
        # A program that is setgid, as in the package, takes no library from elsewhere.
        shutil.copy(_unpacked("usr/libexec/sendmail/sendmail"), self._program)
        self._program.chmod(0o755)
        self._log_library = self.directory / "syslog_to_file.so"
        _run("gcc", "-shared", "-fPIC", "-Wall", "-Wextra", "-Werror", f'-DLOG_FILE="{self.maillog}"',
             "-o", self._log_library, pathlib.Path(__file__).with_name("syslog_to_file.c"))
        self._write_config(pki, listeners, milter_socket, local_config, settings)

    def _shipped_lines(self, pki, milter_socket):
        """With this lab's names for those that are shipped."""
        text = SHIPPED.read_text(encoding="utf-8")
        for shipped, ours in (("`/etc/mail/tls/server.pem'", f"`{pki.server.chain}'"),
                              ("`/etc/mail/tls/server.key'", f"`{pki.server.key}'"),
                              ("`/etc/mail/tls/partner-cas.pem'", f"`{pki.ca_file}'"),
                              ("`/etc/mail/tls/partner-cas'", f"`{self.directory}/partner-cas'"),
                              ("S=unix:/run/forcedtls/milter.sock,", f"S={milter_socket},")):
            if text.count(shipped) != 1:
                raise SendmailError(f"{SHIPPED}: {shipped} is not in it exactly once")
            text = text.replace(shipped, ours)
        return text

    def _write_config(self, pki, listeners, milter_socket, local_config, settings):
        daemons = "\n".join(f"DAEMON_OPTIONS(`Family=inet, Name={name}, Port={self.ports[name]}, "
                            f"Addr={net.LOOPBACK}{', M=s' if options.get('smtps') else ''}')dnl"
                            for name, options in listeners.items())
        rules = "\n".join(f"R{name}\t$# V" for name, options in listeners.items() if options.get("asks") is False)
        source = self.directory / "sendmail.mc"
        source.write_text(_MC.format(directory=self.directory, hostname=HOSTNAME, daemons=daemons, rules=rules,
                                     local_config=local_config, settings=settings,
                                     forcedtls=self._shipped_lines(pki, milter_socket)), encoding="utf-8")
        macros = _unpacked("usr/share/sendmail/cf")
        self._config.write_text(_run("m4", f"-D_CF_DIR_={macros}/", macros / "m4" / "cf.m4", source),
                                encoding="utf-8")

    def change_config(self, line, instead):
        """One line of sendmail.cf, before it starts."""
        text = self._config.read_text(encoding="utf-8")
        if text.splitlines().count(line) != 1:
            raise SendmailError(f"{self._config}: {line} is not in it exactly once")
        self._config.write_text(text.replace(f"{line}\n", f"{instead}\n"), encoding="utf-8")

    def _command(self, *arguments):
        """Its own host name, since without one that has a dot it would wait a minute, and its own libraries."""
        return ["unshare", "--uts", "sh", "-c", f"hostname {HOSTNAME} && exec \"$@\"", "sh",
                "env", f"LD_LIBRARY_PATH={self._libraries}", f"LD_PRELOAD={self._log_library}",
                str(self._program), "-C", str(self._config), *arguments]

    def start(self):
        """In the foreground, in a session of its own."""
        with open(self.directory / "output", "ab") as output:
            self._process = subprocess.Popen(self._command("-bD"), stdin=subprocess.DEVNULL, stdout=output,
                                             stderr=output, start_new_session=True)
        for port in self.ports.values():
            net.wait_until(lambda: self._listens(port), f"Sendmail at port {port}")

    def _listens(self, port):
        if self._process.poll() is not None:
            raise SendmailError(f"Sendmail ended with {self._process.returncode}:\n"
                                f"{(self.directory / 'output').read_text(errors='replace')}{self.log_text()}")
        return net.listens(port)

    def stop(self):
        """Also for an instance that did not come up. What it started for sessions is in its process group."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(net.PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process = None

    def add_login(self, name, password):
        """What to log in as."""
        return self._sasl.add_login(name, password, HOSTNAME)

    def submit(self, *lines):
        """SMTP on standard input, as a program on the mail host itself can speak it; what each line is answered."""
        with subprocess.Popen(self._command("-bs"), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              text=True) as process:
            replies = [_read_reply(process.stdout)]
            for line in lines:  # not all at once: Sendmail has no pipelining on offer here
                process.stdin.write(f"{line}\r\n")
                process.stdin.flush()
                replies.append(_read_reply(process.stdout))
        return replies[1:]

    def mailq(self, *arguments):
        """What mailq prints; "-qQ" for the messages that are held."""
        return _run(*self._command("-bp", *arguments))

    def release(self, queue_id):
        """Takes a message out of the quarantine, as an administrator does it."""
        _run(*self._command("-Q", "-qQ", f"-qI{queue_id}"))

    def _queue_file(self, queue_id):
        """The file with the envelope and the header of a message, held (hf) or not (qf)."""
        for kind in ("qf", "hf"):
            path = self.directory / "queue" / f"{kind}{queue_id}"
            if path.exists():
                return path
        raise SendmailError(f"no message {queue_id} in the queue")

    def is_held(self, queue_id):
        """Nothing is delivered by this Sendmail: what is not held is in the queue too."""
        return self._queue_file(queue_id).name.startswith("hf")

    def _queue_lines(self, queue_id, letter):
        """Lines of the envelope with that letter, each with what continues it."""
        lines = []
        for line in self._queue_file(queue_id).read_text(encoding="utf-8", errors="surrogateescape").splitlines():
            if line[:1] in (" ", "\t") and lines:
                lines[-1] += "\n" + line
            else:
                lines.append(line)
        return [line[1:] for line in lines if line[:1] == letter]

    def hold_reason(self, queue_id):
        return "\n".join(self._queue_lines(queue_id, "q"))

    def recipients(self, queue_id):
        """Addresses, as Sendmail will deliver to them."""
        return [line.rpartition(":")[2].strip("<>") for line in self._queue_lines(queue_id, "R")]

    def header(self, queue_id):
        """The header of a message in the queue: fields as lists of name and body, folded as they are there."""
        return [line.removeprefix("??").split(":", 1) if line.startswith("??")
                else line.partition("?")[2].partition("?")[2].split(":", 1)
                for line in self._queue_lines(queue_id, "H")]

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
