/* SPDX-License-Identifier: MIT */
/*
 * What From: fields select, for from_header.py: one field a line, in
 * hexadecimal; answered by one line of addresses, "?@domain" for what was
 * searched for, and "any" where it may be any domain.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/from_header.h"
#include "core/hex.h"
#include "core/memory.h"

static void print_address(void *context, const struct address *address)
{
	FILE *out = context;

	fputs(" ", out);
	for (const char *c = address->local != NULL ? address->local : "?"; *c != '\0'; c++)
		fprintf(out, (*c > 0x20 && *c < 0x7f) ? "%c" : "=%02x", (unsigned char)*c);
	fprintf(out, "@%s", address->domain);
}

int main(void)
{
	char *line = NULL;
	size_t size = 0;
	ssize_t length;

	while ((length = getline(&line, &size, stdin)) > 1) {
		struct strbuf body = {0};

		strbuf_puts(&body, "");
		for (ssize_t i = 0; i + 2 < length; i += 2)
			strbuf_putc(&body, (char)hex_byte(line + i));
		if (from_header_read(body.text, print_address, stdout) == FROM_HEADER_UNKNOWN)
			fputs(" any", stdout);
		fputs("\n", stdout);
		strbuf_fini(&body);
	}
	free(line);
	return ferror(stdout) != 0 || fflush(stdout) != 0;
}
