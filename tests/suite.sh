# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2154 # top, builds, logs and jobs are those of quickstart
# The parts of contrib/quickstart test, which of them run beside which, and how their results are counted. quickstart
# reads this file, and has what installs, builds and speaks.

# --- results

counts=$logs/counts # a line for each result, "PASSED FAILED" or "skipped": two processes write there

# tally WHAT PASSED FAILED
tally() {
	printf '%s %s\n' "$2" "$3" >>"$counts"
	printf '%s: passed %s, failed %s (%s s)\n' "$1" "$2" "$3" "$(($(date +%s) - started))"
}

# skip WHAT WHY: nothing that was asked, and nothing that failed.
skip() {
	echo skipped >>"$counts"
	printf 'SKIPPED: %s: %s\n' "$1" "$2"
}

# The last lines, and whether all is well.
sum_up() {
	awk '
		/^skipped/ { skipped++; next }
		{ passed += $1; failed += $2 }
		END {
			if (skipped) printf "%d skipped: see SKIPPED above\n", skipped
			printf "%d passed, %d failed\n", passed, failed
			exit failed > 0 || passed == 0
		}' "$counts"
}

# count_of FILE WORDS: the sum of the lines "# WORD: N" that end a test suite; words as in PASS|XFAIL.
count_of() {
	awk -v words="$2" '$0 ~ "^# (" words "): *[0-9]+$" { sum += $NF } END { print sum + 0 }' "$1"
}

# tally_suite WHAT LOG STATUS: as the suite's own summary has it. A suite that ran nothing, or that ended badly
# without a failed test, is a failure too.
tally_suite() {
	good=$(count_of "$2" "PASS|XFAIL")
	bad=$(count_of "$2" "FAIL|XPASS|ERROR")
	[ "$bad" -gt 0 ] || { [ "$3" -eq 0 ] && [ "$good" -gt 0 ]; } || bad=1
	tally "$1" "$good" "$bad"
}

# part HEADING COMMAND...: what it says comes in one piece when it has ended, for another may run beside it.
part() {
	heading=$1
	started=$(date +%s)
	said=$logs/part-$lane.log
	shift
	say "begins: $heading"
	say "$heading" >"$said"
	status=0
	set +e
	(set -e; "$@") >>"$said" 2>&1
	status=$?
	set -e
	[ $status -eq 0 ] || tally "$heading" 0 1 >>"$said"
	flock "$logs" cat "$said"
}

# --- builds and suites

# check_build NAME CONFIGURE-ARGUMENT...: below build/NAME; counts only when it fails.
check_build() {
	name=$1
	shift
	build "$name" "$builds/$name" "$@" || {
		tally "build, $name" 0 1
		return 1
	}
}

# tell_check LOG STATUS DIRECTORY: what make check said, and what there is in DIRECTORY of tests that failed.
tell_check() {
	grep -E '^(PASS|SKIP|XFAIL|FAIL|XPASS|ERROR|# [A-Z]+): ' "$1" || tail -n 40 "$1"
	[ "$2" -eq 0 ] || [ ! -f "$3/test-suite.log" ] || cat "$3/test-suite.log"
}

# make_check NAME MAKE-ARGUMENT...
make_check() {
	name=$1
	log=$logs/check-$name.log
	status=0
	shift
	cd "$builds/$name"
	make -j"$jobs" check "$@" </dev/null >"$log" 2>&1 || status=$?
	tell_check "$log" $status .
	tally_suite "make check, $name" "$log" $status
}

# integration NAME ARGUMENT...
integration() {
	name=$1
	log=$logs/integration-$name.log
	status=0
	shift
	"$top/tests/integration/run" --build "$builds/$name" --jobs 3 "$@" </dev/null >"$log" 2>&1 || status=$?
	cat "$log"
	tally_suite "integration, $name" "$log" $status
}

# is_built NAME: where it is not, that is counted already.
is_built() {
	[ -x "$builds/$1/forcedtlsd" ]
}

# With the programs of tests, which those with real MTAs use as well.
build_for_both() {
	check_build "$@" || return 0
	cd "$builds/$1"
	logged "make-tests-$1" make -j"$jobs" check TESTS= || tally "build of tests, $1" 0 1
}

build_gcc() {
	build_for_both gcc CC=gcc --enable-werror
}

build_asan() {
	build_for_both asan CC=gcc CFLAGS='-O1 -g' --with-sanitizer=address,undefined
}

check_gcc() {
	is_built gcc || return 0
	make_check gcc
}

