/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_MAIL_COMMENT_H
#define FORCEDTLS_MAIL_COMMENT_H

/*
 * at: on the "(" of a comment (RFC 5322, 3.2.2; comments nest, and a backslash
 * takes the meaning from the byte behind it). Returns what follows its ")";
 * NULL when it does not end. Threads: safe.
 */
const char *comment_end(const char *at);

#endif
