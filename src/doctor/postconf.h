/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_DOCTOR_POSTCONF_H
#define FORCEDTLS_DOCTOR_POSTCONF_H

#include "doctor/postfix.h"

/*
 * An instance of Postfix as postconf(1) has it. directory: of main.cf, NULL
 * for Postfix's own. NULL with error_r where it says nothing. The caller ends
 * it with postfix_free.
 */
struct postfix *postconf_read(const char *directory, const char **error_r);

/* The same from what it would print, for tests: of "postconf", -n, -M and -P. */
struct postfix *postconf_parse(const char *directory, const char *values, const char *written,
			       const char *services, const char *overrides);

#endif
