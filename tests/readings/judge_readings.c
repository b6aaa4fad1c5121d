/* SPDX-License-Identifier: MIT */
/*
 * Says of addresses whether the place where an MTA delivers is among their
 * readings. Reads lines of fields, separated by blanks, each in hexadecimal or
 * "-" for none: delivered (local@domain), argument, macro, local host, myorigin,
 * mydomain, and at last "unquoted" or "written". Prints a line for each:
 * "held", "deferred", or "LEAK" and the readings. Knows no MTA.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mail/address.h"
#include "util/memory.h"

#define FIELDS 6

static void give_up(const char *why) __attribute__((noreturn));
static void give_up(const char *why)
{
	(void)fprintf(stderr, "judge_readings: %s\n", why);
	exit(2);
}

static int digit(char c)
{
	const char *digits = "0123456789abcdef", *at = c != '\0' ? strchr(digits, c) : NULL;

	if (at == NULL)
		give_up("not hexadecimal");
	return (int)(at - digits);
}

/* NULL for "-". The caller frees it. */
static char *decode(const char *hex)
{
	size_t length = strlen(hex) / 2;
	char *text;

	if (strcmp(hex, "-") == 0)
		return NULL;
	text = xmalloc(length + 1);
	for (size_t i = 0; i < length; i++)
		text[i] = (char)(digit(hex[2 * i]) * 16 + digit(hex[2 * i + 1]));
	text[length] = '\0';
	return text;
}

static bool same_text(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static bool holds(const struct readings *readings, const struct address *delivered)
{
	for (size_t i = 0; i < readings->count; i++)
		if (same_text(readings->addresses[i].local, delivered->local) &&
		    same_text(readings->addresses[i].domain, delivered->domain))
			return true;
	return false;
}

static void print_leak(const struct readings *readings)
{
	(void)fputs("LEAK", stdout);
	for (size_t i = 0; i < readings->count; i++)
		(void)printf(" %s@%s", readings->addresses[i].local,
			     readings->addresses[i].domain != NULL ? readings->addresses[i].domain : "");
	(void)putchar('\n');
}

static void judge(char *const fields[FIELDS], bool unquoted)
{
	struct readings readings;
	struct address delivered;
	char *storage;
	bool is_ours; /* else no reading can be what the MTA delivers to */

	readings_of_recipient(&readings, &(struct written_address){.argument = fields[1],
								   .macro = fields[2],
								   .local_host = fields[3],
								   .myorigin = fields[4],
								   .mydomain = fields[5],
								   .unquoted = unquoted});
	is_ours = address_split(fields[0], &delivered, &storage) == ADDRESS_OK;
	if (readings.result != ADDRESS_OK)
		(void)puts("deferred");
	else if (is_ours && holds(&readings, &delivered))
		(void)puts("held");
	else
		print_leak(&readings);
	free(storage);
	readings_fini(&readings);
}

int main(void)
{
	char *line = NULL;
	size_t size = 0;

	while (getline(&line, &size, stdin) > 0) {
		char *fields[FIELDS], *rest = line, *form;

		for (size_t i = 0; i < FIELDS; i++) {
			const char *field = strsep(&rest, " ");

			if (rest == NULL)
				give_up("too few fields");
			fields[i] = decode(field);
		}
		form = rest;
		judge(fields, strncmp(form, "unquoted", 8) == 0);
		for (size_t i = 0; i < FIELDS; i++)
			free(fields[i]);
	}
	free(line);
	return fflush(stdout) == 0 ? 0 : 2;
}
