# SPDX-License-Identifier: MIT
# Calls of libraries and of the system that fail, each in turn: tests/README.md. make border tries all of them.

# Without sanitizers: they ask for memory themselves, before they are ready for code that is looked after.
check_LIBRARIES += tests/border/libborder.a
tests_border_libborder_a_SOURCES = tests/border/calls.c tests/border/calls.def tests/border/plan.h
tests_border_libborder_a_CFLAGS = $(WARN_CFLAGS) $(HARDEN_CFLAGS) $(PTHREAD_CFLAGS) $(OPENSSL_CFLAGS) $(YAML_CFLAGS) \
	$(IDN2_CFLAGS) $(JANSSON_CFLAGS) $(MILTER_CFLAGS) $(EVENT_CFLAGS) $(ZLIB_CFLAGS)

check_PROGRAMS += tests/border/forcedtls tests/border/forcedtlsd
tests_border_forcedtls_SOURCES = $(forcedtls_SOURCES)
tests_border_forcedtls_LDADD = $(forcedtls_LDADD) tests/border/libborder.a
tests_border_forcedtlsd_SOURCES = $(forcedtlsd_SOURCES)
tests_border_forcedtlsd_LDADD = $(forcedtlsd_LDADD) tests/border/libborder.a $(ZLIB_LIBS)
TESTS += tests/border/complete.sh tests/border/commands.py
EXTRA_DIST += tests/border/complete.sh tests/border/commands.py tests/border/idn.yaml tests/border/not_tried

.PHONY: border
border: all
	FORCEDTLS_BORDER=all $(MAKE) $(AM_MAKEFLAGS) check TESTS='tests/border/complete.sh tests/border/commands.py'
