# SPDX-License-Identifier: MIT
"""Mail that leaves, for real: a Postfix asks the door what a destination must show, and delivers to partners with
good certificates and bad ones, old versions and no TLS at all, or defers."""

import contextlib
import re
import shutil
import signal
import subprocess

from lab import check, dns, partners, pki, postfix

_NOT_OFFERED = "TLS is required, but was not offered by host"
_HANDSHAKE = "Cannot start TLS: handshake failure"
_UNVERIFIED = "Server certificate not "  # trusted, or verified: versions of Postfix differ in which they say
_NO_POLICY = "client TLS configuration problem"  # Postfix's words for a map that has no answer and cannot say so
_ALL = set(partners.NAMES)
# The first releases whose kept sessions are known by their level too.
_FIRST_BY_LEVEL = {first[:2]: first for first in ((3, 7, 17), (3, 8, 12), (3, 9, 6), (3, 10, 3))}

# What each level makes of each partner: the words with which the mail is deferred; all others have it delivered.
_ENCRYPT = {"plain": _NOT_OFFERED, "tls11": _HANDSHAKE}
_CERTIFIED = _ENCRYPT | {name: _UNVERIFIED for name in ("wrong", "self-signed", "stranger", "expired", "hosted")}
LEVELS = {
    "encrypt": ("{level: encrypt}", _ENCRYPT),
    "verify": ("{level: verify}", _CERTIFIED),
    "secure": ("{level: secure}", _CERTIFIED),
    "secure, the name of the wrong one": (f"{{level: secure, match: [{partners.OTHER_NAME}]}}",
                                          {name: _UNVERIFIED for name in _ALL - {"wrong", "hosted"}} | _ENCRYPT),
    "servername: hostname": ("{level: secure, servername: hostname}",
                             {name: words for name, words in _CERTIFIED.items() if name != "hosted"}),
    "servername: nexthop": ("{level: secure, servername: nexthop}", _CERTIFIED),
    "fingerprint": ("{{level: fingerprint, fingerprints: ['{good}', '{self-signed}']}}",
                    _ENCRYPT | {name: _UNVERIFIED for name in _ALL - {"good", "self-signed", "plain", "tls11"}}),
    "TLS 1.3": ("{level: encrypt, min_version: TLSv1.3}", _ENCRYPT | {"tls12": _HANDSHAKE, "weak": _HANDSHAKE}),
    "old TLS": ("{level: encrypt, min_version: TLSv1}", {"plain": _NOT_OFFERED}),
    "exclude": ("{level: encrypt, exclude: [MD5, AES128-SHA]}", _ENCRYPT | {"weak": _HANDSHAKE}),
    "medium ciphers": ("{level: encrypt, ciphers: medium}", _ENCRYPT),
    "high ciphers": ("{level: encrypt, ciphers: high}", _ENCRYPT | {"weak": _HANDSHAKE}),
    "none": ("none", {}),
}


def _door(site, table="tls_policy"):
    port, host = site.inet_socket.removeprefix("inet:").split("@")
    return f"socketmap:inet:{host}:{port}:{table}"


def _start(site, connectors):
    site.start_daemon(connectors, f"  tls_policy: {site.inet_socket}\n")


def _connector(demand, name="to-contoso", recipients='"*.contoso.example"', more=""):
    return f"  - {{name: {name}, recipients: [{recipients}], deliver: {demand}{more}}}\n"


@contextlib.contextmanager
def _partners(site, settings=None, services="", *, tlsa=(), more_records=None, authentic=True):
    """Partners, DNS and a Postfix that delivers."""
    made = partners.Partners(site.lab.pki)
    directory = site.directory / f"delivery-{len(list(site.directory.iterdir()))}"
    directory.mkdir()
    directory.chmod(0o755)
    with contextlib.ExitStack() as stack:
        port = stack.enter_context(made.serving(directory / "receiving", site.lab.pki))
        server = stack.enter_context(dns.Server(made.records(port, tlsa) | (more_records or {}), authentic))
        sending = stack.enter_context(partners.delivering(directory / "sending", site.lab.pki, port, server,
                                                          {"smtp_tls_policy_maps": _door(site)} | (settings or {}),
                                                          services))
        yield made, sending


def _send(sending, name):
    return partners.outcome(sending, partners.domain(name))


def _expect_domains(sending, what, deferred, domains):
    for domain, (status, words, _) in zip(domains, partners.outcomes(sending, domains)):
        wanted = deferred.get(domain)
        check.equal(status, "deferred" if wanted else "sent", f"{what}, {domain}: {words}")
        check.contains(words, [wanted or "250 2.0.0 Ok"], f"{what}, {domain}")


