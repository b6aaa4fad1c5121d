# SPDX-License-Identifier: MIT
"""Policy files that are half written, replaced while they are read, or no files at all."""

import itertools
import os
import subprocess
import threading

import clients
import load
import places
import sessions
from lab import check, net
from places import Place

REPLACED = 60
EX_CONFIG = 78
# So long that it is not read at once.
_COMMENT = "# " + "x" * 77 + "\n"
_LONG = [_COMMENT * 2000]


def reload(place):
    """Over one connection as good as another: whether the new policy is in force."""
    with clients.Stream(place.at("control")) as client:
        client.send(b'{"command": "reload"}\n')
        return b'"result":"ok"' in client.until(b"\n")


def _verdict_by(text, session):
    """What becomes of it by the connectors that are whole in that text."""
    names = ("sender", "recipient", "header_from")
    domains = {getattr(session, name).partition("@")[2] for name in names}
    whole = "".join(line for line in sessions.CONNECTORS if line.rstrip("\n") in text)
    return session.verdict if any(domain in whole for domain in domains - {"elsewhere.example", "example.org"}) else "pass"


def half_written():
    """A policy file cut off at each of many places, and reloaded || a cut inside a connector changes nothing; one
    behind a connector is a policy, and what is gone is said"""
    taken = refused = 0
    with Place() as place:
        whole = in_force = place.text()
        ends = [place.text(sessions.CONNECTORS[:count]).rstrip() for count in range(1, 7)]
        # Without what stands in the head Postfix would be asked for it, for two seconds each.
        head = range(0, len(place.head), 7) if places.WHOLE else ()
        connectors = range(len(place.head), len(whole), 1 if places.WHOLE else 29)
        for length in sorted({*head, *connectors, *map(len, ends)}):
            cut = whole[:length]
            place.write(text=cut)
            check.equal(reload(place), cut.rstrip() in ends, f"{cut[-60:]!r} is a policy")
            if cut.rstrip() in ends:
                in_force = cut
                taken += 1
            else:
                refused += 1
            for session in (sessions.FORBIDDEN, sessions.SESSIONS[9]):
                check.equal(place.ask("milter", session), _verdict_by(in_force, session), f"{length} bytes, {session}")
        check.true("warning: connectors gone since the last policy: " in place.daemon.log_text(), "it is not said")
        place.write()
        check.true(reload(place), "the whole file")
        check.equal(place.judge_all(), [], "with the whole file")
    return f"{refused} cuts kept the policy, {taken} at the end of a connector are policies"


def replaced_while_read():
    """Files written over and over, in place and by rename, with reloads all the time, under load || each verdict is right,
    no half of a connector comes into force"""
    with Place(connectors=[*_LONG, *sessions.CONNECTORS]) as place:
        place.judge_all()
        before = place.held()
        ending = threading.Event()
        writer = threading.Thread(target=_keep_writing, args=(place, ending))
        writer.start()
        try:
            with load.Load(place) as senders:
                results = [reload(place) for _ in range(REPLACED)]
                senders.wait_for(50)
        finally:
            ending.set()
            writer.join()
        check.equal(senders.counts["deferred"], 0, "deferrals")
        place.write()
        check.true(reload(place), "a reload after it")
        check.equal(place.judge_all(), [], "after it")
        place.settles(before)
    return f"{len(results)} reloads, {sum(results)} of them found a whole file: {senders}"


def _keep_writing(place, ending):
    """By turns a file is put in the place of the other, and the one that is there is written anew, with a pause in the
    middle of a connector."""
    for number in itertools.count():
        if ending.is_set():
            return
        connectors = [*_LONG, *sessions.CONNECTORS, sessions.MORE.format(number)]
        if number % 2 == 0:
            place.write(connectors)
            continue
        text = place.text(connectors)
        with open(place.policy_file, "w", encoding="utf-8") as file:
            for piece in (text[:1000], text[1000:-330], text[-330:]):
                file.write(piece)
                file.flush()
                ending.wait(0.01)


# What may stand in a file's place.
def _fifo(path):
    os.mkfifo(path)


def _device(path):
    path.symlink_to("/dev/zero")


def _loop(path):
    path.symlink_to(path)


def _socket(path):
    path.symlink_to(path.with_name("control"))


def _empty(path):
    path.touch()


_ODD = {"a FIFO": _fifo, "a directory": os.mkdir, "/dev/zero": _device, "a link to itself": _loop,
        "a socket": _socket, "an empty file": _empty, "nothing": lambda path: None}
_LISTED = "  - {name: listed, senders: {file: list.txt}, require: tls, on_failure: reject}\n"


def _remove(path):
    if path.is_dir() and not path.is_symlink():
        path.rmdir()
    else:
        path.unlink(missing_ok=True)


def odd_files():
    """In place of the policy file, or of a list: a FIFO, a directory, a device, a socket, an empty file, nothing || a
    reload fails at once and the policy stays; a start fails with 78"""
    with Place() as place:
        place.judge_all()
        before = place.held()
        for what, make in _ODD.items():
            for path in (place.policy_file, place.folder / "list.txt"):
                place.write([*sessions.CONNECTORS, _LISTED])
                _remove(path)
                make(path)
                check.true(not reload(place), f"a reload with {what} at {path}")
                check.equal(place.judge_all(), [], f"with {what} at {path}")
                check.equal(_start(place), EX_CONFIG, f"exit status of a start with {what} at {path}")
                _remove(path)
        place.settles(before)
        place.write()
        check.true(reload(place), "a reload with the right file")
        check.equal(place.judge_all(), [], "with the right file")
    return f"{2 * len(_ODD)} reloads and starts failed; mail was judged by the policy before"


def _start(place):
    """The exit status of another daemon."""
    done = subprocess.run([places.BUILD / "forcedtlsd", "-f", "-c", place.policy_file], capture_output=True,
                          timeout=net.PATIENCE, check=False)
    return done.returncode


FAULTS = (half_written, replaced_while_read, odd_files)
