# SPDX-License-Identifier: MIT
# forcedtls doctor without an MTA: what it reads, what it makes of it, and the manual's list of checks.
if HAVE_CRITERION
check_PROGRAMS += unit-doctor.t
TESTS += unit-doctor.t
unit_doctor_t_SOURCES = \
	tests/lib/examine_text.c tests/lib/examine_text.h \
	tests/unit/config/test_config_child.c \
	tests/unit/doctor/test_doctor_checks.c \
	tests/unit/doctor/test_doctor_commands.c \
	tests/unit/doctor/test_doctor_expand.c \
	tests/unit/doctor/test_doctor_postfix.c \
	tests/unit/doctor/test_doctor_sendmail_cf.c
unit_doctor_t_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
unit_doctor_t_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
unit_doctor_t_LDADD = $(doctor_libs) $(CRITERION_LIBS)
endif

check_PROGRAMS += print-checks
TESTS += tests/doctor/manual.py
EXTRA_DIST += tests/doctor
print_checks_SOURCES = tests/lib/print_checks.c
print_checks_LDADD = $(doctor_libs)

check_PROGRAMS += postconf-mutations
TESTS += tests/doctor/postconf.sh
postconf_mutations_SOURCES = \
	tests/fuzz/read_file.c tests/fuzz/read_file.h \
	tests/lib/examine_text.c tests/lib/examine_text.h \
	tests/property/postconf_mutations.c
postconf_mutations_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
postconf_mutations_LDADD = $(doctor_libs)

# For tests/integration/test_doctor_right.py.
check_PROGRAMS += expand-settings
expand_settings_SOURCES = tests/lib/expand_settings.c
expand_settings_LDADD = $(doctor_libs)
