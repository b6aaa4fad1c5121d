# SPDX-License-Identifier: MIT
"""forcedtls doctor: mistakes that are made with a real Postfix, what it calls each, that its own commands mend it, and
that mail then meets the policy."""

import contextlib
import dataclasses

from lab import check, doctored, postfix, smtp

_POLICY = """\
  - {name: from-contoso, senders: ["*.contoso.example"], require: {certificate: mail.contoso.example}, on_failure: reject}
  - {name: plain, senders: [plain.example], require: tls, on_failure: reject}
  - {name: to-contoso, recipients: ["*.contoso.example"], deliver: {level: secure}}
"""
_SETTINGS = """\
  tls_policy: unix:{directory}/tls_policy.sock
  policy_service: unix:{directory}/policy_service.sock
"""
_HEAD = """\
trusted_networks: [192.0.2.254/32]
myorigin: mx.lab.example
mydomain: ""
recipient_delimiter: "+"
"""
_FINGERPRINT = ":".join(["AB"] * 32)


@dataclasses.dataclass
class Mistake:
    """What is done to a right configuration, what doctor calls it, and what mail shows of it."""

    name: str
    wanted: str  # the id
    postconf: list  # arguments of postconf, a list for each run
    policy: str = _POLICY
    severity: str = "error"
    mends: bool = True  # by its commands alone
    lets_in: bool = False  # plaintext from plain.example, until it is mended
    keeps_out: bool = False  # the right certificate from contoso.example, until it is mended
    also: list = dataclasses.field(default_factory=list)  # ids of what it breaks besides
    before: list = dataclasses.field(default_factory=list)  # makes another right configuration first
    until: tuple = (99,)  # the first Postfix that it is no mistake with


_SMTPD = "{port}/inet/"
_CHECK = "check_policy_service unix:{socket}/policy_service.sock"
_ALONE = [["-e", "smtpd_milters =", f"smtpd_recipient_restrictions = {_CHECK}, permit_mynetworks"]]
_MILTER = "unix:{socket}/milter.sock"
_MAP = "socketmap:unix:{socket}/tls_policy.sock"
_EVERYBODY = _POLICY + '  - {name: to-all, recipients: ["*"], deliver: encrypt}\n'
_HEADER = _POLICY + '  - {name: header, senders: [boss.example], header_from: true, require: tls}\n'
_PINNED = _POLICY + ('  - {name: pinned, senders: [pinned.example], require: {certificate: {fingerprint: "%s"}}}\n'
                     % _FINGERPRINT)
_LEVEL = '  - {name: to, recipients: ["*.contoso.example"], deliver: %s}\n'
_ANY = '  - {name: any, senders: ["*.contoso.example"], require: {certificate: any}}\n'
_STRONG = _POLICY + '  - {name: strong, senders: [strong.example], require: {ciphers: "ECDHE+AES256"}, on_failure: reject}\n'

