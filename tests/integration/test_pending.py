# SPDX-License-Identifier: MIT
"""forcedtls pending on the queue of a real Postfix, which asks the daemon what each destination must show."""

import contextlib
import datetime
import json
import subprocess
import time

from lab import check, net, postfix, smtp_server

NOT_OFFERED, REFUSED, BROKEN, WRONG, REMOTE, GREYLISTING, DOOR_AWAY, NOBODY = (
    f"127.0.0.{number}" for number in range(11, 19))

CONNECTORS = f"""\
  - {{name: plain, recipients: ["[{NOT_OFFERED}]"], deliver: {{level: encrypt}}}}
  - {{name: refused, recipients: ["[{REFUSED}]"], deliver: {{level: encrypt}}}}
  - {{name: broken, recipients: ["[{BROKEN}]"], deliver: {{level: encrypt}}}}
  - {{name: wrong, recipients: ["[{WRONG}]"], deliver: {{level: secure, match: [mail.contoso.example]}}}}
  - {{name: greylisting, recipients: ["[{GREYLISTING}]", "[{NOBODY}]"], deliver: {{level: encrypt}}}}
  - {{name: away, recipients: ["[{DOOR_AWAY}]"], deliver: {{level: encrypt}}}}
"""
# destination: connector, kind, how the last words begin
WAITING = {
    NOT_OFFERED: ("plain", "not-offered", f"TLS is required, but was not offered by host {NOT_OFFERED}[{NOT_OFFERED}]"),
    REFUSED: ("refused", "not-offered", f"TLS is required, but host {REFUSED}[{REFUSED}] refused to start TLS: 454 "),
    BROKEN: ("broken", "handshake", "Cannot start TLS: handshake failure"),
    WRONG: ("wrong", "certificate", "Server certificate not verified"),
    REMOTE: (None, "remote", f"host {REMOTE}[{REMOTE}] said: 451 4.7.10 TLS required ?[2J\u202e (in reply to MAIL"),
    DOOR_AWAY: ("away", "policy", "client TLS configuration problem"),
}


def _behaviours(site):
    return {
        NOT_OFFERED: smtp_server.Behaviour(),
        REFUSED: smtp_server.Behaviour("refused"),
        BROKEN: smtp_server.Behaviour("broken"),
        WRONG: smtp_server.Behaviour("works", site.lab.pki.server),
        REMOTE: smtp_server.Behaviour(mail="451 4.7.10 TLS required \x1b[2J\u202e"),
        GREYLISTING: smtp_server.Behaviour("works", site.lab.pki.server, "451 4.7.1 greylisted"),
        DOOR_AWAY: smtp_server.Behaviour("works", site.lab.pki.server),
    }


@contextlib.contextmanager
def _sending_postfix(site, port):
    """One that delivers, to that port, as the daemon's door says."""
    made = postfix.Postfix(site.directory / "sending", site.lab.pki, {"unused": {}})
    door = f"socketmap:unix:{site.socket_path.with_name('tls_policy.sock')}:tls_policy"
    subprocess.run([postfix.program("postconf"), "-c", made.etc, "-e", "default_transport=smtp",
                    f"smtp_tcp_port={port}", "smtp_host_lookup=native", f"smtp_tls_policy_maps={door}",
                    f"smtp_tls_CAfile={site.lab.pki.ca_file}", "smtp_tls_security_level=may"], check=True)
    with (made.etc / "master.cf").open("a", encoding="utf-8") as services:
        services.write("smtp unix - - n - - smtp\n")
    try:
        made.start()
        yield made
    finally:
        made.stop()


def _pending(site, *arguments, status, **options):
    done = subprocess.run([site.lab.tool_program, "pending", "-c", site.daemon.policy_file, *arguments],
                          capture_output=True, text=True, timeout=net.PATIENCE, check=False, **options)
    check.equal(done.returncode, status, f"exit status with {arguments}: {done.stderr}")
    return done


