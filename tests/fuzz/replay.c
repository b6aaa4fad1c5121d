/* SPDX-License-Identifier: MIT */
/*
 * Stands in for libFuzzer: calls the entry of a fuzzer with each file that is
 * named on the command line.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "fuzz/read_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		struct strbuf bytes = {0};

		if (!read_file(argv[i], &bytes))
			return EXIT_FAILURE;
		(void)LLVMFuzzerTestOneInput((const uint8_t *)bytes.text, bytes.length);
		strbuf_fini(&bytes);
	}
	printf("%d files replayed\n", argc - 1);
	return argc > 1 ? EXIT_SUCCESS : EXIT_FAILURE;
}
