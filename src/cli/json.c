/* SPDX-License-Identifier: MIT */
/* JSON as all commands have it. */
#include "cli/json.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/utf8.h"

json_t *cli_json_text(const char *text)
{
	char *repaired = text != NULL ? utf8_repair(text, strlen(text), SIZE_MAX) : NULL;
	json_t *json = text != NULL ? json_string(repaired) : json_null();

	free(repaired);
	return json;
}

bool cli_json_print(const json_t *json)
{
	return json != NULL &&
	       json_dumpf(json, stdout, JSON_INDENT(2) | JSON_ENSURE_ASCII | JSON_PRESERVE_ORDER) == 0 &&
	       putchar('\n') != EOF && fflush(stdout) == 0;
}
