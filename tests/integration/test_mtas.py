# SPDX-License-Identifier: MIT
"""One table of sessions, each through Postfix and through Sendmail to one forcedtlsd: the same verdict, reason and
reply from both. Where an MTA does not hand over what it takes, the row says so, and what comes of it."""

import dataclasses

from lab import check, pki, record
from lab.postfix import HOSTNAME
from lab.site import tls_fields

LISTENERS = {
    "asking-nobody": {"smtpd_tls_ask_ccert": "no"},
    "named": {"smtpd_peername_lookup": "yes"},
    "smtps": {"smtpd_tls_wrappermode": "yes"},
}
SENDMAIL = {"sendmail": {}, "sendmail-asking-nobody": {"asks": False}, "sendmail-smtps": {"smtps": True}}
SETTINGS = "  log_accepted: true\n"
HEAD = "recipient_delimiter: \"+\"\ntrusted_networks: [127.0.0.9/32, 192.0.2.254/32]\n"
CONNECTORS = """\
  - {name: tls, senders: ["*.tls.example"], require: tls, on_failure: reject}
  - {name: later, senders: [later.example], require: {min_version: TLSv1.3}}
  - {name: secrecy, senders: [secrecy.example], require: {forward_secrecy: true, min_cipher_bits: 256}}
  - {name: held, senders: [held.example], require: {certificate: any}, on_failure: quarantine}
  - {name: any, senders: [any.example], require: {certificate: any}, on_failure: reject}
  - {name: name, senders: [name.example], require: {certificate: mail.contoso.example}, on_failure: reject}
  - {name: tree, senders: [tree.example], require: {certificate: "*.contoso.example"}}
  - {name: idn, senders: [idn.example], require: {certificate: müller.contoso.example}, on_failure: reject}
  - {name: bad, senders: [bad.example], require: {certificate: BadCertificateUnknown}, on_failure: reject}
  - name: dn
    senders: [dn.example]
    require: {certificate: "/O=Contoso, Inc./CN=mail.contoso.example"}
    on_failure: reject
  - {name: issuer, senders: [issuer.example], require: {certificate: {issuer: Lab Root CA}}, on_failure: reject}
  - {name: issuer-dn, senders: [issuer-dn.example], require: {certificate: {issuer: /O=Lab/CN=Lab Root CA}}}
  - {name: host, senders: [host.example], require: {allowed_clients: [127.0.0.2]}, on_failure: reject}
  - {name: own, presenting: [a.b.contoso.example], require: {allowed_senders: [own.example, tree.example]}}
  - {name: pilot, mode: test, senders: [pilot.example], require: tls, on_failure: reject}
  - name: excepted
    senders: [excepted.example]
    except: [{recipients: [abuse@example.org]}, {authenticated: true}]
    require: tls
    on_failure: reject
  - {name: helo, senders: ["*.helo.example"], require: tls}
  - {name: client, senders: [localhost], require: tls}
  - {name: to-clinic, recipients: [clinic.example], require: tls}
  - {name: to-boss, recipients: [boss@mailbox.example], require: tls}
  - {name: to-idn, recipients: [münchen.example], require: tls}
  - {name: to-literal, recipients: ["[192.0.2.1]", "[IPv6:2001:db8::1]"], require: tls}
"""
ROOT = record.escape(pki.ROOT_CN)
NAME = {"subject": "mail.contoso.example", "issuer": ROOT}
ORGANISATION = record.escape("/O=Contoso, Inc.")


@dataclasses.dataclass(frozen=True)
class Differs:
    """What one MTA does not hand over, and what is other than in the row because of it."""

    why: str
    want: tuple = None
    code: int = None  # the MTA itself refuses the address with it, and nothing is judged
    names: dict = None


@dataclasses.dataclass(frozen=True)
class Row:
    """want: connector, verdict, codes, reason; None where no connector concerns it. mail, rcpt: the argument as it is
    written, brackets and all. names: the certificate's, as logged. listener: of Postfix; Sendmail has one to match."""

    what: str
    want: tuple
    mail: str = "<a@elsewhere.example>"
    rcpt: str = "<info@example.org>"
    session: dict = dataclasses.field(default_factory=dict)
    names: dict = dataclasses.field(default_factory=dict)
    listener: str = "main"
    parameters: str = ""
    postfix: Differs = None
    sendmail: Differs = None


