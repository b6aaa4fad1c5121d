/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_DOCTOR_POSTCONF_H
#define FORCEDTLS_DOCTOR_POSTCONF_H

#include <stdbool.h>

#include "doctor/postfix.h"

/* Where postconf(1) is; NULL: there is none. A static string. */
const char *postconf_find(void);

/*
 * What program prints when it is run with arguments (a list that ends with
 * NULL, the program's name first), without a shell: up to some megabytes, and
 * for some seconds, after which it is killed. NULL when it cannot be run, runs
 * longer, prints more, or fails; error_r: why, a static string or errno's text.
 * What it says on standard error is dropped. The caller frees it.
 */
char *run_program(const char *program, char *const *arguments, const char **error_r);

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
