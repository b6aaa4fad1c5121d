/* SPDX-License-Identifier: MIT */
/*
 * forcedtls(1): finds the command and hands over. What a command does is in
 * the file of its name.
 */
#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "cli/cli.h"
#include "report/report.h"
#include "util/library_memory.h"

static const struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *summary;
} commands[] = {
	{"check", cli_check, "check a policy file: all errors, each with its place"},
	{"doctor", cli_doctor, "does this MTA enforce what the policy promises, and what mends it"},
	{"explain", cli_explain, "what would become of a message, and why"},
	{"export", cli_export, "what holds for mail that leaves, as a table for Postfix or Sendmail"},
	{"pending", cli_pending, "mail that waits in Postfix's queue because of TLS"},
	{"reload", cli_reload, "have the running daemon read its policy again"},
	{"report", report_command, "what happened, who would break, what was sent: from the log"},
	{"status", cli_status, "how the running daemon is, and what is to be mended"},
};

#define COMMAND_COUNT (sizeof commands / sizeof commands[0])

static void forcedtls_usage(FILE *out)
{
	fprintf(out, "usage: forcedtls COMMAND [OPTION ...]\n");
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		fprintf(out, "  %-8s %s\n", commands[i].name, commands[i].summary);
	fprintf(out, "  -V       print the version\nSee forcedtls(1).\n");
}

static bool is_help(const char *argument)
{
	return strcmp(argument, "-h") == 0 || strcmp(argument, "--help") == 0;
}

static bool asks_for_help(int argc, char **argv)
{
	for (int i = 2; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (is_help(argv[i]))
			return true;
	return false;
}

/* Each command answers an option that it does not know with its usage: it is what was asked for here. */
static int help(const struct command *command)
{
	char name[32], option[] = "--help";
	char *words[] = {name, option, NULL};
	int status;

	(void)snprintf(name, sizeof name, "%s", command->name);
	opterr = 0;
	if (dup2(STDOUT_FILENO, STDERR_FILENO) < 0)
		return EX_OSERR;
	status = command->run(2, words);
	return status == EX_USAGE ? EX_OK : status;
}

/* What was printed and did not get there is told here, for all of them. */
static int run_command(const struct command *command, int argc, char **argv)
{
	int status = asks_for_help(argc, argv) ? help(command) : command->run(argc - 1, argv + 1);

	if (status == EX_IOERR && ferror(stdout) != 0)
		fprintf(stderr, "forcedtls %s: cannot write: %s\n", command->name, strerror(errno));
	return status;
}

int main(int argc, char **argv)
{
	library_memory_init();
	if (argc < 2) {
		forcedtls_usage(stderr);
		return EX_USAGE;
	}
	if (strcmp(argv[1], "-V") == 0 || strcmp(argv[1], "--version") == 0)
		return printf("forcedtls %s\n", PACKAGE_VERSION) < 0 ? EX_IOERR : EX_OK;
	if (is_help(argv[1]) || strcmp(argv[1], "help") == 0) {
		forcedtls_usage(stdout);
		return EX_OK;
	}
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		if (strcmp(argv[1], commands[i].name) == 0)
			return run_command(&commands[i], argc, argv);
	fprintf(stderr, "forcedtls: unknown command \"%s\"\n", argv[1]);
	forcedtls_usage(stderr);
	return EX_USAGE;
}
