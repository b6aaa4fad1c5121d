# SPDX-License-Identifier: MIT
"""What the policy file leaves out and Postfix has set: the daemon asks when it loads, says what it took, and judges by
it; what is written wins, and where nobody answers all is as it was."""

import json
import signal
import subprocess

from lab import check, net

LISTENERS = {
    "alone": {"smtpd_milters": "", "smtpd_recipient_restrictions": "check_policy_service {policy_service}"},
}
CONNECTORS = """\
  - {name: own, senders: [origin.lab.example], require: tls, on_failure: reject}
  - {name: short, senders: [host.domain.lab.example], require: tls, on_failure: reject}
  - {name: boss, recipients: [boss@origin.lab.example], require: tls, on_failure: reject}
  - {name: written, senders: [written.lab.example], require: tls, on_failure: reject}
"""
_HEAD = "trusted_networks: [192.0.2.254/32]\n"


def _main_cf(site, *settings):
    """A directory of Postfix's for postconf(1) alone; root is nobody there."""
    folder = site.directory / "asked"
    folder.mkdir(exist_ok=True)
    folder.chmod(0o755)
    (folder / "main.cf").write_text("".join(f"{setting}\n" for setting in ("compatibility_level = 3.6", *settings)))
    return folder


def _policy(site, head=_HEAD, daemon=None, milter=None):
    return site.write_policy(CONNECTORS, daemon or f"  policy_service: {site.policy_service}\n", head, socket=milter)


def _daemon(site, folder, head=_HEAD):
    site.stop_daemons()
    policy = _policy(site, head)
    return site.new_daemon(policy, within=("env", f"MAIL_CONFIG={folder}"))


def _start(site, folder, head=_HEAD):
    """The daemon, and where its log begins."""
    site.daemon = _daemon(site, folder, head)
    start = site.daemon.mark()
    site.daemon.start()
    return site.daemon, start


def _check(site, folder, policy, *arguments):
    """What "forcedtls check" comes to."""
    return subprocess.run([site.lab.tool_program, "check", "-c", policy, *arguments], capture_output=True, text=True,
                          check=False, env={"MAIL_CONFIG": str(folder), "PATH": "/nonexistent"})


def _expect_delimiter_wanted(site, folder, daemon=None, milter=None):
    """It must be written: nobody's word can be taken for it."""
    done = _check(site, folder, _policy(site, daemon=daemon, milter=milter))
    check.contains(done.stderr, ["is a mailbox, which needs recipient_delimiter"], f"{folder}, {daemon}: check")
    check.equal(done.returncode, 78, f"{folder}, {daemon}: exit status")


def _expect(site, sender, recipient, codes, connector=None):
    attempt = site.attempt(sender, recipient, listener="alone")
    check.equal(str(attempt.reply)[:len(codes)], codes, f"from {sender} to {recipient}: {attempt.reply}")
    if connector is not None:
        check.equal(attempt.records[0].fields["connector"], connector, "connector")


def test_taken(site):
    (site.directory / "mailname").write_text("Origin.Lab.Example\n")
    folder = _main_cf(site, f"myorigin = {site.directory / 'mailname'}", "myhostname = mx.domain.lab.example",
                      "append_dot_mydomain = yes", "recipient_delimiter = +-")
    daemon, _ = _start(site, folder)
    daemon.wait_for_line("taken from Postfix, since the policy file does not say it: myorigin=origin.lab.example "
                         'mydomain=domain.lab.example recipient_delimiter="+-"')
    _expect(site, "a", "info@example.org", "550 5.7.10", "own")
    _expect(site, "a@host", "info@example.org", "550 5.7.10", "short")
    _expect(site, "a@example.net", "boss-x@origin.lab.example", "550 5.7.10", "boss")
    _expect(site, "a@example.net", "info@example.org", "250 ")
    # With the next load, and not before.
    _main_cf(site, "myorigin = written.lab.example", "append_dot_mydomain = no", "recipient_delimiter = -")
    _expect(site, "a", "info@example.org", "550 5.7.10", "own")
    start = daemon.mark()
    daemon.signal(signal.SIGUSR1)
    daemon.wait_for_line('myorigin=written.lab.example mydomain="" recipient_delimiter="-"', start=start)
    _expect(site, "a", "info@example.org", "550 5.7.10", "written")
    _expect(site, "a@host", "info@example.org", "250 ")
    _expect(site, "a@example.net", "boss-x@origin.lab.example", "550 5.7.10", "boss")
    _expect(site, "a@example.net", "boss+x@origin.lab.example", "250 ")


