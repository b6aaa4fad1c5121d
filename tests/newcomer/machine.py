# SPDX-License-Identifier: MIT
"""A Debian in a directory that is booted, by contrib/debian-root, which says what it has for a network. Knows neither
Postfix nor forcedtls."""

import pathlib
import shutil
import subprocess
import time

TOP = pathlib.Path(__file__).resolve().parents[2]
DEBIAN_ROOT = TOP / "contrib" / "debian-root"
HOSTNAME = "mail.example.org"
PATIENCE = 120  # seconds; only a failure ever takes that long
_PACKAGES = "systemd-sysv dbus iproute2 ca-certificates"
_CANNOT = 77  # of make alone; a command in there may end with it and mean something else


class Unable(Exception):
    """Such a machine cannot be had here: it never booted. What goes wrong later is never that."""


class Failed(Exception):
    """A command ended badly, or what was waited for did not happen. Its output is the text."""


def _debian_root(*arguments):
    done = subprocess.run([DEBIAN_ROOT, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace", check=False)
    return done.returncode, done.stdout


def make_base(suite, directory):
    """A system of that suite that can be booted, made once, of which machines are copies."""
    base, new = directory / f"base-{suite}", directory / f"base-{suite}.new"
    if not base.is_dir():
        directory.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(new, ignore_errors=True)
        status, said = _debian_root("make", suite, new)
        if status != 0:
            raise (Unable if status == _CANNOT else Failed)(said[-1000:])
        status, said = _debian_root("run", new, "sh", "-c", f"apt-get update -q && apt-get install -y -q {_PACKAGES}")
        if status != 0:
            raise Unable(said[-1000:])
        new.rename(base)
    return base


class Machine:
    """root: where it lies. Use it in a with statement, which ends it and takes it away."""

    def __init__(self, base, root, keep=False):
        self.root = root
        self._keep = keep
        self._booted_before = False
        self.power_off()  # what an earlier run left, if that was killed
        shutil.rmtree(root, ignore_errors=True)
        subprocess.run(["cp", "-a", "--reflink=auto", base, root], check=True)
        self.write("/etc/hostname", f"{HOSTNAME}\n")
        self.write("/etc/hosts", f"127.0.0.1 localhost\n192.0.2.1 {HOSTNAME} mail\n")

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.power_off()
        if not self._keep:
            shutil.rmtree(self.root)

    def fetch(self, command):
        """Runs a command of apt before the machine boots, with this host's network, which the booted one has not."""
        status, said = _debian_root("run", self.root, "env", "DEBIAN_FRONTEND=noninteractive", "sh", "-e", "-c", command)
        if status != 0:
            raise Failed(f"{command}\n{said[-3000:]}")

    def boot(self):
        """Returns when systemd answers. Unable the first time alone: what is installed later may be what keeps it down."""
        self.write("/etc/resolv.conf", "nameserver 127.0.0.1\n")
        status, said = _debian_root("boot", self.root)
        if status != 0:
            raise (Failed if self._booted_before else Unable)(said[-1000:])
        self._booted_before = True
        self.try_run("systemctl is-system-running --wait")

    def power_off(self):
        status, said = _debian_root("off", self.root)
        if status != 0:
            raise Failed(said[-1000:])

    @staticmethod
    def wait(happened, what):
        """The first true result of happened()."""
        deadline = time.monotonic() + PATIENCE
        while True:
            result = happened()
            if result:
                return result
            if time.monotonic() > deadline:
                raise Failed(f"waited {PATIENCE} s in vain for {what}")
            time.sleep(0.05)

    def wait_for(self, command, what):
        """Until the command ends with 0."""
        self.wait(lambda: self.try_run(command)[0] == 0, what)

    def try_run(self, command, directory="/root"):
        """Exit status and output of a command in the booted machine, as root."""
        return _debian_root("in", self.root, "sh", "-e", "-c", f"cd {directory}\n{command}")

    def run(self, command, directory="/root"):
        status, output = self.try_run(command, directory)
        if status != 0:
            raise Failed(f"{command}\nexit status {status}\n{output[-3000:]}")
        return output

    def on_network(self, arguments):
        """A program of this host, with the booted machine's network."""
        status, pid = _debian_root("pid", self.root)
        if status != 0:
            raise Failed(pid)
        done = subprocess.run(["nsenter", "-t", pid.strip(), "-n", *arguments], stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, check=False)
        if done.returncode != 0:
            raise Failed(f"{arguments}\n{done.stdout}{done.stderr}")
        return done.stdout

    def write(self, path, text, mode=0o644):
        target = self.root / path.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.unlink(missing_ok=True)
        target.write_text(text, encoding="utf-8")
        target.chmod(mode)
