# SPDX-License-Identifier: MIT
"""What one test module works with: its listeners in the lab's Postfix, its milter socket, its daemon, and
attempts, which are a MAIL and a RCPT with all that was said and logged of them."""

import dataclasses
import itertools
import pathlib

from . import daemon, net, record, sendmail, smtp

# Every policy of the lab needs these: the client is on loopback, and one connector that nothing can meet.
_PREFIX = """\
daemon:
  milter: {socket}
  control: {control}
  user: {user}
  socket_group: postfix
  socket_mode: "0660"
"""
_TRUSTED = "trusted_networks: [192.0.2.254/32]\nrecipient_delimiter: \"+\"\n"
_SENTINEL = """
  - name: sentinel
    senders: [sentinel.example]
    require: {allowed_clients: [192.0.2.254/32]}
"""

STRANGER = "192.0.2.200"


@dataclasses.dataclass(frozen=True)
class Attempt:
    """One recipient: what the client was told, and the verdicts logged meanwhile, sentinels left out."""

    reply: smtp.Reply
    records: list
    fields: dict  # the fields of a record that follow from what the client did


@dataclasses.dataclass(frozen=True)
class Delivery:
    """One whole message: what was answered to each recipient and to the message, and the verdicts logged meanwhile."""

    rcpt_replies: list
    reply: smtp.Reply
    queue_id: str  # None for a message that was refused
    records: list
    fields: dict  # as for an attempt, with the first recipient


