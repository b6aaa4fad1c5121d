#!/bin/sh
# SPDX-License-Identifier: MIT
# All scenarios through the milter socket of a forcedtlsd of their own. Prints TAP.
set -u
: "${srcdir:=.}" "${builddir:=.}"
exec "$builddir/tests/scenarios/runner" milter "$builddir/forcedtlsd" "$srcdir"/tests/scenarios/*.yaml
