/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_UTIL_XTEXT_H
#define FORCEDTLS_UTIL_XTEXT_H

/*
 * Undoes "+HH" (RFC 3461, 4), as Postfix and Sendmail write names of
 * certificates. Bytes that are no valid escape, and an escaped NUL, which
 * would end the text early, stay as they are. The caller frees the result.
 * Threads: safe.
 */
char *xtext_decode(const char *text);

#endif
