# SPDX-License-Identifier: MIT
"""Random policies for mail that leaves: postmap(1) asks the exported table and the daemon as smtp(8) would, and all
say the same."""

import pathlib
import random
import signal
import subprocess
import sys
import tempfile

from lab import check, deliveries, postfix, socketmap

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "newcomer"))
import documents  # pylint: disable=wrong-import-position

# Few policies: postmap(1) waits for a second with each table that was just written.
POLICIES, KEYS = 12, 200
DOOR_POLICIES, DOOR_KEYS, DOOR_ASKED = 60, 350, 10000


def _export(site, folder, *arguments):
    done = subprocess.run([site.lab.tool_program, "export", "postfix", "-c", "policy.yaml", *arguments], cwd=folder,
                          capture_output=True, encoding="utf-8", check=False)
    warnings = done.stderr.splitlines()
    check.equal(done.returncode, 1 if warnings else 0, f"exit status, with {warnings}")
    (folder / "tls_policy").write_text(done.stdout, encoding="utf-8")
    return warnings


def _postmap(folder, *arguments, text=None, status=0):
    done = subprocess.run([postfix.program("postmap"), "-c", folder, *arguments], input=text, capture_output=True,
                          encoding="utf-8", check=False)
    check.true(done.returncode in (0, status), f"postmap {arguments}: {done.stderr}")
    check.equal(done.stderr, "", f"what postmap {arguments} has to say")
    return done.stdout


def _ask(folder, queries, *maps):
    """The first answer of these maps to each query, as maps_find() of Postfix has it."""
    told = _postmap(folder, "-q", "-", *maps, text="".join(f"{query}\n" for query in queries), status=1)
    return dict(line.split("\t", 1) for line in told.splitlines())


def _folder(scratch):
    folder = pathlib.Path(scratch)
    (folder / "main.cf").write_text("compatibility_level = 3.6\nsmtputf8_enable = yes\n", encoding="utf-8")
    return folder


def _compare(site, folder, chance, kind):
    """One random policy. How many next hops were asked, and how many of them have an answer."""
    policy = deliveries.Policy(chance)
    # Of the domains above a next hop the door has nothing to say, and a table has its own lines.
    keys = sorted(key for key in {deliveries.key(chance) for _ in range(KEYS)} if not key.startswith("."))
    (folder / "policy.yaml").write_text(policy.yaml(), encoding="utf-8")
    hops = [argument for key in keys if not deliveries.is_plain(key) for argument in ("--next-hop", key)]
    warnings = _export(site, folder, *hops)
    table = f"{kind}:{folder}/tls_policy"
    if kind != "texthash":
        _postmap(folder, table)
    everybody = deliveries.anyone(warnings)
    maps = [table] if everybody is None else [table, "regexp:{{/%s/ %s}}" % everybody]
    told = _ask(folder, sorted({query for key in keys for query in deliveries.queries(key)}), *maps)
    for key in keys:
        found = next((told[query] for query in deliveries.queries(key) if query in told), None)
        problem = deliveries.agree(policy, key, found, warnings)
        check.true(problem is None, f"{problem}\n{policy.yaml()}{warnings}")
    return len(keys), sum(policy.answer(key) is not None for key in keys)


def _agree(site, kind, seed):
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory(dir=site.lab.directory) as scratch:
        counts = [_compare(site, _folder(scratch), chance, kind) for _ in range(POLICIES)]
    asked, found = (sum(column) for column in zip(*counts))
    check.true(asked > POLICIES * KEYS / 2 and asked / 4 < found < asked, f"{asked} next hops, {found} answers")


