# SPDX-License-Identifier: MIT
"""A log that nobody reads: mail is judged all the same, SIGTERM ends the daemon, and what was lost is counted."""

import contextlib
import os
import pathlib
import re
import select
import signal
import socket
import subprocess

from lab import check, net, record
from lab.syslog import in_own_dev

CONNECTORS = "  - {name: plain, senders: [plain.example], require: tls, on_failure: reject}\n"
REFUSAL = "550 5.7.10 TLS required for mail from plain.example"
# More lines than are kept, and than a pipe holds.
REQUESTS = 6000
# More than libmilter has workers.
ANNOYANCES = 50
REQUEST = ("request=smtpd_access_policy\nprotocol_state=RCPT\nclient_address=192.0.2.25\nclient_name=unknown\n"
           "helo_name=h.example\nsender=a@plain.example\nrecipient={}@example.org\n\n")
_LOST = re.compile(r"forcedtlsd\[\d+\]: warning: (\d+) log lines? (?:was|were) lost: "
                   r"(?:syslog|standard error) did not take (?:it|them)")

_LIBMILTER = re.compile(r"forcedtlsd\[\d+\]: warning: libmilter: forcedtlsd: st_optionneg\[.*")


def _policy(site):
    site.stop_daemons()
    return site.write_policy(CONNECTORS, settings=f"  policy_service: {site.policy_service}\n")


def _ask(site, count):
    """So many questions to the policy service, each refused, and each in the log."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as door:
        door.settimeout(net.PATIENCE)
        door.connect(site.policy_service.removeprefix("unix:"))
        for first in range(0, count, 100):
            door.sendall("".join(REQUEST.format(number) for number in range(first, first + 100)).encode("ascii"))
            answers = b""
            while answers.count(b"\n\n") < 100:
                received = door.recv(65536)
                check.true(received, "the door closed the connection")
                answers += received
            check.equal(set(answers.decode("ascii").split("\n\n")), {f"action={REFUSAL}", ""}, "answers")


def _expect_judged(site):
    """Both what is logged and what is not."""
    with site.session() as session:
        session.mail("a@plain.example")
        check.equal(str(session.rcpt("v@example.org")), REFUSAL, "reply to RCPT")
        session.command("RSET")
        session.mail("a@elsewhere.example")
        check.equal(session.rcpt("v@example.org").code, 250, "reply to RCPT of mail that passes")


def _annoy_libmilter(site, count):
    """So many connections that libmilter has something to say of, in its workers."""
    for _ in range(count):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as mta:
            mta.settimeout(net.PATIENCE)
            mta.connect(str(site.socket_path))
            mta.sendall(b"\0\0\0\5O1234")
            check.equal(mta.recv(100), b"", "libmilter's answer")


def _expect_complete(lines, wanted):
    """Every line whole, and all that was logged there or counted as lost."""
    lost = words = 0
    for line in lines:
        word = _LOST.fullmatch(line)
        if word is not None:
            words += 1
            lost += int(word[1])
        else:
            check.true(_LIBMILTER.fullmatch(line) or record.parse(line) is not None, f"no verdict in {line!r}")
    check.true(lost > 0, "nothing was lost")
    check.equal(len(lines) - words + lost, wanted, "lines in the log, and those that it says are lost")


def test_libmilter_is_heard(site):
    with _foreground(site, _policy(site)) as (_, pipe):
        _annoy_libmilter(site, 1)
        pipe.lines_until(_LIBMILTER.fullmatch)


class Pipe:
    """Lines from a pipe, read when it is wanted."""

    def __init__(self):
        self._reader, self.writer = os.pipe()
        self._bytes = b""

    def close(self):
        os.close(self._reader)

    def lines_until(self, wanted):
        """All lines up to the one that wanted is true of."""
        lines = []
        while not lines or not wanted(lines[-1]):
            if b"\n" not in self._bytes:
                check.true(select.select([self._reader], [], [], net.PATIENCE)[0], f"no line after {lines[-1:]}")
                self._bytes += os.read(self._reader, 65536)
                continue
            line, _, self._bytes = self._bytes.partition(b"\n")
            lines.append(line.decode("ascii"))
        return lines


@contextlib.contextmanager
def _foreground(site, policy):
    """A daemon whose standard error is a pipe."""
    pipe = Pipe()
    process = subprocess.Popen([site.lab.daemon_program, "-f", "-c", policy], stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL, stderr=pipe.writer, umask=0o022)
    os.close(pipe.writer)
    try:
        pipe.lines_until(lambda line: " started: " in line)
        yield process, pipe
    finally:
        process.kill()
        process.wait()
        pipe.close()


def test_pipe(site):
    with _foreground(site, _policy(site)) as (process, pipe):
        _ask(site, REQUESTS)
        _annoy_libmilter(site, ANNOYANCES)
        _expect_judged(site)
        lines = pipe.lines_until(_LOST.fullmatch)
        _ask(site, 100)
        # The last one is there: nothing behind it is missing.
        lines += pipe.lines_until(lambda line: "to=<99@example.org>" in line)
        _expect_complete(lines, REQUESTS + ANNOYANCES + 100 + 1)
        _ask(site, REQUESTS)
        process.send_signal(signal.SIGTERM)
        check.equal(process.wait(net.PATIENCE), 0, "exit status after SIGTERM with a full pipe")


def _receive(log, wanted):
    """Datagrams up to the one that wanted is true of, from the program's name on."""
    lines = []
    while not lines or not wanted(lines[-1]):
        text = log.recv(65536).decode("ascii")
        lines.append(text[text.index("forcedtlsd["):])
    return lines


def test_syslog(site):
    path, pid_file = site.directory / "log", site.directory / "syslog.pid"
    policy = _policy(site)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as log:
        log.bind(str(path))
        log.settimeout(net.PATIENCE)
        path.chmod(0o666)
        done = in_own_dev([site.lab.daemon_program, "-c", policy, "-P", pid_file], site.directory / "dev", path)
        check.equal(done.returncode, 0, f"exit status; it said {done.stderr}")
        pid = int(pid_file.read_text(encoding="ascii"))
        try:
            _receive(log, lambda line: " started: " in line)
            _ask(site, REQUESTS)
            _annoy_libmilter(site, ANNOYANCES)
            _expect_judged(site)
            lines = _receive(log, _LOST.fullmatch)
            _ask(site, 100)
            lines += _receive(log, lambda line: "to=<99@example.org>" in line)
            _expect_complete(lines, REQUESTS + ANNOYANCES + 100 + 1)
            _ask(site, REQUESTS)
        finally:
            os.kill(pid, signal.SIGTERM)
        net.wait_until(lambda: _is_gone(pid), f"the end of the daemon {pid}")


def _is_gone(pid):
    """Also where nobody collects the dead."""
    try:
        return "State:\tZ" in pathlib.Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return True
