# SPDX-License-Identifier: MIT
"""Postfix itself says where an address leads, under each of its settings that change that; it has to be among our
readings, or they are none. What is made by chance has a fixed seed; FORCEDTLS_READINGS=200000 in the environment
tries more."""

import os
import socket
import subprocess

from lab import addresses, check, net, postfix, recorders, rewriter

COUNT = int(os.environ.get("FORCEDTLS_READINGS", "2000"))
_SEED = int(os.environ.get("FORCEDTLS_SEED", "1"))
_MYORIGIN = "origin.lab.example"
_MYDOMAIN = "prot.example"

# Each changes what Postfix makes of an address. Where a value is no default, the default is tried by the others.
_SETTINGS = {
    "default": {},
    "swap_bangpath": {"swap_bangpath": "no"},
    "allow_percent_hack": {"allow_percent_hack": "no"},
    "neither": {"swap_bangpath": "no", "allow_percent_hack": "no"},
    "resolve_dequoted_address": {"resolve_dequoted_address": "no"},
    "append_at_myorigin": {"append_at_myorigin": "no"},
    "append_dot_mydomain": {"append_dot_mydomain": "yes"},
    "resolve_numeric_domain": {"resolve_numeric_domain": "yes"},
    "resolve_null_domain": {"resolve_null_domain": "yes"},
    "recipient_delimiter": {"recipient_delimiter": "+"},
    "allow_untrusted_routing": {"allow_untrusted_routing": "yes"},
    "all": {"append_dot_mydomain": "yes", "resolve_numeric_domain": "yes", "resolve_null_domain": "yes",
            "allow_untrusted_routing": "yes", "recipient_delimiter": "+"},
}


class _Judge:
    """judge_readings, for many addresses at once."""

    def __init__(self, site):
        self._program = site.lab.tool_program.with_name("judge-readings")
        self._lines = []
        self._cases = []

    def add(self, case, delivered, argument, macro=None, written=False, myorigin=_MYORIGIN, mydomain=None):
        fields = (delivered, argument, macro, None if macro is None else postfix.HOSTNAME.encode(),
                  None if myorigin is None else myorigin.encode(), None if mydomain is None else mydomain.encode())
        self._lines.append(" ".join("-" if field is None else field.hex() for field in fields)
                           + (" written" if written else " unquoted"))
        self._cases.append((case, argument, delivered))

    def finish(self):
        """How many were held and how many deferred; the leaks."""
        done = subprocess.run([self._program], input="\n".join(self._lines) + "\n", capture_output=True, text=True,
                              check=True)
        answers = done.stdout.splitlines()
        check.equal(len(answers), len(self._lines), "answers of judge-readings")
        leaks = [f"{case}: {argument!r} is delivered to {delivered!r}, read as{answer.removeprefix('LEAK')}"
                 for (case, argument, delivered), answer in zip(self._cases, answers) if answer.startswith("LEAK")]
        return answers.count("held"), answers.count("deferred"), leaks


def _services():
    return "".join(f"rewrite-{name} unix - - n - - trivial-rewrite\n"
                   + "".join(f"  -o {{ {key} = {value} }}\n" for key, value in settings.items())
                   for name, settings in _SETTINGS.items())


def _private_postfix(site, name, listeners):
    private = postfix.Postfix(site.directory / name, site.lab.pki, listeners)
    private.configure({"myorigin": _MYORIGIN, "mydomain": _MYDOMAIN, "append_dot_mydomain": "no"}, _services())
    return private


def _as_asked_for(delivered, idna):
    """The domain in the form in which Postfix's client asks for it; None where that cannot be. Numbers go through
    getaddrinfo(3), which takes them as inet_aton(3) does."""
    local, _, domain = delivered.rpartition(b"@")
    converted = idna.ascii(domain)
    if converted is not None and domain.startswith(b"[") and b":" not in domain:
        converted = f"[{socket.inet_ntoa(socket.inet_aton(domain.strip(b'[]').decode()))}]".encode()
    return None if converted is None else local + b"@" + converted


def _folded(delivered):
    """As Postfix looks a domain up among its own: by the case folding of what was written."""
    local, _, domain = delivered.rpartition(b"@")
    return local + b"@" + domain.decode("utf-8", "replace").casefold().encode()


def _places(delivered, idnas):
    """Where mail goes that Postfix delivers there: pairs of words for it, and the address."""
    yield "idna2008", _as_asked_for(delivered, idnas[False])
    if any(byte >= 128 for byte in delivered):
        yield "idna2003", _as_asked_for(delivered, idnas[True])
        yield "folded", _as_asked_for(_folded(delivered), idnas[False])


def _try_setting(judge, name, private, idnas):
    asked = rewriter.Rewriter(private.spool / "private" / f"rewrite-{name}")
    settings = _SETTINGS[name]
    myorigin = postfix.HOSTNAME if "append_at_myorigin" in settings else _MYORIGIN
    refused = 0
    for address in addresses.internal(_SEED, COUNT):
        delivered = asked.delivered(address)
        if delivered is None:
            refused += 1
            continue
        for words, where in _places(delivered, idnas):
            if where is None:
                continue
            judge.add(f"{name}, {words}", where, address, myorigin=myorigin)
            judge.add(f"{name}, {words}, mydomain known", where, address, myorigin=myorigin,
                      mydomain=_MYDOMAIN if settings.get("append_dot_mydomain") == "yes" else "")
    asked.close()
    return refused


