# SPDX-License-Identifier: MIT
"""Partners that mail is delivered to: a second Postfix whose smtpds each show another certificate, or offer less of
TLS; the DNS that leads there; and a Postfix that delivers. None of them knows forcedtls."""

import contextlib
import itertools

from . import dns, net, pki, postfix

DOMAIN = "contoso.example"
OTHER_NAME = "mail.fabrikam.example"

# What each partner's server offers beside, as -o options of its smtpd.
OPTIONS = {
    "tls11": {"smtpd_tls_protocols": "TLSv1.1"},
    "tls12": {"smtpd_tls_protocols": "TLSv1.2"},
    "weak": {"smtpd_tls_protocols": "TLSv1.2", "tls_medium_cipherlist": "AES128-SHA:@SECLEVEL=0"},
    "plain": {"smtpd_tls_security_level": "none"},
}
_ISSUERS = {"stranger": "stranger", "self-signed": "itself"}
# "hosted" has the right certificate for who asks for it by name (SNI, RFC 6066); all others see the one of "wrong".
NAMES = ("good", "wrong", "self-signed", "stranger", "expired", "tls11", "tls12", "weak", "plain", "hosted")
_count = itertools.count(1)


def domain(name):
    return f"{name}.{DOMAIN}"


def host(name):
    return f"mail.{domain(name)}"


def _in_one_file(certificate):
    """As Postfix wants it for SNI."""
    path = certificate.chain.with_suffix(".both")
    path.write_bytes(certificate.key.read_bytes() + certificate.chain.read_bytes())
    path.chmod(0o600)
    return path


class Partners:
    """All of them, made once: certificates by name, and an address each."""

    def __init__(self, lab_pki):
        self.addresses = {name: f"127.0.0.{number}" for number, name in enumerate(NAMES, 31)}
        self.certificates = {}
        for name in NAMES:
            names = [OTHER_NAME] if name == "wrong" else [host(name)]
            self.certificates[name] = lab_pki.new_server(name, names, _ISSUERS.get(name, "root"),
                                                         expired=name == "expired")

    def records(self, port, tlsa=()):
        """tlsa: names of those that have a record for their key; "wrong" has the one of somebody else's key."""
        found = {}
        for name in NAMES:
            found[domain(name)] = [dns.mail_exchanger(host(name))]
            found[host(name)] = [dns.address(self.addresses[name])]
            if name in tlsa:
                key = self.key_digest("good" if name == "wrong" else name)
                found[f"_{port}._tcp.{host(name)}"] = [dns.tlsa(3, 1, 1, key)]
        return found

    def key_digest(self, name):
        _, print_of_key = pki.fingerprints(self.certificates[name])
        return bytes.fromhex(print_of_key.replace(":", ""))

    def _services(self, port):
        lines = []
        for name in NAMES:
            certificate = self.certificates[name]
            options = {"smtpd_milters": ""}
            if name == "hosted":
                options["tls_server_sni_maps"] = f"inline:{{ {{ {host(name)} = {_in_one_file(certificate)} }} }}"
                certificate = self.certificates["wrong"]
            options["smtpd_tls_chain_files"] = f"{certificate.key}, {certificate.chain}"
            lines.append(f"{self.addresses[name]}:{port} inet n - n - - smtpd")
            lines += [f"  -o {{ {key} = {value} }}" for key, value in (options | OPTIONS.get(name, {})).items()]
        return "\n".join(lines) + "\n"

    @contextlib.contextmanager
    def serving(self, directory, lab_pki):
        """The port at which all of them serve."""
        port = net.free_ports(1)[0]
        made = postfix.Postfix(directory, lab_pki, {"unused": {}})
        made.configure({}, self._services(port))
        try:
            made.start()
            yield port
        finally:
            made.stop()


@contextlib.contextmanager
def delivering(directory, lab_pki, port, server, settings, services=""):
    """A Postfix that delivers to that port and asks that DNS server: its smtp runs in a chroot, where /etc/resolv.conf
    is its own. settings: what its main.cf has beside; services: more of its master.cf."""
    made = postfix.Postfix(directory, lab_pki, {"unused": {}})
    made.configure({
        "default_transport": "smtp", "smtp_tcp_port": port, "smtp_tls_CAfile": lab_pki.ca_file,
        "smtp_tls_security_level": "may", "smtp_dns_support_level": "dnssec", "smtp_tls_fingerprint_digest": "sha256",
        "smtp_tls_loglevel": 1, "smtp_tls_session_cache_database": "", "smtp_tls_protocols": ">=TLSv1",
        "smtp_tls_mandatory_protocols": ">=TLSv1", "smtp_connection_cache_on_demand": "no",
        "tls_high_cipherlist": "HIGH:!AES128-SHA:@SECLEVEL=0",
        "smtp_destination_concurrency_failed_cohort_limit": 0,  # or one failure is held against the next message
    } | settings, f"smtp unix - - y - - smtp\n  -o syslog_name=chroot\n{services}")
    try:
        made.start()
        # Not before: Debian 13 copies the host's own into the chroot at each start. smtp reads it with its first mail.
        (made.spool / "etc").mkdir(exist_ok=True)
        (made.spool / "etc" / "resolv.conf").write_text(server.resolver_text, encoding="utf-8")
        yield made
    finally:
        made.stop()


def _outcome(sending, recipient, start):
    line = sending.wait_for_log(f"to=<{recipient}>", "status=", start=start)
    process = line.partition("/smtp[")[2].partition("]")[0]
    established = [found for found in sending.log_text()[start:].splitlines()
                   if f"smtp[{process}]" in found and "TLS connection established to" in found]
    status, _, words = line.partition("status=")[2].partition(" ")
    return status, words.strip("()"), established[-1].partition("]: ")[2] if established else None


def outcomes(sending, domains, sender="a@example.org"):
    """Sends a message to each: what smtp(8) says of it at last, and the line about TLS before that, or None. Every
    recipient is a new one, so that no later attempt for an old message counts."""
    start = len(sending.log_text())
    recipients = [f"b{next(_count)}@{name}" for name in domains]
    for recipient in recipients:
        sending.sendmail(sender, recipient, "Subject: lab\n\nlab\n")
    return [_outcome(sending, recipient, start) for recipient in recipients]


def outcome(sending, domain_name, sender="a@example.org"):
    return outcomes(sending, [domain_name], sender)[0]
