#!/bin/sh
# SPDX-License-Identifier: MIT
# The scenarios can fail: expectations that are wrong are found, one by one, in both modes; and a scenario file
# that is not understood is an error instead of a test that checks nothing.
set -u
: "${srcdir:=.}" "${builddir:=.}"
runner=$builddir/tests/scenarios/runner
directory=$(mktemp -d) || exit 1
trap 'rm -rf "$directory"' EXIT
failed=0

complain()
{
	echo "$*"
	failed=1
}

head='policy: |
  trace_header: true
  connectors:
    - {name: a, senders: [a.example], require: tls, on_failure: reject}
    - {name: b, mode: test, senders: [b.example], require: tls, on_failure: reject}
    - {name: c, senders: [c.example], header_from: true, require: tls, on_failure: quarantine}
    - {name: d, senders: [d.example], header_from: true, require: tls, on_failure: reject}
    - {name: f, senders: [f.example], require: {certificate: {fingerprint: FINGERPRINT}}, on_failure: reject}
defaults: {from: <u@a.example>, to: <v@example.org>}
sessions:'
fingerprint=$(printf 'a1%.0s' $(seq 32))
head=$(echo "$head" | sed "s/FINGERPRINT/$fingerprint/")

trace='; client=192.0.2.25; tls=-; cipher=- bits=-; verified=no; subject=-; issuer=-'

# Every session here is wrong in one thing.
{
	echo "$head"
	cat <<-'END'
	  - {name: passes, verdict: pass}
	  - {name: is refused, tls: TLSv1.2, verdict: reject, reason: plaintext, connector: a}
	  - {name: is deferred, verdict: tempfail, reason: plaintext, connector: a}
	  - {name: another reason, verdict: reject, reason: version, connector: a}
	  - {name: a reason with the same codes, tls: TLSv1, verdict: reject, reason: bits, connector: a}
	  - {name: another connector, verdict: reject, reason: plaintext, connector: b}
	  - {name: another text, verdict: reject, reason: plaintext, connector: a, reply: 550 5.7.10 No}
	  - {name: another field, verdict: reject, reason: plaintext, connector: a, log: {tls: TLSv1}}
	  - {name: a field that is not there, verdict: reject, reason: plaintext, connector: a, log: {colour: blue}}
	  - {name: a second line, verdict: reject, reason: plaintext, connector: a, would: pass}
	  - {name: no second line, from: <u@b.example>, verdict: pass}
	  - {name: another second line, from: <u@b.example>, verdict: pass, would: tempfail, would_reason: plaintext, would_connector: b}
	  - {name: another reason there, from: <u@b.example>, verdict: pass, would: reject, would_reason: version, would_connector: b}
	  - {name: another connector there, from: <u@b.example>, verdict: pass, would: reject, would_reason: plaintext, would_connector: a}
	  - {name: an error of our own, verdict: tempfail, reason: internal}
	  - {name: quarantine is no pass, from: <u@c.example>, verdict: pass}
	  - {name: a pass is no quarantine, from: <u@c.example>, tls: TLSv1.2, verdict: quarantine, reason: plaintext, connector: c}
	  - {name: held, from: <u@c.example>, headers: ["Subject: x"], verdict: quarantine, reason: plaintext, connector: c, trace: TRACE}
	  - {name: held for another reason, from: <u@c.example>, headers: ["Subject: x"], verdict: quarantine, reason: plaintext, connector: c, held: No, trace: TRACE}
	  - {name: not held, from: <u@e.example>, headers: ["Subject: x"], verdict: pass, held: No, trace: PASS}
	  - {name: passes at the end of the header, from: <u@e.example>, headers: ["From: u@d.example"], verdict: pass}
	  - {name: does not, from: <u@e.example>, headers: ["Subject: x"], verdict: pass, header_verdict: reject, header_reason: plaintext, header_connector: d}
	  - {name: another reason at the end, from: <u@e.example>, headers: ["From: u@d.example"], verdict: pass, header_verdict: reject, header_reason: version, header_connector: d}
	  - {name: another connector at the end, from: <u@e.example>, headers: ["From: u@d.example"], verdict: pass, header_verdict: reject, header_reason: plaintext, header_connector: a}
	  - {name: another reply at the end, from: <u@e.example>, headers: ["From: u@d.example"], verdict: pass, header_verdict: reject, header_reason: plaintext, header_connector: d, header_reply: 550 5.7.10 No}
	  - {name: a trial at the end, from: <u@e.example>, headers: ["From: u@d.example"], verdict: pass, header_would: reject, header_would_reason: plaintext, header_would_connector: d}
	  - {name: no trace, from: <u@e.example>, headers: ["Subject: x"], verdict: pass}
	  - {name: another trace, from: <u@e.example>, headers: ["Subject: x"], verdict: pass, trace: pass}
	  - {name: removes nothing, from: <u@e.example>, headers: ["X-ForcedTLS: x"], verdict: pass, trace: PASS}
	  - {name: removes more, from: <u@e.example>, headers: ["X-ForcedTLS: x"], verdict: pass, trace: PASS, trace_removed: "2"}
	  - {name: a fingerprint that nobody saw, from: <u@f.example>, tls: TLSv1.2, verdict: pass}
	  - {name: it names its connector, from: <u@f.example>, tls: TLSv1.2, verdict: tempfail, reason: internal}
	  - {name: and no other, from: <u@f.example>, tls: TLSv1.2, verdict: tempfail, reason: internal, connector: a}
	  - {name: another fingerprint, from: <u@f.example>, tls: TLSv1.2, fingerprint: b2b2, verdict: pass}
	  - {name: the fingerprint, from: <u@f.example>, tls: TLSv1.2, fingerprint: FINGERPRINT, verdict: reject, reason: fingerprint, connector: f}
	END
} | sed "s/: TRACE/: 'quarantine; connector=c$trace'/; s/FINGERPRINT/$fingerprint/; s/: PASS/: 'pass; connector=-$trace'/" >"$directory/wrong.yaml"
for mode in decision "milter $builddir/forcedtlsd"; do
	# shellcheck disable=SC2086
	output=$("$runner" $mode "$directory/wrong.yaml") && complain "$mode: exit status 0 with wrong expectations"
	right=$(echo "$output" | grep '^ok')
	wrong=$(echo "$output" | grep -c '^not ok')
	[ "$wrong" -eq 35 ] || complain "$mode: $wrong of 35 wrong expectations found; not: $right"
