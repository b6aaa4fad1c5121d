# SPDX-License-Identifier: MIT
"""A log that takes nothing: no disk, no standard error, a pipe without a reader, no syslog."""

import contextlib
import os
import pathlib
import re
import signal
import socket
import subprocess
import tempfile

import clients
import load
import places
from lab import check, net
from lab.syslog import in_own_dev
from places import Place

MAILS = 300
# More lines than are kept, and than a pipe holds.
MANY_LINES = 6000


def _within(redirection, *arguments):
    """A shell with that redirection, in which "$0" is the first argument, that becomes the daemon."""
    return ("sh", "-c", f'{redirection}; exec "$@"', *(arguments or ("sh",)))


def _lost(place):
    return int(re.search(r"^forcedtls_log_lines_lost_total (\d+)$", clients.metrics(place.at("metrics")), re.M)[1])


def _judges(place, loses):
    """Under load, with more lines than are kept; what is to be said of it."""
    place.judge_all()
    before = place.held()
    with load.Load(place) as senders:
        senders.wait_for(MAILS)
        load.flood(place, MANY_LINES)
    lost = _lost(place)
    check.equal(senders.counts["deferred"], 0, "deferrals")
    check.equal(lost > 0, loses, "lines were lost")
    check.equal(place.judge_all(), [], "without a log")
    place.settles(before)
    return f"{senders.counts['mails'] + MANY_LINES} mails, none deferred, {lost} lines lost and counted"


def _ends(place):
    place.daemon.terminate()
    check.equal(place.daemon.wait(net.PATIENCE), 0, "exit status after SIGTERM")


def no_room():
    """Standard error is a file for which there is no room (/dev/full) || mail is judged at once, lost lines are
    counted, the daemon ends well"""
    with Place(_within("exec 2>/dev/full")) as place:
        seen = _judges(place, True)
        _ends(place)
        return seen


def closed_standard_error():
    """Standard error is closed || mail is judged at once, descriptor 2 is nobody's socket"""
    with Place(_within("exec 2>&-")) as place:
        check.equal(os.readlink(f"/proc/{place.daemon.pid}/fd/2"), "/dev/null", "descriptor 2")
        seen = _judges(place, False)
        _ends(place)
        return seen


@contextlib.contextmanager
def _with_pipe():
    """A daemon whose standard error is a pipe, and the end of it to read from."""
    with tempfile.TemporaryDirectory(prefix="forcedtls-torture-") as folder:
        path = os.path.join(folder, "pipe")
        os.mkfifo(path)
        reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        with Place(_within('exec 2>"$0"', path)) as place, open(reader, "rb", closefd=True) as pipe:
            yield place, pipe


def pipe_without_reader():
    """Standard error is a pipe, and its reader ends || mail is judged at once, lost lines are counted, no SIGPIPE"""
    with _with_pipe() as (place, pipe):
        pipe.close()
        seen = _judges(place, True)
        _ends(place)
        return seen


def pipe_that_nobody_reads():
    """Standard error is a pipe that nobody reads || mail is judged at once, lost lines are counted, the daemon ends
    well"""
    with _with_pipe() as (place, _):
        seen = _judges(place, True)
        _ends(place)
        return seen


def full_disk():
    """The log is a file on a disk that is full (tmpfs), and then is not || mail is judged at once, lost lines are
    counted; with room again the log goes on"""
    with tempfile.TemporaryDirectory(prefix="forcedtls-torture-") as folder, _mounted(folder):
        log = pathlib.Path(folder, "log")
        with Place(_within('exec 2>>"$0"', log)) as place:
            seen = _judges(place, True)
            subprocess.run(["mount", "-o", "remount,size=8m", folder], check=True)
            net.wait_until(lambda: b" lost: " in log.read_bytes(), "the word about lost lines")
            _ends(place)
            return f"{seen}; then the log says so"


@contextlib.contextmanager
def _mounted(folder):
    """A file system of 64 KiB."""
    if not places.IS_ROOT or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder],
                                            capture_output=True, check=False).returncode != 0:
        raise check.Skip("needs root, and to be allowed to mount")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def no_syslog():
    """In the background, without /dev/log, which comes later || mail is judged at once, lost lines are counted; then
    the log goes on"""
    if not places.IS_ROOT:
        raise check.Skip("needs root, for a /dev of its own")
    place = Place()
    log = place.folder / "dev-log"
    try:
        done = in_own_dev([places.BUILD / "forcedtlsd", "-c", place.policy_file, "-P", place.folder / "pid"],
                          place.folder / "dev", log)
        check.equal(done.returncode, 0, f"exit status: {done.stderr}")
        place.daemon = Detached(int((place.folder / "pid").read_text()))
        seen = _judges(place, True)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as syslog:
            syslog.settimeout(net.PATIENCE)
            syslog.bind(str(log))
            log.chmod(0o666)
            while b" lost: " not in syslog.recv(65536):
                pass
            place.daemon.terminate()
            net.wait_until(lambda: not place.daemon.running, "the end")
        return f"{seen}; then the log says so"
    finally:
        place.close()


class Detached:
    """A daemon in the background, which is nobody's child."""

    def __init__(self, pid):
        self.pid = pid

    @property
    def running(self):
        with contextlib.suppress(OSError):
            return "State:\tZ" not in pathlib.Path(f"/proc/{self.pid}/status").read_text(encoding="utf-8")
        return False

    def terminate(self):
        os.kill(self.pid, signal.SIGTERM)

    def kill(self):
        if self.running:
            os.kill(self.pid, signal.SIGKILL)


FAULTS = (no_room, closed_standard_error, pipe_without_reader, pipe_that_nobody_reads, full_disk, no_syslog)