def _expect(sending, what, deferred, names=partners.NAMES):
    _expect_domains(sending, what, {partners.domain(name): words for name, words in deferred.items()},
                    [partners.domain(name) for name in names])


def test_every_level(site):
    _start(site, _connector("{level: encrypt}"))
    with _partners(site) as (made, sending):
        prints = {name: pki.fingerprints(made.certificates[name])[at]
                  for at, name in ((0, "good"), (1, "self-signed"))}
        for what, (demand, deferred) in LEVELS.items():
            _start(site, _connector(demand.format(**prints) if "{{" in demand else demand))
            _expect(sending, what, deferred)


def test_dane(site):
    """A record of the key counts, and nothing else: neither names, nor dates, nor who issued the certificate."""
    _start(site, _connector("{level: dane-only}"))
    with _partners(site, tlsa=partners.NAMES) as (_, sending):
        for level in ("dane-only", "dane"):
            _start(site, _connector(f"{{level: {level}}}"))
            _expect(sending, level, _ENCRYPT | {"wrong": _UNVERIFIED})


def _expect_no_dane(site, words, **options):
    """Without a record that counts, dane asks for nothing, as the manual and "forcedtls check" say."""
    _start(site, _connector("{level: dane-only}"))
    with _partners(site, **options) as (_, sending):
        _expect(sending, "dane-only", {name: words for name in partners.NAMES})
        _start(site, _connector("{level: dane}"))
        _expect(sending, "dane", {"tls11": _HANDSHAKE})


def test_dane_without_records(site):
    _expect_no_dane(site, "no TLSA records found")


def test_dane_without_authentic_records(site):
    _expect_no_dane(site, "non DNSSEC destination", tlsa=partners.NAMES, authentic=False)


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


def _in_chroot(sending, path):
    """The same file at the same name for smtp(8), which has another root directory there."""
    there = sending.spool / str(path).lstrip("/")
    there.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(path, there)
    there.chmod(0o644)


def test_trust_anchors(site):
    """A partner with a CA of its own: that CA counts for that partner, and no other one does."""
    anchors = [site.directory / "stranger-ca.pem", site.directory / "root-ca.pem"]
    for anchor, known in zip(anchors, (site.lab.pki.stranger_ca_file, site.lab.pki.ca_file)):
        shutil.copy(known, anchor)
    names = ("good", "wrong", "stranger", "self-signed")
    _start(site, _connector("{level: secure}"))
    with _partners(site) as (_, sending):
        _expect(sending, "without", {name: _UNVERIFIED for name in names[1:]}, names)
        for level in ("secure", "verify"):
            _start(site, _connector(f"{{level: {level}, trust_anchors: {anchors[0]}}}"))
            if level == "secure":
                _expect(sending, "a file that smtp cannot read", {"stranger": _NO_POLICY}, ("stranger",))
                for anchor in anchors:
                    _in_chroot(sending, anchor)
            _expect(sending, level, {name: _UNVERIFIED for name in names if name != "stranger"}, names)
            _start(site, _connector(f"{{level: {level}, trust_anchors: [{anchors[0]}, {anchors[1]}]}}"))
            _expect(sending, f"{level}, two files", {"wrong": _UNVERIFIED, "self-signed": _UNVERIFIED}, names)


def test_trust_anchors_where_postfix_takes_none(site):
    """Why "forcedtls check" refuses them there: the mail would wait."""
    levels = {"good": "encrypt", "stranger": "fingerprint match=" + ":".join(["00"] * 32), "hosted": "dane",
              "self-signed": "dane-only"}
    anchor = site.lab.pki.ca_file
    table = " ".join(f"{{ {partners.domain(name)} = {level} tafile={anchor} }}" for name, level in levels.items())
    _start(site, _connector("{level: secure}"))
    with _partners(site, {"smtp_tls_policy_maps": f"inline:{{ {table} }}"}) as (_, sending):
        _in_chroot(sending, anchor)
        _expect(sending, "tafile", {name: _NO_POLICY for name in levels}, tuple(levels))


def test_next_hops(site):
    """What a transport map names is what is asked for."""
    _start(site, _connector("{level: secure}") + _connector("{level: encrypt}", "names", "relay.example")
           + _connector("{level: secure, match: [mail.good.contoso.example]}", "address", '"[127.0.0.31]"'))
    hops = {"relay.example": "[mail.wrong.contoso.example]", "relay2.example": "[MAIL.Good.Contoso.Example]",
            "ported.example": "wrong.contoso.example:$smtp_tcp_port",
            "ported2.example": "[mail.good.contoso.example]:$smtp_tcp_port",
            "literal.example": "[127.0.0.31]", "literal2.example": "[127.0.0.31]:$smtp_tcp_port",
            "literal3.example": "[127.0.0.32]:$smtp_tcp_port", "elsewhere.example": "[127.0.0.39]"}
    table = " ".join(f"{{ {domain} = smtp:{hop} }}" for domain, hop in hops.items())
    with _partners(site, {"transport_maps": f"inline:{{ {table} }}"}) as (_, sending):
        _expect_domains(sending, "next hops", {"relay.example": _UNVERIFIED, "ported.example": _UNVERIFIED}, list(hops))


