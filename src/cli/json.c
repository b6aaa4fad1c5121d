/* SPDX-License-Identifier: MIT */
/* JSON as all commands have it. */
#include "cli/json.h"

#include <stdint.h>
#include <stdio.h>

#include "util/json_text.h"

json_t *cli_json_text(const char *text)
{
	return json_text(text, SIZE_MAX);
}

bool cli_json_print(const json_t *json)
{
	return json != NULL &&
	       json_dumpf(json, stdout, JSON_INDENT(2) | JSON_ENSURE_ASCII | JSON_PRESERVE_ORDER) == 0 &&
	       putchar('\n') != EOF && fflush(stdout) == 0;
}
