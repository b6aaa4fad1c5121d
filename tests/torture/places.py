# SPDX-License-Identifier: MIT
"""A forcedtlsd with all of its services in a directory of its own, what it holds, and whether it judges right."""

import contextlib
import json
import os
import pathlib
import pwd
import shutil
import subprocess
import tempfile

import clients
import sessions
from lab import daemon, net

BUILD = pathlib.Path(os.environ.get("builddir", ".")).resolve()
IS_ROOT = os.geteuid() == 0
# Whom the daemon runs as.
USER = "nobody" if IS_ROOT else pwd.getpwuid(os.geteuid()).pw_name
_PROGRAM = BUILD / "forcedtlsd"
# AddressSanitizer and ThreadSanitizer reserve all memory, and want to be the first library.
IS_SANITIZED = any(word in _PROGRAM.read_bytes() for word in (b"__asan_init", b"__tsan_init"))
# More of everything: make torture.
WHOLE = bool(os.environ.get("FORCEDTLS_TORTURE"))
SERVICES = ("milter", "policy_service", "tls_policy", "metrics", "control")
_HEAD = """\
daemon:
  user: {user}
  socket_mode: "0600"
  milter: unix:{folder}/milter
  policy_service: unix:{folder}/policy_service
  tls_policy: unix:{folder}/tls_policy
  control: unix:{folder}/control
  metrics: inet:{port}@127.0.0.1
myorigin: example.org
mydomain: example.org
recipient_delimiter: ""
connectors:
"""


class Place:
    """Use it in a with statement. within: a command that becomes the daemon, as of lab.daemon."""

    def __init__(self, within=(), connectors=sessions.CONNECTORS):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="forcedtls-torture-"))
        self.folder.chmod(0o755)
        if IS_ROOT:
            os.chown(self.folder, pwd.getpwnam(USER).pw_uid, -1)
        self.policy_file = self.folder / "policy.yaml"
        self._port = net.free_ports(1)[0]
        self.head = _HEAD.format(user=USER, folder=self.folder, port=self._port)
        self.write(connectors)
        self.daemon = daemon.Daemon(_PROGRAM, self.policy_file, f"unix:{self.folder}/milter",
                                    self.folder / "log", within=within)

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *exception):
        self.close()

    def close(self):
        self.daemon.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def text(self, connectors=sessions.CONNECTORS):
        return self.head + "".join(connectors)

    def write(self, connectors=sessions.CONNECTORS, text=None):
        """Puts another policy file in the place of the one that is there, as a whole."""
        new = self.folder / "policy.new"
        new.write_text(self.text(connectors) if text is None else text, encoding="utf-8")
        new.replace(self.policy_file)

    def at(self, service):
        return ("127.0.0.1", self._port) if service == "metrics" else str(self.folder / service)

    def start(self):
        """Until it answers: its log may be nowhere."""
        self.daemon.launch()
        net.wait_until(self.answers, f"forcedtlsd in {self.folder}: {self.daemon.log_text()[-2000:]}")

    def answers(self):
        if not self.daemon.running:
            raise daemon.DaemonError(f"forcedtlsd ended: {self.daemon.log_text()[-2000:]}")
        with contextlib.suppress(clients.Gone):
            clients.milter(self.at("milter"), sessions.ALLOWED)
            clients.metrics(self.at("metrics"))
            return True
        return False

    def run_tool(self, command, *arguments):
        """forcedtls COMMAND: its exit status and what it said."""
        done = subprocess.run([BUILD / "forcedtls", command, "-c", self.policy_file, *arguments], capture_output=True,
                              text=True, timeout=net.PATIENCE, check=False)
        return done.returncode, done.stdout + done.stderr

    def reload(self):
        return self.run_tool("reload")[0]

    def status(self):
        return json.loads(clients.control(self.at("control")))

    def ask(self, service, session, patience=clients.PATIENCE):
        """The verdict of one of the two services that give one."""
        return getattr(clients, service)(self.at(service), session, patience)

    # --- what it holds

    def proc(self, name):
        return pathlib.Path(f"/proc/{self.daemon.pid}/{name}")

    def descriptors(self):
        return len(list(self.proc("fd").iterdir())) if os.access(self.proc("fd"), os.R_OK) else 0

    def limits(self):
        return self.proc("limits").read_text()

    def of_status(self, *names):
        fields = dict(line.split(":", 1) for line in self.proc("status").read_text().splitlines() if ":" in line)
        return [int(fields[name].split()[0]) for name in names]

    def held(self):
        """Descriptors and threads."""
        return self.descriptors(), self.of_status("Threads")[0]

    def settles(self, before, patience=net.PATIENCE):
        """Waits until it holds no more than before: what it holds now."""
        net.wait_until(lambda: self.held()[0] <= before[0] and self.held()[1] <= before[1],
                       f"descriptors and threads to be {before} again", patience)
        return self.held()

    # --- whether it judges right

    def judge_all(self):
        """Each session at each service, the TLS policy, metrics and control: a list of what is wrong."""
        wrong = []
        for session in sessions.SESSIONS:
            for service in ("milter", "policy_service"):
                if session.by in ("", service):
                    verdict = self.ask(service, session)
                    if verdict != session.verdict:
                        wrong.append(f"{service}: {session}: {verdict}")
        if clients.tls_policy(self.at("tls_policy"), sessions.NEXT_HOP).split(" protocols")[0] != sessions.ANSWER:
            wrong.append("tls_policy")
        if "forcedtls_verdicts_total" not in clients.metrics(self.at("metrics")):
            wrong.append("metrics")
        if "version" not in self.status():
            wrong.append("control")
        return wrong
