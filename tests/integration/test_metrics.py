# SPDX-License-Identifier: MIT
"""The daemon's metrics, as Prometheus's own tools read them: promtool finds nothing wrong, and a real server scrapes."""

import contextlib
import json
import shutil
import socket
import subprocess
import urllib.error
import urllib.parse
import urllib.request

from lab import check, net

POLICY = """\
  - {name: plain, senders: [plain.example], require: tls, on_failure: reject}
  - {name: trial, mode: test, senders: [trial.example], require: tls, on_failure: reject}
  - {name: entry, senders: [entry.example], require: {certificate: {subject: a.example, valid_to: 2999-12-31}}}
"""


def _start(site):
    port = net.free_ports(1)[0]
    site.start_daemon(POLICY, settings=f"  metrics: inet:{port}@{net.LOOPBACK}\n"
                                       f"  policy_service: {site.policy_service}\n")
    check.refused(site.attempt("a@plain.example"), "550 5.7.10", connector="plain", reason="plaintext")
    site.attempt("a@trial.example")
    return port


def _get(port, path="/metrics", accept="text/plain"):
    request = urllib.request.Request(f"http://{net.LOOPBACK}:{port}{path}", headers={"Accept": accept})
    with urllib.request.urlopen(request, timeout=30) as response:
        return response.headers["Content-Type"], response.read().decode("utf-8")


def _program(name):
    if shutil.which(name) is None:
        raise check.Skip(f"no {name}")
    return name


def test_text(site):
    kind, text = _get(_start(site))
    check.equal(kind, "text/plain; version=0.0.4; charset=utf-8", "Content-Type")
    for line in ('forcedtls_verdicts_total{door="milter",connector="plain",verdict="reject",reason="plaintext",'
                 'mode="enforce"} 1',
                 'forcedtls_verdicts_total{door="milter",connector="trial",verdict="would-reject",reason="plaintext",'
                 'mode="test"} 1',
                 'forcedtls_policy_connectors{mode="test"} 1'):
        check.true(f"\n{line}\n" in text, f"{line}\nis not in\n{text}")


def test_nothing_else(site):
    port = _start(site)
    with contextlib.suppress(urllib.error.HTTPError):
        _get(port, "/")
        check.true(False, "/ is there")
    with site.session():
        check.true('forcedtls_sessions_open{door="milter"} 1\n' in _get(port)[1], "an open session")


def test_strangers_do_not_fill_the_log(site):
    """They are counted: as many as they are, each with as much as a request may have and no end of a line."""
    port = _start(site)
    start = site.daemon.mark()
    for i in range(100):
        with socket.create_connection((net.LOOPBACK, port), timeout=30) as stranger:
            stranger.sendall(b"x" * 8192 if i % 2 == 0 else b"EHLO a.example\r\n")
            answer = stranger.recv(4096)
            check.equal(answer[:13], b"" if i % 2 == 0 else b"HTTP/1.1 400 ", "answer")
    check.true('forcedtls_door_requests_total{door="metrics",result="malformed"} 100\n' in _get(port)[1], "the count")
    check.equal([line for line in site.daemon.log_lines(start) if "metrics:" in line], [], "the log")


def test_promtool(site):
    promtool = _program("promtool")
    _, text = _get(_start(site))
    done = subprocess.run([promtool, "check", "metrics"], input=text, capture_output=True, text=True, timeout=60,
                          check=False)
    check.equal((done.returncode, done.stdout, done.stderr), (0, "", ""), "what promtool says")


@contextlib.contextmanager
def _prometheus(site, target):
    """A server that scrapes target, each second; its own port."""
    program = _program("prometheus")
    directory = site.directory / "prometheus"
    directory.mkdir()
    port = net.free_ports(1)[0]
    (directory / "prometheus.yml").write_text(
        "global: {scrape_interval: 1s}\nscrape_configs:\n"
        f"  - {{job_name: forcedtls, static_configs: [{{targets: ['{net.LOOPBACK}:{target}']}}]}}\n")
    with open(directory / "log", "wb") as log:
        server = subprocess.Popen([program, f"--config.file={directory}/prometheus.yml",
                                   f"--storage.tsdb.path={directory}/data",
                                   f"--web.listen-address={net.LOOPBACK}:{port}"], stdout=log, stderr=log)
    try:
        yield port
    finally:
        server.kill()
        server.wait()


def _query(port, expression):
    """The values of its series; None while it does not answer."""
    url = f"http://{net.LOOPBACK}:{port}/api/v1/query?" + urllib.parse.urlencode({"query": expression})
    try:
        with urllib.request.urlopen(url, timeout=30) as response:
            found = json.load(response)["data"]["result"]
    except (OSError, ValueError):
        return None
    return [one["value"][1] for one in found]


def test_prometheus_scrapes(site):
    target = _start(site)
    with _prometheus(site, target) as port:
        expression = 'forcedtls_verdicts_total{connector="plain",reason="plaintext"}'
        net.wait_until(lambda: _query(port, expression) == ["1"], "Prometheus to have scraped", patience=60)
        check.equal(_query(port, 'up{job="forcedtls"}'), ["1"], "up")
        check.equal(_query(port, "forcedtls_decision_seconds_count > 0") != [], True, "a histogram")
        check.equal(_query(port, "count(forcedtls_build_info)"), ["1"], "info")
        check.equal(_query(port, 'forcedtls_certificate_entry_end_timestamp_seconds{connector="entry"}'),
                    ["32503680000"], "the end of an entry")