def test_no_delimiter_is_not_believed(site):
    """Without one mail to boss+x passes: by Sendmail, or another Postfix than the one that was asked."""
    folder = _main_cf(site, "myorigin = origin.lab.example", "recipient_delimiter =")
    _expect_delimiter_wanted(site, folder)
    daemon = _daemon(site, folder)
    daemon.launch()
    check.equal(daemon.wait(net.PATIENCE), 78, "exit status")
    check.contains(daemon.log_text(), ["is a mailbox, which needs recipient_delimiter"], "the log")


def test_whose_mail_it_is(site):
    """A Postfix that is here is asked for its delimiter where the policy says that it is the MTA, and of this host."""
    folder = _main_cf(site, "myorigin = origin.lab.example", "recipient_delimiter = -")
    _expect_delimiter_wanted(site, folder, "  mta: auto\n")
    _expect_delimiter_wanted(site, folder, "  mta: sendmail\n")
    _expect_delimiter_wanted(site, folder, "  mta: postfix\n  policy_service: inet:8899@0.0.0.0\n")
    _expect_delimiter_wanted(site, folder, "  mta: postfix\n", "inet:8899")
    for daemon in ("  mta: postfix\n", "  policy_service: inet:8899@127.0.0.1\n", "  policy_service: inet6:8899@[::1]\n",
                   f"  policy_service: {site.policy_service}\n"):
        done = _check(site, folder, _policy(site, daemon=daemon))
        check.equal(done.returncode, 0, f"{daemon}: exit status: {done.stderr}")
        check.contains(done.stderr, ['recipient_delimiter="-"'], f"{daemon}: check")


def test_several_instances(site):
    """Which of them has the mail cannot be told: as where nobody answers."""
    for setting in ("multi_instance_directories = /etc/postfix-mx", "alternate_config_directories = /etc/postfix-mx"):
        folder = _main_cf(site, "myorigin = origin.lab.example", "append_dot_mydomain = yes",
                          "mydomain = domain.lab.example", "recipient_delimiter = -", setting)
        _expect_delimiter_wanted(site, folder)
        daemon, start = _start(site, folder, f'{_HEAD}recipient_delimiter: ""\n')
        check.equal([line for line in daemon.log_lines(start) if "taken from Postfix" in line], [], "the log")
        _expect(site, "a", "info@example.org", "451 4.3.0")
        _expect(site, "a@host", "info@example.org", "451 4.3.0")


def test_no_answer_at_a_reload(site):
    """What it said before stays, and is told to: else mail would wait for as long as nobody reloads again."""
    folder = _main_cf(site, "myorigin = origin.lab.example", "append_dot_mydomain = yes", "mydomain = domain.lab.example",
                      "recipient_delimiter = -")
    daemon, _ = _start(site, folder)
    (folder / "main.cf").chmod(0o600)
    for _ in range(2):
        start = daemon.mark()
        daemon.signal(signal.SIGUSR1)
        for key, value in (("myorigin", "origin.lab.example"), ("mydomain", "domain.lab.example"),
                           ("recipient_delimiter", "-")):
            daemon.wait_for_line(f'warning: {key}: Postfix does not answer (postconf): "{value}", which it said before, stays',
                                 start=start)
        daemon.wait_for_line("taken from Postfix", 'myorigin=origin.lab.example mydomain=domain.lab.example '
                             'recipient_delimiter="-"', start=start)
        _expect(site, "a", "info@example.org", "550 5.7.10", "own")
        _expect(site, "a@host", "info@example.org", "550 5.7.10", "short")
        _expect(site, "a@example.net", "boss-x@origin.lab.example", "550 5.7.10", "boss")
    status = subprocess.run([site.lab.tool_program, "status", "-c", site.directory / "policy.yaml"], capture_output=True,
                            text=True, check=False)
    check.contains(status.stdout, ["from Postfix myorigin=origin.lab.example mydomain=domain.lab.example"], "status")
    # An answer counts, also one that is of no use: whose mail it is cannot be told, nor whether "+" is none.
    _main_cf(site, "multi_instance_directories = /etc/postfix-mx", "recipient_delimiter = -")
    (folder / "main.cf").chmod(0o644)
    start = daemon.mark()
    daemon.signal(signal.SIGUSR1)
    daemon.wait_for_line("policy not reloaded from", start=start)


