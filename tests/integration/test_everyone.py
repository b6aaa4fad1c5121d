# SPDX-License-Identifier: MIT
"""A connector for everyone, and what is left for it: the null sender, no HELO, no domain."""

from lab import check

CONNECTORS = """\
  - {name: everyone, senders: ["*"], require: tls}
  - {name: open, senders: [open.example], require: none}
  - {name: to-open, senders: ["*"], recipients: [open-to.example], require: none}
"""
TEXT = "TLS required for mail from *"


def test_everyone(site):
    check.refused(site.attempt("a@b.example"), "451 4.7.10", text=TEXT, connector="everyone", reason="plaintext")
    check.accepted(site.attempt("a@b.example", tls="TLSv1.2"))


def test_the_more_specific_is_spared(site):
    check.accepted(site.attempt("a@open.example"))


def test_a_star_beside_another_selector_is_as_if_it_were_not_there(site):
    """So a connector for recipients alone displaces none that has senders, and both apply."""
    check.refused(site.attempt("a@b.example", "v@open-to.example"), "451 4.7.10", text=TEXT,
                  connector="everyone", reason="plaintext")


def test_null_sender(site):
    check.refused(site.attempt(""), "451 4.7.10", text=TEXT, connector="everyone", reason="plaintext")
    check.accepted(site.attempt("", helo="open.example"))


def test_sender_without_domain(site):
    check.refused(site.attempt("root"), "451 4.7.10", text=TEXT, connector="everyone", reason="plaintext")


def test_no_helo(site):
    """Postfix takes MAIL without HELO; there is then no name at all for the null sender."""
    for sender in ("", "a@b.example"):
        start = site.daemon.mark()
        with site.bare_session() as session:
            attempt = site.attempt_in(session, sender, start=start)
        check.refused(attempt, "451 4.7.10", text=TEXT, connector="everyone", reason="plaintext", helo="-")
    with site.bare_session() as session:
        session.starttls("TLSv1.2")
        check.accepted(site.attempt_in(session, ""))


def test_helo_instead_of_ehlo(site):
    with site.bare_session() as session:
        session.command("HELO client.lab.example")
        check.refused(site.attempt_in(session, "a@b.example"), "451 4.7.10", text=TEXT,
                      connector="everyone", reason="plaintext")
