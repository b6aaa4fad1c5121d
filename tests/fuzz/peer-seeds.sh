#!/bin/sh
# SPDX-License-Identifier: MIT
# Replays the seeds of the fuzzers for what peers write: addresses, names, headers, macros, and what the log has of it.
set -eu
: "${srcdir:=.}" "${builddir:=.}"
seeds=$srcdir/tests/fuzz/seeds
"$builddir/fuzz-address" "$seeds"/address/*
"$builddir/fuzz-certificate" "$seeds"/certificate/*
"$builddir/fuzz-encoded-word" "$seeds"/encoded_word/*
"$builddir/fuzz-from-header" "$seeds"/from_header/*
"$builddir/fuzz-log" "$seeds"/log/*
exec "$builddir/fuzz-macros" "$seeds"/macros/*