def _idnas():
    """By enable_idna2003_compatibility."""
    return {False: rewriter.Idna(False), True: rewriter.Idna(True)}


def test_policy_service(site):
    idnas = _idnas()
    private = _private_postfix(site, "postfix", {"plain": {}})
    try:
        private.start()
        leaks = []
        for name in _SETTINGS:
            judge = _Judge(site)
            refused = _try_setting(judge, name, private, idnas)
            held, deferred, found = judge.finish()
            print(f"# {name}: {COUNT} addresses, {refused} refused by Postfix; held {held}, deferred {deferred}, "
                  f"leaks {len(found)}", flush=True)
            leaks += found
    finally:
        private.stop()
    check.equal(leaks[:20], [], f"the first of {len(leaks)} addresses that lead where no reading is")


class _Client:
    """Names recipients, one after the other; an error of syntax costs nothing."""

    def __init__(self, port):
        self._socket = socket.create_connection((net.LOOPBACK, port), 60)
        self._file = self._socket.makefile("rb")
        self._count = 0
        self._code()
        self.command(b"EHLO client.example")

    def _code(self):
        while True:
            line = self._file.readline()
            if line[3:4] != b"-":
                return line[:3]

    def command(self, line):
        self._socket.sendall(line + b"\r\n")
        return self._code()

    def accepts(self, recipient):
        if self._count % 500 == 0:
            self.command(b"RSET")
            check.equal(self.command(b"MAIL FROM:<a@stranger.example> SMTPUTF8"), b"250", "reply to MAIL")
        self._count += 1
        return self.command(b"RCPT TO:" + recipient) == b"250"

    def close(self):
        self._file.close()
        self._socket.close()


def _listener(name, site):
    """An smtpd(8) that is patient, with its own settings, and that tells both recorders of each recipient."""
    return _SETTINGS[name] | {
        "rewrite_service_name": f"rewrite-{name}", "smtpd_milters": f"unix:{site.directory}/milter.sock",
        "smtpd_recipient_restrictions": f"check_policy_service unix:{site.directory}/policy.sock, permit",
        "smtpd_hard_error_limit": "100000000", "smtpd_soft_error_limit": "100000000", "smtpd_error_sleep_time": "0",
        "smtpd_junk_command_limit": "100000000", "smtpd_recipient_limit": "100000000", "smtpd_delay_reject": "yes"}


def _judge_told(judge, name, settings, milter, where):
    """What our milter makes of a recipient that it is told of, with the MTA's word and without."""
    myorigin = postfix.HOSTNAME if "append_at_myorigin" in settings else _MYORIGIN
    mydomain = _MYDOMAIN if settings.get("append_dot_mydomain") == "yes" else ""
    macro = milter.macros[b"{rcpt_addr}"]
    judge.add(f"{name}, with macro", where, milter.argument, macro, written=True, myorigin=None)
    judge.add(f"{name}, no macro", where, milter.argument, written=True, myorigin=myorigin)
    judge.add(f"{name}, no macro, mydomain known", where, milter.argument, written=True, myorigin=myorigin,
              mydomain=mydomain)


def _try_listener(judge, name, private, milter, policy, idnas):
    asked = rewriter.Rewriter(private.spool / "private" / f"rewrite-{name}")
    client = _Client(private.ports[name])
    accepted = 0
    for recipient in addresses.written(_SEED, COUNT):
        milter.argument = policy.recipient = None
        if not client.accepts(recipient) or milter.argument is None:
            continue
        accepted += 1
        # Postfix asks nobody about <postmaster> without a domain, however it is written.
        delivered = asked.delivered(policy.recipient or b"postmaster")
        for words, where in _places(delivered, idnas) if delivered is not None else ():
            if where is not None:
                _judge_told(judge, f"{name}, {words}", _SETTINGS[name], milter, where)
    client.close()
    asked.close()
    return accepted


def test_milter(site):
    milter = recorders.Milter(site.directory / "milter.sock")
    policy = recorders.PolicyServer(site.directory / "policy.sock")
    private = _private_postfix(site, "postfix-milter", {name: _listener(name, site) for name in _SETTINGS})
    leaks = []
    idnas = _idnas()
    try:
        private.start()
        for name in _SETTINGS:
            judge = _Judge(site)
            accepted = _try_listener(judge, name, private, milter, policy, idnas)
            held, deferred, found = judge.finish()
            print(f"# {name}: {COUNT} arguments of RCPT, {accepted} accepted by Postfix; held {held}, deferred "
                  f"{deferred}, leaks {len(found)}", flush=True)
            leaks += found
    finally:
        private.stop()
        milter.stop()
        policy.stop()
    check.equal(leaks[:20], [], f"the first of {len(leaks)} addresses that lead where no reading is")