def test_what_cannot_be_read(site):
    """The door says that it cannot tell, and the mail waits."""
    _start(site, _connector("{level: encrypt}", recipients="good.contoso.example"))
    keys = "inline:{ { plain.contoso.example = not a name } { wrong.contoso.example = other.example } }"
    with _partners(site, {"smtp_tls_policy_maps": f"pipemap:{{ {keys}, {_door(site)} }}"}) as (_, sending):
        start = site.daemon.mark()
        _expect(sending, "what cannot be read", {"plain": _NO_POLICY}, ("plain", "wrong"))
        site.daemon.wait_for_line("NOQUEUE: temp: TLS-POLICY for", "reason=internal", start=start)


def test_daemon_away_and_back(site):
    _start(site, _connector("{level: encrypt}"))
    with _partners(site) as (_, sending):
        site.daemon.kill()
        start = len(sending.log_text())
        _expect(sending, "while the daemon is away", {"good": _NO_POLICY, "plain": _NO_POLICY}, ("good", "plain"))
        recipients = re.findall(r"to=<(.*?)>", sending.log_text()[start:])
        check.equal(len(recipients), 2, f"messages that wait: {recipients}")
        start = len(sending.log_text())
        _start(site, _connector("{level: encrypt}"))
        sending.flush()
        for recipient in recipients:
            status = "status=deferred" if "plain" in recipient else "status=sent"
            sending.wait_for_log(f"to=<{recipient}>", status, start=start)


def test_reload(site):
    _start(site, _connector("{level: encrypt}"))
    with _partners(site) as (_, sending):
        _expect(sending, "before", {}, ("wrong",))
        text = site.daemon.policy_file.read_text(encoding="utf-8")
        site.daemon.policy_file.write_text(text.replace("encrypt", "secure"), encoding="utf-8")
        start = site.daemon.mark()
        site.daemon.signal(signal.SIGUSR1)
        site.daemon.wait_for_line("policy reloaded", start=start)
        _expect(sending, "after", {"wrong": _UNVERIFIED}, ("wrong",))


def _table(site, name, text):
    """A table that postmap(1) makes."""
    path = site.directory / name
    path.write_text(text, encoding="utf-8")
    subprocess.run([postfix.program("postmap"), "-c", site.lab.postfix.etc, f"hash:{path}"], check=True)
    return f"hash:{path}"


def test_two_maps(site):
    """Ours first: what it does not answer the next one may, for an exception too. Whatever key has the answer there,
    ours is preferred."""
    _start(site, _connector("{level: encrypt}", recipients="wrong.contoso.example, .hosted.example")
           + _connector("{level: secure}", "wide", '".contoso.example"')
           + _connector("none", "exception", "plain.contoso.example, self-signed.contoso.example"))
    other = _table(site, "other", "wrong.contoso.example secure\ngood.contoso.example may\n"
                   "plain.contoso.example encrypt\n.contoso.example none\nmail.hosted.example secure\n"
                   "news.example secure\n")
    hosted = {name: [dns.mail_exchanger(partners.host("wrong"))]
              for name in ("mail.hosted.example", "news.example", "elsewhere.example")}
    with _partners(site, {"smtp_tls_policy_maps": f"{_door(site)}, {other}"}, more_records=hosted) as (_, sending):
        _expect(sending, "two maps", {"plain": _NOT_OFFERED, "stranger": _UNVERIFIED},
                ("good", "wrong", "plain", "self-signed", "stranger"))
        _expect_domains(sending, "two maps", {"news.example": _UNVERIFIED}, list(hosted))


def test_map_between_partners_and_the_rest(site):
    """A map for MTA-STS or DANE, with a connector for everybody: "secure" stays what it is, and is not asked of
    partners, who have connectors of their own, nor of the exception."""
    _start(site, _connector("encrypt", "all", '"*"') + _connector("encrypt", "partner", partners.domain("stranger"))
           + _connector("none", "exception", partners.domain("plain")))
    sts = _table(site, "sts", "".join(f"{partners.domain(name)} secure\n" for name in ("good", "wrong", "stranger")))
    behind = {"wrong": _UNVERIFIED, "tls11": _HANDSHAKE}
    for maps, deferred in ((f"{_door(site)}, {sts}", {"tls11": _HANDSHAKE}),
                           (f"{_door(site, 'partners')}, {sts}, {_door(site, 'rest')}", behind)):
        with _partners(site, {"smtp_tls_policy_maps": maps}) as (_, sending):
            _expect(sending, maps, deferred, ("good", "wrong", "stranger", "plain", "tls11"))


