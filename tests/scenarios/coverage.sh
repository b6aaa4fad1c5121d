#!/bin/sh
# SPDX-License-Identifier: MIT
# The scenarios use each key and each word of connectors, and see each verdict and reason; and what they lack is found.
set -u
: "${srcdir:=.}" "${builddir:=.}"
coverage=$builddir/tests/scenarios/coverage
"$coverage" "$srcdir"/tests/scenarios/*.yaml || exit 1
output=$("$coverage" "$srcdir/tests/scenarios/versions.yaml") && { echo "exit status 0 with one file alone"; exit 1; }
for lacking in connectors.presenting connectors.on_failure=quarantine reason=sender verdict=quarantine; do
	echo "$output" | grep -qxF "no scenario has $lacking" || { echo "not said: $lacking"; exit 1; }
done
