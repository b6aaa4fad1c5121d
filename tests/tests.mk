# SPDX-License-Identifier: MIT
# The tests of make check. Unit tests are one Criterion program a library; tests/integration needs root and real
# MTAs and is run by contrib/quickstart test.
TESTS = tests/layers.sh tests/systemd.sh tests/packages.sh tests/debian_root.sh tests/suite_results.sh \
	tests/newcomer/skips.py tests/monitoring.py
check_LIBRARIES =
check_PROGRAMS =
EXTRA_PROGRAMS =
EXTRA_DIST += tests/README.md tests/layers.sh tests/packages.sh tests/debian_root.sh tests/suite.sh \
	tests/suite_results.sh tests/systemd.sh tests/monitoring.py tests/criterion.sh

TEST_EXTENSIONS = .sh .py .t .tap
SH_LOG_COMPILER = $(SHELL)
PY_LOG_COMPILER = $(PYTHON)
# No test asks the Postfix of the host it runs on.
# Criterion leaves exit status 0 when a test leaks under ASan, and a crash would end without a plan: the driver
# reads TAP, and sanitizers abort.
T_LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh
TAP_LOG_DRIVER = $(T_LOG_DRIVER)
TAP_LOG_COMPILER = $(PYTHON)
T_LOG_COMPILER = $(SHELL) $(top_srcdir)/tests/criterion.sh
AM_TESTS_ENVIRONMENT = \
	srcdir='$(abs_top_srcdir)'; export srcdir; \
	builddir='$(abs_top_builddir)'; export builddir; \
	CC='$(CC)'; export CC; \
	MAIL_CONFIG=/nonexistent; export MAIL_CONFIG; \
	ASAN_OPTIONS=abort_on_error=1:detect_leaks=1; export ASAN_OPTIONS;

if HAVE_CRITERION
check_PROGRAMS += unit-core.t
TESTS += unit-core.t
unit_core_t_SOURCES = \
	tests/unit/mail/test_address.c \
	tests/unit/mail/test_domain.c \
	tests/unit/mail/test_from_header.c \
	tests/unit/mail/test_from_search.c \
	tests/unit/mail/test_next_hop.c \
	tests/unit/mail/test_pattern.c \
	tests/unit/policy/build.c tests/unit/policy/build.h \
	tests/unit/policy/decide.c tests/unit/policy/decide.h \
	tests/unit/policy/test_certificate_end.c \
	tests/unit/policy/test_decision_header_from.c \
	tests/unit/policy/test_decision_readings.c \
	tests/unit/policy/test_decision_untold.c \
	tests/unit/policy/test_decision_verdict.c \
	tests/unit/policy/test_from_selection.c \
	tests/unit/policy/test_tls_policy.c \
	tests/unit/policy/test_tls_policy_lookup.c \
	tests/unit/policy/test_demand.c \
	tests/unit/policy/test_match.c \
	tests/unit/policy/test_name_index.c \
	tests/unit/policy/test_network_index.c \
	tests/unit/policy/test_policy.c \
	tests/unit/policy/test_recipient_key.c \
	tests/unit/policy/test_selector.c \
	tests/unit/tls/test_certificate.c \
	tests/unit/tls/test_cipher.c \
	tests/unit/tls/test_distinguished_name.c \
	tests/unit/tls/test_fingerprint.c \
	tests/unit/tls/test_tls_delay.c \
	tests/unit/tls/test_tls_version.c \
	tests/unit/tls/test_trust_anchors.c \
	tests/unit/util/test_date.c \
	tests/unit/util/test_ip.c \
	tests/unit/util/test_memory.c \
	tests/unit/verdict/test_event.c \
	tests/unit/verdict/test_log_field.c \
	tests/unit/verdict/test_log_value.c \
	tests/unit/verdict/test_reply.c \
	tests/unit/verdict/test_tls_policy_line.c \
	tests/unit/verdict/test_trace_header.c \
	tests/unit/verdict/test_verdict_line.c
unit_core_t_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
unit_core_t_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
unit_core_t_LDADD = $(core_libs) $(CRITERION_LIBS)
endif

# From: as other mail programs read it; those that are not installed are skipped.
check_PROGRAMS += print_from
TESTS += tests/from_header/from_header.tap
EXTRA_DIST += \
	tests/from_header/fields.py \
	tests/from_header/from_header.tap \
	tests/from_header/readers/addressparser.js \
	tests/from_header/readers/library.py \
	tests/from_header/readers/mail.rb \
	tests/from_header/readers/mail_address.pl \
	tests/from_header/readers/mailparse.php \
	tests/from_header/readers/python.py
print_from_SOURCES = tests/from_header/print_from.c
print_from_LDADD = $(core_libs)

# Where addresses lead, as Postfix has it: tests/integration/test_readings.py asks it.
check_PROGRAMS += judge-readings
judge_readings_SOURCES = tests/readings/judge_readings.c
judge_readings_LDADD = $(core_libs)

include tests/config-tests.mk
include tests/doctor-tests.mk
include tests/property-tests.mk
include tests/daemon-tests.mk
include tests/fuzz-tests.mk
include tests/scenario-tests.mk
include tests/border-tests.mk
include tests/integration-tests.mk
include tests/torture-tests.mk
include tests/mutation-tests.mk

# What decides, and reads what others write, under Valgrind: bytes that nobody has written. Five minutes.
EXTRA_DIST += tests/memory-check
.PHONY: memory-check
memory-check: all
	$(MAKE) $(AM_MAKEFLAGS) check TESTS=
	$(SHELL) $(top_srcdir)/tests/memory-check .

# A folder in EXTRA_DIST is taken from the build too, where tests have left their logs.
dist-hook:
	cd $(distdir) && rm -f $(TEST_LOGS) $(TEST_LOGS:.log=.trs)