def test_door(site):
    """The daemon itself, for 10,000 next hops: with each policy it is asked for all of them in one connection."""
    chance = random.Random(3)
    door = site.socket_path.with_name("tls_policy.sock")
    settings = f"  tls_policy: unix:{door}\n"
    site.start_daemon(deliveries.Policy(chance).connectors_yaml(), settings)
    asked = found = 0
    with tempfile.TemporaryDirectory(dir=site.lab.directory) as scratch:
        folder = _folder(scratch)
        for number in range(DOOR_POLICIES):
            policy = deliveries.Policy(chance)
            start = site.daemon.mark()
            site.write_policy(policy.connectors_yaml(), settings)
            site.daemon.signal(signal.SIGUSR1)
            site.daemon.wait_for_line("policy reloaded from", start=start)
            keys = sorted({deliveries.key(chance) for _ in range(DOOR_KEYS)})
            queries = sorted({query for key in keys for query in deliveries.queries(key)})
            for table in (socketmap.MAP, "partners", "rest"):
                told = _ask(folder, queries, f"socketmap:unix:{door}:{table}")
                wanted = {query: policy.answer(query, table) for query in queries}
                wanted = {query: answer for query, answer in wanted.items() if answer is not None}
                check.equal(told, wanted, f"policy {number}, {table}\n{policy.yaml()}")
            asked, found = asked + len(keys), found + sum(policy.answer(query) is not None for query in queries)
    check.true(asked > DOOR_ASKED and found > asked / 4, f"{asked} next hops, {found} answers")


def test_table_in_a_file(site):
    _agree(site, "texthash", 1)


def test_table_of_postmap(site):
    types = subprocess.run([postfix.program("postconf"), "-c", site.lab.postfix.etc, "-m"], capture_output=True,
                           text=True, check=True).stdout
    # From 3.11 on postmap says of hash that it will go.
    known = ("lmdb", "cdb") if postfix.version() >= (3, 11) else ("hash", "lmdb", "cdb")
    kinds = [kind for kind in known if kind in types.split()]
    check.true(kinds, f"no table that postmap makes among {types}")
    for kind in kinds:
        _agree(site, kind, 2)


def test_static_would_answer_too_early(site):
    """Why the manual and the tool warn of static: behind a table."""
    with tempfile.TemporaryDirectory(dir=site.lab.directory) as scratch:
        folder = _folder(scratch)
        (folder / "policy.yaml").write_text('connectors: [{name: a, recipients: .a.example, deliver: {level: secure}}]',
                                            encoding="utf-8")
        _export(site, folder)
        told = _ask(folder, ["x.a.example", ".a.example"], f"texthash:{folder}/tls_policy", "static:may")
        check.equal(told["x.a.example"], "may", "what Postfix finds first")


def test_bounce_at_once(site):
    """The table of forcedtls-postfix(7) for smtp_delivery_status_filter."""
    rules = [block.text for block in documents.blocks(documents.POSTFIX) if block.path == "/etc/postfix/bounce-tls"]
    check.equal(len(rules), 1, "tables in the manual")
    failures = {
        "4.7.4 TLS is required, but was not offered by host mx.contoso.com[192.0.2.1]":
            "5.7.4 TLS is required, but was not offered by host mx.contoso.com[192.0.2.1]",
        "4.7.5 Server certificate not verified": "5.7.5 Server certificate not verified",
        "4.7.5 Server certificate not trusted": "5.7.5 Server certificate not trusted",
        "4.7.5 Cannot start TLS: handshake failure": "5.7.5 Cannot start TLS: handshake failure",
    }
    others = ["4.4.1 connect to mx.contoso.com[192.0.2.1]:25: Connection refused",
              "4.7.5 client TLS configuration problem", "4.7.0 Greylisted, try again later",
              "4.7.5 TLSA lookup error for mx.contoso.com:25", "5.1.1 no such user", "2.0.0 ok"]
    with tempfile.TemporaryDirectory(dir=site.lab.directory) as scratch:
        folder = _folder(scratch)
        (folder / "bounce-tls").write_text(rules[0], encoding="utf-8")
        told = _ask(folder, [*failures, *others], f"regexp:{folder}/bounce-tls")
    check.equal(told, failures, "what becomes of the status")