MISTAKES = [
    # What lets plaintext in.
    Mistake("no milter", "postfix-not-asked", [["-X", "smtpd_milters"]], lets_in=True),
    Mistake("an smtpd without", "postfix-not-asked", [["-P", _SMTPD + "smtpd_milters="]], lets_in=True),
    Mistake("another socket", "postfix-not-asked", [["-e", "smtpd_milters = unix:{socket}/forcedtls.sock"]]),
    Mistake("another socket, where the default lets in", "postfix-not-asked",
            [["-e", "milter_default_action = accept", "smtpd_milters = {{ unix:{socket}/forcedtls.sock, default_action=tempfail }}"]]),
    Mistake("the wrong one of our sockets", "postfix-not-asked",
            [["-e", "smtpd_milters = unix:{socket}/policy_service.sock"]]),
    Mistake("another milter alone", "postfix-not-asked", [["-e", "smtpd_milters = {{ inet:127.0.0.1:11332, default_action = accept }}"]]),
    Mistake("a second smtpd", "postfix-not-asked", [["-M", "2525/inet=2525 inet n - n - - smtpd -o smtpd_milters="]]),
    Mistake("smtpd behind postscreen", "postfix-not-asked", [["-M", "smtpd/pass=smtpd pass - - n - - smtpd -o smtpd_milters="]]),
    Mistake("smtps for anybody", "postfix-not-asked",
            [["-M", "smtps/inet=smtps inet n - n - - smtpd -o smtpd_tls_wrappermode=yes -o smtpd_milters="]]),
    Mistake("no_milters", "postfix-no-milters", [["-e", "receive_override_options = no_milters,no_address_mappings"]],
            lets_in=True),
    Mistake("no_milters of one", "postfix-no-milters", [["-P", _SMTPD + "receive_override_options=no_milters"]],
            lets_in=True),
    Mistake("default action", "postfix-milter-default-action", [["-e", "milter_default_action = accept"]]),
    Mistake("default action of one", "postfix-milter-default-action", [["-P", _SMTPD + "milter_default_action=accept"]]),
    Mistake("default action of ours", "postfix-milter-default-action",
            [["-e", f"smtpd_milters = {{{{ {_MILTER}, default_action=accept, command_timeout=9s }}}}"]]),
    Mistake("default action for two", "postfix-milter-default-action",
            [["-e", "milter_default_action = accept", f"smtpd_milters = inet:127.0.0.1:11332, {_MILTER}"]]),
    Mistake("default action reject", "postfix-milter-default-action", [["-e", "milter_default_action = reject"]],
            severity="warning"),
    Mistake("pretended TLS", "postfix-milter-macros",
            [["-e", "milter_macro_defaults = tls_version=TLSv1.3, cipher=TLS_AES_256_GCM_SHA384, cipher_bits=256"]],
            lets_in=True),
    Mistake("libmilter's way to write", "postfix-milter-syntax", [["-e", "smtpd_milters = {socket}/milter.sock"]],
            keeps_out=True),
    Mistake("an old protocol", "postfix-milter-protocol", [["-e", "milter_protocol = 2"]]),
    Mistake("chroot", "postfix-milter-unreachable", [["-F", _SMTPD + "chroot=y"]], keeps_out=True),
    Mistake("XCLIENT for others", "postfix-xclient", [["-e", "smtpd_authorized_xclient_hosts = 192.0.2.0/24"]]),
    Mistake("XCLIENT for a name", "postfix-xclient", [["-e", "smtpd_authorized_xclient_hosts = proxy.example.com"]]),
    Mistake("XCLIENT for a table", "postfix-xclient", [["-e", "smtpd_authorized_xclient_hosts = cidr:/etc/postfix/proxies"]],
            severity="warning", mends=False),
    Mistake("anybody with a certificate", "postfix-not-asked",
            [["-P", "submission/inet/smtpd_client_restrictions=permit_tls_all_clientcerts,reject"]]),
    Mistake("the world as one's own network", "postfix-not-asked",
            [["-P", "submission/inet/smtpd_client_restrictions=permit_mynetworks,reject"],
             ["-P", "submission/inet/mynetworks=0.0.0.0/0"]]),
    Mistake("a proxy filter", "postfix-proxy-filter", [["-e", "smtpd_proxy_filter = 127.0.0.1:10024"]], policy=_HEADER),
    # The policy service.
    Mistake("permit before us", "postfix-policy-service-order",
            [["-e", f"smtpd_recipient_restrictions = permit_mynetworks, {_CHECK}"]], before=_ALONE, lets_in=True),
    Mistake("logins before us", "postfix-policy-service-order",
            [["-e", "smtpd_sasl_auth_enable = yes",
              f"smtpd_recipient_restrictions = permit_sasl_authenticated, {_CHECK}, reject_unauth_destination"]],
            before=_ALONE),
    Mistake("a class before us", "postfix-policy-service-order",
            [["-e", "smtpd_restriction_classes = ours", "ours = permit_auth_destination",
              f"smtpd_recipient_restrictions = ours, {_CHECK}"]], before=_ALONE, lets_in=True),
    Mistake("a permit before our class", "postfix-policy-service-order",
            [["-e", "smtpd_restriction_classes = ours", f"ours = {_CHECK}",
              "smtpd_recipient_restrictions = permit_mynetworks, ours"]], before=_ALONE, lets_in=True),
    Mistake("refusals that are logged alone", "postfix-policy-service-warned",
            [["-e", f"smtpd_recipient_restrictions = reject_unauth_destination, warn_if_reject, {_CHECK}"]], before=_ALONE,
            lets_in=True),
    Mistake("a class whose refusals are logged alone", "postfix-policy-service-warned",
            [["-e", "smtpd_restriction_classes = ours", f"ours = {_CHECK}",
              "smtpd_recipient_restrictions = warn_if_reject ours, reject_unauth_destination"]], before=_ALONE, lets_in=True),
    Mistake("asked at DATA", "postfix-policy-service-stage",
            [["-e", f"smtpd_data_restrictions = {_CHECK}", "smtpd_recipient_restrictions = permit_mynetworks, reject"]],
            before=_ALONE),
    Mistake("policy service's default", "postfix-policy-service-default-action",
            [["-e", "smtpd_policy_service_default_action = DUNNO"]], before=_ALONE),
    Mistake("policy service's own default", "postfix-policy-service-default-action",
            [["-e", "smtpd_recipient_restrictions = check_policy_service {{ unix:{socket}/policy_service.sock, default_action=DUNNO }}, permit_mynetworks"]],
            before=_ALONE),
    Mistake("policy service in a chroot", "postfix-policy-service-unreachable", [["-F", _SMTPD + "chroot=y"]],
            before=_ALONE),
    Mistake("headers without a milter", "postfix-policy-service-headers", [], before=_ALONE, policy=_HEADER),
    Mistake("fingerprints without the policy service", "postfix-fingerprint-not-told", [], policy=_PINNED),
    Mistake("MD5 of clients", "postfix-fingerprint-digest", [["-e", "smtpd_tls_fingerprint_digest = md5"]],
            before=_ALONE, policy=_PINNED),
    Mistake("MD5 by compatibility", "postfix-fingerprint-digest", [["-e", "compatibility_level = 2"]],
            before=_ALONE, policy=_PINNED),
    # TLS and certificates.
    Mistake("no TLS", "postfix-no-starttls", [["-e", "smtpd_tls_security_level = none"]]),
    Mistake("STARTTLS not offered", "postfix-no-starttls", [["-e", "smtpd_discard_ehlo_keywords = starttls, chunking"]]),
    Mistake("certificates not asked for", "postfix-ask-ccert", [["-e", "smtpd_tls_ask_ccert = no"]], keeps_out=True),
    Mistake("no certificates at one", "postfix-ask-ccert", [["-P", _SMTPD + "smtpd_tls_ask_ccert=no"]], keeps_out=True),
    Mistake("no CA", "postfix-ca-missing", [["-X", "smtpd_tls_CAfile"]]),
    Mistake("a CA file that is not there", "postfix-ca-unreadable", [["-e", "smtpd_tls_CAfile = /etc/no/such.pem"]]),
    Mistake("a CA directory outside of the chroot", "postfix-ca-path",
            [["-X", "smtpd_tls_CAfile"], ["-e", "smtpd_tls_CApath = /etc/ssl/certs"], ["-F", _SMTPD + "chroot=y"]],
            also=["postfix-milter-unreachable"]),
    Mistake("all public CAs", "postfix-public-cas", [["-e", "smtpd_tls_CAfile = /etc/ssl/certs/ca-certificates.crt"]],
            policy=_ANY, severity="warning", mends=False),
    Mistake("no certificate", "postfix-server-certificate", [["-X", "smtpd_tls_chain_files"]], mends=False),
    Mistake("shared tickets", "postfix-session-tickets",
            [["-P", "submission/inet/smtpd_tls_CAfile=/etc/ssl/certs/ca-certificates.crt"]], until=(3, 11, 7)),
    Mistake("versions", "postfix-tls-version", [["-e", "smtpd_tls_protocols = >=TLSv1, <=TLSv1.1"]]),
    Mistake("versions one by one", "postfix-tls-version", [["-e", "smtpd_tls_protocols = !TLSv1.2, !TLSv1.3"]]),
    Mistake("ciphers that are left out", "postfix-tls-ciphers", [["-e", "smtpd_tls_exclude_ciphers = RC4, AES256"]],
            policy=_STRONG, severity="warning"),
    Mistake("ciphers of one", "postfix-tls-ciphers", [["-P", _SMTPD + "smtpd_tls_exclude_ciphers=kECDHE"]],
            policy=_STRONG, severity="warning"),
    Mistake("ciphers that nobody shares", "postfix-tls-ciphers",
            [["-e", "smtpd_tls_protocols = >=TLSv1.2, <=TLSv1.2", "smtpd_tls_ciphers = high",
              "tls_high_cipherlist = ECDHE+AESGCM+AES128"]], policy=_STRONG),
    Mistake("ciphers of mandatory TLS", "postfix-tls-ciphers",
            [["-e", "smtpd_tls_security_level = encrypt", "smtpd_tls_mandatory_exclude_ciphers = AES256",
              "smtpd_tls_mandatory_protocols = TLSv1.2"]], policy=_STRONG),
    Mistake("no version at all", "postfix-tls-version", [["-e", "smtpd_tls_protocols = !TLSv1, !TLSv1.1, !TLSv1.2, !TLSv1.3"]]),
    Mistake("a comment behind a value", "postfix-comment", [["-e", "smtpd_tls_ask_ccert = yes # for partners"]],
            also=["postfix-ask-ccert"]),
    Mistake("NUL in headers", "postfix-nul-in-headers", [["-X", "message_reject_characters"]], policy=_HEADER,
            severity="warning"),
    # Mail that leaves.
    Mistake("nobody is asked", "postfix-tls-policy-maps", [["-X", "smtp_tls_policy_maps"]]),
    Mistake("another map alone", "postfix-tls-policy-maps",
            [["-e", "smtp_tls_policy_maps = socketmap:inet:127.0.0.1:8461:postfix"]]),
    Mistake("an override without", "postfix-tls-policy-maps", [["-P", "smtp/unix/smtp_tls_policy_maps="]]),
    Mistake("an unknown map", "postfix-tls-policy-name", [["-e", f"smtp_tls_policy_maps = {_MAP}:policy"]]),
    Mistake("another map before ours", "postfix-tls-policy-order",
            [["-e", f"smtp_tls_policy_maps = socketmap:inet:127.0.0.1:8461:postfix, {_MAP}:tls_policy"]],
            severity="warning"),
    Mistake("everybody before MTA-STS", "postfix-tls-policy-order",
            [["-e", f"smtp_tls_policy_maps = {_MAP}:tls_policy, socketmap:inet:127.0.0.1:8461:postfix"]],
            policy=_EVERYBODY, severity="warning"),
    Mistake("partners without the rest", "postfix-tls-policy-order", [["-e", f"smtp_tls_policy_maps = {_MAP}:partners"]],
            policy=_EVERYBODY),
    Mistake("the rest alone", "postfix-tls-policy-order", [["-e", f"smtp_tls_policy_maps = {_MAP}:rest"]],
            policy=_EVERYBODY),
    Mistake("smtp in a chroot", "postfix-tls-policy-unreachable", [["-F", "smtp/unix/chroot=y"]]),
    Mistake("no TLS for others", "postfix-smtp-tls-level", [["-e", "smtp_tls_security_level ="]], severity="warning"),
    Mistake("kept sessions", "postfix-smtp-tls-reuse",
            [["-e", "smtp_tls_connection_reuse = yes", "smtp_tls_security_level = encrypt"]], severity="warning",
            policy=_LEVEL % "{level: encrypt, min_version: TLSv1.3}"),
    Mistake("no CA for servers", "postfix-smtp-ca", [["-X", "smtp_tls_CAfile"]]),
    Mistake("MD5 of servers", "postfix-smtp-fingerprint-digest", [["-e", "smtp_tls_fingerprint_digest = md5"]],
            policy=_LEVEL % ('{level: fingerprint, fingerprints: ["%s"]}' % _FINGERPRINT)),
    Mistake("no DNSSEC", "postfix-dnssec", [["-e", "smtp_dns_support_level = enabled"]], policy=_LEVEL % "dane-only"),
    Mistake("a fallback", "postfix-fallback-relay", [["-e", "smtp_fallback_relay = [relay.example]:587"]]),
    Mistake("a relay", "postfix-relayhost", [["-e", "relayhost = [relay.example]:587"]], mends=False),
    Mistake("a relay where one connector is for all", "postfix-relayhost", [["-e", "relayhost = [relay.example]:587"]],
            mends=False, policy=_EVERYBODY),
    Mistake("a relay by filter", "postfix-relayhost", [["-e", "content_filter = smtp:[relay.example]:25"]], mends=False),
    Mistake("a relay by transport", "postfix-relayhost", [["-e", "default_transport = smtp:[relay.example]"]], mends=False),
    Mistake("a relay for every sender", "postfix-relayhost",
            [["-e", "sender_dependent_relayhost_maps = static:[relay.example]:587"]], mends=False),
    Mistake("a relay by a table of one value", "postfix-relayhost",
            [["-e", "transport_maps = static:smtp:[relay.example]"]], mends=False),
    Mistake("a relay by a table of one value in braces", "postfix-relayhost",
            [["-e", "sender_dependent_default_transport_maps = static:{{smtp:[relay.example]}}"]], mends=False),
    # The policy.
    Mistake("an extension", "postfix-recipient-delimiter", [["-e", "recipient_delimiter = -"]], mends=False,
            policy=_POLICY + "  - {name: boss, recipients: [boss@mx.lab.example], require: tls}\n"),
    Mistake("mail that leaves", "postfix-foreign-recipients", [], mends=False, severity="warning",
            policy="  - {name: away, recipients: [fabrikam.example], require: tls}\n"),
    Mistake("myorigin", "postfix-myorigin", [["-e", "myorigin = other.example"]], before=_ALONE, mends=False),
    Mistake("mydomain", "postfix-mydomain", [["-e", "append_dot_mydomain = yes"]], before=_ALONE, mends=False),
]