def test_no_answer_at_first(site):
    """What is deferred then, and what to write."""
    folder = _main_cf(site, "myorigin = origin.lab.example")
    (folder / "main.cf").chmod(0o600)
    daemon, start = _start(site, folder, f'{_HEAD}recipient_delimiter: ""\n')
    log = "\n".join(daemon.log_lines(start))
    (folder / "main.cf").chmod(0o644)
    check.contains(log, ["warning: myorigin: Postfix does not answer (postconf): the policy service defers mail from and to "
                         'addresses without domain; write what "postconf -hx myorigin" shows',
                         "warning: mydomain: Postfix does not answer (postconf): the policy service defers mail from and to "
                         'domains without a dot; write what "postconf -hx mydomain" shows'], "the log")
    _expect(site, "a", "info@example.org", "451 4.3.0")


def test_what_is_written_wins(site):
    folder = _main_cf(site, "myorigin = origin.lab.example", "append_dot_mydomain = yes", "mydomain = domain.lab.example",
                      "recipient_delimiter = +")
    daemon, start = _start(site, folder, f'{_HEAD}myorigin: written.lab.example\nmydomain: ""\nrecipient_delimiter: ""\n')
    check.equal([line for line in daemon.log_lines(start) if "taken from Postfix" in line], [], "the log")
    _expect(site, "a", "info@example.org", "550 5.7.10", "written")
    _expect(site, "a@host", "info@example.org", "250 ")
    _expect(site, "a@example.net", "boss+x@origin.lab.example", "250 ")


def test_nobody_answers(site):
    """A mailbox needs its word, which may come the next time, and the rest is deferred, as before."""
    daemon = _daemon(site, "/nonexistent")
    daemon.launch()
    check.equal(daemon.wait(net.PATIENCE), 75, "exit status")
    check.contains(daemon.log_text(), ["is a mailbox, which needs recipient_delimiter"], "the log")
    _start(site, "/nonexistent", f"{_HEAD}recipient_delimiter: \"\"\n")
    _expect(site, "a", "info@example.org", "451 4.3.0")
    _expect(site, "a@host", "info@example.org", "451 4.3.0")


def test_tool(site):
    """The tool asks the same."""
    folder = _main_cf(site, "myorigin = origin.lab.example", "recipient_delimiter = +")
    policy = site.write_policy(CONNECTORS, f"  policy_service: {site.policy_service}\n", _HEAD)
    command = [site.lab.tool_program, "explain", "-c", policy, "--json", "--from", "a@example.net", "--to"]
    for recipient, connector in (("boss+x@origin.lab.example", "boss"), ("boss", "boss"), ("info", None)):
        done = subprocess.run([*command, recipient], capture_output=True, text=True, check=False,
                              env={"MAIL_CONFIG": str(folder), "PATH": "/nonexistent"})
        check.equal(json.loads(done.stdout)["connector"], connector, f"{recipient}: {done.stderr}")
    taken = 'myorigin=origin.lab.example mydomain="" recipient_delimiter="+"'
    done = _check(site, folder, policy)
    check.contains(done.stderr, [f"taken from Postfix, since the policy file does not say it: {taken}\n"], "check")
    check.equal(json.loads(_check(site, folder, policy, "--json").stdout)["from_postfix"], taken, "check --json")
    done = _check(site, "/nonexistent", policy)
    check.contains(done.stderr, ["is a mailbox, which needs recipient_delimiter"], "check")


def test_main_cf_that_others_cannot_read(site):
    """The daemon is root when it starts, and asks as nobody."""
    folder = _main_cf(site, "myorigin = origin.lab.example", "recipient_delimiter = +")
    (folder / "main.cf").chmod(0o600)
    daemon = _daemon(site, folder)
    daemon.launch()
    check.equal(daemon.wait(net.PATIENCE), 75, "exit status")
    # What is wrong beside it stays wrong.
    daemon = _daemon(site, folder, f"{_HEAD}nonsense: 1\n")
    daemon.launch()
    check.equal(daemon.wait(net.PATIENCE), 78, "exit status with another error")
