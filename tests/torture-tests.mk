# SPDX-License-Identifier: MIT
# Faults of the system around the daemon. make check runs the quick half, which needs no root; make torture runs all of
# it and prints the table.
TESTS += tests/torture/torture.tap
EXTRA_DIST += tests/torture

.PHONY: torture
torture: all
	builddir='$(abs_top_builddir)' FORCEDTLS_TORTURE=1 $(PYTHON) $(top_srcdir)/tests/torture/torture.tap
