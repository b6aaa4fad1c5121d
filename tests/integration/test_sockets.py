# SPDX-License-Identifier: MIT
"""The daemon's sockets in the file system: two daemons want one, one is removed, others can write beside it."""

import contextlib
import os
import pathlib
import pwd
import shutil
import signal
import socket
import struct

from lab import check, daemon, net, socketmap

REFUSED = "550 5.7.10 TLS required for mail from plain.example"
CONNECTORS = """\
  - {name: plain, senders: [plain.example], require: tls, on_failure: reject}
  - {name: out, recipients: [contoso.example], deliver: {level: encrypt}}
"""
ROUNDS = 25
NO_REPLIES = 0x7000  # SMFIP_NR_CONN, SMFIP_NR_HELO, SMFIP_NR_MAIL
AT_ONCE = 4


def _path(site, name):
    return site.socket_path.with_name(f"{name}.sock")


def _settings(site):
    return f"  tls_policy: unix:{_path(site, 'tls_policy')}\n  policy_service: {site.policy_service}\n"


def _start(site):
    return site.start_daemon(CONNECTORS, _settings(site))


def _expect_milter(site):
    with site.session() as session:
        session.mail("a@plain.example")
        check.equal(str(session.rcpt("v@example.org")), REFUSED, "reply to RCPT")


def _expect_tls_policy(site):
    with socketmap.connect(_path(site, "tls_policy")) as client:
        client.sendall(socketmap.request("contoso.example"))
        check.true((socketmap.read_reply(client) or "").startswith("OK encrypt"), "answer of the TLS policy door")


def _expect_policy_service(site):
    with socketmap.connect(_path(site, "policy_service")) as client:
        client.sendall(b"request=smtpd_access_policy\nprotocol_state=RCPT\nprotocol_name=ESMTP\n"
                       b"client_address=192.0.2.7\nclient_name=unknown\nclient_port=999\nhelo_name=x.example\n"
                       b"sender=a@plain.example\nrecipient=v@example.org\ninstance=1.2.3\n\n")
        check.contains(client.recv(1000).decode("ascii"), ["TLS required"], "answer of the policy service")


def _expect_all(site):
    _expect_milter(site)
    _expect_tls_policy(site)
    _expect_policy_service(site)


def _wait_for_the_last(running):
    """All but one have ended, and that one serves."""
    def settled():
        left = [each for each in running if each.running]
        return left if len(left) == 1 and any(" started: " in line for line in left[0].log_lines()) else None
    try:
        return net.wait_until(settled, "the end of all daemons but one")[0]
    except net.Timeout as error:
        logs = "\n".join(f"{each.log_file}: {each.log_text()}" for each in running)
        raise net.Timeout(f"{error}:\n{logs}") from None


def test_several_at_once(site):
    """One serves; the others end and take nothing from it; at its end everything is gone."""
    site.stop_daemons()
    policy = site.write_policy(CONNECTORS, _settings(site))
    for number in range(ROUNDS):
        running = [site.new_daemon(policy, log_name=f"round{number}-{count}") for count in range(AT_ONCE)]
        for each in running:
            each.launch()
        last = _wait_for_the_last(running)
        for each in running:
            if each is not last:
                check.equal(each.wait(net.PATIENCE), 69, f"exit status; {each.log_text()}")
        for name in ("milter", "tls_policy", "policy_service"):
            check.true(net.connects(socket.AF_UNIX, str(_path(site, name))), f"{name} of round {number}: unreachable")
        last.signal(signal.SIGTERM)
        check.equal(last.wait(net.PATIENCE), 0, "exit status of the one that served")
        check.equal(os.listdir(site.socket_path.parent), [], "what is left in the directory")


def test_old_one_leaves_the_new_one_alone(site):
    """Where somebody removed everything of the old one, the new one has its own; the old one says so."""
    old = _start(site)
    log_start = old.mark()
    old.suspend()
    for entry in site.socket_path.parent.iterdir():
        entry.unlink()
    new = site.new_daemon(old.policy_file, log_name="new")
    new.start()
    old.signal(signal.SIGCONT)
    old.wait_for_line(f"{site.socket_path} is not ours any more", start=log_start)
    old.signal(signal.SIGTERM)
    check.equal(old.wait(net.PATIENCE), 0, "exit status of the old one")
    check.true(new.running, "the new one ended")
    _expect_all(site)


def test_start_waits_for_the_end_of_another(site):
    """It takes the place of one that does not answer any more, once that has ended."""
    old = _start(site)
    old.suspend()
    site.socket_path.unlink()
    new = site.new_daemon(old.policy_file, log_name="waits")
    new.launch()
    old.kill()
    new.wait_for_line(" started: ")
    _expect_all(site)


