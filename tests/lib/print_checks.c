/* SPDX-License-Identifier: MIT */
/*
 * Prints the table of checks as mdoc(7), for tests/doctor/manual.py: the list
 * that forcedtls-doctor(7) has.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doctor/check.h"
#include "doctor/print.h"
#include "util/memory.h"

/* Longest line of a manual. */
#define WIDTH 80

/* A sentence begins a line, and a word that begins with a dot or a quote would be a request. */
static void print_text(const char *text)
{
	char *copy = xstrdup(text), *rest = NULL;
	size_t column = 0;

	for (char *word = strtok_r(copy, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest)) {
		size_t length = strlen(word);

		if (column > 0 && column + 1 + length > WIDTH) {
			putchar('\n');
			column = 0;
		}
		if (column > 0) {
			putchar(' ');
			column++;
		} else if (*word == '.' || *word == '\'') {
			fputs("\\&", stdout);
		}
		for (const char *c = word; *c != '\0'; c++)
			if (*c == '\\')
				fputs("\\e", stdout);
			else
				putchar(*c);
		column += length;
		if (word[length - 1] == '.') {
			putchar('\n');
			column = 0;
		}
	}
	if (column > 0)
		putchar('\n');
	free(copy);
}

int main(void)
{
	static const char *const sections[] = {[READS_POLICY] = "The policy and the daemon",
					       [READS_POSTFIX] = "Each instance of Postfix",
					       [READS_SMTPD] = "Each smtpd that strangers reach",
					       [READS_LIVE] = "A session to each of them, with --live",
					       [READS_SMTP] = "Each smtp that mail leaves by",
					       [READS_SENDMAIL] = "Sendmail"};
	static const enum check_reads order[] = {READS_POLICY, READS_SMTPD,   READS_LIVE,
						 READS_SMTP,   READS_POSTFIX, READS_SENDMAIL};

	for (size_t section = 0; section < sizeof order / sizeof order[0]; section++) {
		printf(".Ss %s\n.Bl -tag -width Ds\n", sections[order[section]]);
		for (size_t i = 0; i < check_count; i++) {
			if (checks[i].reads != order[section])
				continue;
			printf(".It Li %s Pq %s\n", checks[i].id, finding_severity_name(checks[i].severity));
			print_text(checks[i].says);
			printf(".br\nReads:\n");
			print_text(checks[i].source);
			if (checks[i].mends != NULL) {
				printf(".br\nMends it:\n");
				print_text(checks[i].mends);
			}
		}
		printf(".El\n");
	}
	return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