class Site:
    """For one module, by its name. options: the -o options of its listeners, by name."""

    def __init__(self, name, lab, options):
        self.name = name
        self.lab = lab
        self.directory = pathlib.Path(lab.directory, name)
        self.directory.mkdir()
        self.socket_path = daemon.make_socket_directory(self.directory / "socket") / "milter.sock"
        self.socket = f"unix:{self.socket_path}"
        self.control = f"unix:{self.socket_path.with_name('control.sock')}"
        self.policy_service = f"unix:{self.socket_path.with_name('policy_service.sock')}"
        self.inet_socket = f"inet:{net.free_ports(1)[0]}@{net.LOOPBACK}"
        self.daemon = None
        self.daemon_is_ending = False
        self.sendmail = None
        self._options = options
        self._daemons = []
        self._count = itertools.count(1)

    def listeners(self):
        """"main", and whatever the module asks for; its milter is ours unless it says otherwise."""
        port, host = self.inet_socket.removeprefix("inet:").split("@")
        places = {"socket": self.socket, "inet_socket": f"inet:{host}:{port}",  # Postfix has it the other way round
                  "policy_service": self.policy_service, "pki": self.lab.pki}
        wanted = {"main": {}} | self._options
        return {f"{self.name}.{listener}": {"smtpd_milters": self.socket}
                | {key: value.format(**places) for key, value in options.items()}
                for listener, options in wanted.items()}

    def start_sendmail(self, listeners):
        """A Sendmail of the site's own, at the same milter socket. listeners: see Sendmail."""
        self.sendmail = sendmail.Sendmail(self.directory / "sendmail", self.lab.pki, listeners, self.socket)
        self.sendmail.start()

    def stop_sendmail(self):
        if self.sendmail is not None:
            self.sendmail.stop()

    def port(self, listener="main"):
        """Listeners of Sendmail go by their own names."""
        if self.sendmail is not None and listener in self.sendmail.ports:
            return self.sendmail.ports[listener]
        return self.lab.postfix.ports[f"{self.name}.{listener}"]

    @property
    def clients(self):
        return self.lab.pki.clients

    def write_policy(self, connectors, settings="", head=_TRUSTED, name="policy", socket=None):
        """A policy file. connectors: items of the list; settings: more keys of "daemon"; head: keys beside it."""
        path = self.directory / f"{name}.yaml"
        prefix = _PREFIX.format(socket=socket or self.socket, control=self.control, user=daemon.USER)
        path.write_text(prefix + settings + head + "connectors:" + _SENTINEL + connectors, encoding="utf-8")
        return path

    def new_daemon(self, policy_file, log_name="forcedtlsd", socket=None, arguments=(), within=()):
        """Not started yet. The site ends it when the module is through."""
        made = daemon.Daemon(self.lab.daemon_program, policy_file, socket or self.socket,
                             self.directory / f"{log_name}.log", arguments, within)
        self._daemons.append(made)
        return made

    def start_daemon(self, connectors, settings="", head=_TRUSTED, name="policy", socket=None):
        """The site's daemon from now on; one that ran before is killed."""
        self.stop_daemons()
        self.daemon = self.new_daemon(self.write_policy(connectors, settings, head, name, socket), socket=socket)
        self.daemon.start()
        return self.daemon

    def stop_daemons(self):
        for started in self._daemons:
            started.kill()

    def end_daemons(self):
        """Kills all but the site's own, which is asked to end."""
        for started in self._daemons:
            if started is not self.daemon:
                started.kill()
        if self.daemon is not None and self.daemon.running:
            self.daemon.terminate()
            self.daemon_is_ending = True

    def session(self, listener="main", **options):
        return smtp.open_session(self.port(listener), **options)

    def bare_session(self, listener="main"):
        """One in which nothing was said yet."""
        return smtp.Session(self.port(listener))

    def attempt(self, sender, recipient="info@example.org", *, listener="main", xclient=None, helo="client.lab.example",
                certificate=None, parameters="", **options):
        """MAIL and RCPT in a session of their own. xclient: attributes of an XCLIENT command before them."""
        start = self.daemon.mark()
        if certificate is not None:
            options["certificate"] = self.clients[certificate]
        with self.session(listener, helo=helo, **options) as session:
            if xclient is not None:
                answer = session.command(f"XCLIENT {xclient}")
                if answer.code != 220:
                    raise AssertionError(f"XCLIENT {xclient} was answered {answer}")
                session.ehlo(helo)
            return self.attempt_in(session, sender, recipient, start=start, helo=helo, parameters=parameters)

    def attempt_in(self, session, sender, recipient="info@example.org", *, start=None, helo="client.lab.example",
                   parameters=""):
        """MAIL and RCPT in a session that is open."""
        start = self.daemon.mark() if start is None else start
        reply = session.mail(sender, parameters)
        if reply.code != 250:
            raise AssertionError(f"MAIL FROM:<{sender}> was answered {reply}")
        return self.attempt_recipient(session, sender, recipient, start=start, helo=helo)

    def attempt_recipient(self, session, sender, recipient, *, start=None, helo="client.lab.example"):
        """RCPT in a session that has had its MAIL."""
        start = self.daemon.mark() if start is None else start
        reply = session.rcpt(recipient).plain
        return Attempt(reply, self.flushed_records(start), _fields_of(session, helo, sender, recipient))

    def deliver(self, sender, recipients=("info@example.org",), header="Subject: lab", *, listener="main",
                certificate=None, xclient=None, **options):
        """A message in a session of its own. header: lines; without line end at the end."""
        start = self.daemon.mark()
        if certificate is not None:
            options["certificate"] = self.clients[certificate]
        with self.session(listener, **options) as session:
            if xclient is not None:
                session.command(f"XCLIENT {xclient}")
                session.ehlo()
            return self.deliver_in(session, sender, recipients, header, start=start)

    def deliver_in(self, session, sender, recipients=("info@example.org",), header="Subject: lab", *, start=None):
        """A message in a session that is open."""
        start = self.daemon.mark() if start is None else start
        session.command("RSET")
        reply = session.mail(sender)
        if reply.code != 250:
            raise AssertionError(f"MAIL FROM:<{sender}> was answered {reply}")
        rcpt_replies = [session.rcpt(recipient).plain for recipient in recipients]
        reply = session.data(header.replace("\n", "\r\n") + "\r\n\r\nlab\r\n")
        return Delivery(rcpt_replies, reply, _queue_id_of(reply), self.flushed_records(start),
                        _fields_of(session, "client.lab.example", sender, recipients[0]))

    def flushed_records(self, start):
        """All verdicts from offset start on: one more is provoked, and what stands before it is complete."""
        sender = f"flush-{next(self._count)}@sentinel.example"
        with self.bare_session() as session:
            session.command(f"XCLIENT ADDR={STRANGER}")  # loopback may be trusted
            session.mail(sender)
            session.rcpt("info@example.org")

        def is_sentinel(found):
            return "@sentinel.example" in found.fields["from"]

        def flushed():
            records = self.daemon.records(start)
            return records if any(found.fields["from"] == f"<{sender}>" for found in records) else None
        try:
            records = net.wait_until(flushed, "the sentinel's verdict")
        except net.Timeout as error:
            raise net.Timeout(f"{error}; the log:\n" + "\n".join(self.daemon.log_lines(start))) from None
        return [found for found in records if not is_sentinel(found)]


def _queue_id_of(reply):
    """The queue id in what is said of a message; None for one that was refused."""
    if reply.code != 250:
        return None
    postfix = reply.text.rpartition("queued as ")[2]
    return postfix if postfix != reply.text else reply.text.split()[1]


def bracketed(text):
    return f"<{record.escape(text)}>"


def _fields_of(session, helo, sender, recipient):
    """The fields of a record that follow from what the client did."""
    return {"helo": bracketed(helo), "from": bracketed(sender), "to": bracketed(recipient),
            "subject": "-", "issuer": "-"} | tls_fields(session)


def tls_fields(session):
    """What the client's end knows of TLS, as the log has it."""
    if not session.encrypted:
        return {"tls": "-", "cipher": "-", "bits": "-"}
    name, version, bits = session.cipher
    return {"tls": version, "cipher": name, "bits": str(bits)}
