# SPDX-License-Identifier: MIT
"""Marked mail through Postfix, by the milter and by the policy service, while the daemon is killed, stopped, reloaded
and its policy replaced: what is forbidden is never delivered, and what Postfix took is never lost.

FORCEDTLS_MARKED is how many messages there are of each kind: 200 where nothing is said; make torture sends 10,000."""

import collections
import itertools
import os
import queue
import random
import re
import signal
import threading
import time

from lab import check, net, postfix, sink, smtp

COUNT = int(os.environ.get("FORCEDTLS_MARKED", "200"))
SENDERS = 8
MESSAGES_A_SESSION = 10
# One fault whenever so many messages have come to their end.
FAULT_EVERY = max(3 * COUNT // 100, 30)
PATIENCE = max(120, COUNT // 4)  # seconds for all of it
RIGHT = {"tls": "TLSv1.3", "certificate": "right"}
# How a message comes, and whom it is from, by the envelope and by its header.
KINDS = {
    "allowed": [(RIGHT, "plain", "x"), (RIGHT, "modern", "x"), (RIGHT, "named", "x"), (RIGHT, "x", "author")],
    "plaintext": [({}, "plain", "x"), ({}, "named", "x")],
    "weak": [({"tls": "TLSv1.2"}, "modern", "x"), ({"tls": "TLSv1.3", "certificate": "wrong"}, "named", "x")],
    "author": [({}, "x", "author")],
}
MILTER_ALONE = ("author",)
CONNECTORS = """\
  - {name: plain, senders: [plain.example], require: tls, on_failure: reject}
  - {name: modern, senders: [modern.example], require: {min_version: TLSv1.3}, on_failure: reject}
  - {name: named, senders: [named.example], require: {certificate: mail.contoso.example}, on_failure: reject}
  - {name: author, senders: [author.example], header_from: true, require: tls, on_failure: reject}
"""
MORE = "  - {{name: more{0}, senders: [more{0}.example], require: tls}}\n"
_SMTP = "smtp unix - - n - - smtp\n"


class Mail:
    """What became of each marker."""

    def __init__(self):
        self.lock = threading.Lock()
        self.taken, self.refused = set(), set()
        self.counts = collections.Counter()

    def settled(self):
        return len(self.taken) + len(self.refused)

    def note(self, marker, code):
        """True when the message has come to its end."""
        with self.lock:
            if code == 250:
                self.taken.add(marker)
            elif code == 550:
                self.refused.add(marker)
            else:
                self.counts["deferred"] += 1
        return code in (250, 550)


def _batches(ports):
    """What goes through one session each: how it comes and from whom, a port, markers."""
    by_way = collections.defaultdict(list)
    for number in range(COUNT):
        for kind, ways in KINDS.items():
            port = ports["milter" if kind in MILTER_ALONE or number // len(ways) % 2 else "policy-service"]
            by_way[kind, number % len(ways), port].append(f"{kind}-{number}")
    batches = [(KINDS[kind][way], port, markers[first:first + MESSAGES_A_SESSION])
               for (kind, way, port), markers in by_way.items() for first in range(0, len(markers), MESSAGES_A_SESSION)]
    random.Random(1).shuffle(batches)
    return batches


class Senders:
    """Send all that is waiting, in sessions with several messages, and try again what was not taken, as senders do."""

    def __init__(self, site, ports, mail):
        self._site, self._mail = site, mail
        self._waiting = queue.Queue()
        for batch in _batches(ports):
            self._waiting.put(batch)
        self._deadline = time.monotonic() + PATIENCE
        self._threads = [threading.Thread(target=self._send_on) for _ in range(SENDERS)]
        for thread in self._threads:
            thread.start()

    def join(self):
        for thread in self._threads:
            thread.join()

    def run_on(self):
        return any(thread.is_alive() for thread in self._threads)

    def _send_on(self):
        while self._mail.settled() < COUNT * len(KINDS) and time.monotonic() < self._deadline:
            try:
                way, port, markers = self._waiting.get(timeout=0.1)
            except queue.Empty:
                continue  # another one has them, and may give them back
            left = self._send(way, port, markers)
            if left:
                self._waiting.put((way, port, left))

    def _send(self, way, port, markers):
        """Those that are to be tried again."""
        options, domain, author = dict(way[0]), way[1], way[2]
        if "certificate" in options:
            options["certificate"] = self._site.clients[options["certificate"]]
        left = list(markers)
        try:
            with smtp.open_session(port, **options) as session:
                while left and self._mail.note(left[0], _message(session, domain, author, left[0])):
                    left.pop(0)
        except (smtp.Disconnected, OSError):
            self._mail.note(None, 0)
        return left


def _message(session, domain, author, marker):
    """The code that decides: of the first command that was not taken, or of the end of the message."""
    session.command("RSET")
    for reply in (lambda: session.mail(f"a@{domain}.example"), lambda: session.rcpt(f"{marker}@inbox.example")):
        code = reply().code
        if code != 250:
            return code
    return session.data(f"Subject: {marker}\r\nFrom: a@{author}.example\r\n\r\nlab\r\n").code


class Faults:
    """One after the other, until the senders are through."""

    def __init__(self, site, mail, senders):
        self._site, self._mail, self._senders = site, mail, senders
        self._number = itertools.count()
        self.counts = collections.Counter()

    def run(self):
        for fault in itertools.cycle((self._kill, self._reload, self._stop, self._replace, self._spoil)):
            wanted = self._mail.settled() + FAULT_EVERY
            while self._mail.settled() < wanted:
                if not self._senders.run_on():
                    return
                time.sleep(0.001)
            fault()
            self.counts[fault.__name__[1:]] += 1

    def _until_noticed(self):
        """Until somebody was deferred, or is through."""
        before = self._mail.counts["deferred"]
        net.wait_until(lambda: self._mail.counts["deferred"] >= before + 3 or not self._senders.run_on(), "deferred mail")

    def _kill(self):
        self._site.daemon.kill()
        self._until_noticed()
        self._site.daemon.start()

    def _stop(self):
        self._site.daemon.suspend()
        time.sleep(0.3)  # senders wait meanwhile, and notice nothing
        self._site.daemon.signal(signal.SIGCONT)

    def _reload(self):
        self._site.daemon.signal(signal.SIGUSR1)

    def _replace(self):
        self._write(CONNECTORS + MORE.format(next(self._number)))
        self._reload()

    def _spoil(self):
        """Half a connector, and a reload that finds it; then the whole file once more."""
        start = self._site.daemon.mark()
        self._write(CONNECTORS[:-40])
        self._reload()
        self._site.daemon.wait_for_line("warning: policy not reloaded", start=start)
        self._write(CONNECTORS)

    def _write(self, connectors):
        """As a whole, by rename."""
        new = self._site.write_policy(connectors, self._settings(), name="new")
        new.replace(self._site.daemon.policy_file)

    def _settings(self):
        return f"  policy_service: {self._site.policy_service}\n"


def _postfix(site, port):
    """One that delivers to the sink at that port."""
    made = postfix.Postfix(site.directory / "postfix", site.lab.pki, {
        "milter": {"smtpd_milters": site.socket},
        "policy-service": {"smtpd_tls_fingerprint_digest": "sha256",
                           "smtpd_recipient_restrictions": f"check_policy_service {site.policy_service}, permit"}})
    made.configure({"default_transport": f"smtp:[{net.LOOPBACK}]:{port}", "minimal_backoff_time": "1s",
                    "queue_run_delay": "1s", "smtp_destination_concurrency_failed_cohort_limit": "0",
                    "smtpd_soft_error_limit": "1000", "smtpd_hard_error_limit": "1000",
                    "smtpd_junk_command_limit": "1000"}, _SMTP)
    return made


def _markers(messages):
    return [re.search(rb"^Subject: (\S+)", message, re.M)[1].decode() for message in messages]


def test_nothing_forbidden_and_nothing_lost(site):
    site.start_daemon(CONNECTORS, f"  policy_service: {site.policy_service}\n")
    port = net.free_ports(1)[0]
    mail, made = Mail(), _postfix(site, port)
    with sink.Sink(port) as behind:
        try:
            made.start()
            senders = Senders(site, made.ports, mail)
            faults = Faults(site, mail, senders)
            faults.run()
            senders.join()
            made.flush()
            net.wait_until(lambda: not made.queue(), "the queue to be empty", PATIENCE)
        finally:
            made.stop()
        delivered = collections.Counter(_markers(behind.messages))
    _expect(mail, delivered)
    twice = sum(count > 1 for count in delivered.values())
    print(f"# {COUNT} messages of each of {', '.join(KINDS)}: {len(mail.taken)} taken, {len(mail.refused)} refused, "
          f"{mail.counts['deferred']} times deferred; {len(delivered)} delivered, {twice} of them twice, forbidden 0, "
          f"lost 0; " + ", ".join(f"{name} {count}" for name, count in faults.counts.items()))


def _expect(mail, delivered):
    allowed = {f"allowed-{number}" for number in range(COUNT)}
    check.equal(sorted(set(delivered) - allowed), [], "forbidden mail that was delivered")
    check.equal(sorted(mail.taken - allowed), [], "forbidden mail that was taken")
    check.equal(sorted(mail.taken - set(delivered)), [], "mail that was taken and is lost")
    check.equal(sorted(mail.refused & allowed), [], "allowed mail that was refused for good")
    check.equal((len(mail.taken), len(mail.refused)), (COUNT, COUNT * (len(KINDS) - 1)), "mail that came to its end")