done

# Those of a message are not for a policy server.
output=$("$runner" policy "$builddir/forcedtlsd" "$directory/wrong.yaml") && complain "policy: exit status 0"
wrong=$(echo "$output" | grep -c '^not ok')
[ "$wrong" -eq 24 ] || complain "policy: $wrong of 24 wrong expectations found"

# What stands behind "sessions:" and must not be taken; the policy is right.
refused()
{
	printf '%s\n%s\n' "$head" "$1" >"$directory/malformed.yaml"
	if output=$("$runner" decision "$directory/malformed.yaml") || ! echo "$output" | grep -q '^not ok'; then
		complain "taken: $1"
	fi
}
refused '  - {name: x}'
refused '  - {verdict: pass}'
refused '  - {name: x, verdict: pass, verdict: pass}'
refused '  - {name: x, verdict: pass, colour: blue}'
refused '  - {name: x, verdict: perhaps}'
refused '  - {name: x, verdict: none}'
refused '  - {name: x, verdict: reject}'
refused '  - {name: x, verdict: reject, reason: plaintext}'
refused '  - {name: x, verdict: reject, reason: colour, connector: a}'
refused '  - {name: x, verdict: reject, reason: internal}'
refused '  - {name: x, verdict: pass, reason: plaintext}'
refused '  - {name: x, verdict: pass, connector: a}'
refused '  - {name: x, verdict: pass, reply: 250 2.0.0 fine}'
refused '  - {name: x, verdict: pass, would: pass}'
refused '  - {name: x, verdict: pass, would: reject}'
refused '  - {name: x, verdict: pass, would_reason: plaintext}'
refused '  - {name: x, verdict: pass, from: <a%b@c.example>}'
refused '  - {name: x, verdict: pass, to: none}'
refused '  - {name: x, verdict: pass, mta: exim}'
refused '  - {name: x, verdict: pass, port: 65536}'
refused '  - {name: x, verdict: pass, date: 2027-02-30}'
refused '  - {name: x, verdict: pass, verify: OK}'
refused '  - {name: x, verdict: pass, after: recipient}'
refused '  - {name: x, verdict: pass, macros: {"{v}": x}}'
refused '  - {name: x, verdict: pass, log: [mode]}'
refused '  - {name: "x # SKIP", verdict: pass}'
refused '  - {name: x, verdict: pass, header_verdict: pass}'
refused '  - {name: x, verdict: pass, held: x}'
refused '  - {name: x, verdict: pass, headers: "From: a@b.example"}'
refused '  - {name: x, verdict: pass, headers: [x]}'
refused '  - {name: x, verdict: reject, reason: plaintext, connector: a, headers: ["From: x"]}'
refused '  - {name: x, verdict: pass, headers: ["From: x"], header_verdict: reject, header_reason: plaintext}'
refused '  - {name: x, verdict: pass, headers: ["From: x"], header_verdict: tempfail, header_reason: internal, held: x}'
refused '  - {name: x, verdict: quarantine, reason: plaintext, connector: c, reply: 250 2.0.0 fine}'
refused '  - {name: x, verdict: pass, headers: ["From: x"]}
  - {name: y, after: message, verdict: pass}'
refused '  - {name: x, verdict: pass}
  - {name: y, after: message, verdict: pass, headers: ["From: x"]}'
refused '  - x'
refused '  {}'
refused ''
refused '  - {name: x, tls: TLSv1.2, verdict: pass}
colour: blue'
# And the frame itself is right.
printf '%s\n%s\n' "$head" '  - {name: x, tls: TLSv1.2, verdict: pass}' >"$directory/right.yaml"
"$runner" decision "$directory/right.yaml" >/dev/null || complain "refused: the frame"
printf 'policy: |\n  connectors: []\n%s\n' 'sessions: [{name: x, from: <a@b.example>, to: <a@b.example>, verdict: pass}]' \
	>"$directory/policy.yaml"
"$runner" decision "$directory/policy.yaml" >/dev/null && complain "taken: a policy that is wrong"

[ $failed -eq 0 ] && echo "what is wrong is found"
exit $failed
