/* SPDX-License-Identifier: MIT */
/* The digest of a policy's files. Knows nothing of files. */
#include "config/digest.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>

#include "util/memory.h"

struct digest {
	EVP_MD_CTX *all;
	EVP_MD_CTX *file;
	bool failed;
};

static void digest_begin(struct digest *digest, EVP_MD_CTX *context)
{
	if (context == NULL || EVP_DigestInit_ex(context, EVP_sha256(), NULL) != 1)
		digest->failed = true;
}

struct digest *digest_new(void)
{
	struct digest *digest = xcalloc(1, sizeof *digest);

	digest->all = EVP_MD_CTX_new();
	digest->file = EVP_MD_CTX_new();
	digest_begin(digest, digest->all);
	return digest;
}

void digest_begin_file(struct digest *digest)
{
	if (digest != NULL)
		digest_begin(digest, digest->file);
}

static void digest_update(struct digest *digest, EVP_MD_CTX *context, const void *bytes, size_t length)
{
	if (!digest->failed && EVP_DigestUpdate(context, bytes, length) != 1)
		digest->failed = true;
}

void digest_add(struct digest *digest, const void *bytes, size_t length)
{
	if (digest != NULL)
		digest_update(digest, digest->file, bytes, length);
}

static bool end(struct digest *digest, EVP_MD_CTX *context, unsigned char bytes_r[32])
{
	if (!digest->failed && EVP_DigestFinal_ex(context, bytes_r, NULL) != 1)
		digest->failed = true;
	return !digest->failed;
}

void digest_end_file(struct digest *digest)
{
	unsigned char bytes[32];

	if (digest != NULL && end(digest, digest->file, bytes))
		digest_update(digest, digest->all, bytes, sizeof bytes);
}

bool digest_text(struct digest *digest, char text_r[DIGEST_TEXT_SIZE])
{
	unsigned char bytes[32];

	text_r[0] = '\0';
	if (!end(digest, digest->all, bytes))
		return false;
	for (size_t i = 0; i < sizeof bytes; i++)
		(void)snprintf(text_r + 2 * i, 3, "%02x", bytes[i]);
	return true;
}

void digest_free(struct digest **digest)
{
	if (*digest == NULL)
		return;
	EVP_MD_CTX_free((*digest)->all);
	EVP_MD_CTX_free((*digest)->file);
	free(*digest);
	*digest = NULL;
}
