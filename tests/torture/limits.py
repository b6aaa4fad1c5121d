# SPDX-License-Identifier: MIT
"""What a process runs out of: memory, descriptors, threads."""

import concurrent.futures
import contextlib
import os
import pathlib
import pwd
import signal
import struct
import subprocess

import clients
import load
import places
import sessions
from lab import check, daemon, net
from places import Place

EX_CONFIG = 78
ROUNDS = 3
CROWD = 40
CROWDED = ("milter", "policy_service", "tls_policy", "metrics")


# KB, for policies that are read, and for the stacks of threads: libmilter leaves a session without one hanging.
_SPARE = 128 * 1024


def _big_policy():
    return [*sessions.CONNECTORS, *(sessions.MORE.format(number) for number in range(20000))]


class Limit:
    """A limit of the running daemon in a with statement; its hard limit stays. name: of prlimit(1)."""

    _LINES = {"data": "Max data size", "nofile": "Max open files", "nproc": "Max processes"}

    def __init__(self, place, name, value):
        self._place, self._name, self._value = place, name, value
        line = next(line for line in place.limits().splitlines() if line.startswith(self._LINES[name]))
        self._before = line.removeprefix(self._LINES[name]).split()[0]

    def __enter__(self):
        self._set(self._value)

    def __exit__(self, *exception):
        if self._place.daemon.running:
            self._set(self._before)

    def _set(self, value):
        """As the daemon's user, who may: root need not have the capability."""
        user = pwd.getpwnam(places.USER)
        options = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if places.IS_ROOT else {}
        subprocess.run(["prlimit", "--pid", str(self._place.daemon.pid), f"--{self._name}={value}:"], check=True, **options)


def out_of_memory():
    """RLIMIT_DATA at what it has, and a reload that needs more, under load || the old policy stays in force, or the
    daemon ends and is started again; what is forbidden never passes"""
    if places.IS_SANITIZED:
        raise check.Skip("a sanitizer has reserved all memory")
    ended = 0
    with Place() as place:
        # A session for which libmilter makes no thread hangs: who waits gives up.
        with load.Load(place, patience=1) as senders:
            for _ in range(ROUNDS):
                senders.wait_for(50)
                with Limit(place, "data", place.of_status("VmData")[0] * 1024):
                    place.write(_big_policy())
                    check.true(place.reload() != 0, "there was memory for it")
                    place.write()
                if place.daemon.wait(0) is not None:
                    ended += 1
                    place.start()
            senders.wait_for(50)
        check.equal(place.judge_all(), [], "with memory again")
    return f"{ROUNDS} times, the daemon ended {ended} times and was started again: {senders}"


def reload_that_does_not_fit():
    """RLIMIT_DATA at what it has and 128 MB, and a policy that takes more, under load || the daemon goes on, with the old
    policy; the reload says why; a small policy then is put into force"""
    if places.IS_SANITIZED:
        raise check.Skip("a sanitizer has reserved all memory")
    with Place() as place:
        place.judge_all()
        with load.Load(place) as senders:
            for number in range(ROUNDS):
                senders.wait_for(50)
                with Limit(place, "data", (place.of_status("VmData")[0] + _SPARE) * 1024):
                    before = place.held()
                    place.write([*_big_policy(), *(sessions.MORE.format(number) for number in range(20000, 200000))])
                    status, said = place.run_tool("reload")
                    check.equal(status, EX_CONFIG, said)
                    check.true("does not fit in memory beside the policy in force" in said, said)
                    check.equal(place.judge_all(), [], "by the old policy")
                    check.true("does not fit" in place.status()["last_reload"]["error"], place.status())
                    place.write([*sessions.CONNECTORS, sessions.MORE.format(number)])
                    check.equal(place.run_tool("reload")[0], 0, "a small policy")
                    check.equal(_children(place), [], "processes of the daemon's")
            senders.wait_for(50)
        check.equal(place.judge_all(), [], "with memory again")
        place.settles(before)
    return f"{ROUNDS} times it stayed, and a small policy came in its place: {senders}"


def ended_while_a_reload_is_tried():
    """RLIMIT_DATA in sight, a large policy, and SIGTERM or SIGKILL while another process, which does not get on, tries whether
    it fits || mail is judged meanwhile; the daemon ends at once, and the other process with it"""
    if places.IS_SANITIZED:
        raise check.Skip("a sanitizer has reserved all memory")
    left = []
    for number in (signal.SIGTERM, signal.SIGKILL):
        with Place() as place, Limit(place, "data", (place.of_status("VmData")[0] + 4 * _SPARE) * 1024):
            place.write([*_big_policy(), *(sessions.MORE.format(number) for number in range(20000, 200000))])
            place.daemon.signal(signal.SIGUSR1)
            children = net.wait_until(lambda: _trials(place), "a process that tries it")
            for child in children:
                os.kill(int(child), signal.SIGSTOP)
            check.equal(place.ask("milter", sessions.FORBIDDEN), "reject", "a session meanwhile")
            place.daemon.signal(number)
            status = place.daemon.wait(2)
            check.true(status is not None, "it does not end")
            net.wait_until(lambda: not any(map(_is_running, children)), f"the end of {children}", 2)
            left.append(f"{number.name}: {status}")
    return f"no process was left; exit status by {', '.join(left)}"


