# SPDX-License-Identifier: MIT
"""Who has a new Debian, and does what README.md says: one machine, what its owner has beside (certificates), and what
comes of mail from outside."""

import pathlib
import shutil
import subprocess
import sys

import machine

HERE = pathlib.Path(__file__).resolve().parent
TREE = "/root/forcedtls"
POLICY = "/etc/forcedtls/forcedtls.yaml"
OUTSIDE = "192.0.2.25"
PARTNER, STRANGER, OURS = "a@contoso.com", "a@fabrikam.example", "root@mail.example.org"

class Newcomer:
    """made: a booted machine. lab_pki: of the integration tests."""

    def __init__(self, made, lab_pki, folder):
        self.machine = made
        self._certificates = {"none": "none"}
        for name, issuer in (("right", "root"), ("unverified", "stranger")):
            certificate = lab_pki.new_client(f"contoso-{name}", "mail.contoso.com", issuer)
            both = folder / f"{name}.both"
            both.write_text(certificate.key.read_text() + certificate.chain.read_text(), encoding="ascii")
            self._certificates[name] = str(both)
        self._files = {"key.pem": lab_pki.server.key, "cert.pem": lab_pki.server.chain,
                       "partner-cas.pem": lab_pki.ca_file, "contoso-ca.pem": lab_pki.stranger_ca_file}

    def install_postfix(self):
        """What the README takes for granted, and the files of which it says that they are the reader's."""
        self.machine.run("DEBIAN_FRONTEND=noninteractive apt-get install -y -q postfix")
        for name, path in self._files.items():
            self.machine.write(f"/etc/postfix/{name}", path.read_text(encoding="ascii"), 0o600)

    def run(self, block):
        """A display, as it stands there."""
        if block.kind == "file":
            self.machine.write(block.path, block.text)
        else:
            self.machine.run(f"export DEBIAN_FRONTEND=noninteractive\n{block.text}", TREE)

    def mail(self, wanted, sender, tls="none", certificate="none", recipient=OURS):
        """What comes from outside is told that."""
        told = self.machine.on_network([sys.executable, HERE / "client.py", OUTSIDE, tls, self._certificates[certificate],
                                        sender, recipient]).strip()
        if not told.startswith(wanted):
            raise machine.Failed(f"mail from {sender}, {tls}, certificate {certificate}: {told}, not {wanted}\n"
                                 + self.machine.try_run("journalctl -t forcedtlsd -t postfix/smtpd -n 30 -o cat")[1])

    def mail_until(self, wanted, sender):
        """The same, where something has to happen first."""
        def told():
            return self.machine.on_network([sys.executable, HERE / "client.py", OUTSIDE, "none", "none", sender,
                                            OURS]).startswith(wanted)
        self.machine.wait(told, f"{wanted} for mail from {sender}")

    def logged(self, *words):
        """The daemon's log has a line with all the words, before long."""
        pattern = "".join(f"(?=.*{word})" for word in words)
        self.machine.wait_for(f"journalctl -t forcedtlsd -o cat --no-pager | grep -qP '{pattern}'", f"{words} in the log")

    def judged(self):
        """In test mode: everything passes, and the log says what would have been."""
        self.mail("250", PARTNER)
        self.logged("would-reject", "connector=from-contoso", "reason=plaintext")
        self.mail("250", PARTNER, "TLSv1.3")
        self.logged("would-reject", "reason=no-certificate")
        self.mail("250", PARTNER, "TLSv1.3", "right")
        self.logged("pass", "subject=mail.contoso.com")

    def enforced(self):
        self.mail("550 5.7.10", PARTNER)
        self.mail("550 5.7.5", PARTNER, "TLSv1.3")
        self.mail("550 5.7.5", PARTNER, "TLSv1.3", "unverified")
        self.mail("250", PARTNER, "TLSv1.3", "right")
        self.mail("250", STRANGER)
        # Of which only Postfix knows whose mailbox it is.
        self.mail("250", STRANGER, recipient="root")

    def enforce(self):
        """What the README says to do: a new file beside the old one, and its name."""
        text = (self.machine.root / POLICY.lstrip("/")).read_text(encoding="utf-8")
        if "mode: test\n" not in text:
            raise machine.Failed(f"the policy has no mode: test\n{text}")
        self.machine.write(f"{POLICY}.new", text.replace("mode: test\n", "mode: enforce\n"))
        self.machine.run(f"mv {POLICY}.new {POLICY}")

    def pid(self):
        return self.machine.run("systemctl show -p MainPID --value forcedtlsd").strip()

    def reboot(self):
        """The daemon is there before Postfix."""
        self.machine.power_off()
        self.machine.boot()
        since = {unit: int(self.machine.run(f"systemctl show -p ActiveEnterTimestampMonotonic --value {unit}"))
                 for unit in ("forcedtlsd", "postfix@-", "postfix")}
        master = since["postfix@-"] or since["postfix"]
        if not 0 < since["forcedtlsd"] < master:
            raise machine.Failed(f"when they were up: {since}")
        self.enforced()

    def kill(self):
        """kill -9: another one takes its place."""
        before = self.pid()
        self.machine.run("systemctl kill -s KILL forcedtlsd")
        self.machine.wait_for(f"systemctl is-active -q forcedtlsd && test $(systemctl show -p MainPID --value forcedtlsd) "
                              f"!= {before}", "another daemon")
        self.mail_until("550 5.7.10", PARTNER)
        self.enforced()

    def stop(self):
        """While it is away mail is put off, whoever sends it; then it is judged again."""
        self.machine.run("systemctl stop forcedtlsd")
        self.mail("451", PARTNER)
        self.mail("451", STRANGER)
        self.machine.run("systemctl start forcedtlsd")
        self.enforced()

    def clone(self):
        """The source of this tree, and nothing that was built from an older one."""
        clone = self.machine.root / TREE.lstrip("/")
        shutil.rmtree(clone, ignore_errors=True)
        subprocess.run([machine.TOP / "contrib" / "copy-source", clone], check=True)

    def clone_newer(self):
        """With a higher version."""
        self.clone()
        self.machine.run(r"sed -i '1s/(\([0-9.]*\))/(\1.1)/' contrib/debian/changelog && "
                         r"sed -i '/^AC_INIT/s/\[\([0-9.]*\)\]/[\1.1]/' configure.ac", TREE)

    def upgrade(self, blocks):
        """Another process of another version, the same policy."""
        before = [self.pid(), self.machine.run("forcedtls -V"), self.machine.run(f"sha256sum {POLICY}")]
        for block in blocks:
            self.run(block)
        after = [self.pid(), self.machine.run("forcedtls -V"), self.machine.run(f"sha256sum {POLICY}")]
        if [old == new for old, new in zip(before, after)] != [False, False, True]:
            raise machine.Failed(f"process, version and policy were {before}, and are {after}")
        self.mail_until("550 5.7.10", PARTNER)
        self.enforced()

    def not_judged(self):
        self.mail("250", PARTNER)

    def nothing_left(self):
        """After the removal."""
        left = self.machine.run("ls -d /etc/forcedtls /var/spool/postfix/forcedtls /run/forcedtls /usr/sbin/forcedtlsd "
                                "/usr/bin/forcedtls 2>/dev/null || true; getent passwd forcedtls || true; "
                                "find / -xdev -name '*forcedtls*' -not -path '/root/*' -not -path '/var/log/*' "
                                "-not -path '/var/cache/*' -not -path '/etc/postfix/*' -not -path '/tmp/*' "
                                "-not -path '/var/tmp/*'")
        if left.strip():
            raise machine.Failed(f"left: {left}")
        self.not_judged()
