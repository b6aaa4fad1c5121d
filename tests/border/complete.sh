#!/bin/sh
# SPDX-License-Identifier: MIT
# Each function that the programs call of a library or of the system fails in some run (calls.def), or cannot fail, or
# has its reason (not_tried): a call that is new is in neither.
set -u
: "${srcdir:=.}" "${builddir:=.}"
failed=0

command -v nm >/dev/null 2>&1 || exit 77
# clang links a sanitizer into the program, with all that it calls.
nm "$builddir/forcedtlsd" | grep -q ' [TtW] __sanitizer_' && exit 77
called=$(for program in forcedtls forcedtlsd; do nm -u "$builddir/$program"; done | awk '{ sub(/@.*/, "", $2); print $2 }' | sort -u)
[ "$(echo "$called" | wc -l)" -gt 100 ] || { echo "nm shows too few calls"; exit 1; }
tried=$(sed -n 's/^CALL([^(]*, \([A-Za-z0-9_]*\), (.*/\1/p; s/^ALLOCATION(\([a-z]*\),.*/\1/p' "$srcdir/tests/border/calls.def"
	sed -n 's/^	{"\([a-z_]*\)", {.*/\1/p' "$srcdir/tests/border/calls.c")
excused=$(sed 's/#.*//' "$srcdir/tests/border/not_tried" | tr ' ' '\n')
for function in $called; do
	# As headers write strtol(3) for one standard, and read(2) where the size of the buffer is known.
	plain=$(echo "$function" | sed 's/^__isoc[0-9]*_//; s/^__\([a-z]*\)_chk$/\1/')
	case $function in
	__asan_* | __ubsan_* | __tsan_* | __sanitizer_* | __gcov_* | __llvm_*) continue ;;
	esac
	printf '%s\n' "$tried" "$excused" | grep -qxF "$plain" || {
		echo "$function is called and never fails: give it a row in tests/border/calls.def, or a place in not_tried"
		failed=1
	}
done
for function in $tried; do
	printf '%s\n' "$excused" | grep -qxF "$function" && { echo "$function is in calls.def and in not_tried"; failed=1; }
done
[ "$failed" -eq 0 ] && echo "$(printf '%s\n' "$tried" | wc -l) functions fail in turn, and each that is called is known"
exit $failed
