# SPDX-License-Identifier: MIT
"""The door for mail that leaves: postmap(1) asks as Postfix does, and clients of our own misbehave."""

import grp
import os
import pathlib
import signal
import stat
import subprocess

from lab import check, net, postfix, record, socketmap

CONNECTORS = """\
  - {name: to-contoso, recipients: ["*.contoso.example"], deliver: {level: secure, match: [mail.contoso.example]}}
  - {name: except, recipients: [news.contoso.example], deliver: none}
  - {name: to-literal, recipients: ["[192.0.2.1]"], deliver: {level: encrypt, min_version: TLSv1.3}}
  - {name: pilot, mode: test, recipients: [pilot.example], deliver: {level: encrypt}}
  - {name: plain, senders: [plain.example], require: tls, on_failure: reject}
"""
OTHER_CONNECTORS = CONNECTORS.replace("mail.contoso.example", "mx.contoso.example")
SINCE_12 = "protocols=!SSLv2:!SSLv3:!TLSv1:!TLSv1.1"
SECURE = f"secure match=mail.contoso.example {SINCE_12}"
ANSWERS = {
    "contoso.example": SECURE,
    "CONTOSO.example": SECURE,
    "deep.mx.contoso.example": SECURE,
    "[mx.contoso.example]": SECURE,
    "[mx.contoso.example]:25": SECURE,
    "contoso.example:submission": SECURE,
    ".contoso.example": None,
    "news.contoso.example": None,
    "elsewhere.example": None,
    "pilot.example": None,
    "[192.0.2.1]": f"encrypt {SINCE_12}:!TLSv1.2 connection_reuse=no",
    "[192.0.2.1]:25": f"encrypt {SINCE_12}:!TLSv1.2 connection_reuse=no",
    "[192.0.2.2]:25": None,
}


def _socket_path(site):
    return site.socket_path.with_name("tls_policy.sock")


def _start(site, connectors=CONNECTORS, settings="", socket=None):
    socket = socket or f"unix:{_socket_path(site)}"
    return site.start_daemon(connectors, f"  tls_policy: {socket}\n" + settings)


def _postmap(site, key, table=None, **options):
    table = table or f"socketmap:unix:{_socket_path(site)}:{socketmap.MAP}"
    return subprocess.run([postfix.program("postmap"), "-c", site.lab.postfix.etc, "-q", key, table], text=True,
                          capture_output=True, timeout=net.PATIENCE, check=False, **options)


def _expect_answer(site, key, want, table=None, **options):
    done = _postmap(site, key, table, **options)
    got = done.stdout.rstrip("\n") if done.returncode == 0 else None
    check.equal((got, done.stderr), (want, ""), f"answer for {key}")


def _expect_refusal(site):
    check.refused(site.attempt("a@plain.example"), "550 5.7.10", text="TLS required for mail from plain.example",
                  connector="plain", reason="plaintext")


def test_postmap(site):
    daemon = _start(site)
    start = daemon.mark()
    for key, want in ANSWERS.items():
        _expect_answer(site, key, want)
    lines = [line for line in daemon.log_lines(start) if "TLS-POLICY" in line]
    check.equal(len(lines), 1, f"lines in the log, of the connector in test mode alone: {lines}")
    check.contains(lines[0], [f"NOQUEUE: would-answer: TLS-POLICY for pilot.example: encrypt {SINCE_12} "
                              "connection_reuse=no; connector=pilot next_hop=<pilot.example> mode=test"], "the log")
    _expect_refusal(site)


def test_postmap_as_postfix(site):
    """As who smtp(8) is."""
    _start(site)
    _expect_answer(site, "contoso.example", SECURE, user="postfix", group="postfix", extra_groups=[])


def test_postmap_over_inet(site):
    port = net.free_ports(1)[0]
    _start(site, socket=f"inet:{port}@{net.LOOPBACK}")
    for key, want in ANSWERS.items():
        _expect_answer(site, key, want, f"socketmap:inet:{net.LOOPBACK}:{port}:{socketmap.MAP}")


