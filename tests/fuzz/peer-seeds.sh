#!/bin/sh
# SPDX-License-Identifier: MIT
# Replays the seeds of the fuzzers for what peers write: addresses, names, headers, macros, and what the log has of it.
exec sh "${srcdir:-.}/tests/fuzz/replay-seeds" address certificate encoded-word from-header log macros
