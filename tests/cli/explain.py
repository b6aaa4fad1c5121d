# SPDX-License-Identifier: MIT
"""forcedtls explain: the way to the verdict, as text and as JSON.

Each case is a message to tests/cli/explain/policy.yaml; what is printed is in explain/NAME.text and explain/NAME.json.
With --update these are written anew: read the difference before you commit it.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

SRC = pathlib.Path(os.environ.get("srcdir", ".")).resolve()
TOOL = pathlib.Path(os.environ.get("builddir", ".")).resolve() / "forcedtls"
FOLDER = SRC / "tests" / "cli" / "explain"
sys.path.insert(0, str(SRC / "tests" / "lib"))

import golden  # noqa: E402 (its folder is in the path from here on)
import json_schema  # noqa: E402 (its folder is in the path from here on)

PASS, REFUSED, REHEARSED, EX_USAGE = 0, 1, 2, 64

FINE = ["--tls", "TLSv1.2", "--cipher", "ECDHE-RSA-AES256-GCM-SHA384", "--date", "2027-01-15"]
CONTOSO = ["--from", "a@mail.contoso.com", "--to", "b@example.org", "--client", "192.0.2.7"]
CERTIFICATE = ["--subject", "mail.contoso.com", "--issuer", "Example Root CA"]

# name: exit status and arguments
CASES = {
    "met": (PASS, [*CONTOSO, *FINE, *CERTIFICATE]),
    "plaintext": (REFUSED, CONTOSO),
    "weak": (REFUSED, [*CONTOSO, "--tls", "TLSv1.1", "--cipher", "AES128-SHA", "--date", "2027-01-15"]),
    "tls13": (REFUSED, [*CONTOSO, "--tls", "TLSv1.3", "--cipher", "TLS_AES_128_GCM_SHA256", *CERTIFICATE, "--date", "2027-01-15"]),
    "too-late": (REFUSED, [*CONTOSO, *FINE[:-1], "2027-03-02", "--subject", "x.contoso.com", "--client", "198.51.100.7"]),
    "list-file": (REFUSED, ["--from", "a@eu.fabrikam.example", "--to", "b@example.org", *FINE, *CERTIFICATE]),
    "displaced": (REFUSED, ["--from", "boss+x@contoso.com", "--to", "b@example.org", *FINE]),
    "excepted": (PASS, ["--from", "a@newsletter.example", "--to", "b@finance.example", "--client", "203.0.113.7"]),
    "authenticated": (PASS, ["--from", "a@example.net", "--to", "b@finance.example", "--authenticated"]),
    "hole": (PASS, ["--from", "a@example.net", "--to", "fax@finance.example"]),
    "more-selectors": (REFUSED, ["--from", "a@example.net", "--to", "b@finance.example", "--client", "198.51.100.9", *FINE]),
    "altnames": (PASS, [*CONTOSO, *FINE, "--subject", "other.example", "--altnames", "a.example,MAIL.contoso.com",
                        "--issuer", "Example Root CA"]),
    "presenting": (REFUSED, ["--from", "a@example.net", "--to", "b@example.org", *FINE, "--subject", "mail.protection.example"]),
    "nobody": (PASS, ["--from", "a@example.net", "--to", "b@example.org"]),
    "pilot": (REHEARSED, ["--from", "a@pilot.example", "--to", "b@example.org", *FINE]),
    "two-readings": (REFUSED, ["--from", "a@example.net", "--to", "b%finance.example@example.org"]),
    "null-sender": (PASS, ["--helo", "mail.example.net", "--to", "b@example.org"]),
    "not-judged": (PASS, ["--from", "a@contoso.com", "--to", "b@example.org", "--client", "127.0.0.1"]),
    # Nothing of these may reach a terminal as it is: an escape sequence, a line end, C1 (as UTF-8), DEL; letters stay.
    "control": (
        REFUSED,
        ["--from", "a\x1b[2J@contoso.com", "--to", "b\x7f@example.org", "--tls", "TLSv1.3", "--cipher", "AES\nverdict: pass"]
        + ["--subject", "\x9bm\xe4rz\u202e.contoso.com", "--date", "2027-02-15"],
    ),
    "unreadable": (REFUSED, ["--from", "a@", "--to", "b@example.org"]),
}
# The same for deliver.yaml: what Postfix would be told of the recipient.
DELIVERIES = {
    "deliver": (PASS, ["--to", "b@MAIL.contoso.com"]),
    "deliver-none": (PASS, ["--to", "b@fax.contoso.com"]),
    "deliver-nothing": (REFUSED, ["--from", "a@contoso.com", "--to", "b@example.org"]),
    "deliver-tested": (PASS, ["--to", "b@new.contoso.com", "--client", "127.0.0.1"]),
    "deliver-no-domain": (PASS, ["--to", "postmaster"]),
    "deliver-next-hop": (PASS, ["--to", "b@example.org", "--next-hop", "[MAIL.contoso.com]:587"]),
    "deliver-temp": (PASS, ["--to", "b@example.org", "--next-hop", "mail contoso.com"]),
}
# The same for origin.yaml, where the policy service judges: an address without domain, or with one without a dot.
ORIGINS = {
    "origin": (REFUSED, ["--from", "a@example.net", "--to", "postmaster"]),
    "origin-sender": (REFUSED, ["--from", "root", "--to", "b@example.net"]),
    "origin-no-dot": (REFUSED, ["--from", "a@example.net", "--to", "b@eu"]),
    "origin-routed": (REFUSED, ["--from", "a@example.net", "--to", "a!b c@example.net"]),
}
KEYS = {"verdict", "mode", "connector", "reason", "reply", "applied", "deliver"}
ENTRY_KEYS = {"connector", "file", "line", "mode", "on_failure", "state", "selectors", "demands", "from", "to"}


class Run(golden.Run):
    def explain(self, name, status, arguments, folder=FOLDER, policy="policy.yaml"):
        self.count += 1
        done = subprocess.run(
            [TOOL, "explain", "-c", policy, *(argument.encode(errors="surrogateescape") for argument in arguments)],
            cwd=folder,
            env={**os.environ, "LC_ALL": "C"},
            capture_output=True,
            timeout=60,
            check=False,
        )
        if done.returncode != status or done.stderr:
            self.fail(name, f"exit status {done.returncode}, expected {status}; {done.stderr.decode()}")
        return done.stdout.decode("utf-8")

    def check_json(self, name, text):
        answer = json.loads(text)
        for fault in json_schema.faults("explain", answer):
            self.fail(name, fault)
        if not KEYS <= set(answer):
            self.fail(name, f"keys {sorted(answer)}")
        for entry in [*answer["applied"], *answer.get("tested", {}).get("applied", [])]:
            if not ENTRY_KEYS <= set(entry):
                self.fail(name, f"keys of {entry['connector']}: {sorted(entry)}")
        return answer


def check_every_connector(run, name, answer):
    """Each enabled connector is there, those in test mode where they count; each that does not apply says why."""
    if "not_judged" in answer or answer["reason"] == "internal":
        return
    for judgement, wanted in ((answer, 6), (answer.get("tested"), 7)):
        names = {entry["connector"] for entry in judgement["applied"]}
        if len(names) != wanted:
            run.fail(name, f"has {sorted(names)}")
        for entry in judgement["applied"]:
            why = {
                "applies": all(selector["matched"] for selector in entry["selectors"]),
                "not selected": any(not selector["matched"] for selector in entry["selectors"]),
                "excepted": "excepted_by" in entry and entry["excepted_by_line"] > 0,
                "displaced": "displaced_by" in entry and entry["displaced_by_line"] > 0,
            }
            if not why[entry["state"]]:
                run.fail(name, f"{entry['connector']} does not say why it is {entry['state']}")


def check_many(run):
    """Thousands of connectors: the text shows some of those that do not matter, JSON shows all."""
    with tempfile.TemporaryDirectory() as folder:
        lines = [f"  - {{name: n{i}, senders: n{i}.example, require: tls}}\n" for i in range(3000)]
        (pathlib.Path(folder) / "many.yaml").write_text("connectors:\n" + "".join(lines))
        arguments = ["--from", "a@n2999.example", "--to", "b@example.org"]
        text = run.explain("many", REFUSED, arguments, folder, "many.yaml").splitlines()
        if len(text) > 30 or "  and 2979 more not selected (--json has them all)" not in text:
            run.fail("many", f"{len(text)} lines")
        if not text[0].startswith("  n2999 (many.yaml:3001) applies"):
            run.fail("many", text[0])
        answer = json.loads(run.explain("many", REFUSED, [*arguments, "--json"], folder, "many.yaml"))
        if len(answer["applied"]) != 3000:
            run.fail("many", f"JSON has {len(answer['applied'])} connectors")


def check_cannot_judge(run):
    """More ways of reading an address than there is time for: it says so, as the log does."""
    labels = ["x." * depth + "example" for depth in range(20)]
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "tower.yaml").write_text("connectors:\n" + "".join(
            f"  - {{name: c{i}, senders: ['*.{labels[i % 20]}'], recipients: ['*.{labels[i // 20]}'], require: tls}}\n" for i in range(400)))
        hostile = "%".join(["a"] + [f"h{i}.{labels[-1]}" for i in range(7)]) + f"@{labels[-1]}"
        arguments = ["--from", hostile, "--to", hostile, *FINE]
        text = run.explain("cannot judge", REFUSED, arguments, folder, "tower.yaml")
        if "\n  cannot judge: an address that can be read in several ways, " not in "\n" + text:
            run.fail("cannot judge", text)
        answer = run.check_json("cannot judge", run.explain("cannot judge", REFUSED, [*arguments, "--json"], folder, "tower.yaml"))
        if answer["reason"] != "internal" or not answer.get("cannot_judge", "").startswith("an address that can be read"):
            run.fail("cannot judge", f"{answer['reason']}, {answer.get('cannot_judge')}")


PIN = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def check_fingerprints(run):
    """A pinned certificate: by the digest of the certificate, or of its key, in either way of writing it."""
    colons = ":".join(PIN[i : i + 2] for i in range(0, 64, 2)).upper()
    connector = f"{{name: pin, senders: a.example, require: {{certificate: {{fingerprint: {PIN}}}}}}}"
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "pin.yaml").write_text(f"connectors: [{connector}]\n")
        base = ["--from", "a@a.example", "--to", "b@example.org", "--tls", "TLSv1.2", "--json"]
        for given, reason in (
            ([], "no-certificate"),
            (["--fingerprint", PIN], None),
            (["--fingerprint", "00" * 32, "--fingerprint", colons], None),
            (["--fingerprint", "00" * 32], "fingerprint"),
            (["--subject", "mail.a.example"], "fingerprint"),
        ):
            text = run.explain("pin", REFUSED if reason else PASS, [*base, *given], folder, "pin.yaml")
            if json.loads(text)["reason"] != reason:
                run.fail("pin", f"{given}: {json.loads(text)['reason']}")
            if f"fingerprint {colons}" not in text:
                run.fail("pin", "does not say what is wanted")


def check_presenting(run):
    """The name that selects is the most specific one, also of a connector that no sender leads to."""
    connector = ('{name: cloud, senders: %s, presenting: ["*.cloud.example", mx.cloud.example, .cloud.example], '
                 "require: {allowed_senders: a.example}}")
    for senders, state in (("a.example", "applies"), ("b.example", "not selected")):
        with tempfile.TemporaryDirectory() as folder:
            (pathlib.Path(folder) / "p.yaml").write_text(f"connectors: [{connector % senders}]\n")
            arguments = ["--from", "x@a.example", "--to", "b@example.org", *FINE, "--subject", "mx.cloud.example"]
            entry = json.loads(run.explain(state, PASS, [*arguments, "--json"], folder, "p.yaml"))["applied"][0]
            by = {selector["selector"]: selector["by"] for selector in entry["selectors"]}
            if (entry["state"], by["presenting"]) != (state, "mx.cloud.example"):
                run.fail("presenting", f"{entry['state']} by {by}")


def check_altnames(run):
    """Each is a host name, or a wildcard of one, as Sendmail finds them; an empty one is none."""
    with tempfile.TemporaryDirectory() as folder:
        connector = "{name: x, senders: x.example, require: {certificate: m.x.example}}"
        (pathlib.Path(folder) / "p.yaml").write_text(f"connectors: [{connector}]\n")
        base = ["--from", "a@x.example", "--to", "b@example.org", *FINE, "--altnames"]
        for names, status in (("M.X.example", PASS), ("a.example,*.x.example", PASS), ("", REFUSED), (",", REFUSED),
                              ("*.example", REFUSED)):
            run.explain(f"altnames {names}", status, [*base, names], folder, "p.yaml")
        for names in ("a b", "*", "m.x.example,/CN=x"):
            done = subprocess.run([TOOL, "explain", "-c", "p.yaml", *base, names], cwd=folder, capture_output=True,
                                  text=True, timeout=60, check=False)
            if done.returncode != EX_USAGE or "not a host name" not in done.stderr:
                run.fail("altnames", f"{names}: exit status {done.returncode}; {done.stderr}")


def check_not_utf8(run):
    """Bytes that are no UTF-8, in the name of the policy file and in arguments: the answer is complete all the same."""
    with tempfile.TemporaryDirectory() as folder:
        name = os.fsdecode(b"p\xff.yaml")
        text = "connectors: [{name: x, senders: x.example, require: {certificate: m.example}}]\n"
        (pathlib.Path(folder) / name).write_text(text)
        arguments = ["--from", "a\udcfe@x.example", "--to", "b@example.org", *FINE, "--subject", "m\udcfd.example"]
        answer = run.check_json("not-utf8", run.explain("not-utf8", REFUSED, [*arguments, "--json"], folder, name))
        entry = answer["applied"][0]
        demands = {demand["demand"]: demand["seen"] for demand in entry["demands"]}
        seen = (entry["file"], entry["from"], demands["certificate"])
        if seen != ("p\ufffd.yaml", "a\ufffd@x.example", "verified, subject m\ufffd.example"):
            run.fail("not-utf8", f"{seen}")
        if "(p\ufffd.yaml:1) applies, from a\ufffd@x.example" not in run.explain("not-utf8", REFUSED, arguments, folder, name):
            run.fail("not-utf8", "the text does not have it")


def main():
    run = Run("--update" in sys.argv[1:])
    for name, (status, arguments) in CASES.items():
        run.compare(FOLDER / f"{name}.text", run.explain(name, status, arguments))
        text = run.explain(name, status, [*arguments, "--json"])
        run.compare(FOLDER / f"{name}.json", text)
        check_every_connector(run, name, run.check_json(name, text))
    for name, (status, arguments) in DELIVERIES.items():
        run.compare(FOLDER / f"{name}.text", run.explain(name, status, arguments, policy="deliver.yaml"))
        text = run.explain(name, status, [*arguments, "--json"], policy="deliver.yaml")
        run.compare(FOLDER / f"{name}.json", text)
        if (run.check_json(name, text)["deliver"]["next_hop"] is None) != (name == "deliver-no-domain"):
            run.fail(name, "there is a next hop where there should be none, or none where there should be one")
    for name, (status, arguments) in ORIGINS.items():
        run.compare(FOLDER / f"{name}.text", run.explain(name, status, arguments, policy="origin.yaml"))
    for golden in [*FOLDER.glob("*.text"), *FOLDER.glob("*.json")]:
        if golden.stem not in CASES | DELIVERIES | ORIGINS:
            run.fail(golden.name, "there is no case of that name")
    check_many(run)
    check_cannot_judge(run)
    check_fingerprints(run)
    check_presenting(run)
    check_altnames(run)
    check_not_utf8(run)
    print(f"{run.count} runs, {run.failures} failures")
    return 1 if run.failures else 0


if __name__ == "__main__":
    sys.exit(main())
