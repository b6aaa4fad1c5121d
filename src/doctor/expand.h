/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_DOCTOR_EXPAND_H
#define FORCEDTLS_DOCTOR_EXPAND_H

/* The value of a parameter as it was written; NULL: there is none. Valid as long as the context. */
typedef const char *expand_lookup(const void *context, const char *name);

/*
 * text with its parameters filled in, as Postfix does it (postconf(5): "$name",
 * "${name}", "$(name)", "${name?value}", "${name:value}", "${name?{x}:{y}}" and
 * "${{x} == {y} ? {a} : {b}}" with all its operators, and of 3.11
 * "${domain_to_ascii{text}}" for text that is ASCII): what comes in is
 * expanded in turn, and a parameter that does not exist is empty. NULL where
 * Postfix would not go on, and where it would never end: nobody can tell then.
 * The caller frees it. Threads: safe.
 */
char *expand(const char *text, expand_lookup *lookup, const void *context);

#endif
