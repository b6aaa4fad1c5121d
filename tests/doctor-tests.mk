# SPDX-License-Identifier: MIT
# forcedtls doctor without an MTA: what it reads, what it makes of it, and the manual's list of checks.
if HAVE_CRITERION
check_PROGRAMS += unit-doctor.t
TESTS += unit-doctor.t
unit_doctor_t_SOURCES = \
	tests/unit/doctor/test_doctor_expand.c \
	tests/unit/doctor/test_doctor_postfix.c \
	tests/unit/doctor/test_doctor_sendmail_cf.c
unit_doctor_t_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
unit_doctor_t_LDADD = $(doctor_libs) $(CRITERION_LIBS)
endif

check_PROGRAMS += print-checks
TESTS += tests/doctor/manual.py
EXTRA_DIST += tests/doctor
print_checks_SOURCES = tests/lib/print_checks.c
print_checks_LDADD = $(doctor_libs)
