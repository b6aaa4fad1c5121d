#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs one Criterion program and prints its TAP. Criterion calls a test passed
# although a sanitizer complained in it: such a complaint fails the program.
set -u
report=$1.report
messages=$1.messages
"$1" --tap="$report" >"$messages" 2>&1
status=$?
cat "$report"
cat "$messages"
if grep -Eq 'ERROR: [A-Za-z]+Sanitizer|runtime error:' "$messages"; then
	echo "Bail out! a sanitizer complained"
	status=1
fi
rm -f "$report" "$messages"
exit $status
