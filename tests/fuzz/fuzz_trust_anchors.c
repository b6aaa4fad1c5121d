/* SPDX-License-Identifier: MIT */
/* A fuzzer (tests/README.md). Files of trust anchors that a policy names. */
#include <stdint.h>
#include <string.h>

#include "fuzz/must.h"
#include "tls/trust_anchors.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is right has something in PEM in it. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (trust_anchors_check(data, size) == TRUST_ANCHORS_OK)
		MUST(memmem(data, size, "-----BEGIN ", strlen("-----BEGIN ")) != NULL);
	return 0;
}