def _where(site, made):
    return {"socket": site.socket_path.parent, "port": made.port}


def _do(site, made, runs):
    for arguments in runs:
        made.postconf(*(argument.format(**_where(site, made)) for argument in arguments))


def _settings(site):
    return _SETTINGS.format(directory=site.socket_path.parent)


def _policy(site, text=_POLICY, settings="", head=_HEAD):
    return site.write_policy(text, _settings(site) + settings, head, name="doctor")


@contextlib.contextmanager
def _doctored(site):
    """With a daemon that has the policy."""
    number = len(list(site.directory.glob("doctored*")))
    site.start_daemon(_POLICY, _settings(site), _HEAD)
    yield doctored.Doctored(site.directory / f"doctored{number}", site.lab.pki, site.lab.tool_program,
                            site.socket_path.parent)


def _ids(findings, severities=("error", "warning")):
    return [(found["id"], found["severity"]) for found in findings if found["severity"] in severities]


def _expect_silence(made, policy, what):
    status, findings = made.examine(policy)
    check.equal((status, findings), (0, []), what)


def test_right(site):
    with _doctored(site) as made:
        _expect_silence(made, _policy(site), "a right configuration")


def test_mistakes(site):
    with _doctored(site) as made:
        wrong = []
        for mistake in MISTAKES:
            made.reset()
            policy = _policy(site, mistake.policy)
            _do(site, made, mistake.before)
            _do(site, made, mistake.postconf)
            status, findings = made.examine(policy)
            if postfix.version() >= mistake.until:
                check.equal((status, findings), (0, []), mistake.name)
                continue
            if sorted(_ids(findings)) != sorted([(mistake.wanted, mistake.severity), *((also, "error") for also in mistake.also)]):
                wrong.append(f"{mistake.name}: {status} {findings}")
                continue
            check.equal(status, {"error": 2, "warning": 1}[mistake.severity], f"{mistake.name}: exit status")
            if mistake.severity == "error":
                check.true(findings[0]["connectors"], f"{mistake.name}: names no connector")
            if mistake.mends:
                made.mend(findings)
                status, findings = made.examine(policy)
                if _ids(findings, ("error", "warning", "note")):
                    wrong.append(f"{mistake.name} mended: {status} {findings}")
        check.equal(wrong, [], "mistakes")


