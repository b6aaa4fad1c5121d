#!/bin/sh
# SPDX-License-Identifier: MIT
# All scenarios through the policy service of a forcedtlsd of their own, wherever Postfix tells it what they are
# about. Prints TAP.
set -u
: "${srcdir:=.}" "${builddir:=.}"
output=$("$builddir/tests/scenarios/runner" policy "$builddir/forcedtlsd" "$srcdir"/tests/scenarios/*.yaml)
status=$?
echo "$output"
judged=$(echo "$output" | sed -n 's/^# judged: //p')
# What is skipped must not come to be all of it.
[ "${judged:-0}" -ge 900 ] || { echo "only ${judged:-0} sessions were judged"; exit 1; }
exit $status
