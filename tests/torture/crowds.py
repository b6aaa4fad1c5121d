# SPDX-License-Identifier: MIT
"""Thousands of connections at once, and clients that stall, trickle or do not listen, at every service."""

import contextlib
import resource
import socket

import clients
import load
import places
import sessions
from lab import check
from places import Place

CROWD = 2000
STALLED = 20
_HALVES = {  # what is not whole, by service
    "milter": clients.OPTIONS[:7],
    "policy_service": clients.policy_request(sessions.FORBIDDEN)[:60],
    "tls_policy": clients.lookup(sessions.NEXT_HOP)[:9],
    "metrics": clients.SCRAPE[:9],
    "control": b'{"comm',
}
_REQUESTS = {
    "milter": clients.OPTIONS,
    "policy_service": clients.policy_request(sessions.FORBIDDEN),
    "tls_policy": clients.lookup(sessions.NEXT_HOP),
    "metrics": clients.SCRAPE,
    "control": b'{"command": "status"}\n',
}


def _make_room():
    """For so many descriptors of our own."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if hard != resource.RLIM_INFINITY and hard < 2 * CROWD:
        raise check.Skip(f"needs a hard limit of {2 * CROWD} descriptors")
    resource.setrlimit(resource.RLIMIT_NOFILE, (2 * CROWD, hard))


@contextlib.contextmanager
def _settling(place):
    """Descriptors and threads are afterwards what they were before."""
    place.judge_all()
    before = place.held()
    yield
    check.equal(place.judge_all(), [], "after it")
    place.settles(before)


def crowd_at_the_milter():
    """2,000 SMTP sessions at once at the milter, each with forbidden mail || each is refused, others are judged
    meanwhile"""
    _make_room()
    with Place() as place, _settling(place), contextlib.ExitStack() as crowd:
        forbidden = sessions.FORBIDDEN
        members = [crowd.enter_context(clients.Milter(place.at("milter"))) for _ in range(CROWD)]
        check.equal(place.judge_all(), [], "in the midst of it")
        answers = [member.begin_envelope(forbidden) for member in members]
        verdicts = [[member.answer() for _ in range(count)][-1] for member, count in zip(members, answers)]
        check.equal(set(verdicts), {"reject"}, "verdicts")
        held = place.held()
    return f"all of {CROWD} refused; {held[0]} descriptors and {held[1]} threads at the height, then as before"


def crowd_at_the_policy_service():
    """2,000 connections at once at the policy service, each with forbidden mail || each is refused, others are judged
    meanwhile"""
    _make_room()
    with Place() as place, _settling(place), contextlib.ExitStack() as crowd:
        members = [crowd.enter_context(clients.Stream(place.at("policy_service"))) for _ in range(CROWD)]
        check.equal(place.judge_all(), [], "in the midst of it")
        for member in members:
            member.send(_REQUESTS["policy_service"])
        check.equal({clients.policy_verdict(member.until(b"\n\n")) for member in members}, {"reject"}, "verdicts")
        held = place.held()
    return f"all of {CROWD} refused; {held[0]} descriptors at the height, then as before"


def crowd_at_the_others():
    """2,000 connections at once at the TLS policy, metrics and control || the newest are served, the others closed;
    mail is judged meanwhile"""
    _make_room()
    answered = {}
    with Place() as place, _settling(place):
        for service in ("tls_policy", "metrics", "control"):
            with contextlib.ExitStack() as crowd:
                members = [crowd.enter_context(clients.Stream(place.at(service))) for _ in range(CROWD)]
                check.equal(place.judge_all(), [], f"with a crowd at {service}")
                answered[service] = sum(_is_answered(member, _REQUESTS[service]) for member in members)
                check.true(answered[service] > 0, f"nobody is answered at {service}")
    return "answered of 2,000: " + ", ".join(f"{service} {count}" for service, count in answered.items())


def _is_answered(member, request):
    try:
        member.send(request)
        return bool(member.take(1))
    except clients.Gone:
        return False


def stalled():
    """Clients that stop in the middle of a request, at every service || mail is judged meanwhile, by all services; they
    leave nothing behind"""
    with Place() as place, _settling(place), contextlib.ExitStack() as crowd:
        for service, half in _HALVES.items():
            for _ in range(STALLED):
                crowd.enter_context(clients.Stream(place.at(service))).send(half)
        with load.Load(place) as senders:
            senders.wait_for(300)
        check.equal(senders.counts["deferred"], 0, "deferrals")
        check.equal(place.judge_all(), [], "in the midst of it")
    return f"{STALLED} at each of {len(_HALVES)} services: {senders}"


class _Trickle:
    """Sends byte by byte, each in a packet of its own, with another client's turn after each of them."""

    def __init__(self, stream, others):
        self._send, self._others = stream.send, others
        if stream.socket.family == socket.AF_INET:
            stream.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __call__(self, data):
        for byte in data:
            self._send(bytes([byte]))
            self._others()


def trickled():
    """Clients that send byte by byte, at every service || the right answer to each, and to those who come in between"""
    with Place() as place, _settling(place):
        wrong = []

        def others():
            if place.ask("policy_service", sessions.FORBIDDEN) != "reject":
                wrong.append("in between")

        for session in (sessions.FORBIDDEN, sessions.ALLOWED):
            with clients.Milter(place.at("milter")) as client:
                client.send = _Trickle(client, others)
                check.equal(client.connect(session).judge(session), session.verdict, "the milter")
            with clients.Stream(place.at("policy_service")) as client:
                _Trickle(client, others)(clients.policy_request(session))
                check.equal(clients.policy_verdict(client.until(b"\n\n")), session.verdict, "the policy service")
        for service, begin in (("tls_policy", b"9"), ("metrics", b"HTTP/1."), ("control", b'{"result":"ok"')):
            with clients.Stream(place.at(service)) as client:
                _Trickle(client, others)(_REQUESTS[service])
                answer = client.take(len(begin))
                check.true(answer == begin or service == "tls_policy" and answer.isdigit(), f"{service}: {answer!r}")
        check.equal(wrong, [], "who came in between")
    return "two messages at each of two services, and a question at the three others"


def deaf():
    """Clients that send requests without end and read no answer, at every service || mail is judged meanwhile, memory
    is bounded; they leave nothing behind"""
    sent = {}
    with Place() as place, _settling(place), contextlib.ExitStack() as crowd:
        before = place.of_status("VmRSS")[0]
        for service, request in _REQUESTS.items():
            for _ in range(STALLED):
                member = crowd.enter_context(clients.Stream(place.at(service)))
                sent[service] = sent.get(service, 0) + _send_until_full(member, request)
        check.equal(place.judge_all(), [], "in the midst of it")
        grown = (place.of_status("VmRSS")[0] - before) // 1024
        check.true(grown <= 150 or places.IS_SANITIZED, f"it grew by {grown} MB")  # that keeps what was freed
    return f"{sum(sent.values()) >> 10} KiB sent by {STALLED} at each of {len(sent)}, it grew by {grown} MB"


def _send_until_full(member, request):
    """Until the other side takes no more, or closes."""
    sent, chunk = 0, request * (65536 // len(request))
    member.socket.settimeout(0.02)
    with contextlib.suppress(OSError):
        while sent < 16 << 20:
            sent += member.socket.send(chunk)
    return sent


FAULTS = (crowd_at_the_milter, crowd_at_the_policy_service, crowd_at_the_others, stalled, trickled, deaf)
