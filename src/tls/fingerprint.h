/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_TLS_FINGERPRINT_H
#define FORCEDTLS_TLS_FINGERPRINT_H

#include <stdbool.h>
#include <stdint.h>

/* The SHA-256 digest of a certificate, or of the public key in it (postconf(5), smtpd_tls_fingerprint_digest). */
#define FINGERPRINT_BYTES 32

struct fingerprint {
	uint8_t bytes[FINGERPRINT_BYTES];
};

/* Longest text of a fingerprint, with NUL. */
#define FINGERPRINT_TEXT_SIZE (3 * FINGERPRINT_BYTES)

enum fingerprint_result {
	FINGERPRINT_OK,
	FINGERPRINT_INVALID, /* not pairs of hexadecimal digits */
	FINGERPRINT_LENGTH, /* a digest of another length: MD5, SHA-1, ... */
};

/*
 * Reads pairs of hexadecimal digits of either case, with a colon between all
 * of them or between none. fingerprint_r is set with FINGERPRINT_OK alone.
 * Threads: safe.
 */
enum fingerprint_result fingerprint_parse(const char *text, struct fingerprint *fingerprint_r);

/* Writes "AA:BB:..." as Postfix does, and returns buffer. */
const char *fingerprint_print(const struct fingerprint *fingerprint, char buffer[FINGERPRINT_TEXT_SIZE]);

bool fingerprint_equal(const struct fingerprint *a, const struct fingerprint *b);

#endif
