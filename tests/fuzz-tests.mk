# SPDX-License-Identifier: MIT
# What peers write, each through the entry of a fuzzer of its own; make check replays the seeds.
fuzz_support = \
	tests/fuzz/fields.c tests/fuzz/fields.h \
	tests/fuzz/must.h \
	tests/fuzz/read_file.c tests/fuzz/read_file.h \
	tests/fuzz/replay.c
fuzz_cppflags = $(AM_CPPFLAGS) -I$(top_srcdir)/tests

check_PROGRAMS += fuzz-address fuzz-certificate fuzz-encoded-word fuzz-from-header fuzz-log fuzz-macros
TESTS += tests/fuzz/peer-seeds.sh
EXTRA_DIST += tests/fuzz/peer-seeds.sh tests/fuzz/seeds

fuzz_address_SOURCES = tests/fuzz/fuzz_address.c $(fuzz_support)
fuzz_address_CPPFLAGS = $(fuzz_cppflags)
fuzz_address_LDADD = $(core_libs)
fuzz_certificate_SOURCES = tests/fuzz/fuzz_certificate.c $(fuzz_support)
fuzz_certificate_CPPFLAGS = $(fuzz_cppflags)
fuzz_certificate_LDADD = $(core_libs)
fuzz_encoded_word_SOURCES = tests/fuzz/fuzz_encoded_word.c $(fuzz_support)
fuzz_encoded_word_CPPFLAGS = $(fuzz_cppflags)
fuzz_encoded_word_LDADD = $(core_libs)
fuzz_from_header_SOURCES = tests/fuzz/fuzz_from_header.c $(fuzz_support)
fuzz_from_header_CPPFLAGS = $(fuzz_cppflags)
fuzz_from_header_LDADD = $(core_libs)
fuzz_log_SOURCES = tests/fuzz/fuzz_log.c $(fuzz_support)
fuzz_log_CPPFLAGS = $(fuzz_cppflags)
fuzz_log_LDADD = $(report_libs)
fuzz_macros_SOURCES = tests/fuzz/fuzz_macros.c $(fuzz_support)
fuzz_macros_CPPFLAGS = $(fuzz_cppflags)
fuzz_macros_LDADD = $(daemon_libs)
