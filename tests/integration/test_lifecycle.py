# SPDX-License-Identifier: MIT
"""The daemon as a process: not there, killed, restarted, ended, reloaded; its socket, user and bad policies."""

import datetime
import grp
import os
import pathlib
import pwd
import signal
import socket
import stat
import subprocess

from lab import check, net, record
from lab.daemon import USER
from lab.syslog import in_own_dev

LISTENERS = {
    "inet": {"smtpd_milters": "{inet_socket}"},
    "dead": {"smtpd_milters": "unix:/nonexistent/forcedtls.sock"},
}
EX_UNAVAILABLE = 69
EX_CONFIG = 78
SERVICE_UNAVAILABLE = "451 4.7.1 Service unavailable - try again later"
ANY_TLS = "  - {name: plain, senders: [plain.example], require: tls, on_failure: reject}\n"
TLS13 = "  - {name: strict, senders: [plain.example], require: {min_version: TLSv1.3}, on_failure: reject}\n"
BAD = """\
  - {name: plain, senders: [plain.example], require: {min_version: "TLS1.2"}, on_failure: reject}
  - {name: plain, senders: [other.example], require: tls}
  - {name: odd, sender: [other.example], require: tls}
"""


def _expect_refusal(site, listener="main"):
    _expect_refusal_by(site, "plain", listener)


def _expect_refusal_by(site, connector, listener="main"):
    check.refused(site.attempt("a@plain.example", listener=listener), "550 5.7.10",
                  text="TLS required for mail from plain.example", connector=connector, reason="plaintext")


def test_not_there(site):
    with site.session("dead") as session:
        check.equal(str(session.mail("a@elsewhere.example")), SERVICE_UNAVAILABLE, "reply to MAIL")


def test_killed_before_the_recipient(site):
    daemon = site.start_daemon(ANY_TLS)
    postfix = site.lab.postfix
    log_start = len(postfix.log_text())
    with site.session() as session:
        check.equal(session.mail("cut@elsewhere.example").code, 250, "reply to MAIL")
        daemon.kill()
        check.equal(str(session.rcpt("v@example.org")), SERVICE_UNAVAILABLE, "reply to RCPT")
        check.true(session.data().code >= 500, "DATA was taken")
        session.command("RSET")
        check.equal(str(session.mail("cut@elsewhere.example")), SERVICE_UNAVAILABLE, "reply to the next MAIL")
    postfix.wait_for_log("warning: milter unix:", "SMFIC_RCPT", start=log_start)
    check.true("to=<v@example.org>, relay" not in postfix.log_text()[log_start:], "a message got through")


def test_killed_before_the_end_of_the_message(site):
    daemon = site.start_daemon(ANY_TLS)
    postfix = site.lab.postfix
    log_start = len(postfix.log_text())
    with site.session() as session:
        session.mail("cut@elsewhere.example")
        check.equal(session.rcpt("v@example.org").code, 250, "reply to RCPT")
        check.equal(session.command("DATA").code, 354, "reply to DATA")
        daemon.kill()
        session.send(b"Subject: cut\r\n\r\nlab\r\n.\r\n")
        check.equal(str(session.read_reply()), SERVICE_UNAVAILABLE, "reply to the message")
    check.true("to=<v@example.org>, relay" not in postfix.log_text()[log_start:], "a message got through")


def test_restart_serves_new_sessions_only(site):
    daemon = site.start_daemon(ANY_TLS)
    with site.session() as session:
        check.accepted(site.attempt_in(session, "a@elsewhere.example"))
        daemon.kill()
        daemon.start()
        session.command("RSET")
        session.mail("a@elsewhere.example")  # of which nobody waits for what the milter says
        check.equal(str(session.rcpt("v@example.org")), SERVICE_UNAVAILABLE, "reply to RCPT of the old session")
    _expect_refusal(site)


def test_sigterm_ends_it(site):
    """With exit status 0; what is in flight is not let through."""
    daemon = site.start_daemon(ANY_TLS)
    _expect_refusal(site)
    with site.session() as session:
        check.equal(session.mail("a@elsewhere.example").code, 250, "reply to MAIL")
        daemon.signal(signal.SIGTERM)
        check.equal(daemon.wait(net.PATIENCE), 0, "exit status after SIGTERM (None: it runs on)")
        check.equal(str(session.rcpt("v@example.org")), SERVICE_UNAVAILABLE, "reply to RCPT")
    daemon.start()
    _expect_refusal(site)


