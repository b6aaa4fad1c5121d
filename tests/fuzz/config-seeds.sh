#!/bin/sh
# SPDX-License-Identifier: MIT
# Replays every policy and list of the tests through the fuzzers' entries.
set -eu
: "${srcdir:=.}" "${builddir:=.}"
"$builddir/fuzz-config" "$srcdir"/tests/policies/good/*.yaml "$srcdir"/tests/policies/bad/*.yaml \
	"$srcdir"/tests/policies/*/include/*.yaml "$srcdir/etc/forcedtls.yaml"
exec "$builddir/fuzz-list" "$srcdir"/tests/policies/*/lists/*.txt
