# SPDX-License-Identifier: MIT
"""The daemon is killed, and is stopped, in the middle of sessions."""

import signal

import load
from lab import check, net
from places import Place

KILLS = 5


def killed_in_sessions():
    """SIGKILL with a session at each step || no verdict from a dead daemon; the next one judges right, and holds no
    more"""
    with Place() as place:
        place.judge_all()
        before = place.held()
        for _ in range(KILLS):
            steps = load.held_sessions(place)
            place.daemon.kill()
            check.equal(set(load.verdicts_of(steps)), {"none"}, "verdicts after the end")
            place.start()
            check.equal(place.judge_all(), [], "after the restart")
        place.settles(before)
    return f"{KILLS} times {len(steps)} sessions, no verdict; right after each restart"


def killed_under_load():
    """SIGKILL under load, restarted || what is forbidden never passes, what is allowed comes when it is tried again"""
    with Place() as place, load.Load(place) as senders:
        for _ in range(KILLS):
            senders.wait_for(100)
            place.daemon.kill()
            place.start()
        senders.wait_for(100)
    check.true(senders.counts["deferred"] > 0, "nobody noticed")
    return f"killed {KILLS} times: {senders}, all came to the right end"


def stopped_in_sessions():
    """SIGSTOP with a session at each step, then SIGCONT || no verdict while it stands; the right ones after, to the
    same sessions"""
    with Place() as place:
        place.judge_all()
        before = place.held()
        steps = load.held_sessions(place)
        place.daemon.suspend()
        check.equal(load.silent(place), True, "it answers")
        place.daemon.signal(signal.SIGCONT)
        check.equal(set(load.verdicts_of(steps)), {"reject"}, "verdicts after SIGCONT")
        check.equal(place.judge_all(), [], "after SIGCONT")
        place.settles(before)
    return f"{len(steps)} sessions went on after it, each refused as it should be"


def stopped_under_load():
    """SIGSTOP under load, and senders who give up || what is forbidden never passes; those who gave up leave nothing
    behind"""
    with Place() as place:
        place.judge_all()
        before = place.held()
        with load.Load(place, patience=0.2) as senders:
            for _ in range(KILLS):
                senders.wait_for(100)
                deferred = senders.counts["deferred"]
                place.daemon.suspend()
                net.wait_until(lambda: senders.counts["deferred"] >= deferred + 12, "senders who give up")
                place.daemon.signal(signal.SIGCONT)
            senders.wait_for(100)
        check.equal(place.judge_all(), [], "after it")
        held = place.settles(before)
    return f"stopped {KILLS} times: {senders}; {held[0]} descriptors, {held[1]} threads as before"


FAULTS = (killed_in_sessions, killed_under_load, stopped_in_sessions, stopped_under_load)
