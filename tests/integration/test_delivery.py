# SPDX-License-Identifier: MIT
"""Mail that leaves, for real: a Postfix asks the door what a destination must show, and delivers to partners with
good certificates and bad ones, old versions and no TLS at all, or defers."""

import contextlib
import os
import signal

from lab import check, dns, net, partners, pki

_NOT_OFFERED = "TLS is required, but was not offered by host"
_HANDSHAKE = "Cannot start TLS: handshake failure"
_UNVERIFIED = "Server certificate not "  # trusted, or verified: versions of Postfix differ in which they say
_ALL = set(partners.NAMES)

# What each level makes of each partner: the words with which the mail is deferred; all others have it delivered.
_ENCRYPT = {"plain": _NOT_OFFERED, "tls11": _HANDSHAKE}
_CERTIFIED = _ENCRYPT | {"wrong": _UNVERIFIED, "self-signed": _UNVERIFIED, "stranger": _UNVERIFIED, "expired": _UNVERIFIED}
LEVELS = {
    "encrypt": ("{level: encrypt}", _ENCRYPT),
    "verify": ("{level: verify}", _CERTIFIED),
    "secure": ("{level: secure}", _CERTIFIED),
    # The name that only the wrong server has.
    "secure, a name": ("{level: secure, match: [mail.fabrikam.example]}",
                       {name: _UNVERIFIED for name in _ALL} | _CERTIFIED),
    "fingerprint": ("{{level: fingerprint, fingerprints: ['{good}', '{self-signed}']}}",
                    _ENCRYPT | {name: _UNVERIFIED for name in ("wrong", "stranger", "expired", "tls12", "weak")}),
    "TLS 1.3": ("{level: encrypt, min_version: TLSv1.3}", _ENCRYPT | {"tls12": _HANDSHAKE, "weak": _HANDSHAKE}),
    "old TLS": ("{level: encrypt, min_version: TLSv1}", {"plain": _NOT_OFFERED}),
    "exclude": ("{level: encrypt, exclude: [AES128-SHA]}", _ENCRYPT | {"weak": _HANDSHAKE}),
    "none": ("none", {}),
}
del LEVELS["secure, a name"][1]["wrong"]


def _door(site):
    return f"socketmap:unix:{site.socket_path.with_name('tls_policy.sock')}:tls_policy"


def _start(site, connectors, settings=""):
    site.start_daemon(connectors, f"  tls_policy: unix:{site.socket_path.with_name('tls_policy.sock')}\n" + settings)


def _connector(demand, name="to-contoso", recipients='"*.contoso.example"', more=""):
    return f"  - {{name: {name}, recipients: [{recipients}], deliver: {demand}{more}}}\n"


@contextlib.contextmanager
def _partners(site, maps=None, tlsa=()):
    """Partners, DNS and a Postfix that delivers."""
    if not dns.is_private():
        raise check.Skip("this host allows no mount namespace, or / is no mount point")
    made = partners.Partners(site.lab.pki)
    directory = site.directory / f"delivery-{len(list(site.directory.iterdir()))}"
    directory.mkdir()
    directory.chmod(0o755)
    resolver = dns.resolver_file(directory / "resolv.conf")
    with contextlib.ExitStack() as stack:
        port = stack.enter_context(made.serving(directory / "receiving", site.lab.pki))
        stack.enter_context(dns.Server(made.records(port, tlsa)))
        sending = stack.enter_context(partners.delivering(directory / "sending", site.lab.pki, port,
                                                          maps or _door(site), resolver))
        yield made, sending


def _send(sending, name):
    return partners.outcome(sending, f"b@{partners.domain(name)}")


def _expect(sending, what, deferred, names=partners.NAMES):
    for name in names:
        status, words, _ = _send(sending, name)
        wanted = deferred.get(name)
        check.equal(status, "deferred" if wanted else "sent", f"{what}, {name}: {words}")
        check.contains(words, [wanted or "250 2.0.0 Ok"], f"{what}, {name}")


def test_every_level(site):
    _start(site, _connector("{level: encrypt}"))
    with _partners(site) as (made, sending):
        prints = {name: pki.fingerprints(made.certificates[name])[at]
                  for at, name in ((0, "good"), (1, "self-signed"))}
        for what, (demand, deferred) in LEVELS.items():
            _start(site, _connector(demand.format(**prints) if "{{" in demand else demand))
            _expect(sending, what, deferred)