def _keeping(site, settings=None, **options):
    """A Postfix that keeps every session that it may keep."""
    return _partners(site, {"smtp_connection_cache_destinations": "static:all"} | (settings or {}),
                     "tlsproxy unix - - n - 0 tlsproxy\nscache unix - - n - 1 scache\n", **options)


def test_connection_reuse(site):
    """Two messages over one session, which tlsproxy(8) keeps."""
    _start(site, _connector("{level: encrypt}"))
    with _keeping(site) as (_, sending):
        for reuse in ("false", "true"):
            _start(site, _connector(f"{{level: secure, connection_reuse: {reuse}}}"))
            start = len(sending.log_text())
            _expect(sending, "first", {}, ("good",))
            _expect(sending, "second", {}, ("good",))
            text = sending.log_text()[start:]
            check.equal(("conn_use=2" in text, "/tlsproxy[" in text), (reuse == "true",) * 2, f"reuse {reuse}: {text}")


def test_kept_sessions_serve_no_other_destination(site):
    """Another destination on the same server asks for more."""
    _start(site, _connector("{level: encrypt}")
           + _connector("{level: encrypt, min_version: TLSv1.3}", "twin", "twin.example"))
    twin = {"twin.example": [dns.mail_exchanger(partners.host("tls12"))]}
    with _keeping(site, {"smtp_tls_connection_reuse": "yes"}, more_records=twin) as (_, sending):
        _expect(sending, "the first destination", {}, ("tls12",))
        _expect_domains(sending, "the second destination", {"twin.example": _HANDSHAKE}, ["twin.example"])


def test_kept_sessions_of_the_level_of_all_others(site):
    """Why forcedtls doctor has postfix-smtp-tls-reuse: one of TLSv1.2 takes the mail of a connector that wants TLSv1.3."""
    _start(site, _connector("{level: encrypt, min_version: TLSv1.3}", "twin", "twin.example"))
    twin = {"twin.example": [dns.mail_exchanger(partners.host("tls12"))]}
    for reuse, deferred in (("yes", {}), ("no", {"twin.example": _HANDSHAKE})):
        settings = {"smtp_tls_connection_reuse": reuse, "smtp_tls_security_level": "encrypt"}
        with _keeping(site, settings, more_records=twin) as (_, sending):
            _expect(sending, "somebody else", {}, ("tls12",))
            _expect_domains(sending, f"the connector's, reuse {reuse}", deferred, ["twin.example"])


def _keeps_by_level():
    """Postfix looks for a kept session of the level that it would have now, where that is not none."""
    version = postfix.version()
    return version >= (3, 11) or version >= _FIRST_BY_LEVEL.get(version[:2], (3, 11))


def test_kept_sessions_outlive_a_policy(site):
    """Why forcedtls-postfix(7) has "postfix reload" after a change: Postfix asks for no policy where it has a session."""
    refused = {"plain": _NOT_OFFERED}
    for level, kept in (("none", {}), ("may", refused if _keeps_by_level() else {})):
        _start(site, _connector("none"))
        with _keeping(site, {"smtp_tls_security_level": level}) as (_, sending):
            _expect(sending, f"before, {level}", {}, ("plain",))
            _start(site, _connector("{level: encrypt}"))
            _expect(sending, f"over the session that was kept, {level}", kept, ("plain",))
            check.equal(len(sending.children("scache")), 1, "scache that keeps it")
            sending.reload()
            _expect(sending, f"after postfix reload, {level}", refused, ("plain",))


def test_numbers_that_are_addresses(site):
    """Where the resolver takes a domain for an address, Postfix delivers there, the first two with its defaults: a
    connector for the address holds, however both are written."""
    domains = ["[127.0.0.31]", "0x7f00001f", "127.0.0.31", "0177.0.0.037", "127.0.0.037", "[IPv6:::ffff:127.0.0.31]"]
    _start(site, _connector("{level: encrypt}"))
    with _partners(site, {"resolve_numeric_domain": "yes"}) as (_, sending):
        _expect_domains(sending, "without a connector", {}, domains)
        for pattern in ("127.0.0.31", '"[127.0.0.31]"'):
            _start(site, _connector("{level: secure, match: [elsewhere.example]}", "address", pattern))
            _expect_domains(sending, pattern, {domain: _UNVERIFIED for domain in domains}, domains)