def test_no_table_of_that_name(site):
    """Whoever mistypes it is told, and no mail leaves by mistake."""
    daemon = _start(site)
    start = daemon.mark()
    done = _postmap(site, "contoso.example", f"socketmap:unix:{_socket_path(site)}:partner")
    check.true(done.returncode != 0 and "no table of that name" in done.stderr, f"postmap: {done.stderr}")
    daemon.wait_for_line("warning: tls_policy: no table is called partner: write tls_policy, partners or rest",
                         start=start)


def test_many_keys_through_one_connection(site):
    daemon = _start(site, settings="  log_accepted: true\n")
    start = daemon.mark()
    keys = [f"host{number}.contoso.example" for number in range(2000)]
    table = f"socketmap:unix:{_socket_path(site)}:{socketmap.MAP}"
    done = subprocess.run([postfix.program("postmap"), "-c", site.lab.postfix.etc, "-q", "-", table],
                          input="\n".join(keys) + "\n", text=True, capture_output=True, timeout=net.PATIENCE,
                          check=False)
    check.equal(done.stdout.splitlines(), [f"{key}\t{SECURE}" for key in keys], f"answers ({done.stderr})")
    lines = [line for line in daemon.log_lines(start) if "NOQUEUE: answer: TLS-POLICY for host" in line]
    check.equal(len(lines), len(keys), "lines in the log")


def test_what_cannot_be_read_has_to_wait(site):
    daemon = _start(site)
    start = daemon.mark()
    done = _postmap(site, "not a name")
    check.true(done.returncode != 0 and "try again later" in done.stderr, f"postmap: {done.stderr}")
    daemon.wait_for_line(f"NOQUEUE: temp: TLS-POLICY for {record.escape('not a name')}: try again later; connector=- "
                         "reason=internal", start=start)


def test_log_as_json(site):
    daemon = _start(site, settings="  log_format: json\n")
    start = daemon.mark()
    _expect_answer(site, "pilot.example", None)
    daemon.wait_for_line('"verdict":"would-answer"', '"connector":"pilot"', '"next_hop":"pilot.example"', start=start)


def test_reload(site):
    """Also through a connection that is open."""
    daemon = _start(site)
    with socketmap.connect(_socket_path(site)) as client:
        check.equal(socketmap.ask(client, "contoso.example"), f"OK {SECURE}", "answer before")
        site.write_policy(OTHER_CONNECTORS, f"  tls_policy: unix:{_socket_path(site)}\n")
        daemon.signal(signal.SIGUSR1)
        wanted = "OK " + SECURE.replace("mail.", "mx.")
        net.wait_until(lambda: socketmap.ask(client, "contoso.example") == wanted, "the new answer")
    _expect_answer(site, "contoso.example", SECURE.replace("mail.", "mx."))


def test_reload_cannot_move_the_socket(site):
    daemon = _start(site)
    start = daemon.mark()
    site.write_policy(CONNECTORS, f"  tls_policy: unix:{_socket_path(site)}.other\n")
    daemon.signal(signal.SIGUSR1)
    daemon.wait_for_line("warning: the sockets, user,", "change at the next start only", start=start)
    _expect_answer(site, "contoso.example", SECURE)


