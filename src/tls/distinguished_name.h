/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_TLS_DISTINGUISHED_NAME_H
#define FORCEDTLS_TLS_DISTINGUISHED_NAME_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Distinguished names in the one-line form of X509_NAME_oneline(3), as
 * Sendmail hands them over: "/C=DE/O=Partner/CN=mail.partner.example". A "/"
 * or "+" within a value is written "\/", "\+", a byte beyond ASCII "\xHH";
 * a "/" without "\" before it is where an attribute begins, and only there.
 * A value that itself ends in "\" cannot be told from one with a "/": such a
 * name never equals one without.
 */

/* True when text consists of attributes alone, each with a type. */
bool distinguished_name_valid(const char *text);

/*
 * Attribute by attribute, in order: types and values without (ASCII) case,
 * escapes undone, so that "\xC3\xB6" equals the bytes themselves. False when
 * either is not valid. Threads: safe.
 */
bool distinguished_name_equal(const char *a, const char *b);

/* The same for names that are equal. Threads: safe. */
uint64_t distinguished_name_hash(const char *text);

/*
 * The value of the first attribute CN, escapes undone. NULL when there is none,
 * it has a NUL, or the name is not valid. The caller frees it.
 */
char *distinguished_name_common_name(const char *text);

/*
 * A name as it is written in a log or a command: a common name, or with a "/"
 * in front a distinguished name, and then also the common name in it. NULL:
 * none. storage_r: what cn_r may point to, which the caller frees; what is not
 * there is left as it is.
 */
void distinguished_name_read(const char *text, const char **cn_r, const char **dn_r, char **storage_r);

#endif
