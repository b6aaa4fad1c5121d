#!/bin/sh
# SPDX-License-Identifier: MIT
# Holds the folders of src to one direction: util < mail < tls < policy < verdict < config < run < server < one for
# each service < daemon, and config < lint, doctor, report < cli beside them. The first five are pure: they call nothing that does I/O.
# The daemon's mutable data lives in the few files that own it.
set -u
: "${srcdir:=.}" "${builddir:=.}"
failed=0

complain()
{
	echo "$1"
	failed=1
}

# A folder for each service of the daemon, by the table that has them.
services=$(sed -n 's/.*X(SERVICE, \([a-z_]*\),.*/\1/p' "$srcdir/src/config/daemon_settings.h" | tr '\n' ' ')
[ -n "$services" ] || complain "no services found"

# Each folder and those that it may include: its own, and those below it.
allowed()
{
	pure="util mail tls policy verdict"
	case $1 in
	util) echo util ;;
	mail) echo util mail ;;
	tls) echo util mail tls ;;
	policy) echo util mail tls policy ;;
	verdict) echo "$pure" ;;
	config) echo "$pure" config ;;
	lint) echo "$pure" config lint ;;
	run) echo "$pure" config run ;;
	server) echo "$pure" config run server ;;
	daemon) echo "$pure" config run server "$services" daemon ;;
	doctor) echo "$pure" config doctor ;;
	report) echo "$pure" config report ;;
	cli) echo "$pure" config lint doctor report cli ;;
	*) case " $services " in *" $1 "*) echo "$pure" config run server "$1" ;; *) echo ;; esac ;;
	esac
}

seen=0
for file in "$srcdir"/src/*/*.c "$srcdir"/src/*/*.h; do
	[ -f "$file" ] || continue
	name=${file#"$srcdir"/src/}
	layer=${name%%/*}
	seen=$((seen + 1))
	for include in $(sed -n 's/^#[ ]*include "\([^"]*\)".*/\1/p' "$file"); do
		case " $(allowed "$layer") " in
		*" ${include%%/*} "*) ;;
		*) complain "$name includes $include: layer $layer may not" ;;
		esac
	done
	head -n 3 "$file" | grep -q 'SPDX-License-Identifier: MIT' || complain "$name has no SPDX line"
done
[ "$seen" -gt 20 ] || complain "only $seen source files found"

# Pure: no clock, no lock, no log, no file, no environment.
for function in time clock_gettime gettimeofday fopen open read write socket connect getenv syslog printf \
	pthread_mutex_lock rand random; do
	if grep -nE "(^|[^_[:alnum:]])$function\(" "$srcdir"/src/util/*.c "$srcdir"/src/mail/*.c \
		"$srcdir"/src/tls/*.c "$srcdir"/src/policy/*.c "$srcdir"/src/verdict/*.c; then
		complain "a pure folder calls $function"
	fi
done

# A name is one function's, also where it is static: a backtrace, a breakpoint and a profile say no more than that.
twice=$(awk '/^[a-z].*[a-z0-9_]\(/ && !/;$/ { sub(/\(.*/, ""); sub(/.*[ *]/, ""); print $0, FILENAME }' "$srcdir"/src/*/*.c |
	sort -u | awk '{ count[$1]++ } END { for (name in count) if (count[name] > 1 && name != "main") print name }')
[ -z "$twice" ] || complain "functions of one name: $twice"

# make has a rule of its own for a program of one C file: it would make anew a script that stands beside that.
scripts=$(find "$srcdir/src" "$srcdir/tests" "$srcdir/contrib" -name '*.c' | sed 's/\.c$//' |
	while IFS= read -r program; do
		[ -f "$program" ] && head -c 2 "$program" | grep -q '#!' && echo "$program"
	done)
[ -z "$scripts" ] || complain "scripts with the name of a program of one C file: $scripts"

# Data that can change belongs to the few files that own some.
for library in libcore.a libconfig.a liblint.a libdoctor.a libreport.a libdaemon.a; do
	[ -f "$builddir/$library" ] && command -v nm >/dev/null 2>&1 || continue
	changeable=$(nm -A -f sysv "$builddir/$library" 2>/dev/null |
		awk -F'|' '$3 ~ /^ *[bBdDC] *$/ && $7 !~ /\.data\.rel\.ro/ && $1 !~ /(asan|odr|gcov|llvm|GLOBAL_|\.LC|__unnamed_)/ { print $1 }' |
		grep -vE ':(snapshot|counters|verdict_counters|log|log_writer|fingerprint_cache|gate|signals|message|watched)\.o:|daemon_a-(snapshot|counters|verdict_counters|log|log_writer|fingerprint_cache|gate|signals|message|watched)\.o:')
	[ -z "$changeable" ] || complain "data that can change: $changeable"
done

# The daemon loads policies and does not lint them.
if [ -f "$builddir/liblint.a" ] && [ -f "$builddir/forcedtlsd" ] && command -v nm >/dev/null 2>&1; then
	lint=$(nm -g "$builddir/liblint.a" 2>/dev/null | awk '$2 == "T" && $3 !~ /^__/ { print $3 }')
	[ -n "$lint" ] || complain "liblint.a has no function"
	for function in $lint; do
		if nm "$builddir/forcedtlsd" 2>/dev/null | grep -qw "$function"; then
			complain "forcedtlsd has $function of liblint.a"
		fi
	done
	nm "$builddir/forcedtls" 2>/dev/null | grep -qw lint_config || complain "forcedtls does not lint"
fi

[ "$failed" -eq 0 ] && echo "$seen files keep to their layers"
exit $failed