def test_clients_that_misbehave_harm_nobody(site):
    daemon = _start(site)
    start = daemon.mark()
    path = _socket_path(site)
    with socketmap.connect(path) as good, socketmap.connect(path) as half, socketmap.connect(path) as deaf:
        check.equal(socketmap.ask(good, "contoso.example"), f"OK {SECURE}", "answer")
        half.sendall(b"26:tls_policy contoso")
        deaf.setblocking(False)
        sent = 0
        try:
            while True:
                sent += deaf.send(socketmap.request("contoso.example") * 100)
        except BlockingIOError:
            pass
        check.true(sent > 0, "nothing could be sent")
        for nonsense in (b"GET / HTTP/1.0\r\n\r\n", b"99999999999:", b"00:,", b"5:nokey,", b"15:tls contoso.com;"):
            with socketmap.connect(path) as bad:
                bad.sendall(nonsense)
                check.equal(socketmap.read_reply(bad), None, f"reply to {nonsense!r}")
            daemon.wait_for_line("warning: tls_policy: connection closed: malformed request", start=start)
        check.equal(socketmap.ask(good, "contoso.example"), f"OK {SECURE}", "answer in the midst of it")
        half.sendall(b".example,")
        check.equal(socketmap.read_reply(half), f"OK {SECURE}", "answer to a request in two pieces")
        _expect_answer(site, "contoso.example", SECURE)
        _expect_refusal(site)
    _expect_answer(site, "contoso.example", SECURE)


def test_more_connections_than_descriptors(site):
    """The door keeps three quarters of them, the newest connections are served, and mail is judged."""
    site.stop_daemons()
    daemon = site.new_daemon(site.write_policy(CONNECTORS, f"  tls_policy: unix:{_socket_path(site)}\n"),
                             within=("prlimit", "--nofile=200:200"))
    site.daemon = daemon
    daemon.start()
    start = daemon.mark()
    clients = []
    try:
        for _ in range(300):
            clients.append(socketmap.connect(_socket_path(site)))
            check.equal(socketmap.ask(clients[-1], "contoso.example"), f"OK {SECURE}", "answer")
        check.equal([socketmap.read_reply(client) for client in clients[:150]], [None] * 150, "the oldest ones")
        check.equal([socketmap.ask(client, "contoso.example") for client in clients[150:]], [f"OK {SECURE}"] * 150,
                    "the newest ones")
        _expect_refusal(site)
    finally:
        for client in clients:
            client.close()
    daemon.wait_for_line("warning: too many connections", start=start)


def test_socket_is_a_door_like_the_other(site):
    path = _socket_path(site)
    daemon = _start(site)
    found = os.stat(path)
    check.equal(grp.getgrgid(found.st_gid).gr_name, "postfix", "group of the socket")
    check.equal(oct(stat.S_IMODE(found.st_mode)), "0o660", "mode of the socket")
    second = site.new_daemon(site.write_policy(CONNECTORS, f"  tls_policy: unix:{path}\n", name="second",
                                               socket=f"unix:{site.socket_path}.second"), "second")
    second.launch()
    check.true(second.wait(net.PATIENCE) not in (0, None), "a second daemon on the same socket runs")
    check.contains(second.log_text(), [f"the socket {path} is in use"], "what the second daemon said")
    check.true(not pathlib.Path(f"{site.socket_path}.second").exists(), "it left its milter socket")
    _expect_answer(site, "contoso.example", SECURE)
    daemon.kill()
    check.true(path.exists(), "a killed daemon leaves its socket")
    daemon.start()
    _expect_answer(site, "contoso.example", SECURE)


def test_orderly_end(site):
    """With connections open; the socket goes."""
    daemon = _start(site)
    path = _socket_path(site)
    with socketmap.connect(path) as idle, socketmap.connect(path) as half:
        check.equal(socketmap.ask(idle, "contoso.example"), f"OK {SECURE}", "answer")
        half.sendall(b"26:tls_policy contoso")
        daemon.signal(signal.SIGTERM)
        check.equal(daemon.wait(net.PATIENCE), 0, "exit status (None: it runs on)")
        check.equal(socketmap.read_reply(idle), None, "after the end")
    check.true(not path.exists(), "the socket is left")


def test_no_socket_without_the_key(site):
    site.start_daemon(CONNECTORS)
    check.true(not _socket_path(site).exists(), "there is a socket")
    _expect_refusal(site)
