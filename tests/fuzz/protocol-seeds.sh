#!/bin/sh
# SPDX-License-Identifier: MIT
# Replays the seeds of the wire protocols through the fuzzers' entries.
exec sh "${srcdir:-.}/tests/fuzz/replay-seeds" control delegation http netstring socketmap
