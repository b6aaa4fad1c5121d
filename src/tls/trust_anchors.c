/* SPDX-License-Identifier: MIT */
/*
 * Certificates and public keys that vouch for others. Knows nothing of what
 * they vouch for, nor whether they are still valid: Postfix does not ask that
 * of them.
 */
#include "tls/trust_anchors.h"

#include <limits.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdbool.h>
#include <string.h>

static bool is_certificate(const unsigned char *bytes, long length)
{
	X509 *certificate = d2i_X509(NULL, &bytes, length);

	X509_free(certificate);
	return certificate != NULL;
}

static bool is_public_key(const unsigned char *bytes, long length)
{
	EVP_PKEY *key = d2i_PUBKEY(NULL, &bytes, length);

	EVP_PKEY_free(key);
	return key != NULL;
}

static enum trust_anchors check_one(const char *name, const unsigned char *bytes, long length)
{
	if (strcmp(name, PEM_STRING_X509) == 0 || strcmp(name, PEM_STRING_X509_OLD) == 0)
		return is_certificate(bytes, length) ? TRUST_ANCHORS_OK : TRUST_ANCHORS_BROKEN;
	if (strcmp(name, PEM_STRING_PUBLIC) == 0)
		return is_public_key(bytes, length) ? TRUST_ANCHORS_OK : TRUST_ANCHORS_BROKEN;
	return TRUST_ANCHORS_OTHER;
}

/* The next one; TRUST_ANCHORS_NONE behind the last. */
static enum trust_anchors check_next(BIO *file)
{
	unsigned char *bytes;
	char *name, *header;
	enum trust_anchors result;
	long length;

	if (PEM_read_bio(file, &name, &header, &bytes, &length) != 1)
		return ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE ? TRUST_ANCHORS_NONE
										    : TRUST_ANCHORS_BROKEN;
	result = check_one(name, bytes, length);
	OPENSSL_free(name);
	OPENSSL_free(header);
	OPENSSL_free(bytes);
	return result;
}

enum trust_anchors trust_anchors_check(const unsigned char *bytes, size_t length)
{
	BIO *file = length <= INT_MAX ? BIO_new_mem_buf(bytes, (int)length) : NULL;
	enum trust_anchors result = TRUST_ANCHORS_NONE, next = TRUST_ANCHORS_OK;

	if (file == NULL)
		return TRUST_ANCHORS_BROKEN;
	while (next == TRUST_ANCHORS_OK) {
		next = check_next(file);
		if (next != TRUST_ANCHORS_NONE)
			result = next;
	}
	BIO_free(file);
	ERR_clear_error();
	return result;
}
