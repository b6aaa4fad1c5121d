/* SPDX-License-Identifier: MIT */
/* forcedtls reload: has the daemon read its policy again, and tells what it says of that. */
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

#include "cli/cli.h"
#include "cli/control_client.h"
#include "config/config.h"
#include "util/memory.h"
#include "util/utf8.h"

static int reload_usage(void)
{
	fprintf(stderr, "usage: forcedtls reload [-v] [-c FILE]\n");
	return EX_USAGE;
}

/* The daemon's own errors and warnings. */
static void print_messages(const json_t *answer)
{
	const json_t *messages = json_object_get(answer, "messages");
	json_int_t unlisted = json_integer_value(json_object_get(answer, "messages_unlisted"));

	for (size_t i = 0; i < json_array_size(messages); i++) {
		const char *text = json_string_value(json_array_get(messages, i));
		char *shown = utf8_printable(text != NULL ? text : "");

		fprintf(stderr, "%s\n", shown);
		free(shown);
	}
	if (unlisted > 0)
		fprintf(stderr, "and %lld more\n", (long long)unlisted);
}

static void print_changes(const json_t *answer)
{
	const json_t *changes = json_object_get(answer, "changes");

	for (size_t i = 0; i < json_array_size(changes); i++) {
		const json_t *change = json_array_get(changes, i);
		char *connector = control_text(change, "connector"), *what = control_text(change, "change");

		printf("%s: %s\n", connector, what);
		free(connector);
		free(what);
	}
	if (json_array_size(changes) == 0)
		printf("no connector has changed\n");
}

static void print_summary(const json_t *answer)
{
	char *file = control_text(answer, "file"), *connectors = control_text(answer, "connectors");
	struct strbuf memory = {0};

	control_add_bytes(&memory, answer, "resident_bytes");
	printf("policy reloaded from %s: %s connectors, read in %.3f s, put into force in %.6f s, memory "
	       "%s\n",
	       file, connectors, json_number_value(json_object_get(answer, "read_seconds")),
	       json_number_value(json_object_get(answer, "swap_seconds")), memory.text);
	strbuf_fini(&memory);
	free(connectors);
	free(file);
}

static int reload_print(const json_t *answer, bool verbose)
{
	char *error;

	print_messages(answer);
	if (!json_is_true(json_object_get(answer, "reloaded"))) {
		error = control_text(answer, "error");
		fprintf(stderr, "forcedtls reload: %s\n", error);
		free(error);
		return json_is_false(json_object_get(answer, "reloaded")) ? EX_CONFIG : EX_NOPERM;
	}
	print_summary(answer);
	if (verbose)
		print_changes(answer);
	return fflush(stdout) == 0 ? EX_OK : EX_IOERR;
}

int cli_reload(int argc, char **argv)
{
	const char *file = CONFIG_DEFAULT_PATH;
	bool verbose = false;
	json_t *answer;
	int option, status = EX_OK;

	while ((option = getopt(argc, argv, "c:v")) != -1) {
		if (option == 'c')
			file = optarg;
		else if (option == 'v')
			verbose = true;
		else
			return reload_usage();
	}
	if (optind < argc)
		return reload_usage();
	answer = control_ask("reload", file, json_pack("{s:s, s:b}", "command", "reload", "verbose", verbose),
			     CONTROL_PATIENCE_RELOAD, &status);
	if (answer != NULL)
		status = reload_print(answer, verbose);
	json_decref(answer);
	return status;
}
