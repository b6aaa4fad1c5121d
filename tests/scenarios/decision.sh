#!/bin/sh
# SPDX-License-Identifier: MIT
# All scenarios against the decision function, in one process. Prints TAP.
set -u
: "${srcdir:=.}" "${builddir:=.}"
exec "$builddir/tests/scenarios/runner" decision "$srcdir"/tests/scenarios/*.yaml