def _is_let_in(made, sender, **options):
    with contextlib.suppress(smtp.Disconnected):
        return made.rcpt(sender, **options).code == 250
    return False


def _mail(site, made):
    """Whether plaintext is let in, and whether a partner with the right certificate is."""
    return (_is_let_in(made, "a@plain.example"),
            _is_let_in(made, "a@contoso.example", tls="TLSv1.3", certificate=site.clients["right"]))


def test_by_mail(site):
    with _doctored(site) as made:
        policy = _policy(site)
        with made:
            check.equal(_mail(site, made), (False, True), "a right configuration")
        for mistake in (mistake for mistake in MISTAKES if mistake.lets_in or mistake.keeps_out):
            made.reset()
            _do(site, made, mistake.before)
            _do(site, made, mistake.postconf)
            with made:
                let_in, got_through = _mail(site, made)
            check.equal((let_in, not got_through), (mistake.lets_in, mistake.keeps_out), f"{mistake.name}: by mail")
            made.mend(made.examine(policy)[1])
            with made:
                check.equal(_mail(site, made), (False, True), f"{mistake.name}: by mail, mended")


def test_ciphers_by_mail(site):
    """What doctor says of ciphers is what a partner meets that has TLS 1.2 and no other."""
    def gets_through():
        with contextlib.suppress(OSError):
            return _is_let_in(made, "a@strong.example", tls="TLSv1.2", ciphers="ECDHE+AES256:ECDHE+AES128")
        return False
    with _doctored(site) as made:
        policy = _policy(site, _STRONG)
        site.start_daemon(_STRONG, _settings(site), _HEAD)
        with made:
            check.true(gets_through(), "a right configuration")
        for mistake in (mistake for mistake in MISTAKES if mistake.wanted == "postfix-tls-ciphers"):
            made.reset()
            _do(site, made, mistake.postconf)
            with made:
                check.true(not gets_through(), f"{mistake.name}: by mail")
            made.mend(made.examine(policy)[1])
            with made:
                check.true(gets_through(), f"{mistake.name}: by mail, mended")
