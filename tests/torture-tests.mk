# SPDX-License-Identifier: MIT
# Faults of the system around the daemon, and mail for hours. make check runs what is quick and needs no root; make
# torture runs all of it and prints the table of faults; marked mail through Postfix comes last, and needs root.
TESTS += tests/torture/torture.tap tests/torture/soak.tap
EXTRA_DIST += tests/torture
# The load of the soak.
check_PROGRAMS += tests/bench/door_load tests/bench/milter_load

torture_environment = builddir='$(abs_top_builddir)' FORCEDTLS_TORTURE=1 FORCEDTLS_MARKED=10000

.PHONY: torture
torture: all tests/bench/door_load tests/bench/milter_load
	$(torture_environment) $(PYTHON) $(top_srcdir)/tests/torture/torture.tap
	$(torture_environment) $(PYTHON) $(top_srcdir)/tests/torture/soak.tap
	$(torture_environment) $(PYTHON) $(top_srcdir)/tests/integration/run --build . marked_mail