def _pass(connector):
    return (connector, "pass", None, None)


def _reject(connector, status, reason):
    return (connector, "reject", f"550 {status}", reason)


def _later(connector, status, reason):
    return (connector, "tempfail", f"451 {status}", reason)


def _with(certificate, tls="TLSv1.3", **options):
    return {"tls": tls, "certificate": certificate, **options}


_SENDMAIL_LISTENERS = {"main": "sendmail", "asking-nobody": "sendmail-asking-nobody", "named": "sendmail",
                       "smtps": "sendmail-smtps"}
_PLAIN = _reject("tls", "5.7.10", "plaintext")
_TO_CLINIC = _later("to-clinic", "4.7.10", "plaintext")
_NO_CERTIFICATE = _reject("name", "5.7.5", "no-certificate")
_WRONG_NAME = _reject("name", "5.7.5", "subject")
_UNVERIFIED = "Postfix: no name of a certificate that it could not verify"
_NO_DN = "Postfix: no distinguished names"
_NO_CN = "Sendmail: nothing as the CN of a certificate that has none; the distinguished name is logged instead"

TLS = [
    Row("plaintext", _PLAIN, "<a@tls.example>"),
    Row("plaintext, below the domain", _PLAIN, "<a@b.tls.example>"),
    Row("plaintext, of others", None),
    Row("TLS 1.0", _reject("tls", "5.7.6", "version"), "<a@tls.example>", session={"tls": "TLSv1"}),
    Row("TLS 1.1", _reject("tls", "5.7.6", "version"), "<a@tls.example>", session={"tls": "TLSv1.1"}),
    Row("TLS 1.2", _pass("tls"), "<a@tls.example>", session={"tls": "TLSv1.2"}),
    Row("TLS 1.3", _pass("tls"), "<a@tls.example>", session={"tls": "TLSv1.3"}),
    Row("TLS 1.2, 1.3 demanded", _later("later", "4.7.6", "version"), "<a@later.example>",
        session={"tls": "TLSv1.2"}),
    Row("no second EHLO", _pass("tls"), "<a@tls.example>", session={"tls": "TLSv1.3", "second_ehlo": False}),
    Row("no second EHLO, with certificate", _pass("name"), "<a@name.example>", names=NAME,
        session=_with("right", second_ehlo=False)),
    Row("TLS from the first byte", _pass("tls"), "<a@tls.example>", session={"tls": "TLSv1.3", "smtps": True},
        listener="smtps"),
    Row("TLS from the first byte, with certificate", _pass("name"), "<a@name.example>", names=NAME,
        session=_with("right", smtps=True), listener="smtps"),
    Row("TLS from the first byte, old", _reject("tls", "5.7.6", "version"), "<a@tls.example>",
        session={"tls": "TLSv1.1", "smtps": True}, listener="smtps"),
    Row("no forward secrecy", _later("secrecy", "4.7.6", "forward-secrecy"), "<a@secrecy.example>",
        session={"tls": "TLSv1.2", "ciphers": "AES256-GCM-SHA384"}),
    Row("too few bits", _later("secrecy", "4.7.6", "bits"), "<a@secrecy.example>",
        session={"tls": "TLSv1.2", "ciphers": "ECDHE-RSA-AES128-GCM-SHA256"}),
    Row("another host", _reject("host", "5.7.1", "client"), "<a@host.example>", session={"tls": "TLSv1.2"}),
    Row("the right host", _pass("host"), "<a@host.example>", session={"tls": "TLSv1.2", "source": "127.0.0.2"}),
    Row("trusted network", None, "<a@tls.example>", session={"source": "127.0.0.9"}),
    Row("test mode", ("pilot", "would-reject", "550 5.7.10", "plaintext"), "<a@pilot.example>"),
    Row("to be held", ("held", "quarantine", None, "no-certificate"), "<a@held.example>",
        session={"tls": "TLSv1.2"}),
    Row("excepted recipient", None, "<a@excepted.example>", "<abuse@example.org>"),
    Row("forged AUTH=", _reject("excepted", "5.7.10", "plaintext"), "<a@excepted.example>",
        parameters="AUTH=bob@mx.lab.example"),
]