def test_removed_one_is_made_anew(site):
    running = _start(site)
    for name in ("milter", "tls_policy", "policy_service"):
        path = _path(site, name)
        log_start = running.mark()
        group, mode = path.stat().st_gid, path.stat().st_mode
        path.unlink()
        if _may_give_to(group):
            running.wait_for_line(f"{path} is made anew", start=log_start)
            check.equal((path.stat().st_gid, path.stat().st_mode), (group, mode), "group and mode")
            _expect_all(site)
        else:
            running.wait_for_line(f"{path} is not made anew: restart the daemon", start=log_start)
            check.true(not path.exists(), "it is there with the wrong group")


def _may_give_to(group):
    """Whether the daemon's user can have a socket in that group."""
    user = pwd.getpwnam(daemon.USER)
    return group in os.getgrouplist(user.pw_name, user.pw_gid)


def test_removed_with_its_directory(site):
    """It cannot be made anew before the directory is there again; a directory can give its group to what is in it."""
    running = _start(site)
    directory = site.socket_path.parent
    log_start = running.mark()
    group = site.socket_path.stat().st_gid
    shutil.rmtree(directory)
    running.wait_for_line(f"{site.socket_path} was removed: nobody reaches us there", start=log_start)
    running.wait_for_line(f"{site.socket_path} is not made anew: restart the daemon", start=log_start)
    daemon.make_socket_directory(directory)
    shutil.chown(directory, group=group)
    directory.chmod(0o2755)
    running.signal(signal.SIGTERM)
    check.equal(running.wait(net.PATIENCE), 0, "exit status")
    running.start()
    site.socket_path.unlink()
    running.wait_for_line(f"{site.socket_path} is made anew", start=log_start)
    check.equal(site.socket_path.stat().st_gid, group, "group of the directory")
    _expect_all(site)


def test_root_works_as_the_user_in_his_directory(site):
    """What its user has root led to stays as it is, and no file is made there."""
    target = site.directory / "roots-own"
    target.mkdir(mode=0o755)
    theirs = daemon.make_socket_directory(site.directory / "theirs")
    link = theirs / "run"
    link.symlink_to(target)
    os.chown(link, pwd.getpwnam(daemon.USER).pw_uid, -1, follow_symlinks=False)
    for arguments in (("-p", f"unix:{link}/milter.sock"), ("-P", f"{link}/forcedtlsd.pid")):
        refused = site.new_daemon(site.write_policy(CONNECTORS, name="led"), log_name="led", arguments=arguments)
        refused.launch()
        status = refused.wait(net.PATIENCE)
        check.true(status not in (0, None), f"exit status {status}; {refused.log_text()}")
        check.contains(refused.log_text(), [str(link), "Permission denied"], "what it said")
        check.equal(list(target.iterdir()), [], "files in a directory of root's")


def test_root_in_a_directory_of_its_own(site):
    """It makes the sockets there, and leaves them behind: the next start takes their place."""
    directory = pathlib.Path("/run") / f"forcedtls-lab-{os.getpid()}"
    directory.mkdir(mode=0o755)
    try:
        path = directory / "milter.sock"
        policy = site.write_policy(CONNECTORS, name="own", socket=f"unix:{path}")
        for _ in range(2):
            running = site.new_daemon(policy, socket=f"unix:{path}")
            running.start()
            check.equal(path.stat().st_uid, pwd.getpwnam(daemon.USER).pw_uid, "owner of the socket")
            running.signal(signal.SIGTERM)
            check.equal(running.wait(net.PATIENCE), 0, "exit status")
            check.true(path.exists(), "a directory of root's was written to by its user")
    finally:
        shutil.rmtree(directory)


def _packet(command, data):
    return struct.pack(">I", len(data) + 1) + command + data


def _takes(site, size):
    """Whether a session goes on after macros of that many bytes."""
    negotiation = _packet(b"O", struct.pack(">III", 6, 0x1ff, 0x1fffff & ~NO_REPLIES))
    macros = _packet(b"D", b"H{tls_version}\0" + b"x" * size + b"\0")
    helo = _packet(b"H", b"mail.example\0")
    with socketmap.connect(site.socket_path) as client, contextlib.suppress(ConnectionError):
        client.sendall(negotiation + macros + helo)
        replies = b""
        while piece := client.recv(4096):
            replies += piece
            if replies.endswith(_packet(b"c", b"")):
                return True
    return False


def test_commands_are_bounded(site):
    """Of an MTA that sends no header nothing is long; fields of a header are."""
    _start(site)
    check.true(_takes(site, 8000), "8000 bytes of macros end the session")
    check.true(not _takes(site, 20000), "20000 bytes of macros are taken")
    _expect_all(site)
    site.start_daemon(CONNECTORS.replace("senders: [plain.example],", "senders: [plain.example], header_from: true,"))
    long = "To: " + ",\n ".join(f"{number:050}@long.example" for number in range(1500))
    delivery = site.deliver("a@elsewhere.example", header=f"{long}\nFrom: a@plain.example")
    check.equal(str(delivery.reply), REFUSED, "reply to a message with a long header")
    check.true(_takes(site, 20000), "20000 bytes end a session where headers are read")
