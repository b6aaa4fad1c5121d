/* SPDX-License-Identifier: MIT */
/* Reads what postconf(1) prints from standard input, and prints it as "postconf -x" does. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doctor/postconf.h"
#include "util/memory.h"

int main(void)
{
	struct strbuf text = {0};
	struct postfix *postfix;
	char bytes[4096];
	size_t got;

	while ((got = fread(bytes, 1, sizeof bytes, stdin)) > 0)
		strbuf_add(&text, bytes, got);
	postfix = postconf_parse(NULL, text.text != NULL ? text.text : "", "", "", "");
	for (const struct setting *at = postfix->values; at != NULL; at = at->hh.next) {
		char *value = postfix_value(postfix, NULL, at->name);

		printf("%s = %s\n", at->name, value != NULL ? value : "cannot tell");
		free(value);
	}
	postfix_free(&postfix);
	strbuf_fini(&text);
	return EXIT_SUCCESS;
}