CERTIFICATES = [
    Row("none", _NO_CERTIFICATE, "<a@name.example>", session={"tls": "TLSv1.3"}),  # {verify}: NO
    Row("none, TLS 1.2", _NO_CERTIFICATE, "<a@name.example>", session={"tls": "TLSv1.2"}),
    Row("asked of nobody", _NO_CERTIFICATE, "<a@name.example>", session=_with("right"),  # {verify}: NOT
        listener="asking-nobody"),
    Row("right, TLS 1.2", _pass("name"), "<a@name.example>", session=_with("right", "TLSv1.2"), names=NAME),
    Row("right", _pass("name"), "<a@name.example>", session=_with("right"), names=NAME),  # {verify}: OK
    Row("right, in capitals", _pass("name"), "<a@name.example>", session=_with("upper"),
        names={"subject": "MAIL.Contoso.Example", "issuer": ROOT}),
    Row("no purpose", _pass("name"), "<a@name.example>", session=_with("no-purpose"), names=NAME),
    Row("via an intermediate", _pass("name"), "<a@name.example>", session=_with("via-intermediate"),
        names={"subject": "mail.contoso.example", "issuer": record.escape(pki.INTERMEDIATE_CN)}),
    Row("wildcard", _pass("name"), "<a@name.example>", session=_with("wildcard"),
        names={"subject": "*.contoso.example", "issuer": ROOT}),
    Row("below the tree", _pass("tree"), "<a@tree.example>", session=_with("deep"),
        names={"subject": "a.b.contoso.example", "issuer": ROOT}),
    Row("outside of the tree", _later("tree", "4.7.5", "subject"), "<a@tree.example>", session=_with("wrong"),
        names={"subject": "mail.fabrikam.example", "issuer": ROOT}),
    Row("wrong", _WRONG_NAME, "<a@name.example>", session=_with("wrong"),
        names={"subject": "mail.fabrikam.example", "issuer": ROOT}),
    Row("two CNs", _WRONG_NAME, "<a@name.example>", session=_with("two-names"),
        names={"subject": "first.contoso.example", "issuer": ROOT}),
    Row("alternative name alone", _WRONG_NAME, "<a@name.example>", session=_with("san-only"),
        names={"subject": '""', "issuer": ROOT},
        sendmail=Differs(_NO_CN, names={"subject": ORGANISATION, "issuer": ROOT})),
    Row("alternative name alone, any demanded", _pass("any"), "<a@any.example>", session=_with("san-only"),
        names={"subject": '""', "issuer": ROOT},
        sendmail=Differs(_NO_CN, names={"subject": ORGANISATION, "issuer": ROOT})),
    Row("empty subject", _WRONG_NAME, "<a@name.example>", session=_with("empty-subject"),
        names={"subject": '""', "issuer": ROOT}),
    # {verify} is FAIL in these.
    Row("self-signed", _NO_CERTIFICATE, "<a@name.example>", session=_with("self-signed"),
        names={"subject": "mail.contoso.example", "issuer": "mail.contoso.example"},
        postfix=Differs(_UNVERIFIED, names={})),
    Row("of another CA", _NO_CERTIFICATE, "<a@name.example>", session=_with("unverified"),
        names={"subject": "mail.contoso.example", "issuer": record.escape(pki.STRANGER_CN)},
        postfix=Differs(_UNVERIFIED, names={})),
    Row("expired", _NO_CERTIFICATE, "<a@name.example>", session=_with("expired"), names=NAME,
        postfix=Differs(_UNVERIFIED, names={})),
    Row("for servers alone", _NO_CERTIFICATE, "<a@name.example>", session=_with("server-only"), names=NAME,
        postfix=Differs(_UNVERIFIED, names={})),
    Row("for servers alone, any demanded", _reject("any", "5.7.5", "no-certificate"), "<a@any.example>",
        session=_with("server-only"), names=NAME, postfix=Differs(_UNVERIFIED, names={})),
]

