#!/bin/sh
# SPDX-License-Identifier: MIT
# Holds the layers: core < config, proto < run < door < main, and config < lint < cli. A file may
# include its own layer and those below it; core calls nothing that does I/O.
# The daemon's mutable data lives in the few files that own it.
set -u
: "${srcdir:=.}" "${builddir:=.}"
failed=0

complain()
{
	echo "$1"
	failed=1
}

allowed()
{
	case $1 in
	core) echo core ;;
	config) echo core config ;;
	proto) echo core proto ;;
	run) echo core config proto run ;;
	door) echo core config proto run door ;;
	lint) echo core config lint ;;
	cli) echo core config proto lint cli ;;
	main) echo core config proto run door ;;
	*) echo ;;
	esac
}

seen=0
for file in "$srcdir"/src/*.c "$srcdir"/src/*/*.c "$srcdir"/src/*/*.h; do
	[ -f "$file" ] || continue
	name=${file#"$srcdir"/src/}
	case $name in
	*/*) layer=${name%%/*} ;;
	*) layer=main ;;
	esac
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

# The core is pure: no clock, no lock, no log, no file, no environment.
for function in time clock_gettime gettimeofday fopen open read write socket connect getenv syslog printf \
	pthread_mutex_lock rand random; do
	if grep -nE "(^|[^_[:alnum:]])$function\(" "$srcdir"/src/core/*.c; then
		complain "the core calls $function"
	fi
done

# Data that can change belongs to the few files that own some.
for library in libcore.a libconfig.a liblint.a libdaemon.a; do
	[ -f "$builddir/$library" ] && command -v nm >/dev/null 2>&1 || continue
	changeable=$(nm -A -f sysv "$builddir/$library" 2>/dev/null |
		awk -F'|' '$3 ~ /^ *[bBdDC] *$/ && $7 !~ /\.data\.rel\.ro/ && $1 !~ /(asan|odr|gcov|llvm|GLOBAL_|\.LC|__unnamed_)/ { print $1 }' |
		grep -vE ':(snapshot|log|log_writer|presented|gate|signals|message)\.o:|daemon_a-(snapshot|log|log_writer|presented|gate|signals|message)\.o:')
	[ -z "$changeable" ] || complain "data that can change: $changeable"
done

# The daemon loads policies and does not lint them.
if [ -f "$builddir/liblint.a" ] && [ -f "$builddir/forcedtlsd" ] && command -v nm >/dev/null 2>&1; then
	lint=$(nm -g "$builddir/liblint.a" 2>/dev/null | awk '$2 == "T" { print $3 }')
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
