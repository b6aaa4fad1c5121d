# SPDX-License-Identifier: MIT
# What others write, each through the entry of a fuzzer of its own. make check replays the seeds; configure
# --with-fuzzing-engine links an engine in the place of replay.c, and tests/fuzz/run lets it search (tests/README.md).
fuzzers = fuzz-address fuzz-certificate fuzz-config fuzz-control fuzz-delegation fuzz-encoded-word fuzz-from-header \
	fuzz-http fuzz-list fuzz-log fuzz-log-input fuzz-macros fuzz-netstring fuzz-postconf fuzz-queue fuzz-settings \
	fuzz-smtp fuzz-socketmap fuzz-trust-anchors
check_PROGRAMS += $(fuzzers)
fuzz_tests = tests/fuzz/config-seeds.sh tests/fuzz/peer-seeds.sh tests/fuzz/program-seeds.sh tests/fuzz/protocol-seeds.sh
TESTS += $(fuzz_tests)
EXTRA_DIST += $(fuzz_tests) tests/fuzz/dictionaries tests/fuzz/fuzzers tests/fuzz/replay-seeds tests/fuzz/run tests/fuzz/seeds
.PHONY: fuzzers
fuzzers: $(fuzzers)

fuzz_cppflags = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
if FUZZING_ENGINE
fuzz_main = $(FUZZING_ENGINE)
else
check_LIBRARIES += libreplay.a
libreplay_a_SOURCES = tests/fuzz/replay.c tests/fuzz/read_file.c tests/fuzz/read_file.h
libreplay_a_CPPFLAGS = $(fuzz_cppflags)
fuzz_main = libreplay.a libcore.a
endif
fuzz_address_SOURCES = tests/fuzz/fuzz_address.c tests/fuzz/must.h tests/fuzz/fields.c tests/fuzz/fields.h
fuzz_address_CPPFLAGS = $(fuzz_cppflags)
fuzz_address_LDADD = $(fuzz_main) $(core_libs)
fuzz_certificate_SOURCES = tests/fuzz/fuzz_certificate.c tests/fuzz/must.h tests/fuzz/fields.c tests/fuzz/fields.h
fuzz_certificate_CPPFLAGS = $(fuzz_cppflags)
fuzz_certificate_LDADD = $(fuzz_main) $(core_libs)
fuzz_config_SOURCES = tests/fuzz/fuzz_config.c tests/fuzz/must.h tests/fuzz/try_policy.c tests/fuzz/try_policy.h
fuzz_config_CPPFLAGS = $(fuzz_cppflags)
fuzz_config_LDADD = $(fuzz_main) $(lint_libs)
fuzz_control_SOURCES = tests/fuzz/fuzz_control.c tests/fuzz/must.h
fuzz_control_CPPFLAGS = $(fuzz_cppflags)
fuzz_control_LDADD = $(fuzz_main) $(daemon_libs)
fuzz_delegation_SOURCES = tests/fuzz/fuzz_delegation.c tests/fuzz/must.h
fuzz_delegation_CPPFLAGS = $(fuzz_cppflags)
fuzz_delegation_LDADD = $(fuzz_main) $(daemon_libs)
fuzz_encoded_word_SOURCES = tests/fuzz/fuzz_encoded_word.c tests/fuzz/must.h tests/fuzz/fields.c tests/fuzz/fields.h
fuzz_encoded_word_CPPFLAGS = $(fuzz_cppflags)
fuzz_encoded_word_LDADD = $(fuzz_main) $(core_libs)
fuzz_from_header_SOURCES = tests/fuzz/fuzz_from_header.c tests/fuzz/must.h tests/fuzz/fields.c tests/fuzz/fields.h
fuzz_from_header_CPPFLAGS = $(fuzz_cppflags)
fuzz_from_header_LDADD = $(fuzz_main) $(core_libs)
fuzz_http_SOURCES = tests/fuzz/fuzz_http.c tests/fuzz/must.h
fuzz_http_CPPFLAGS = $(fuzz_cppflags)
fuzz_http_LDADD = $(fuzz_main) $(daemon_libs)
fuzz_list_SOURCES = tests/fuzz/fuzz_list.c tests/fuzz/must.h tests/fuzz/try_policy.c tests/fuzz/try_policy.h
fuzz_list_CPPFLAGS = $(fuzz_cppflags)
fuzz_list_LDADD = $(fuzz_main) $(lint_libs)
fuzz_log_SOURCES = tests/fuzz/fuzz_log.c tests/fuzz/must.h
fuzz_log_CPPFLAGS = $(fuzz_cppflags)
fuzz_log_LDADD = $(fuzz_main) $(report_libs)
fuzz_macros_SOURCES = tests/fuzz/fuzz_macros.c tests/fuzz/must.h tests/fuzz/fields.c tests/fuzz/fields.h
fuzz_macros_CPPFLAGS = $(fuzz_cppflags)
fuzz_macros_LDADD = $(fuzz_main) $(daemon_libs)
fuzz_netstring_SOURCES = tests/fuzz/fuzz_netstring.c tests/fuzz/must.h
fuzz_netstring_CPPFLAGS = $(fuzz_cppflags)
fuzz_netstring_LDADD = $(fuzz_main) $(daemon_libs)
fuzz_postconf_SOURCES = tests/fuzz/fuzz_postconf.c tests/fuzz/must.h tests/lib/examine_text.c tests/lib/examine_text.h
fuzz_postconf_CPPFLAGS = $(fuzz_cppflags)
fuzz_postconf_LDADD = $(fuzz_main) $(doctor_libs)
fuzz_socketmap_SOURCES = tests/fuzz/fuzz_socketmap.c tests/fuzz/must.h
fuzz_socketmap_CPPFLAGS = $(fuzz_cppflags)
fuzz_socketmap_LDADD = $(fuzz_main) $(daemon_libs)
fuzz_log_input_SOURCES = tests/fuzz/fuzz_log_input.c tests/fuzz/must.h
fuzz_log_input_CPPFLAGS = $(fuzz_cppflags)
fuzz_log_input_LDADD = $(fuzz_main) $(report_libs)
fuzz_settings_SOURCES = tests/fuzz/fuzz_settings.c tests/fuzz/must.h
fuzz_settings_CPPFLAGS = $(fuzz_cppflags)
fuzz_settings_LDADD = $(fuzz_main) $(config_libs)
fuzz_smtp_SOURCES = tests/fuzz/fuzz_smtp.c tests/fuzz/must.h
fuzz_smtp_CPPFLAGS = $(fuzz_cppflags)
fuzz_smtp_LDADD = $(fuzz_main) $(doctor_libs)
fuzz_trust_anchors_SOURCES = tests/fuzz/fuzz_trust_anchors.c tests/fuzz/must.h
fuzz_trust_anchors_CPPFLAGS = $(fuzz_cppflags)
fuzz_trust_anchors_LDADD = $(fuzz_main) $(core_libs)
fuzz_queue_SOURCES = tests/fuzz/fuzz_queue.c tests/fuzz/must.h tests/fuzz/fields.c tests/fuzz/fields.h \
	src/cli/deferred.c src/cli/held.c src/cli/held_log.c src/cli/hold_clue.c src/cli/json.c src/cli/queue.c src/cli/waiting.c \
	src/cli/waiting_text.c
fuzz_queue_CPPFLAGS = $(fuzz_cppflags)
fuzz_queue_LDADD = $(fuzz_main) $(report_libs)