def _children(place):
    children = []
    for task in place.proc("task").iterdir():
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # threads come and go
            children += (task / "children").read_text().split()
    return children


def _trials(place):
    """Children that have become one: what has begun to be, and is stopped, does not know yet whom it is to end with."""
    trials = []
    for child in _children(place):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            if b"--try-within=" in pathlib.Path(f"/proc/{child}/cmdline").read_bytes():
                trials.append(child)
    return trials


def _is_running(pid):
    """Not only there, for who waits for it."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def out_of_memory_for_mail():
    """RLIMIT_DATA at what it has, and 1,000 requests that are not whole, under load || mail waits, or the daemon ends and
    is started again; what is forbidden never passes"""
    if places.IS_SANITIZED:
        raise check.Skip("a sanitizer has reserved all memory")
    ended = []
    with Place() as place, load.Load(place) as senders:
        for _ in range(ROUNDS):
            senders.wait_for(50)
            with Limit(place, "data", place.of_status("VmData")[0] * 1024), contextlib.ExitStack() as crowd:
                _send_halves(place, crowd)
                begun = sum(senders.counts.values())
                net.wait_until(lambda: sum(senders.counts.values()) >= begun + 20, "senders who try")
            status = place.daemon.wait(0)
            if status is not None:
                ended.append(status)
                place.start()
        senders.wait_for(50)
        check.equal(place.judge_all(), [], "with memory again")
    return f"{ROUNDS} times, the daemon ended {len(ended)} times {ended or ''}: {senders}"


def _send_halves(place, crowd):
    """As many as are taken; who has no answer to wait for is told nothing."""
    halves = (("milter", clients.OPTIONS + struct.pack(">I", 16000) + b"C" + b"x" * 15000),
              ("policy_service", b"request=smtpd_access_policy\n" + b"a=b\n" * 12000))
    with contextlib.suppress(clients.Gone):
        for service, half in halves:
            for _ in range(500):
                client = crowd.enter_context(clients.dial(place.at(service), 1))
                client.setblocking(False)
                with contextlib.suppress(OSError):
                    client.send(half)


def too_little_to_start():
    """A start with few descriptors, no threads, little memory || it serves rightly, or ends at once and says why"""
    seen = []
    for limit in ("--nofile=4:4", "--nofile=12:12", "--nofile=24:24", "--nofile=64:64", "--nproc=1:1", "--as=20000000", "--as=40000000"):
        if places.IS_SANITIZED and limit.startswith("--as"):
            continue
        with contextlib.closing(Place(("prlimit", limit))) as place:
            place.daemon.launch()
            net.wait_until(lambda: _is_up_or_down(place), f"the end of a start with {limit}")
            if place.daemon.running:
                check.equal(place.judge_all(), [], f"with {limit}")
                seen.append(f"{limit[2:]} serves")
            else:
                status = place.daemon.wait(0)
                check.true(status != 0 and place.daemon.log_text(), f"{limit}: {status} {place.daemon.log_text()}")
                seen.append(f"{limit[2:]} ends with {status}")
    return ", ".join(seen)


def _is_up_or_down(place):
    try:
        return place.answers()
    except daemon.DaemonError:
        return True


def out_of_descriptors():
    """RLIMIT_NOFILE at what it has, and a crowd at each service || mail waits or is judged right; all is as before when
    the crowd has left"""
    with Place() as place:
        place.judge_all()
        before = place.held()
        with load.Load(place, patience=1) as senders:
            senders.wait_for(50)
            with Limit(place, "nofile", place.descriptors() + 2), contextlib.ExitStack() as crowd:
                for service in CROWDED:
                    for _ in range(CROWD):
                        crowd.enter_context(clients.dial(place.at(service)))
                begun = sum(senders.counts.values())
                net.wait_until(lambda: sum(senders.counts.values()) >= begun + 20, "senders who try")
            senders.wait_for(50)
        check.equal(place.judge_all(), [], "with descriptors again")
        held = place.settles(before)
    return f"{senders}; {held[0]} descriptors, {held[1]} threads as before"


def out_of_threads():
    """RLIMIT_NPROC at 1, and a crowd at the milter || a session without a thread has no verdict, and keeps its
    descriptor (libmilter); other services go on; right when there are threads again"""
    with Place() as place:
        place.judge_all()
        before = place.held()
        with Limit(place, "nproc", 1), concurrent.futures.ThreadPoolExecutor(CROWD) as pool:
            verdicts = list(pool.map(lambda _: _verdict(place), range(2 * CROWD)))
            check.equal(place.ask("policy_service", sessions.FORBIDDEN), "reject", "the policy service")
        check.true(set(verdicts) <= {"none", "reject"}, f"verdicts on forbidden mail: {set(verdicts)}")
        check.equal(place.judge_all(), [], "with threads again")
        held = place.settles((before[0] + len(verdicts), before[1]))
    return (f"{verdicts.count('none')} of {len(verdicts)} sessions without a verdict, the others refused as they should "
            f"be; descriptors {before[0]} and {held[0]} after it, threads {before[1]} and {held[1]}")


def _verdict(place):
    try:
        return place.ask("milter", sessions.FORBIDDEN, 1)
    except clients.Gone:
        return "none"


FAULTS = (out_of_memory, reload_that_does_not_fit, ended_while_a_reload_is_tried,
          out_of_memory_for_mail, too_little_to_start, out_of_descriptors, out_of_threads)
