/* SPDX-License-Identifier: MIT */
/*
 * Where the libraries' memory comes from, of those that let one say so. Must
 * not know what they do with it.
 */
#include "util/library_memory.h"

#include <assert.h>
#include <jansson.h>
#include <openssl/crypto.h>
#include <stdlib.h>

#include "util/memory.h"

static void *openssl_malloc(size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	return xmalloc(size);
}

/* As CRYPTO_realloc has it, a size of 0 frees. */
static void *openssl_realloc(void *block, size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	if (size > 0)
		return xreallocarray(block, size, 1);
	free(block);
	return NULL;
}

static void openssl_free(void *block, const char *file, int line)
{
	(void)file;
	(void)line;
	free(block);
}

void library_memory_init(void)
{
	int early = CRYPTO_set_mem_functions(openssl_malloc, openssl_realloc, openssl_free);

	assert(early == 1);
	(void)early;
	json_set_alloc_funcs(xmalloc, free);
}
