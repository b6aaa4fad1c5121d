#!/bin/sh
# SPDX-License-Identifier: MIT
# Replays the seeds of the wire protocols through the fuzzers' entries.
set -eu
: "${srcdir:=.}" "${builddir:=.}"
for protocol in control delegation http netstring socketmap; do
	"$builddir/fuzz-$protocol" "$srcdir/tests/fuzz/seeds/$protocol"/*
done
