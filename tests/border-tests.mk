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

check_PROGRAMS += border-services
border_services_SOURCES = \
	$(mock_mta_sources) \
	tests/border/plan.h \
	tests/border/services.c \
	tests/border/sessions.c tests/border/sessions.h \
	tests/lib/daemon.c tests/lib/daemon.h \
	tests/lib/policy_text.c tests/lib/policy_text.h
border_services_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/lib
border_services_LDADD = $(core_libs)

border_tests = tests/border/complete.sh tests/border/commands.py border-services
# Where long has 32 bit, open(2) is open64 to us, and the libraries may call either: not tried.
if LONG_OFFSETS
TESTS += $(border_tests)
endif
EXTRA_DIST += tests/border/complete.sh tests/border/commands.py tests/border/idn.yaml tests/border/not_tried

.PHONY: border
border: all
	FORCEDTLS_BORDER=all $(MAKE) $(AM_MAKEFLAGS) check TESTS='$(border_tests)'
