/* SPDX-License-Identifier: MIT */
/*
 * The entry of libFuzzer for encoded words. make check replays
 * tests/fuzz/seeds/encoded_word through it (replay.c). To fuzz, in the top folder:
 *
 *   clang -g -O1 -fsanitize=fuzzer,address,undefined -D_GNU_SOURCE -Isrc -Itests tests/fuzz/fuzz_encoded_word.c \
 *       tests/fuzz/fields.c src/core/[a-z]*.c -o fuzz-encoded_word -lssl -lcrypto -lidn2 -lunistring -ljansson
 *   ./fuzz-encoded_word -max_len=512 CORPUS tests/fuzz/seeds/encoded_word
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/encoded_word.h"
#include "core/memory.h"
#include "fuzz/fields.h"
#include "fuzz/must.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fields fields;
	struct strbuf behind = {0};
	char *decoded, *other;

	fields_init(&fields, data, size);
	decoded = encoded_words_decode(fields.texts[0]);
	/* Decoding adds nothing, and what has no encoded word stays as it is. */
	MUST(strlen(decoded) <= strlen(fields.texts[0]));
	MUST(strstr(fields.texts[0], "=?") != NULL || strcmp(decoded, fields.texts[0]) == 0);
	/* Text in front stays in front. */
	strbuf_printf(&behind, "a.example %s", fields.texts[0]);
	other = encoded_words_decode(behind.text);
	MUST(strncmp(other, "a.example ", 10) == 0 && strcmp(other + 10, decoded) == 0);
	strbuf_fini(&behind);
	free(other);
	free(decoded);
	fields_fini(&fields);
	return 0;
}