def test_reload(site):
    daemon = site.start_daemon(ANY_TLS)
    with site.session(tls="TLSv1.2") as before, site.session(tls="TLSv1.2") as probe:
        before.mail("a@plain.example")
        check.equal(before.rcpt("v@example.org").code, 250, "reply under the old policy")
        site.write_policy(TLS13)
        daemon.signal(signal.SIGUSR1)

        def is_reloaded():
            probe.command("RSET")
            probe.mail("a@plain.example")
            return str(probe.rcpt("v@example.org")) == "550 5.7.6 TLSv1.3 or better required, got TLSv1.2"
        net.wait_until(is_reloaded, "the new policy in a session that is open")
        check.equal(before.rcpt("w@example.org").code, 250, "reply in a message that began under the old policy")
        before.command("RSET")
        check.refused(site.attempt_in(before, "a@plain.example"), "550 5.7.6", connector="strict", reason="version")
    check.true(daemon.running, "the daemon ended")


def test_start_and_reload_say_what_there_is(site):
    """A policy file that was cut off is a policy all the same, and a list too: what is gone is said by name."""
    partners = site.directory / "partners.txt"
    partners.write_text("plain.example\nother.example\n", encoding="ascii")
    listed = "  - {name: listed, senders: {file: partners.txt}, require: tls, on_failure: reject}\n"
    more = "  - {name: more, senders: more.example, require: tls, on_failure: reject}\n"
    daemon = site.start_daemon(listed + more)
    daemon.wait_for_line("policy in force: mode=enforce enforced=3 tested=0 disabled=0 digest=")
    start = daemon.mark()
    partners.write_text("plain.example\n", encoding="ascii")
    site.write_policy(listed)
    daemon.signal(signal.SIGUSR1)
    daemon.wait_for_line("policy reloaded from", ": mode=enforce enforced=2 tested=0 disabled=0 digest=", start=start)
    daemon.wait_for_line("warning: connectors gone since the last policy: more", start=start)
    daemon.wait_for_line("warning: connectors with fewer entries than in the last policy: listed (1 of 2)", start=start)
    start = daemon.mark()
    partners.write_text("plain.example\nother.exam", encoding="ascii")
    daemon.signal(signal.SIGUSR1)
    daemon.wait_for_line("partners.txt:2:1: error: ", "the file may be cut off", start=start)
    daemon.wait_for_line("warning: policy not reloaded from", start=start)
    _expect_refusal_by(site, "listed")


def test_reload_of_a_bad_file_keeps_the_policy(site):
    daemon = site.start_daemon(ANY_TLS)
    start = daemon.mark()
    path = site.write_policy(BAD)
    daemon.signal(signal.SIGUSR1)
    daemon.wait_for_line(f"{path}:", "error: ", 'unknown version "TLS1.2"', start=start)
    _expect_refusal(site)
    start = daemon.mark()
    path.unlink()
    daemon.signal(signal.SIGUSR1)
    daemon.wait_for_line(str(path), start=start)
    _expect_refusal(site)
    site.write_policy(TLS13)
    daemon.signal(signal.SIGUSR1)
    net.wait_until(lambda: site.attempt("a@plain.example", tls="TLSv1.2").reply.code == 550, "the third policy")


def _run(site, path, *arguments, within=()):
    """A daemon that is expected to end by itself: exit status and what it said."""
    done = subprocess.run([*within, site.lab.daemon_program, "-f", "-c", path, *arguments], capture_output=True,
                          text=True, timeout=net.PATIENCE, check=False)
    return done.returncode, done.stdout + done.stderr


def test_bad_policy(site):
    path = site.write_policy(BAD, name="bad")
    status, said = _run(site, path)
    check.equal(status, EX_CONFIG, f"exit status; it said {said}")
    lines = path.read_text(encoding="utf-8").splitlines()
    first = next(number for number, line in enumerate(lines, 1) if '"TLS1.2"' in line)
    column = lines[first - 1].index('"TLS1.2"') + 1
    check.contains(said, [
        f'{path}:{first}:{column}: error: connectors[1].require.min_version: unknown version "TLS1.2"; '
        'did you mean "TLSv1.2"?',
        f"{path}:{first + 1}:", f"{path}:{first + 2}:", "sender", "senders"], "what it said")


def test_missing_policy(site):
    status, said = _run(site, site.directory / "nothing.yaml")
    check.equal(status, EX_CONFIG, f"exit status; it said {said}")
    check.contains(said, ["nothing.yaml", "No such file"], "what it said")


