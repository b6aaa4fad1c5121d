# SPDX-License-Identifier: MIT
"""What holds where the policy says nothing, and "defaults"."""

from lab import check

HEAD = "defaults: {min_version: TLSv1.3, on_failure: reject}\n"
CONNECTORS = """\
  - {name: plain, senders: [plain.example], require: tls}
  - {name: own, senders: [own.example], require: {min_version: TLSv1.2}, on_failure: tempfail}
"""
ELSEWHERE = "ADDR=198.51.100.1"


def test_loopback_is_not_judged(site):
    check.accepted(site.attempt("a@plain.example"))
    check.accepted(site.attempt("a@plain.example", source="127.0.0.77"))
    check.accepted(site.attempt("a@plain.example", xclient="ADDR=IPV6:::1"))


def test_defaults(site):
    attempt = site.attempt("a@plain.example", tls="TLSv1.2", xclient=ELSEWHERE)
    check.refused(attempt, "550 5.7.6", text="TLSv1.3 or better required, got TLSv1.2",
                  connector="plain", reason="version")
    check.accepted(site.attempt("a@plain.example", tls="TLSv1.3", xclient=ELSEWHERE))


def test_a_connector_overrides_them(site):
    attempt = site.attempt("a@own.example", tls="TLSv1.1", xclient=ELSEWHERE)
    check.refused(attempt, "451 4.7.6", text="TLSv1.2 or better required, got TLSv1.1",
                  connector="own", reason="version")
    check.accepted(site.attempt("a@own.example", tls="TLSv1.2", xclient=ELSEWHERE))
