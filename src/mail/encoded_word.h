/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_MAIL_ENCODED_WORD_H
#define FORCEDTLS_MAIL_ENCODED_WORD_H

#include <stdbool.h>

/*
 * text with its encoded words (RFC 2047) decoded into bytes; as forgiving as
 * mail programs are, since the result is only searched. NUL bytes are left
 * out, so that UTF-16 reads as ASCII where it is. around goes before and
 * behind each word: "" or a separator. The caller frees it.
 * *ascii_based_r is false when the character set of a word is one in which
 * ASCII bytes may stand for something else, or one that we do not know.
 */
char *encoded_words_decode(const char *text, const char *around, bool *ascii_based_r);

/*
 * False when there is half of an encoded word in text, or the middle of one:
 * some programs decode that as well, and cut off what they take for its ends.
 */
bool encoded_words_are_whole(const char *text);

#endif
