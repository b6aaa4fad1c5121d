# SPDX-License-Identifier: MIT
"""What forcedtls asks the running daemon: reload and status, who may ask, and a daemon that cannot be asked."""

import json
import os
import pathlib
import pwd
import shutil
import signal
import subprocess
import sys

from lab import check
from lab.daemon import USER

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
import json_schema  # noqa: E402 (its folder is in the path from here on)

EX_CONFIG = 78
EX_PROTOCOL = 76
EX_NOPERM = 77
NOT_RUNNING = 3
PLAIN = "  - {name: plain, senders: [plain.example], require: tls, on_failure: reject}\n"
OTHER = "  - {name: other, senders: [other.example], require: tls, on_failure: reject}\n"
BAD = "  - {name: plain, senders: [plain.example], require: {min_version: \"TLS1.2\"}}\n"


def _forcedtls(site, *arguments, user=None):
    program = site.lab.tool_program
    return subprocess.run([program, *arguments, "-c", site.daemon.policy_file], capture_output=True, text=True,
                          timeout=60, check=False, user=user)


def _status(site):
    done = _forcedtls(site, "status", "--json")
    check.true(done.returncode in (0, 1), f"status: {done.returncode} {done.stderr}")
    told = json.loads(done.stdout)
    check.equal(json_schema.faults("status", told), [], "the JSON schema of status")
    return told


def test_reload(site):
    site.start_daemon(PLAIN)
    check.refused(site.attempt("a@plain.example"), "550 5.7.10", connector="plain", reason="plaintext")
    site.write_policy(OTHER)
    done = _forcedtls(site, "reload", "-v")
    check.equal(done.returncode, 0, f"exit status ({done.stderr})")
    check.equal(done.stdout.splitlines()[1:], ["other: added", "plain: gone"], "what changed")
    check.accepted(site.attempt("a@plain.example"))
    check.refused(site.attempt("a@other.example"), "550 5.7.10", connector="other", reason="plaintext")


def test_reload_with_an_error(site):
    site.start_daemon(PLAIN)
    path = site.write_policy(BAD)
    done = _forcedtls(site, "reload")
    check.equal(done.returncode, EX_CONFIG, "exit status")
    check.equal(done.stdout, "", "standard output")
    check.true(f'{path}:13:' in done.stderr and 'unknown version "TLS1.2"; did you mean "TLSv1.2"?' in done.stderr,
               f"the daemon's own error: {done.stderr}")
    check.true("the one that was in force stays" in done.stderr, done.stderr)
    check.refused(site.attempt("a@plain.example"), "550 5.7.10", connector="plain", reason="plaintext")
    told = _status(site)
    check.equal(told["last_reload"]["result"], "failed", "the last reload")
    check.true(told["problems"][0].startswith("the last reload failed: "), told["problems"])


def test_status(site):
    site.start_daemon(PLAIN, settings=f"  policy_service: {site.policy_service}\n")
    done = _forcedtls(site, "status")
    check.equal(done.returncode, 0, f"exit status ({done.stdout}{done.stderr})")
    check.true(f"process {site.daemon.pid}," in done.stdout, done.stdout)
    told = _status(site)
    check.equal(told["connectors"], {"enforced": 2, "tested": 0, "disabled": 0}, "connectors")
    check.equal([(one["service"], one["socket"], one["in_place"]) for one in told["services"]],
                [("milter", site.socket, True), ("policy_service", site.policy_service, True),
                 ("control", site.control, True)], "services")
    before = told["services"][0]["sessions"]
    with site.session() as session:
        session.mail("a@elsewhere.example")
        check.equal(_status(site)["services"][0]["sessions_open"], 1, "sessions that are open")
    check.true(_status(site)["services"][0]["sessions"] > before, "sessions")


def test_a_policy_that_is_not_loaded(site):
    site.start_daemon(PLAIN)
    path = site.write_policy(OTHER)
    os.utime(path, (2_000_000_000, 2_000_000_000))
    done = _forcedtls(site, "status")
    check.equal(done.returncode, 1, "exit status")
    check.true(f"to mend: not loaded yet, and newer than the policy in force: {path}" in done.stdout, done.stdout)


def test_socket_is_for_root_and_the_user_of_the_daemon(site):
    site.start_daemon(PLAIN, settings="", name="policy")
    path = site.socket_path.with_name("control.sock")
    check.equal(oct(path.stat().st_mode & 0o777), oct(0o600), "mode")
    check.equal(path.stat().st_uid, pwd.getpwnam(USER).pw_uid, "owner")
    for directory in (site.directory, site.directory.parent):
        directory.chmod(directory.stat().st_mode | 0o055)
    program = site.directory / "forcedtls"
    shutil.copy(site.lab.tool_program, program)
    for user, status in ((USER, 0), ("daemon", EX_NOPERM)):
        done = subprocess.run([program, "status", "-c", site.daemon.policy_file], capture_output=True, text=True,
                              timeout=60, check=False, user=user)
        check.equal(done.returncode, status, f"{user}: {done.stderr}")


def test_no_daemon(site):
    site.start_daemon(PLAIN).kill()
    for command in ("status", "reload"):
        done = _forcedtls(site, command)
        check.equal(done.returncode, NOT_RUNNING, "exit status")
        check.true("no forcedtlsd answers at " in done.stderr, done.stderr)


def test_a_daemon_that_does_not_answer(site):
    """It is there, takes what it is asked, and is stopped. Nobody waits for it for ever."""
    site.start_daemon(PLAIN)
    sendmail = site.directory / "sendmail.cf"
    sendmail.write_text("DZ8.18.1\n", encoding="ascii")
    site.daemon.suspend()
    try:
        asked = _forcedtls(site, "status")
        doctor = _forcedtls(site, "doctor", "--sendmail", sendmail)
    finally:
        site.daemon.signal(signal.SIGCONT)
    check.equal(asked.returncode, EX_PROTOCOL, f"exit status of status ({asked.stderr})")
    check.equal(asked.stderr, "forcedtls status: forcedtlsd gave no answer within 5 seconds: it is stopped, or busy\n",
                "what status says")
    check.equal(doctor.returncode, 2, f"exit status of doctor ({doctor.stderr})")
    check.true("nobody answers there" in doctor.stdout, f"what doctor found: {doctor.stdout}")
    check.equal(doctor.stderr, "forcedtls doctor: forcedtlsd gave no answer within 2 seconds: it is stopped, or busy\n",
                "what doctor says beside")
    check.equal(_forcedtls(site, "reload").returncode, 0, "exit status of reload, once it goes on")


def test_mail_goes_before_control(site):
    path = site.write_policy(PLAIN, name="nowhere")
    path.write_text(path.read_text().replace(site.control, "unix:/nonexistent/control.sock"))
    site.stop_daemons()
    site.daemon = site.new_daemon(path)
    site.daemon.start()
    site.daemon.wait_for_line("warning: the daemon serves without the control socket unix:/nonexistent/control.sock")
    check.true("fatal" not in site.daemon.log_text(), "no word of it is fatal")
    check.refused(site.attempt("a@plain.example"), "550 5.7.10", connector="plain", reason="plaintext")
    check.equal(_forcedtls(site, "status").returncode, NOT_RUNNING, "exit status")
