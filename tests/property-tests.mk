# SPDX-License-Identifier: MIT
# What must hold of any policy and any session, tried on random ones against a plain reading of the manual.
# FORCEDTLS_PROPERTY_ROUNDS=20000 in the environment of make check tries more.
property_model = \
	tests/property/generate.c \
	tests/property/model.h \
	tests/property/naive.c tests/property/naive.h \
	tests/property/oracle.c tests/property/oracle.h \
	tests/property/oracle_demands.c \
	tests/property/print.c \
	tests/property/take.c tests/property/take.h \
	tests/property/trial.c tests/property/trial.h
check_PROGRAMS += policy-properties
TESTS += policy-properties
policy_properties_SOURCES = $(property_model) \
	tests/property/fingerprints.c \
	tests/property/policy_properties.c \
	tests/property/round.h \
	tests/property/stronger.c \
	tests/property/untold.c \
	tests/property/variants.c
policy_properties_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
policy_properties_LDADD = $(config_libs)

# The same on all policies of a small world. FORCEDTLS_SMALL_WORLD=3 in the environment of make check tries a greater one.
check_PROGRAMS += small-worlds
TESTS += small-worlds
small_worlds_SOURCES = $(property_model) tests/property/small_worlds.c
small_worlds_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
small_worlds_LDADD = $(config_libs)

# Which connector stands in another's place, in all cases that three can be.
check_PROGRAMS += displacement-order
TESTS += displacement-order
displacement_order_SOURCES = tests/property/displacement_order.c
displacement_order_LDADD = $(core_libs)

# What a peer may put into the log, at each door.
check_PROGRAMS += log-lines
TESTS += tests/property/log_lines.py
EXTRA_DIST += tests/property/log_lines.py
log_lines_SOURCES = tests/property/log_lines.c
log_lines_LDADD = $(daemon_libs)