integrate_gcc() {
	is_built gcc || return 0
	integration gcc
}

# All of make check, with gcc, in what make dist makes.
check_distribution() {
	is_built gcc || return 0
	cd "$builds/gcc"
	log=$logs/distcheck.log
	status=0
	make -j"$jobs" distcheck </dev/null >"$log" 2>&1 || status=$?
	tell_check "$log" $status forcedtls-*/_build/sub
	[ $status -eq 0 ] || tail -n 20 "$log"
	tally_suite 'make distcheck' "$log" $status
}

check_asan() {
	is_built asan || return 0
	make_check asan
}

# What Postfix makes of tables and of servers is for the other builds; the service itself is asked by tls_policy.
integrate_asan() {
	is_built asan || return 0
	integration asan --except deliver
}

# Unit tests do not run under ThreadSanitizer, and libmilter's own shutdown has races: so what has threads of ours.
check_tsan() {
	check_build tsan CC=gcc CFLAGS='-O1 -g' --with-sanitizer=thread || return 0
	make_check tsan TESTS='snapshot-stress door-stress fingerprint-cache-stress coupling-stress log-stress'
	TSAN_OPTIONS=halt_on_error=1
	export TSAN_OPTIONS
	integration tsan --kill parallel. tls_policy.reload tls_policy.clients tls_policy.more
}

# clang's sanitizer sees other things than gcc's: arithmetic with null pointers.
check_clang() {
	check_build clang CC=clang CFLAGS='-O1 -g' --enable-werror --with-sanitizer=undefined || return 0
	make_check clang
}

# Each fuzzer for two seconds, from the seeds alone: what a change has broken at once. tests/README.md has longer runs.
run_fuzzers() {
	check_build fuzz CC=clang CFLAGS='-g -O1 -fsanitize=fuzzer-no-link' --with-sanitizer=address,undefined \
		--with-fuzzing-engine=-fsanitize=fuzzer || return 0
	log=$logs/fuzz.log
	status=0
	"$top/tests/fuzz/run" "$builds/fuzz" 2 </dev/null >"$log" 2>&1 || status=$?
	cat "$log"
	tally_suite 'fuzzers' "$log" $status
}

# Linters differ in what they find: those of one Debian decide.
run_linters() {
	if [ "$(of_release VERSION_ID)" != 12 ]; then
		skip 'linters' 'they are those of Debian 12'
		return 0
	fi
	log=$logs/lint.log
	status=0
	"$top/tests/lint" </dev/null >"$log" 2>&1 || status=$?
	cat "$log"
	tally_suite 'linters' "$log" $status
}

measure_coverage() {
	check_build coverage CC=gcc CFLAGS='-O0 -g --coverage' || return 0
	log=$logs/coverage.log
	status=0
	"$top/tests/coverage" "$builds/coverage" </dev/null >"$log" 2>&1 || status=$?
	cat "$log"
	tally_suite 'coverage' "$log" $status
}

# --- other releases

# of_release FIELD: of the release that this is run on.
of_release() {
	sed -n "s/^$1=\"*\([^\"]*\)\"*$/\1/p" /etc/os-release
}

# tally_release SUITE LOG STATUS: as its own last line has it.
tally_release() {
	set -- "$1" "$3" "$(tail -n 1 "$2" | sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed$/\1 \2/p')"
	good=${3% *} bad=${3#* }
	[ "$2" -eq 0 ] || [ "${bad:-0}" -gt 0 ] || bad=1
	tally "$1" "${good:-0}" "${bad:-1}"
}

# root_of SUITE[:ARCHITECTURE]
root_of() {
	printf '%s/roots/%s\n' "$builds" "$(echo "$1" | tr : -)"
}

# The short test there, in a copy of this tree.
test_release() {
	root=$(root_of "$1")
	status=0
	mkdir -p "$builds/roots"
	why=$("$top/contrib/debian-root" make "$1" "$root" 2>&1) || status=$?
	case $status in
	0) ;;
	77)
		skip "$1" "$why"
		return 0
		;;
	*)
		printf '%s\n' "$why"
		return $status
		;;
	esac
	find "$root/srv/forcedtls" -mindepth 1 -maxdepth 1 ! -name build -exec rm -rf {} + 2>/dev/null || :
	"$top/contrib/copy-source" "$root/srv/forcedtls"
	log=$logs/suite-${root##*/}.log
	"$top/contrib/debian-root" run "$root" sh /srv/forcedtls/contrib/quickstart test --short >"$log" 2>&1 || status=$?
	cat "$log"
	if [ $status -eq $unavailable ]; then
		skip "$1" 'its packages cannot be had here'
	else
		tally_release "$1" "$log" $status
	fi
}