NAMES = [
    Row("of a log line", _WRONG_NAME, "<a@name.example>", session=_with("odd"),
        names={"subject": record.escape(pki.ODD_CN), "issuer": ROOT}),
    Row("of a log line, any demanded", _pass("any"), "<a@any.example>", session=_with("odd"),
        names={"subject": record.escape(pki.ODD_CN), "issuer": ROOT}),
    Row("with a line end", _WRONG_NAME, "<a@name.example>", session=_with("newline"),
        names={"subject": record.escape("mail.contoso.example\nreason=-"), "issuer": ROOT},
        postfix=Differs("Postfix: no name that has control characters in it", names={"subject": '""', "issuer": ROOT})),
    Row("a dash", _WRONG_NAME, "<a@name.example>", session=_with("dash"), names={"subject": "\\x2D", "issuer": ROOT}),
    Row("beyond ASCII", _pass("idn"), "<a@idn.example>", session=_with("utf8"),
        names={"subject": record.escape(pki.UTF8_CN), "issuer": ROOT}),
    Row("that looks escaped", _WRONG_NAME, "<a@name.example>", session=_with("xtext"),
        names={"subject": pki.XTEXT_CN, "issuer": ROOT}),
    Row("that Sendmail writes for none", _pass("bad"), "<a@bad.example>", session=_with("sentinel"),
        names={"subject": pki.SENTINEL_CN, "issuer": ROOT},
        sendmail=Differs("Sendmail: no difference between this name and none", _reject("bad", "5.7.5", "subject"),
                         names={"subject": f"/CN={pki.SENTINEL_CN}", "issuer": ROOT})),
    Row("distinguished", _pass("dn"), "<a@dn.example>", session=_with("right"), names=NAME,
        postfix=Differs(_NO_DN, _reject("dn", "5.7.5", "subject"))),
    Row("distinguished, wrong", _reject("dn", "5.7.5", "subject"), "<a@dn.example>", session=_with("wrong"),
        names={"subject": "mail.fabrikam.example", "issuer": ROOT}),
    Row("distinguished, forged in one attribute", _reject("dn", "5.7.5", "subject"), "<a@dn.example>",
        session=_with("forged-o"), names={"subject": '""', "issuer": ROOT},
        sendmail=Differs(_NO_CN, names={"subject": record.escape("/O=Contoso, Inc.\\/CN=mail.contoso.example"),
                                        "issuer": ROOT})),
    Row("of the issuer", _pass("issuer"), "<a@issuer.example>", session=_with("right"), names=NAME),
    Row("of the issuer, wrong", _reject("issuer", "5.7.5", "issuer"), "<a@issuer.example>",
        session=_with("via-intermediate"),
        names={"subject": "mail.contoso.example", "issuer": record.escape(pki.INTERMEDIATE_CN)}),
    Row("of the issuer, distinguished", _pass("issuer-dn"), "<a@issuer-dn.example>", session=_with("right"), names=NAME,
        postfix=Differs(_NO_DN, _later("issuer-dn", "4.7.5", "issuer"))),
    Row("of an issuer without CN", _reject("issuer", "5.7.5", "issuer"), "<a@issuer.example>",
        session=_with("via-nameless"),
        names={"subject": "mail.contoso.example", "issuer": record.escape(pki.NAMELESS_O)},
        sendmail=Differs(_NO_CN, names={"subject": "mail.contoso.example",
                                        "issuer": record.escape(f"/O={pki.NAMELESS_O}")})),
    Row("that selects, right sender", _pass("own"), "<a@own.example>", session=_with("deep"),
        names={"subject": "a.b.contoso.example", "issuer": ROOT}),
    Row("that selects, wrong sender", _later("own", "4.7.1", "sender"), session=_with("deep"),
        names={"subject": "a.b.contoso.example", "issuer": ROOT}),
]

