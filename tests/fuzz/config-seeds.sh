#!/bin/sh
# SPDX-License-Identifier: MIT
# Replays every policy and list of the tests through the fuzzers' entries.
exec sh "${srcdir:-.}/tests/fuzz/replay-seeds" config list
