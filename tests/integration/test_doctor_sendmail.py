# SPDX-License-Identifier: MIT
"""forcedtls doctor and Sendmail: a sendmail.cf made of the lines that are shipped, and what is wrong with others."""

import dataclasses
import json
import re
import subprocess

from lab import check, sendmail

_POLICY = """\
  - {name: from-contoso, senders: ["*.contoso.example"], require: {certificate: mail.contoso.example}}
  - {name: plain, senders: [plain.example], require: tls}
"""
_LEAVES = _POLICY + '  - {name: to, recipients: ["*.contoso.example"], deliver: secure}\n'
_PINNED = _POLICY + '  - {name: pinned, senders: [pinned.example], require: {certificate: {fingerprint: "%s"}}}\n' % (":".join(["AB"] * 32))


@dataclasses.dataclass
class Mistake:
    name: str
    wanted: str
    pattern: str = ""  # of sendmail.cf
    instead: str = ""
    policy: str = _POLICY
    settings: str = ""
    severity: str = "error"


MISTAKES = [
    Mistake("no filter", "sendmail-no-filter", r"^Xforcedtls.*$"),
    Mistake("a filter that nobody asks", "sendmail-no-filter", r"^O InputMailFilters=.*$"),
    Mistake("a port with another filter", "sendmail-no-filter", r"^(O DaemonPortOptions=.*)$", r"\1, InputMailFilters=clamav"),
    Mistake("another socket", "sendmail-no-filter", r"S=unix:[^,]*", "S=unix:/run/other.sock"),
    Mistake("no F=T", "sendmail-filter-flags", r", F=T", ""),
    Mistake("no time", "sendmail-filter-timeouts", r"R:10s", "R:1s", severity="warning"),
    Mistake("no certificate", "sendmail-starttls", r"^O ServerCertFile=.*$"),
    Mistake("no key", "sendmail-starttls", r"^O ServerKeyFile=.*$"),
    Mistake("no CA", "sendmail-ca-missing", r"^O CACert(File|Path)=.*$"),
    Mistake("certificates not asked for", "sendmail-not-asked", r"^(O CACertFile=.*)$", r"\1\nO TLSSrvOptions=V"),
    Mistake("no TLS at a port", "sendmail-tls-off", r"^(O DaemonPortOptions=.*)$", r"\1, M=S"),
    Mistake("no access map", "sendmail-access-map", policy=_LEAVES),
    Mistake("no fingerprints", "sendmail-fingerprint", r"^O CertFingerprintAlgorithm=.*$", policy=_PINNED),
    Mistake("MD5", "sendmail-fingerprint", r"^(O CertFingerprintAlgorithm)=.*$", r"\1=md5", policy=_PINNED),
    Mistake("another MTA", "sendmail-mta", settings="  mta: postfix\n"),
]


def _examine(site, file, policy):
    done = subprocess.run([site.lab.tool_program, "doctor", "-c", policy, "--json", "--sendmail", file],
                          capture_output=True, text=True, check=False)
    check.equal(done.stderr, "", "stderr")
    return done.returncode, json.loads(done.stdout)["findings"]


def _made(site):
    """A right one; it is never started."""
    site.start_daemon(_POLICY)
    made = sendmail.Sendmail(site.directory / f"doctored{len(list(site.directory.iterdir()))}", site.lab.pki, {"main": {}}, site.socket)
    return made.directory / "sendmail.cf"


def test_mistakes(site):
    try:
        file = _made(site)
    except sendmail.Missing as missing:
        raise check.Skip(str(missing)) from missing
    right = file.read_text(encoding="utf-8")
    check.equal(_examine(site, file, site.write_policy(_POLICY, name="doctor")), (0, []), "a right configuration")
    for mistake in MISTAKES:
        text, count = re.subn(mistake.pattern, mistake.instead, right, flags=re.MULTILINE) if mistake.pattern else (right, 1)
        check.true(count > 0, f"{mistake.name}: nothing was changed")
        file.write_text(text, encoding="utf-8")
        status, findings = _examine(site, file, site.write_policy(mistake.policy, mistake.settings, name="doctor"))
        check.equal([(found["id"], found["severity"]) for found in findings], [(mistake.wanted, mistake.severity)], mistake.name)
        check.equal(status, 2 if mistake.severity == "error" else 1, f"{mistake.name}: exit status")
        check.true(findings[0]["edit"] or findings[0]["fix"], f"{mistake.name}: nothing mends it")
    file.write_text(right, encoding="utf-8")


def test_commands(site):
    """What a command mends: a key that others can read, a directory that others can write to."""
    try:
        file = _made(site)
    except sendmail.Missing as missing:
        raise check.Skip(str(missing)) from missing
    policy = site.write_policy(_POLICY, name="doctor")
    key, directory = file.parent / "server.key", site.socket_path.parent
    key.write_bytes(site.lab.pki.server.key.read_bytes())
    key.chmod(0o644)
    file.write_text(re.sub(r"^O ServerKeyFile=.*$", f"O ServerKeyFile={key}", file.read_text(encoding="utf-8"),
                           flags=re.MULTILINE), encoding="utf-8")
    mode = directory.stat().st_mode
    directory.chmod(0o770)
    _, findings = _examine(site, file, policy)
    check.equal([found["id"] for found in findings], ["sendmail-filter-unreachable", "sendmail-server-key"], "findings")
    for found in findings:
        for command in found["fix"]:
            subprocess.run(["sh", "-c", command], check=True)
    check.equal(_examine(site, file, policy), (0, []), "mended")
    directory.chmod(mode)
