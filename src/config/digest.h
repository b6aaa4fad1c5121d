/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_CONFIG_DIGEST_H
#define FORCEDTLS_CONFIG_DIGEST_H

#include <stdbool.h>
#include <stddef.h>

/* SHA-256 in lower-case hex, with a NUL. */
#define DIGEST_TEXT_SIZE ((size_t)65)

/*
 * What tells one policy from another: the SHA-256 digest of the SHA-256
 * digests of all files that it was read from, in the order in which they were
 * opened. Their names do not count. NULL where one is wanted is fine: nothing
 * is done then.
 */
struct digest;

struct digest *digest_new(void);
/* A file begins, its bytes in any number of parts, and it ends. One file at a time. */
void digest_begin_file(struct digest *digest);
void digest_add(struct digest *digest, const void *bytes, size_t length);
void digest_end_file(struct digest *digest);
/* False: OpenSSL failed, be it earlier. text_r is "" then. */
bool digest_text(struct digest *digest, char text_r[DIGEST_TEXT_SIZE]);
void digest_free(struct digest **digest);

#endif