def test_dane(site):
    _start(site, _connector("{level: encrypt}"))
    with _partners(site, tlsa=("good", "self-signed", "wrong")) as (_, sending):
        _start(site, _connector("{level: dane-only}"))
        _expect(sending, "dane-only", {"wrong": _UNVERIFIED}, ("good", "self-signed", "wrong"))
        for name in ("tls12", "plain"):
            status, words, _ = _send(sending, name)
            check.equal(status, "deferred", f"dane-only, {name}, without a record: {words}")
        # Without a record this level asks for nothing, as the manual and "forcedtls check" say.
        _start(site, _connector("{level: dane}"))
        _expect(sending, "dane", {"wrong": _UNVERIFIED}, ("good", "self-signed", "wrong", "tls12", "plain"))


def test_exception(site):
    """deliver: none below a wider connector."""
    _start(site, _connector("{level: secure}") + _connector("none", "exception", partners.domain("plain")))
    with _partners(site) as (_, sending):
        _expect(sending, "exception", {"wrong": _UNVERIFIED}, ("good", "wrong", "plain"))


def test_test_mode(site):
    _start(site, _connector("{level: secure}", more=", mode: test"))
    with _partners(site) as (_, sending):
        start = site.daemon.mark()
        _expect(sending, "test mode", {}, ("good", "wrong", "plain"))
        lines = "\n".join(site.daemon.log_lines(start))
        check.contains(lines, [f"would-answer: TLS-POLICY for {partners.domain(name)}: secure "
                               for name in ("good", "wrong", "plain")], "the log")


def test_what_the_server_sees(site):
    """The level shows in Postfix's own log."""
    with contextlib.ExitStack() as stack:
        _start(site, _connector("{level: secure}"))
        _, sending = stack.enter_context(_partners(site))
        check.contains(_send(sending, "good")[2], ["Verified TLS connection established to mail.good.contoso.example"],
                       "secure")
        _start(site, _connector("{level: encrypt}"))
        check.contains(_send(sending, "good")[2], ["Trusted TLS connection established to"], "encrypt")


def test_match(site):
    demands = {"nexthop": "no", "dot-nexthop": "yes", "hostname": "yes", "mail.good.contoso.example": "yes",
               ".contoso.example": "yes", "contoso.example": "no"}
    _start(site, _connector("{level: encrypt}"))
    with _partners(site) as (_, sending):
        for match, met in demands.items():
            _start(site, _connector(f"{{level: secure, match: [{match}]}}"))
            _expect(sending, f"match {match}", {} if met == "yes" else {"good": _UNVERIFIED}, ("good",))


def test_daemon_away_and_back(site):
    _start(site, _connector("{level: encrypt}"))
    with _partners(site) as (_, sending):
        site.daemon.kill()
        status, words, _ = _send(sending, "good")
        check.equal(status, "deferred", f"while the daemon is away: {words}")
        start = len(sending.log_text())
        _start(site, _connector("{level: encrypt}"))
        sending.flush()
        sending.wait_for_log(f"to=<b@{partners.domain('good')}>", "status=sent", start=start)


def test_reload(site):
    _start(site, _connector("{level: encrypt}"))
    with _partners(site) as (_, sending):
        _expect(sending, "before", {}, ("wrong",))
        text = site.daemon.policy_file.read_text(encoding="utf-8")
        site.daemon.policy_file.write_text(text.replace("encrypt", "secure"), encoding="utf-8")
        start = site.daemon.mark()
        os.kill(site.daemon.pid, signal.SIGUSR1)
        net.wait_until(lambda: any("policy reloaded" in line for line in site.daemon.log_lines(start)), "the reload")
        _expect(sending, "after", {"wrong": _UNVERIFIED}, ("wrong",))


def test_two_maps(site):
    """Ours first: what it does not answer the next one may."""
    _start(site, _connector("{level: encrypt}", recipients=partners.domain("wrong")))
    other = "inline:{ {wrong.contoso.example=secure} {good.contoso.example=encrypt} {plain.contoso.example=encrypt} }"
    with _partners(site, maps=f"{_door(site)}, {other}") as (_, sending):
        _expect(sending, "two maps", {"plain": _NOT_OFFERED}, ("good", "wrong", "plain", "self-signed"))
