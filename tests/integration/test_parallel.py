# SPDX-License-Identifier: MIT
"""Many sessions at once, also while the policy is reloaded: each is judged by what it is itself."""

import concurrent.futures
import signal

from lab import check

CONNECTORS = """\
  - {name: v12, senders: [v12.example], require: {min_version: TLSv1.2}, on_failure: reject}
  - {name: v13, senders: [v13.example], require: {min_version: TLSv1.3}}
  - {name: named, senders: [named.example], require: {certificate: mail.contoso.example}, on_failure: reject}
  - {name: clinic, recipients: [clinic.example], require: tls, on_failure: reject}
"""
WORKERS = 16
ROUNDS = 12

# How the client comes, and what each sender and recipient is to be told.
KINDS = [
    ({}, {"v12": "550 5.7.10", "v13": "451 4.7.10", "named": "550 5.7.10", "other": "250"}, "550 5.7.10"),
    ({"tls": "TLSv1.2"}, {"v12": "250", "v13": "451 4.7.6", "named": "550 5.7.5", "other": "250"}, "250"),
    ({"tls": "TLSv1.3", "certificate": "right"},
     {"v12": "250", "v13": "250", "named": "250", "other": "250"}, "250"),
    ({"tls": "TLSv1.3", "certificate": "wrong", "second_ehlo": False},
     {"v12": "250", "v13": "250", "named": "550 5.7.5", "other": "250"}, "250"),
]


def _session(site, number):
    """Several messages in one session; the replies that are not as expected."""
    options, expected, clinic = KINDS[number % len(KINDS)]
    options = dict(options)
    if "certificate" in options:
        options["certificate"] = site.clients[options["certificate"]]
    wrong = []
    with site.session(**options) as session:
        for sender, codes in expected.items():
            session.mail(f"s{number}@{sender}.example")
            told = str(session.rcpt("info@example.org"))
            if not told.startswith(codes):
                wrong.append(f"session {number}, {sender}: {told}, want {codes}")
            session.command("RSET")
        session.mail(f"s{number}@other.example")
        told = str(session.rcpt("dr@clinic.example"))
        if not told.startswith(clinic):
            wrong.append(f"session {number}, to clinic: {told}, want {clinic}")
    return wrong


def test_sessions_do_not_mix(site):
    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        results = list(pool.map(lambda number: _session(site, number), range(WORKERS * ROUNDS)))
    check.equal([line for lines in results for line in lines], [], "replies that are wrong")
    check.true(site.daemon.running, "the daemon ended")


def test_reload_under_load(site):
    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        sessions = [pool.submit(_session, site, number) for number in range(WORKERS * ROUNDS)]
        for session in sessions:
            site.daemon.signal(signal.SIGUSR1)
            concurrent.futures.wait([session])
        results = [session.result() for session in sessions]
    check.equal([line for lines in results for line in lines], [], "replies that are wrong")
    check.true(site.daemon.running, "the daemon ended")


def test_every_refusal_is_one_line(site):
    start = site.daemon.mark()
    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(lambda number: _session(site, number), range(WORKERS * len(KINDS))))
    records = site.flushed_records(start)
    lines = [line for line in site.daemon.log_lines(start)
             if ": RCPT from " in line and "@sentinel.example" not in line]
    check.equal(len(records), len(lines), "records among the log's lines")
    refusals = sum(not told.startswith("250") for _, senders, clinic in KINDS for told in [*senders.values(), clinic])
    check.equal(len(records), refusals * WORKERS, "verdicts in the log")