def _deliver(sending, recipients):
    """One message each; ends when each has been tried."""
    def tried():
        reasons = {recipient["address"]: recipient.get("delay_reason") for item in sending.queue().values()
                   if item["queue_name"] == "deferred" for recipient in item["recipients"]}
        return all(reasons.get(recipient) for recipient in recipients)

    for recipient in recipients:
        sending.sendmail("a@example.org", recipient, "Subject: lab\n\nlab\n")
    net.wait_until(tried, f"{recipients} to be deferred")


def _check_groups(groups, queue, started):
    check.equal({group["destination"] for group in groups}, {f"[{address}]" for address in WAITING}, "destinations")
    for group in groups:
        address = group["destination"].strip("[]")
        connector, kind, words = WAITING[address]
        what = f"{group['destination']}: "
        check.equal((group["connector"], group["kind"]), (connector, kind), what + "connector and kind")
        check.true(group["last_words"].startswith(words), what + repr(group["last_words"]))
        check.equal((group["messages"], group["recipients"]), (1, 1), what + "messages and recipients")
        item = queue[group["queue_ids"][0]]
        check.equal([recipient["address"] for recipient in item["recipients"]], [f"b@[{address}]"], what + "queue id")
        oldest = datetime.datetime.strptime(group["oldest"], "%Y-%m-%dT%H:%M:%S%z").timestamp()
        check.equal(oldest, item["arrival_time"], what + "oldest")
        check.true(0 <= group["waiting_seconds"] <= time.time() - started, what + f"{group['waiting_seconds']} s")


def test_queue(site):
    site.start_daemon(CONNECTORS, f"  tls_policy: unix:{site.socket_path.with_name('tls_policy.sock')}\n")
    started = int(time.time()) - 1
    with smtp_server.Servers(_behaviours(site)) as servers, _sending_postfix(site, servers.port) as sending:
        ask = ("--postfix-config", sending.etc)
        check.equal(_pending(site, "--json", *ask, status=0).stdout, "[]\n", "an empty queue")
        _deliver(sending, [f"b@[{GREYLISTING}]", f"b@[{NOBODY}]"])
        check.equal(_pending(site, *ask, status=0).stdout, "", "what waits for something else")
        _deliver(sending, [f"b@[{address}]" for address in WAITING if address != DOOR_AWAY])
        site.daemon.kill()
        _deliver(sending, [f"b@[{DOOR_AWAY}]"])
        queue = sending.queue()
        done = _pending(site, "--json", *ask, status=1)
        _check_groups(json.loads(done.stdout), queue, started)
        check.equal(done.stderr, "", "errors")
        _check_text(site, ask, queue)
        raw = subprocess.run([postfix.program("postqueue"), "-c", sending.etc, "-j"], capture_output=True, text=True,
                             check=True).stdout
        piped = _pending(site, "--json", "-", input=raw, status=1)
        check.equal([group["queue_ids"] for group in json.loads(piped.stdout)],
                    [group["queue_ids"] for group in json.loads(done.stdout)], "the same from standard input")


def _check_text(site, ask, queue):
    text = _pending(site, "-v", *ask, status=1).stdout
    check.contains(text, ["TLS required ?[2J\\xE2\\x80\\xAE (in"], "what is shown of a server's words")
    lines = text.splitlines()
    check.equal(len(lines), 1 + 2 * len(WAITING), f"lines of {text}")
    for line, below in zip(lines[1::2], lines[2::2]):
        address, connector, kind = line.split()[:3]
        wanted = WAITING[address.strip("[]")]
        check.equal((connector, kind), (wanted[0] or "-", wanted[1]), f"connector and kind in {line}")
        check.true(below.startswith("    ") and below.strip() in queue, f"queue id {below!r}")


def test_postqueue_fails(site):
    """No queue to be seen is no empty queue."""
    site.start_daemon(CONNECTORS)
    done = _pending(site, "--json", "--postfix-config", "/nonexistent", status=69)
    check.contains(done.stderr, ["forcedtls pending: postqueue -j failed with exit status "], "errors")
