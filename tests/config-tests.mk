# SPDX-License-Identifier: MIT
# The config layer: its units, every message that it can print, and policies that are damaged at random; and
# what forcedtls(1) prints.
if HAVE_CRITERION
check_PROGRAMS += unit-config.t
TESTS += unit-config.t
unit_config_t_SOURCES = \
	tests/unit/config/load.c tests/unit/config/load.h \
	tests/unit/config/test_config_advice.c \
	tests/unit/config/test_config_certificates.c \
	tests/unit/config/test_config_config.c \
	tests/unit/config/test_config_connector.c \
	tests/unit/config/test_config_control_socket.c \
	tests/unit/config/test_config_crosscheck.c \
	tests/unit/config/test_config_deliver.c \
	tests/unit/config/test_config_diagnostics.c \
	tests/unit/config/test_config_digest.c \
	tests/unit/config/test_config_file.c \
	tests/unit/config/test_config_include.c \
	tests/unit/config/test_config_list_file.c \
	tests/unit/config/test_config_lists.c \
	tests/unit/config/test_config_networks.c \
	tests/unit/config/test_config_postfix_settings.c \
	tests/unit/config/test_config_reader.c \
	tests/unit/config/test_config_report.c \
	tests/unit/config/test_config_require.c \
	tests/unit/config/test_config_schema.c \
	tests/unit/config/test_config_seen.c \
	tests/unit/config/test_config_settings.c \
	tests/unit/config/test_config_suggest.c \
	tests/unit/config/test_config_tree.c \
	tests/unit/config/test_config_typecheck.c \
	tests/unit/config/test_config_validity.c \
	tests/unit/config/test_config_values.c \
	tests/unit/config/test_config_work.c \
	tests/unit/config/test_config_yaml_read.c
unit_config_t_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
# So that something happens to a file between its opening and its reading, that it is as old as a test needs it,
# and that another program runs in postconf's place.
unit_config_t_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=file_open -Wl,--wrap=clock_gettime \
	-Wl,--wrap=access -Wl,--wrap=execve
unit_config_t_LDADD = $(lint_libs) $(CRITERION_LIBS)

check_PROGRAMS += unit-lint.t
TESTS += unit-lint.t
unit_lint_t_SOURCES = \
	tests/unit/config/load.c tests/unit/config/load.h \
	tests/unit/lint/test_lint_displaced.c \
	tests/unit/lint/test_lint_frees.c \
	tests/unit/lint/test_lint_leaving.c \
	tests/unit/lint/test_lint_truth.c \
	tests/unit/lint/test_lint_unmet.c
unit_lint_t_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/unit/config
unit_lint_t_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
unit_lint_t_LDADD = $(lint_libs) $(CRITERION_LIBS)

check_PROGRAMS += unit-report.t
TESTS += unit-report.t
unit_report_t_SOURCES = tests/unit/report/test_flat_json.c
unit_report_t_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
unit_report_t_LDADD = $(report_libs) $(CRITERION_LIBS)
endif

TESTS += tests/policies.py tests/cli/explain.py tests/cli/export.py tests/cli/held.py tests/cli/help.py tests/cli/mailed.py tests/cli/next_hops.py tests/cli/pending.py tests/cli/report.py tests/cli/report_browser.py tests/cli/schemas.py
EXTRA_DIST += tests/policies tests/policies.py tests/cli/explain tests/cli/explain.py \
	tests/cli/export tests/cli/export.py tests/cli/held tests/cli/held.py tests/cli/help.py tests/cli/mailed.py tests/cli/next_hops.py tests/cli/pending tests/cli/pending.py tests/cli/report tests/cli/report.py tests/cli/report_browser.py tests/cli/schemas.py \
	tests/lib/golden.py tests/lib/json_schema.py

check_PROGRAMS += ask-tls-policy
ask_tls_policy_SOURCES = tests/lib/ask_tls_policy.c
ask_tls_policy_LDADD = $(daemon_libs)

# Manual, schema and example say the same.
check_PROGRAMS += print-schema
TESTS += tests/manual.py
EXTRA_DIST += tests/manual.py
print_schema_SOURCES = tests/lib/print_schema.c
print_schema_LDADD = $(config_libs)

check_PROGRAMS += mutate-policy
TESTS += mutate-policy
mutate_policy_SOURCES = \
	tests/fuzz/mutate_policy.c \
	tests/fuzz/read_file.c tests/fuzz/read_file.h \
	tests/fuzz/try_policy.c tests/fuzz/try_policy.h
mutate_policy_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
mutate_policy_LDADD = $(lint_libs)
