# SPDX-License-Identifier: MIT
"""forcedtlsd in the foreground, with its log in a file."""

import contextlib
import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess

from . import net, record


# Whom the lab's daemons run as.
USER = "nobody"


class DaemonError(Exception):
    """The daemon did not come up, or is gone."""


def make_socket_directory(path):
    """A directory for milter sockets, of the user that the daemon becomes."""
    path = pathlib.Path(path)
    path.mkdir()
    shutil.chown(path, pwd.getpwnam(USER).pw_uid)
    return path


class Daemon:
    """One forcedtlsd with the policy at path policy_file. milter_socket: "unix:PATH" or "inet:PORT@HOST".

    within: a command that becomes the daemon, such as prlimit(1). It asks no Postfix for what the policy leaves out,
    unless that gives it a MAIL_CONFIG."""

    def __init__(self, program, policy_file, milter_socket, log_file, arguments=(), within=()):
        self._command = [*within, str(program), "-f", "-c", str(policy_file), *arguments]
        self._socket = milter_socket
        self._process = None
        self._launched = 0
        self.policy_file = pathlib.Path(policy_file)
        self.log_file = pathlib.Path(log_file)

    @property
    def pid(self):
        return self._process.pid

    def launch(self):
        """Starts it and does not wait for its socket. The log goes on where an earlier start ended."""
        self._launched = self.mark()
        with open(self.log_file, "ab") as log:
            self._process = subprocess.Popen(self._command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                             umask=0o022, start_new_session=True,
                                             env={**os.environ, "MAIL_CONFIG": "/nonexistent"})

    def start(self):
        self.launch()
        net.wait_until(self._is_ready, f"forcedtlsd at {self._socket}")

    def _is_ready(self):
        if self._process.poll() is not None:
            raise DaemonError(f"forcedtlsd ended with {self._process.returncode}:\n{self.log_text()}")
        # The socket is there a moment before its group and mode are, and root could connect already.
        said_so = any(" started: " in line for line in self.log_lines(self._launched))
        return said_so and net.connects(*_address(self._socket))

    @property
    def running(self):
        return self._process is not None and self._process.poll() is None

    def signal(self, number):
        self._process.send_signal(number)

    def suspend(self):
        """Until SIGCONT nothing runs of it any more: SIGSTOP alone stops a thread after the other, sooner or later."""
        self.signal(signal.SIGSTOP)
        os.waitid(os.P_PID, self.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)

    def wait(self, seconds):
        """The exit status (negative: the signal that ended it); None when it runs on after that time."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self._process.wait(seconds)
        return None

    def kill(self):
        if self.running:
            self._process.kill()
            self._process.wait()

    def terminate(self):
        """Asks for an orderly end, without waiting for it."""
        if self.running:
            self.signal(signal.SIGTERM)

    def log_text(self):
        try:
            return self.log_file.read_text(encoding="utf-8", errors="surrogateescape")
        except FileNotFoundError:
            return ""

    def mark(self):
        """The end of the log as it is now: what comes later is from this offset on."""
        return len(self.log_text())

    def log_lines(self, start=0):
        """Complete lines from offset start on."""
        text = self.log_text()[start:]
        return text[:text.rfind("\n") + 1].splitlines()

    def records(self, start=0):
        return [found for found in map(record.parse, self.log_lines(start)) if found is not None]

    def wait_for_line(self, *words, start=0):
        def found():
            return next((line for line in self.log_lines(start) if all(word in line for word in words)), None)
        return net.wait_until(found, f"a line with {' and '.join(map(repr, words))} in {self.log_file}")

    def wait_for_records(self, count, start=0):
        """At least count records from offset start on."""
        def found():
            records = self.records(start)
            return records if len(records) >= count else None
        try:
            return net.wait_until(found, f"{count} verdicts in {self.log_file}")
        except net.Timeout as error:
            raise net.Timeout(f"{error}; got:\n" + "\n".join(self.log_lines(start))) from None


def _address(milter_socket):
    """Family and address of a socket as libmilter writes it."""
    kind, rest = milter_socket.split(":", 1)
    if kind in ("unix", "local"):
        return socket.AF_UNIX, rest
    port, host = rest.split("@")
    return (socket.AF_INET6 if kind == "inet6" else socket.AF_INET), (host.strip("[]"), int(port))
