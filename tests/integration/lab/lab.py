# SPDX-License-Identifier: MIT
"""The whole lab: one directory, one PKI and one Postfix for all test modules."""

import os
import pathlib
import shutil
import tempfile

from . import pki, postfix


class Lab:
    """Use it in a with statement. build: the directory with forcedtlsd and forcedtls in it."""

    def __init__(self, build, keep=False):
        self.daemon_program = pathlib.Path(build, "forcedtlsd").resolve()
        self.tool_program = pathlib.Path(build, "forcedtls").resolve()
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="forcedtls-lab."))
        self.postfix = None
        self.sites = {}
        self._keep = keep
        os.chmod(self.directory, 0o755)
        self.pki = pki.Pki(self.directory / "pki")

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.stop()
        if self._keep:
            print(f"# kept: {self.directory}")
        else:
            shutil.rmtree(self.directory)

    def start_postfix(self, local_milters=""):
        """With the listeners of all sites that were added until now."""
        listeners = {}
        for site in self.sites.values():
            listeners |= site.listeners()
        self.postfix = postfix.Postfix(self.directory / "postfix", self.pki, listeners, local_milters)
        self.postfix.start()

    def stop(self):
        for site in self.sites.values():
            site.stop_daemons()
            site.stop_sendmail()
        if self.postfix is not None:
            self.postfix.stop()
