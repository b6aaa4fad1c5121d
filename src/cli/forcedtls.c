/* SPDX-License-Identifier: MIT */
/*
 * forcedtls(1): finds the command and hands over. What a command does is in
 * the file of its name.
 */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "cli/cli.h"
#include "report/report.h"

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *summary;
} commands[] = {
	{"check", cli_check, "check a policy file: all errors, each with its place"},
	{"explain", cli_explain, "what would become of a message, and why"},
	{"export", cli_export, "what holds for mail that leaves, as a table for Postfix or Sendmail"},
	{"pending", cli_pending, "mail that waits in Postfix's queue because of TLS"},
	{"report", report_command, "what happened, who would break, what was sent: from the log"},
};

#define COMMAND_COUNT (sizeof commands / sizeof commands[0])

static void usage(FILE *out)
{
	fprintf(out, "usage: forcedtls COMMAND [OPTION ...]\n");
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		fprintf(out, "  %-8s %s\n", commands[i].name, commands[i].summary);
	fprintf(out, "  -V       print the version\nSee forcedtls(1).\n");
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		usage(stderr);
		return EX_USAGE;
	}
	if (strcmp(argv[1], "-V") == 0 || strcmp(argv[1], "--version") == 0)
		return printf("forcedtls %s\n", PACKAGE_VERSION) < 0 ? EX_IOERR : EX_OK;
	if (strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "--help") == 0) {
		usage(stdout);
		return EX_OK;
	}
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run(argc - 1, argv + 1);
	fprintf(stderr, "forcedtls: unknown command \"%s\"\n", argv[1]);
	usage(stderr);
	return EX_USAGE;
}
