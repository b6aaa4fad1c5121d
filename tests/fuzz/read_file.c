/* SPDX-License-Identifier: MIT */
/*
 * Reads the files that fuzzers and mutation tests begin with. Not the reader
 * of the daemon: that one is being tested.
 */
#include "fuzz/read_file.h"

#include <stdio.h>

bool read_file(const char *name, struct strbuf *text)
{
	FILE *file = fopen(name, "rb");
	char block[4096];
	size_t count;
	bool done;

	if (file == NULL) {
		perror(name);
		return false;
	}
	strbuf_puts(text, "");
	while ((count = fread(block, 1, sizeof block, file)) > 0)
		strbuf_add(text, block, count);
	done = ferror(file) == 0;
	(void)fclose(file);
	return done;
}
