#!/bin/sh
# SPDX-License-Identifier: MIT
# Nothing that contrib/quickstart test runs can fail, or end before its time, and be counted as passed; and what cannot
# be had on this host is counted as skipped. The parts, and other releases, are played here.
# shellcheck disable=SC2317 # functions are called by holds and part
set -eu

top=$(cd "${srcdir:-.}" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trap 'exit 143' TERM INT HUP
failed=0

say() {
	printf '== %s\n' "$*"
}

# holds WHAT STATUS LAST-LINE COMMAND...: what contrib/quickstart test prints last when it runs that, and its status.
holds() {
	what=$1 wanted="$2 $3"
	shift 3
	: >"$counts"
	"$@" >"$folder/said" 2>&1
	ended=0
	sum_up >"$folder/sum" || ended=$?
	got="$ended $(tail -n 1 "$folder/sum")"
	[ "$got" = "$wanted" ] || {
		echo "FAIL: $what: $got, wanted $wanted"
		cat "$folder/said"
		failed=1
	}
}

# suite STATUS LINE...: a test suite that says this.
suite() {
	ended=$1
	shift
	printf '%s\n' "$@" >"$folder/suite.log"
	tally_suite suite "$folder/suite.log" "$ended"
}

dies() {
	tally first 3 0
	false
	tally never 1 0
}

exits() {
	exit 0
}

# what contrib/debian-root would end with, and what the test in there would say and end with
release() {
	mkdir -p "$folder/top/contrib" "$folder/builds/roots"
	cat >"$folder/top/contrib/debian-root" <<PROGRAM
#!/bin/sh
[ \$1 = run ] || exit $1
printf '%s\n' '$3'
exit $2
PROGRAM
	printf '#!/bin/sh\n' >"$folder/top/contrib/copy-source"
	chmod 755 "$folder/top/contrib/debian-root" "$folder/top/contrib/copy-source"
	(top=$folder/top && part trixie test_release trixie)
}

two_lanes() {
	(top=$folder/top && printf '%s\n' "$1" >"$folder/top/contrib/quickstart" && side_by_side waits computes)
}

builds=$folder/builds logs=$folder/logs lane=all jobs=1 unavailable=69
mkdir "$logs"
# shellcheck source=tests/suite.sh
. "$top/tests/suite.sh"

holds 'all passed' 0 '2 passed, 0 failed' part one suite 0 '# PASS: 2' '# FAIL: 0'
holds 'one failed' 1 '2 passed, 1 failed' part one suite 1 '# PASS: 2' '# FAIL: 1'
holds 'a bad end, and no failed test' 1 '2 passed, 1 failed' part one suite 1 '# PASS: 2' '# FAIL: 0'
holds 'a suite without tests' 1 '0 passed, 1 failed' part one suite 0 'nothing'
holds 'a part that dies' 1 '3 passed, 1 failed' part one dies
holds 'nothing was run' 1 '0 passed, 0 failed' part one exits
holds 'another release' 0 '7 passed, 0 failed' release 0 0 '7 passed, 0 failed'
holds 'another release, one failed' 1 '7 passed, 1 failed' release 0 1 '7 passed, 1 failed'
holds 'another release that says nothing' 1 '0 passed, 1 failed' release 0 0 ''
holds 'another release that dies' 1 '0 passed, 1 failed' release 0 1 'quickstart: could not install'
holds 'another release that ends badly' 1 '7 passed, 1 failed' release 0 2 '7 passed, 0 failed'
holds 'no root is to be had' 1 '0 passed, 0 failed' release 77 0 ''
grep -q '^1 skipped' "$folder/sum" || { echo 'FAIL: no root: not said to be skipped'; failed=1; }
holds 'no packages are to be had' 1 '0 passed, 0 failed' release 0 69 'E: Failed to fetch'
grep -q '^1 skipped' "$folder/sum" || { echo 'FAIL: no packages: not said to be skipped'; failed=1; }
holds 'a root that is not ours' 1 '0 passed, 1 failed' release 1 0 ''
# shellcheck disable=SC2016 # for the one that is played
holds 'two lanes' 0 '2 passed, 0 failed' two_lanes "echo '1 0' >>'$counts'"
holds 'a lane that ends before its time' 1 '1 passed, 1 failed' two_lanes \
	"[ \$2 = computes ] || kill -s KILL \$\$; echo '1 0' >>'$counts'"
exit $failed
