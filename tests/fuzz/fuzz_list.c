/* SPDX-License-Identifier: MIT */
/*
 * The entry of libFuzzer for list files. make check replays the lists of
 * tests/policies through it (replay.c). To fuzz, in the top folder:
 *
 *   clang -g -O1 -fsanitize=fuzzer,address,undefined -D_GNU_SOURCE -Isrc -Itests tests/fuzz/fuzz_list.c \
 *       tests/fuzz/try_policy.c src/config/[a-z]*.c src/{util,mail,tls,policy,verdict}/[a-z]*.c -o fuzz-list \
 *       -lyaml -lssl -lcrypto -lidn2 -lunistring -ljansson
 *   ./fuzz-list -max_len=4096 CORPUS tests/policies/good/lists tests/policies/bad/lists
 */
#include <stddef.h>
#include <stdint.h>

#include "fuzz/try_policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	(void)try_list(data, size);
	return 0;
}