# The package there, under a systemd of its own.
test_booted() {
	log=$logs/booted-$1.log
	status=0
	"$top/tests/booted/package" "$1" >"$log" 2>"$log.apt" </dev/null || status=$?
	if [ $status -eq 77 ]; then
		skip "the Debian package on $1" "$(tail -n 1 "$log.apt")"
		return 0
	fi
	cat "$log"
	good=$(grep -c '^ok ' "$log") || :
	bad=$(grep -c '^not ok ' "$log") || :
	[ $status -eq 0 ] || [ "$bad" -gt 0 ] || bad=1
	tally "the Debian package on $1" "$good" "$bad"
}

test_rpm() {
	check_build gcc CC=gcc --enable-werror || return 0
	if logged rpm "$top/tests/rpm" "$builds/gcc"; then
		tally 'the rpm' 1 0
	else
		tally 'the rpm' 0 1
	fi
}

# --- what runs beside what

# Two processes, for what waits most of its time beside what computes. It is served first: the MTAs in there have
# clocks. xargs lets both end, but for a signal, which the shell in between makes a status of.
side_by_side() {
	# shellcheck disable=SC2016 # for that shell
	printf '%s\n' "$@" | xargs -n 1 -P 2 sh -c 'sh "$0" lane "$1" || exit 1' "$top/contrib/quickstart" ||
		echo '0 1' >>"$counts"
}

run_lane() {
	lane=$1
	case $lane in
	waits) what_waits ;;
	computes)
		renice -n 5 -p $$ >/dev/null
		what_computes
		;;
	esac
}

what_waits() {
	for suite in bookworm trixie; do
		[ "$(of_release VERSION_CODENAME)" = $suite ] ||
			part "Debian's $suite, in $(root_of $suite)" test_release $suite
	done
	part 'gcc: real Postfix and Sendmail' integrate_gcc
	part 'AddressSanitizer and UndefinedBehaviorSanitizer: real Postfix and Sendmail' integrate_asan
}

what_computes() {
	part 'gcc: make distcheck' check_distribution
	part 'AddressSanitizer and UndefinedBehaviorSanitizer: make check' check_asan
	part 'ThreadSanitizer: stress tests, many sessions through real Postfix, and the other services' check_tsan
	part 'clang, warnings are errors, UndefinedBehaviorSanitizer: make check' check_clang
	part 'fuzzers, for two seconds each' run_fuzzers
	part 'coverage of the folders that judge' measure_coverage
	part 'linters' run_linters
}

# What the tests ask.
say_versions() {
	set -- "$builds"/sendmail/sendmail-bin_*.deb
	say "$(of_release PRETTY_NAME): $(dpkg-query -W -f 'Postfix ${Version}' postfix), Sendmail $(dpkg-deb -f "$1" Version)"
}

prepare() {
	# shellcheck disable=SC2086 # lists of words
	install_packages $build_packages $demo_packages $test_packages "$@"
	fetch_sendmail
	say_versions
	bootstrap
	READERS_NEEDED=6 # of From:, tests/from_header
	export READERS_NEEDED
	rm -rf "$builds/gcc" "$builds/asan" "$builds/tsan" "$builds/clang" "$builds/fuzz" "$builds/coverage"
}

run_short() {
	prepare
	part 'gcc, warnings are errors: build' build_gcc
	part 'gcc: make check' check_gcc
	part 'gcc: real Postfix and Sendmail' integrate_gcc
}

run_all() {
	# shellcheck disable=SC2086 # a list of words
	prepare $more_test_packages
	part 'gcc, warnings are errors: build' build_gcc
	part 'AddressSanitizer and UndefinedBehaviorSanitizer: build' build_asan
	side_by_side waits computes
}

run_packages() {
	# shellcheck disable=SC2086 # a list of words
	install_packages $build_packages xz-utils debootstrap rpm
	bootstrap
	for suite in bookworm trixie; do
		part "the Debian package on $suite, booted" test_booted $suite
	done
	part 'the rpm' test_rpm
}

run_suite() {
	install_packages debootstrap
	part "Debian's $1, in $(root_of "$1")" test_release "$1"
}

run_tests() {
	lane=all
	: >"$counts"
	case $* in
	'') run_all ;;
	--short) run_short ;;
	--packages) run_packages ;;
	--suite*) run_suite "$2" ;;
	esac
	sum_up
}