def test_check_says_what_the_daemon_says(site):
    path = site.write_policy(BAD, name="bad")
    done = subprocess.run([site.lab.tool_program, "check", "-c", path], capture_output=True, text=True, check=False)
    check.equal(done.returncode, EX_CONFIG, "exit status of forcedtls check")
    errors = [line for line in (done.stdout + done.stderr).splitlines() if ": error: " in line]
    check.true(len(errors) >= 3, f"errors: {errors}")
    check.contains(_run(site, path)[1], errors, "what the daemon said")
    good = site.write_policy(ANY_TLS, name="good")
    done = subprocess.run([site.lab.tool_program, "check", "-c", good], capture_output=True, text=True, check=False)
    check.equal(done.returncode, 0, f"exit status of forcedtls check for a good policy: {done.stdout}{done.stderr}")


def test_stale_socket_is_replaced(site):
    daemon = site.start_daemon(ANY_TLS)
    daemon.kill()
    check.true(site.socket_path.exists(), "a killed daemon leaves its socket")
    daemon.start()
    _expect_refusal(site)


def test_live_socket_is_not_stolen(site):
    site.start_daemon(ANY_TLS)
    inode = site.socket_path.stat().st_ino
    status, said = _run(site, site.write_policy(ANY_TLS, name="second"))
    check.true(status not in (0, EX_CONFIG), f"exit status {status} of the second daemon; it said {said}")
    check.contains(said, [str(site.socket_path)], "what the second daemon said")
    check.equal(site.socket_path.stat().st_ino, inode, "inode of the socket")
    _expect_refusal(site)


def test_other_file_at_the_socket_is_not_removed(site):
    path = site.socket_path.with_name("not-a-socket")
    path.write_text("precious\n", encoding="utf-8")
    status, said = _run(site, site.write_policy(ANY_TLS, name="file", socket=f"unix:{path}"))
    check.true(status not in (0, EX_CONFIG), f"exit status {status}; it said {said}")
    check.equal(path.read_text(encoding="utf-8"), "precious\n", "the file")


def test_read_only_socket_directory(site):
    """As systemd's ProtectSystem= makes it: with nothing there, and with a socket that was left behind."""
    site.start_daemon(ANY_TLS).kill()
    directory = site.socket_path.parent
    within = ("unshare", "--mount", "--propagation", "private", "sh", "-c",
              'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"', directory)
    settings = f"  policy_service: unix:{directory}/other.sock\n"
    inet = site.write_policy(ANY_TLS, settings, name="other", socket=site.inet_socket)
    for policy in (site.daemon.policy_file, inet):
        status, said = _run(site, policy, within=within)
        check.equal(status, EX_UNAVAILABLE, f"exit status; it said {said}")
        check.contains(said, ["read-only", f'ReadWritePaths={directory}"'], "what the daemon said")


def test_inet_socket(site):
    daemon = site.start_daemon(ANY_TLS, socket=site.inet_socket)
    _expect_refusal_through(site, "inet")
    status, said = _run(site, site.write_policy(ANY_TLS, name="second", socket=site.inet_socket))
    check.true(status not in (0, EX_CONFIG), f"exit status {status} of the second daemon; it said {said}")
    check.true(daemon.running, "the first daemon ended")


def _expect_refusal_through(site, listener):
    """As above where "main" has no daemon, so that the log cannot be flushed through it."""
    start = site.daemon.mark()
    with site.session(listener) as session:
        session.mail("a@plain.example")
        check.equal(str(session.rcpt("v@example.org")), "550 5.7.10 TLS required for mail from plain.example",
                    "reply to RCPT")
    check.equal(site.daemon.wait_for_records(1, start)[0].fields["connector"], "plain", "connector in the log")


def test_socket_of_the_command_line(site):
    """-p wins over the policy file."""
    other = f"unix:{site.socket_path.with_name('other.sock')}"
    policy = site.write_policy(ANY_TLS, socket=other)
    site.stop_daemons()
    site.daemon = site.new_daemon(policy, arguments=("-p", site.socket))
    site.daemon.start()
    check.true(not pathlib.Path(other.removeprefix("unix:")).exists(), "the socket of the policy file is there")
    _expect_refusal(site)


def test_root_is_dropped(site):
    daemon = site.start_daemon(ANY_TLS)
    status = pathlib.Path(f"/proc/{daemon.pid}/status").read_text(encoding="utf-8")
    fields = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    user = pwd.getpwnam(USER)
    check.equal(fields["Uid"].split(), [str(user.pw_uid)] * 4, "user ids")
    check.equal(fields["Gid"].split(), [str(user.pw_gid)] * 4, "group ids")
    check.true("0" not in fields["Groups"].split(), f"supplementary groups {fields['Groups']}")
    check.equal(int(fields["CapEff"], 16), 0, "effective capabilities")


