/* SPDX-License-Identifier: MIT */
/*
 * What From: fields select, for from_header.tap: the fields of one
 * message a line, each in hexadecimal, a blank between two; answered by one line of addresses, "?@domain" for what was
 * searched for, and "any" where it may be any domain.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mail/from_header.h"
#include "util/hex.h"
#include "util/memory.h"

static void print_address(void *context, const struct address *address)
{
	FILE *out = context;

	fputs(" ", out);
	for (const char *c = address->local != NULL ? address->local : "?"; *c != '\0'; c++)
		fprintf(out, (*c > 0x20 && *c < 0x7f) ? "%c" : "=%02x", (unsigned char)*c);
	fprintf(out, "@%s", address->domain);
}

/* One field of a message: its body, up to a blank or the end of the line. Returns what follows. */
static const char *read_field(const char *at, enum from_header_result *result_r)
{
	struct strbuf body = {0};

	strbuf_puts(&body, "");
	for (; isxdigit((unsigned char)*at); at += 2)
		strbuf_putc(&body, (char)hex_byte(at));
	*result_r = from_header_read(body.text, print_address, stdout);
	strbuf_fini(&body);
	return at;
}

int main(void)
{
	char *line = NULL;
	size_t size = 0;

	while (getline(&line, &size, stdin) > 0) {
		enum from_header_result result, other;
		const char *at = read_field(line, &result);

		while (*at == ' ') {
			at = read_field(at + 1, &other);
			result = from_header_both(result, other);
		}
		puts(result == FROM_HEADER_UNKNOWN ? " any" : "");
	}
	free(line);
	return ferror(stdout) != 0 || fflush(stdout) != 0;
}
