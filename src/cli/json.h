/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_CLI_JSON_H
#define FORCEDTLS_CLI_JSON_H

#include <jansson.h>
#include <stdbool.h>

/* A text as JSON, which takes UTF-8 alone: other bytes become U+FFFD. NULL becomes null. */
json_t *cli_json_text(const char *text);

/* Prints it to standard output, in ASCII, its keys as they were added. False for NULL, and when writing failed. */
bool cli_json_print(const json_t *json);

#endif