SENDERS = [
    Row("in capitals", _PLAIN, "<A.B@TLS.Example>"),
    Row("trailing dot", _PLAIN, "<a@tls.example.>"),
    Row("looks alike", None, "<a@nottls.example>"),
    Row("looks alike in the local part", None, "<tls.example@elsewhere.example>"),
    Row("source route", _PLAIN, "<@relay.example:a@tls.example>"),
    Row("two hops", _PLAIN, "<@relay.example,@other.example:a@tls.example>"),
    Row("%-hack", _PLAIN, f"<a%tls.example@{HOSTNAME}>"),
    Row("%-hack, for another host to undo", _PLAIN, "<a%tls.example@elsewhere.example>"),
    Row("bang path", _PLAIN, "<tls.example!a>"),
    Row("quoted", _PLAIN, '<"quoted local"@tls.example>'),
    Row("quoted at sign", _PLAIN, '<"u@elsewhere.example"@tls.example>'),
    Row("quoted for nothing", _PLAIN, '<"a"@tls.example>'),
    Row("comment", _PLAIN, "<a(comment)@tls.example>"),
    Row("no brackets", _PLAIN, "a@tls.example"),
    Row("blanks in the brackets", _PLAIN, "< a@tls.example >"),
    Row("null, from a partner's host", _later("helo", "4.7.10", "plaintext"), "<>",
        session={"helo": "mail.helo.example"}),
    Row("null, by EHLO", _later("helo", "4.7.10", "plaintext"), "<>", session={"helo": "helo.example"}),
    Row("null, by the client's verified name", _later("client", "4.7.10", "plaintext"), "<>", listener="named"),
    Row("null, of others", None, "<>", session={"source": "127.0.0.2"}),
]

RECIPIENTS = [
    Row("as is", _TO_CLINIC, rcpt="<v@clinic.example>"),
    Row("in capitals", _TO_CLINIC, rcpt="<V@CLINIC.EXAMPLE>"),
    Row("trailing dot", _TO_CLINIC, rcpt="<v@clinic.example.>"),
    Row("below the domain", None, rcpt="<v@sub.clinic.example>"),
    Row("source route", _TO_CLINIC, rcpt="<@relay.example:v@clinic.example>"),
    Row("%-hack", _TO_CLINIC, rcpt=f"<v%clinic.example@{HOSTNAME}>"),
    Row("%-hack, quoted", _TO_CLINIC, rcpt=f'<"v%clinic.example"@{HOSTNAME}>'),
    Row("bang path", _TO_CLINIC, rcpt="<clinic.example!v>"),
    Row("quoted", _TO_CLINIC, rcpt='<"v w"@clinic.example>'),
    Row("comment", _TO_CLINIC, rcpt="<v(comment)@clinic.example>"),
    Row("no brackets", _TO_CLINIC, rcpt="v@clinic.example"),
    Row("blanks in the brackets", _TO_CLINIC, rcpt="< v@clinic.example >"),
    Row("mailbox", _later("to-boss", "4.7.10", "plaintext"), rcpt="<Boss@mailbox.example>"),
    Row("mailbox, quoted, extended", _later("to-boss", "4.7.10", "plaintext"), rcpt='<"boss+x"@mailbox.example>'),
    Row("another mailbox", None, rcpt="<bosses@mailbox.example>"),
    Row("address literal", _later("to-literal", "4.7.10", "plaintext"), rcpt="<v@[192.0.2.1]>"),
    Row("IPv6 address literal", _later("to-literal", "4.7.10", "plaintext"), rcpt="<v@[IPv6:2001:db8::1]>"),
    Row("no domain", None, rcpt="<root>"),
    Row("A-label", _later("to-idn", "4.7.10", "plaintext"), rcpt="<v@xn--mnchen-3ya.example>"),
    Row("U-label with SMTPUTF8", _later("to-idn", "4.7.10", "plaintext"), rcpt="<v@münchen.example>",
        parameters="SMTPUTF8", sendmail=Differs("Sendmail: does not offer SMTPUTF8", code=555)),
    Row("U-label without SMTPUTF8", _later("to-idn", "4.7.10", "plaintext"), rcpt="<v@münchen.example>",
        postfix=Differs("Postfix: takes it with SMTPUTF8 alone", code=501)),
]


