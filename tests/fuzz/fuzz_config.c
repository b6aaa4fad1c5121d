/* SPDX-License-Identifier: MIT */
/*
 * The entry of libFuzzer for policy files. make check replays the policies of
 * tests/policies through it (replay.c). To fuzz, in the top folder:
 *
 *   clang -g -O1 -fsanitize=fuzzer,address,undefined -D_GNU_SOURCE -Isrc -Itests tests/fuzz/fuzz_config.c \
 *       tests/fuzz/try_policy.c src/config/[a-z]*.c src/{util,mail,tls,policy,verdict}/[a-z]*.c -o fuzz-config \
 *       -lyaml -lssl -lcrypto -lidn2 -lunistring -ljansson
 *   ./fuzz-config -dict=tests/fuzz/config.dict -max_len=4096 CORPUS tests/policies/good tests/policies/bad
 */
#include <stddef.h>
#include <stdint.h>

#include "fuzz/try_policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	(void)try_policy("policy.yaml", data, size);
	return 0;
}