def test_socket_group_and_mode(site):
    site.start_daemon(ANY_TLS)
    found = os.stat(site.socket_path)
    check.equal(grp.getgrgid(found.st_gid).gr_name, "postfix", "group of the socket")
    check.equal(oct(stat.S_IMODE(found.st_mode)), "0o660", "mode of the socket")


def _is_gone(pid):
    """Also where nobody collects the dead."""
    try:
        return "State:\tZ" in pathlib.Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return True


def test_background_and_pid_file(site):
    """Without -f it goes on in the background once it serves, and its pid is in the file."""
    pid_file = site.directory / "forcedtlsd.pid"
    path = site.write_policy(ANY_TLS)
    site.stop_daemons()
    done = subprocess.run([site.lab.daemon_program, "-c", path, "-P", pid_file], capture_output=True, text=True,
                          timeout=net.PATIENCE, check=False)
    check.equal(done.returncode, 0, f"exit status; it said {done.stderr}")
    pid = int(pid_file.read_text(encoding="ascii"))
    try:
        with site.session() as session:
            session.mail("a@plain.example")
            check.equal(session.rcpt("v@example.org").code, 550, "reply to RCPT")
    finally:
        os.kill(pid, signal.SIGTERM)
    net.wait_until(lambda: _is_gone(pid), f"the end of the daemon {pid}")
    # Whoever gave up root cannot always remove it: then it is empty.
    check.true(not pid_file.exists() or not pid_file.read_text(encoding="ascii"), "the pid file still has a pid")


def test_background_reports_a_bad_policy(site):
    """What would stop it is said, with its exit status, before it goes to the background."""
    path = site.write_policy(BAD, name="bad")
    done = subprocess.run([site.lab.daemon_program, "-c", path], capture_output=True, text=True,
                          timeout=net.PATIENCE, check=False)
    check.equal(done.returncode, EX_CONFIG, "exit status")
    check.contains(done.stderr, [f"{path}:"], "what it said")


def test_syslog(site):
    """In the background verdicts go to syslog, with the facility of the policy."""
    path = site.directory / "log"
    pid_file = site.directory / "syslog.pid"
    site.stop_daemons()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as log:
        log.bind(str(path))
        log.settimeout(net.PATIENCE)
        path.chmod(0o666)
        policy = site.write_policy(ANY_TLS, settings="  syslog_facility: local3\n")
        done = in_own_dev([site.lab.daemon_program, "-c", policy, "-P", pid_file], site.directory / "dev", path)
        check.equal(done.returncode, 0, f"exit status; it said {done.stderr}")
        pid = int(pid_file.read_text(encoding="ascii"))
        try:
            with site.session() as session:
                session.mail("a@plain.example")
                check.equal(session.rcpt("v@example.org").code, 550, "reply to RCPT")
            line = ""
            while "RCPT from" not in line:
                line = log.recv(65536).decode("utf-8")
        finally:
            os.kill(pid, signal.SIGTERM)
            net.wait_until(lambda: _is_gone(pid), f"the end of the daemon {pid}")
    local3_info = 19 * 8 + 6
    check.true(line.startswith(f"<{local3_info}>"), f"facility and severity of {line!r}")
    found = record.parse(line[line.index("forcedtlsd["):].rstrip("\0\n"))
    check.true(found is not None, f"no verdict in {line!r}")
    check.equal((found.fields["connector"], found.fields["reason"]), ("plain", "plaintext"), f"fields of {line!r}")


def test_version(site):
    done = subprocess.run([site.lab.daemon_program, "-V"], capture_output=True, text=True, check=False)
    check.equal(done.returncode, 0, "exit status")
    check.contains(done.stdout, ["forcedtls"], "what it said")


def test_usage(site):
    done = subprocess.run([site.lab.daemon_program, "-x"], capture_output=True, text=True, check=False)
    check.equal(done.returncode, 64, "exit status")
    check.contains(done.stderr, ["usage"], "what it said")


def test_reminder(site):
    """What somebody should look at is in the log at the start, and not again the same day."""
    tomorrow = datetime.datetime.now(datetime.timezone.utc).date() + datetime.timedelta(days=1)
    daemon = site.start_daemon(f"  - {{name: ends, senders: [plain.example], require: {{certificate: "
                               f"{{subject: mail.contoso.com, valid_to: {tomorrow}}}}}}}\n")
    daemon.wait_for_line(f"warning: reminder: certificate-entry: connector ends: subject:mail.contoso.com ends on {tomorrow}, and none")
