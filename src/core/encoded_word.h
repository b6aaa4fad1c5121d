/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_CORE_ENCODED_WORD_H
#define FORCEDTLS_CORE_ENCODED_WORD_H

/*
 * text with its encoded words (RFC 2047) decoded into bytes, whatever their
 * character set; as forgiving as mail programs are, since the result is only
 * searched. NUL bytes are left out, so that UTF-16 reads as ASCII where it is.
 * The caller frees it.
 */
char *encoded_words_decode(const char *text);

#endif
