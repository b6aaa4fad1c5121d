# SPDX-License-Identifier: MIT
"""Senders who come while a fault happens, and try again as a sender does: a mail has come to its end with the verdict
that it is to have. Deferred meanwhile is no fault; let in against the policy, or refused for good without need, is."""

import collections
import itertools
import threading
import time

import clients
import sessions
from lab import check, net

_PAUSE = 0.005  # before a mail is tried again


class Load:
    """Use it in a with statement: at its end every mail that was begun has come to its end, or this raises."""

    def __init__(self, place, senders=6, patience=net.PATIENCE):
        self.counts = collections.Counter()
        self.wrong = []
        self._place = place
        self._patience = patience
        self._ending = threading.Event()
        self._threads = [threading.Thread(target=self._send, args=(number,)) for number in range(senders)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, kind, *exception):
        self._ending.set()
        for thread in self._threads:
            thread.join()
        if kind is None:
            check.equal(self.wrong, [], "mail that was let in or refused against the policy, or was lost")

    def wait_for(self, mails):
        """So many more mails have come to their end."""
        wanted = self.counts["mails"] + mails
        net.wait_until(lambda: self.counts["mails"] >= wanted or self.wrong, f"{mails} more mails")

    def _send(self, number):
        mails = [(service, session) for session in sessions.SESSIONS for service in ("milter", "policy_service")
                 if session.by in ("", service)]
        for service, session in itertools.islice(itertools.cycle(mails), number, None):
            if self._ending.is_set() or self.wrong:
                return
            try:
                self._deliver(service, session)
            except Exception as error:  # pylint: disable=broad-except
                self.wrong.append(f"{service}: {session}: {error!r}")

    def _deliver(self, service, session):
        deadline = time.monotonic() + net.PATIENCE
        while time.monotonic() < deadline:
            try:
                verdict = self._place.ask(service, session, self._patience)
            except clients.Gone:
                verdict = "none"
            if verdict == session.verdict:
                self.counts["mails"] += 1
                return
            if verdict not in ("tempfail", "none"):
                self.wrong.append(f"{service}: {session}: {verdict}")
                return
            self.counts["deferred"] += 1
            time.sleep(_PAUSE)
        self.wrong.append(f"{service}: {session}: lost")

    def __str__(self):
        return f"{self.counts['mails']} mails, {self.counts['deferred']} deferrals"


def flood(place, count):
    """So much forbidden mail at the policy service, many requests at once; each is refused, and each is a line of the log."""
    request = clients.policy_request(sessions.FORBIDDEN)
    with clients.Stream(place.at("policy_service")) as client:
        for _ in range(0, count, 100):
            client.send(request * 100)
            answers = [clients.policy_verdict(client.until(b"\n\n")) for _ in range(100)]
            check.equal(set(answers), {"reject"}, "verdicts on forbidden mail")


def silent(place, seconds=0.2):
    """Nobody answers a new session in that time, at the milter and at the policy service."""
    for service in ("milter", "policy_service"):
        try:
            place.ask(service, sessions.FORBIDDEN, seconds)
            return False
        except clients.Gone:
            pass
    return True


def held_sessions(place):
    """Sessions of forbidden mail that are at every step of the milter, and requests that are not whole: what each asks
    next, as a function that gives a verdict or raises Gone. Each has its connection until that is called."""
    steps = []
    forbidden, header = sessions.FORBIDDEN, sessions.FORBIDDEN_HEADER

    def at(begin, go_on):
        stream = begin()
        steps.append(lambda: _end(stream, go_on))

    def begun(session, *more):
        def begin():
            client = clients.Milter(place.at("milter")).connect(session)
            for step in more:
                step(client)
            return client
        return begin

    at(begun(forbidden), lambda client: client.judge(forbidden))
    at(begun(forbidden, lambda client: client.mail(forbidden)),
       lambda client: client.answer() if client.begin_rcpt(forbidden) else "pass")
    at(begun(forbidden, lambda client: client.mail(forbidden), lambda client: client.send(clients.packet("R")[:3])),
       lambda client: _finish_rcpt(client, forbidden))
    at(begun(header, lambda client: client.mail(header), _rcpt(header)), lambda client: client.message(header))
    request = clients.policy_request(forbidden)
    for cut in (0, 1, len(request) // 2, len(request) - 1):
        at(lambda cut=cut: _policy_service(place, request[:cut]),
           lambda client, cut=cut: _finish_request(client, request[cut:]))
    return steps


def _end(stream, go_on):
    with stream:
        return go_on(stream)


def _rcpt(session):
    return lambda client: client.answer() if client.begin_rcpt(session) else "pass"


def _finish_rcpt(client, session):
    argument = f"<{session.recipient}>".encode() + b"\0"
    client.send(clients.packet("R", argument)[3:])
    return client.answer()


def _policy_service(place, data):
    client = clients.Stream(place.at("policy_service"))
    client.send(data)
    return client


def _finish_request(client, data):
    client.send(data)
    return clients.policy_verdict(client.until(b"\n\n"))


def verdicts_of(steps):
    """What each of held_sessions came to, "none" where there was no verdict."""
    found = []
    for step in steps:
        try:
            found.append(step())
        except clients.Gone:
            found.append("none")
    return found
