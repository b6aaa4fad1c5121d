# SPDX-License-Identifier: MIT
"""Logins for one private MTA, in a file of its own."""

import pathlib
import shutil
import subprocess

_CONFIG = """\
pwcheck_method: auxprop
auxprop_plugin: sasldb
sasldb_path: {sasldb}
mech_list: PLAIN
"""


class SaslError(Exception):
    """There is no login to be had."""


class Sasl:
    """directory is made, for the MTA to look into. application: what the MTA calls itself there."""

    def __init__(self, directory, application, owner=0):
        directory = pathlib.Path(directory)
        self._sasldb = directory / "sasldb"
        self._owner = owner
        directory.mkdir(mode=0o755)
        (directory / f"{application}.conf").write_text(_CONFIG.format(sasldb=self._sasldb), encoding="utf-8")

    def add_login(self, name, password, realm):
        """What to log in as."""
        path = shutil.which("saslpasswd2", path="/usr/sbin:/usr/local/sbin:/usr/bin")
        if path is None:
            raise SaslError("saslpasswd2 not found; on Debian: apt-get install sasl2-bin")
        done = subprocess.run([path, "-p", "-c", "-f", self._sasldb, "-u", realm, name], input=password,
                              capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise SaslError(f"saslpasswd2: {done.stderr.strip()}")
        shutil.chown(self._sasldb, self._owner)
        return f"{name}@{realm}"
