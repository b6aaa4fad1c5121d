# SPDX-License-Identifier: MIT
"""contrib/systemd/forcedtls-mail, as it is, with commands that say what a case has them say: what is mailed, and when."""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

SRC = pathlib.Path(os.environ.get("srcdir", ".")).resolve()
SCRIPT = SRC / "contrib" / "systemd" / "forcedtls-mail.in"
FORCEDTLS = """#!/bin/sh
printf '%s\\n' "$*" >>"{folder}/asked"
case "$1 $2" in "pending --held") part=held ;; *) part=$1 ;; esac
cat "{folder}/$part.out"
exit "$(cat "{folder}/$part.status")"
"""
SENDMAIL = """#!/bin/sh
printf '%s\\n' "$*" >"{folder}/arguments"
cat >"{folder}/mail"
exit "$(cat "{folder}/sendmail.status")"
"""
PENDING = "DESTINATION  CONNECTOR   KIND\ncontoso.com  to-contoso  certificate\n"
FINDING = "error: smtpd_milters: ...\n.\n$(touch pwned) `touch pwned` \\n \\\\ %s ü\n"


class Place:
    """Commands of the script's own, and what they are to say."""

    def __init__(self, folder, *, queue=True):
        self.folder = pathlib.Path(folder)
        (self.folder / "bin").mkdir()
        self._command("bin/forcedtls", FORCEDTLS)
        self._command("sendmail", SENDMAIL)
        if queue:
            self._command("bin/postqueue", "#!/bin/sh\n")
        for name in ("uname", "cat", "sh"):
            (self.folder / "bin" / name).symlink_to(shutil.which(name))
        text = SCRIPT.read_text(encoding="utf-8").replace("@bindir@", f"{folder}/bin").replace("@sysconfdir@", "/etc")
        path, rest = text.split(f"PATH={folder}/bin:", 1)
        self._command("script", f"{path}PATH={folder}/bin #{rest}")
        for part in ("pending", "held", "doctor"):
            self.says(part, 0, "")
        (self.folder / "sendmail.status").write_text("0", encoding="utf-8")

    def _command(self, name, text):
        path = self.folder / name
        path.write_text(text.format(folder=self.folder) if name != "script" else text, encoding="utf-8")
        path.chmod(0o755)

    def says(self, part, status, text):
        (self.folder / f"{part}.out").write_text(text, encoding="utf-8")
        (self.folder / f"{part}.status").write_text(str(status), encoding="utf-8")

    def read(self, name):
        path = self.folder / name
        return path.read_text(encoding="utf-8") if path.exists() else None

    def run(self, **environment):
        return subprocess.run([self.folder / "script"], cwd=self.folder, capture_output=True, text=True, timeout=60, check=False,
                              env={"SENDMAIL": str(self.folder / "sendmail"), "LC_ALL": "C"} | environment)


FAILURES = []


def equal(got, want, what):
    if got != want:
        FAILURES.append(f"{what}: {got!r}, expected {want!r}")


def case(function):
    with tempfile.TemporaryDirectory() as folder:
        function(Place(folder))
    return function


@case
def nothing_to_say(place):
    place.says("doctor", 0, "note: ...\n")
    equal((place.run().returncode, place.read("mail")), (0, None), "nothing to say")
    equal(place.read("asked"), "".join(f"{command} -c /etc/forcedtls/forcedtls.yaml\n" for command in
                                       ("pending", "pending --held", "doctor")), "what was asked")


@case
def all_of_it(place):
    place.says("pending", 1, PENDING)
    place.says("held", 1, "SENDER\n")
    place.says("doctor", 2, FINDING)
    done = place.run()
    equal((done.returncode, done.stderr, place.read("arguments")), (0, "", "-i -- root\n"), "how it is sent")
    head, _, body = place.read("mail").partition("\n\n")
    host = os.uname().nodename
    equal(head.splitlines(), ["To: root", f"Subject: forcedtls on {host}: mail waits, mail is held, doctor has findings",
                              "Auto-Submitted: auto-generated", "MIME-Version: 1.0", "Content-Type: text/plain; charset=UTF-8",
                              "Content-Transfer-Encoding: 8bit"], "the header")
    equal(body.rstrip("\n"), "Mail that waits because of TLS (forcedtls pending):\n\n" + PENDING +
          "\nMail that is held (forcedtls pending --held):\n\nSENDER\n"
          "\nWhat keeps the policy from being enforced (forcedtls doctor):\n\n" + FINDING.rstrip("\n"), "the text")
    equal((place.folder / "pwned").exists(), False, "what is said is run")


@case
def one_of_them(place):
    place.says("pending", 1, PENDING)
    place.says("doctor", 1, FINDING)
    equal(place.run(MAIL_OF="doctor", MAILTO="ops@example.org").returncode, 0, "exit status")
    equal(place.read("arguments"), "-i -- ops@example.org\n", "who gets it")
    equal("contoso" in place.read("mail"), False, "what was not asked for")


@case
def a_command_that_fails(place):
    place.says("pending", 69, "forcedtls pending: postqueue -j failed with exit status 75\n")
    place.run()
    equal("failed with exit status 75" in place.read("mail"), True, "a failure is told")


@case
def another_postfix(place):
    place.run(POSTFIX_CONFIG="/etc/postfix-out here")
    equal(place.read("asked").splitlines()[0], "pending -c /etc/forcedtls/forcedtls.yaml --postfix-config /etc/postfix-out here", "asked")


@case
def mail_that_is_not_taken(place):
    place.says("pending", 1, PENDING)
    (place.folder / "sendmail.status").write_text("75", encoding="utf-8")
    equal(place.run().returncode, 75, "exit status where the mail is not taken")


@case
def an_unknown_word(place):
    done = place.run(MAIL_OF="pending queue")
    equal((done.returncode, place.read("mail")), (64, None), "an unknown word")


with tempfile.TemporaryDirectory() as without:
    sendmail_host = Place(without, queue=False)
    sendmail_host.says("pending", 69, "no postqueue\n")
    equal((sendmail_host.run().returncode, sendmail_host.read("mail")), (0, None), "without a queue to look at")

for failure in FAILURES:
    print(f"FAIL {failure}")
print(f"{len(FAILURES)} failures")
sys.exit(1 if FAILURES else 0)
