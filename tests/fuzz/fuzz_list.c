/* SPDX-License-Identifier: MIT */
/* A fuzzer (tests/README.md). List files. */
#include <stddef.h>
#include <stdint.h>

#include "fuzz/try_policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	(void)try_list(data, size);
	return 0;
}
