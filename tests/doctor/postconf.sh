#!/bin/sh
# SPDX-License-Identifier: MIT
# What three versions of postconf(1) printed of one right configuration: through the fuzzer, and changed at random.
set -eu
: "${srcdir:=.}" "${builddir:=.}"
seeds=$srcdir/tests/fuzz/seeds/postconf
"$builddir/fuzz-postconf" "$seeds"/*
exec "$builddir/postconf-mutations" "$seeds"/*