def _wanted(row, mta):
    """The row as it is for that MTA: what is wanted, the MTA's own code, the names."""
    differs = getattr(row, mta)
    if differs is None:
        return row.want, None, row.names
    return differs.want or row.want, differs.code, row.names if differs.names is None else differs.names


def _talk(site, row, listener):
    """The reply to RCPT, or to a MAIL that is refused, the records, and what the client's end knows of TLS."""
    options = dict(row.session)
    if "certificate" in options:
        options["certificate"] = site.clients[options["certificate"]]
    start = site.daemon.mark()
    with site.session(listener, **options) as session:
        reply = session.command(f"MAIL FROM:{row.mail} {row.parameters}".rstrip())
        if reply.code == 250:
            reply = session.command(f"RCPT TO:{row.rcpt}").plain
        return reply, site.flushed_records(start), tls_fields(session)


def _check(row, mta, reply, records, tls):
    want, code, names = _wanted(row, mta)
    if code is not None:
        check.equal((reply.code, len(records)), (code, 0), "reply of the MTA itself, and verdicts")
        return None
    connector, verdict, codes, reason = want or ("-", "pass", None, None)
    # What a connector in test mode would have done comes after what was done.
    check.equal(len(records), 2 if verdict.startswith("would-") else 1,
                f"number of verdicts in the log: {[found.line for found in records]}")
    found = records[-1]
    got = (found.fields["connector"], found.verdict, (found.reply or "")[:len(codes or "")] or None,
           found.fields["reason"])
    check.equal(got, (connector, verdict, codes, reason or "-"), f"verdict in {found.line!r}")
    refused = verdict in ("reject", "tempfail")
    check.equal(str(reply) if refused else reply.code, found.reply if refused else 250, "reply to RCPT")
    check.equal({name: found.fields[name] for name in ("tls", "cipher", "bits", "subject", "issuer")},
                tls | {"subject": "-", "issuer": "-"} | names, f"session in {found.line!r}")
    check.equal(found.queue_id != "NOQUEUE", mta == "sendmail", f"queue id in {found.line!r}")
    return found


def _problems(site, row):
    """Through both; then what both logged, but for the names and the ciphers, which were looked at."""
    fields = {}
    for mta, listener in (("postfix", row.listener), ("sendmail", _SENDMAIL_LISTENERS[row.listener])):
        try:
            found = _check(row, mta, *_talk(site, row, listener))
            if found is not None:
                fields[mta] = found.fields | {"subject": None, "issuer": None, "cipher": None, "bits": None}
        except AssertionError as error:
            yield f"{mta}, {row.what}: {error}"
    if len(fields) == 2 and row.postfix is None and row.sendmail is None and fields["postfix"] != fields["sendmail"]:
        yield f"{row.what}: Postfix {fields['postfix']}, Sendmail {fields['sendmail']}"


def _run(site, rows):
    problems = [problem for row in rows for problem in _problems(site, row)]
    check.true(not problems, "\n".join(problems))


def test_tls(site):
    _run(site, TLS)


def test_certificates(site):
    _run(site, CERTIFICATES)


def test_names_in_certificates(site):
    _run(site, NAMES)


def test_senders(site):
    _run(site, SENDERS)


def test_recipients(site):
    _run(site, RECIPIENTS)


def test_differences_have_a_reason(_site):
    """Whatever differs between the two MTAs says why, and names the one that it is about."""
    for row in TLS + CERTIFICATES + NAMES + SENDERS + RECIPIENTS:
        for mta in ("postfix", "sendmail"):
            differs = getattr(row, mta)
            check.true(differs is None or differs.why.lower().startswith(f"{mta}: "),
                       f"no reason in the row {row.what}")
