#!/bin/sh
# SPDX-License-Identifier: MIT
# Replays the seeds of the fuzzers for what other programs and servers say to the commands, and for files beside a policy.
exec sh "${srcdir:-.}/tests/fuzz/replay-seeds" log-input queue settings smtp trust-anchors
