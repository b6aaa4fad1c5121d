#!/bin/sh
# SPDX-License-Identifier: MIT
# Replays every policy of the tests through the fuzzer's entry.
set -eu
: "${srcdir:=.}" "${builddir:=.}"
exec "$builddir/fuzz-config" "$srcdir"/tests/policies/good/*.yaml "$srcdir"/tests/policies/bad/*.yaml \
	"$srcdir/etc/forcedtls.yaml"
