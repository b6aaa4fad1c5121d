/* SPDX-License-Identifier: MIT */
/*
 * forcedtls pending: lists the mail that waits in Postfix's queue because of
 * TLS. Reads the queue, has it sorted, prints what comes out.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>

#include "cli/cli.h"
#include "cli/json.h"
#include "cli/postqueue.h"
#include "cli/queue.h"
#include "cli/deferred.h"
#include "config/config.h"
#include "util/utf8.h"

#define EXIT_NOTHING 0
#define EXIT_WAITING 1

struct request {
	const char *config;
	const char *postfix_config; /* NULL: Postfix's own */
	const char *file; /* NULL: ask postqueue; "-": standard input */
	bool json;
	bool with_ids;
};

static int pending_usage(void)
{
	fprintf(stderr,
		"usage: forcedtls pending [-v] [-c FILE] [--json] [--postfix-config DIR | QUEUE-FILE | -]\n");
	return EX_USAGE;
}

static int read_stream(FILE *in, const char *name, struct deferred_mail *deferred)
{
	switch (queue_read(in, name, deferred_add, deferred)) {
	case QUEUE_READ:
		return EX_OK;
	case QUEUE_MALFORMED:
		return EX_DATAERR;
	case QUEUE_UNREADABLE:
		break;
	}
	return EX_NOINPUT;
}

static int read_postqueue(const char *config_directory, struct deferred_mail *deferred)
{
	struct postqueue postqueue;
	int status;

	if (!postqueue_start(config_directory, &postqueue))
		return EX_UNAVAILABLE;
	status = read_stream(postqueue.out, "postqueue -j", deferred);
	return postqueue_end(&postqueue) && status != EX_NOINPUT ? status : EX_UNAVAILABLE;
}

static int pending_read_file(const char *path, struct deferred_mail *deferred)
{
	FILE *in = fopen(path, "re");
	int status;

	if (in == NULL) {
		char *shown = utf8_printable(path);

		fprintf(stderr, "forcedtls pending: %s: %s\n", shown, strerror(errno));
		free(shown);
		return EX_NOINPUT;
	}
	status = read_stream(in, path, deferred);
	(void)fclose(in);
	return status;
}

static int read_queue(const struct request *request, struct deferred_mail *deferred)
{
	if (request->file == NULL)
		return read_postqueue(request->postfix_config, deferred);
	if (strcmp(request->file, "-") == 0)
		return read_stream(stdin, "standard input", deferred);
	return pending_read_file(request->file, deferred);
}

static bool pending_print(const struct request *request, struct deferred_mail *deferred)
{
	json_t *groups = deferred_json(deferred, time(NULL));
	bool printed = groups != NULL;

	if (printed && request->json)
		printed = cli_json_print(groups);
	else if (printed)
		printed = deferred_print(groups, request->with_ids);
	json_decref(groups);
	return printed;
}

/* What could not be read comes before what waits: the list may not be whole. */
static int list(const struct request *request, const struct policy *policy)
{
	struct deferred_mail deferred = {.policy = policy};
	int status = read_queue(request, &deferred);

	if (!pending_print(request, &deferred))
		status = EX_IOERR;
	else if (status == EX_OK)
		status = deferred_is_empty(&deferred) ? EXIT_NOTHING : EXIT_WAITING;
	deferred_fini(&deferred);
	return status;
}

static int pending(const struct request *request)
{
	struct config *config = cli_load(request->config);
	int status = config != NULL ? list(request, config->policy) : EX_CONFIG;

	config_free(&config);
	return status;
}

int cli_pending(int argc, char **argv)
{
	static const struct option options[] = {{"json", no_argument, NULL, 'j'},
						{"postfix-config", required_argument, NULL, 'p'},
						{"verbose", no_argument, NULL, 'v'},
						{0}};
	struct request request = {.config = CONFIG_DEFAULT_PATH};
	int option;

	while ((option = getopt_long(argc, argv, "c:v", options, NULL)) != -1) {
		if (option == 'c')
			request.config = optarg;
		else if (option == 'j')
			request.json = true;
		else if (option == 'p')
			request.postfix_config = optarg;
		else if (option == 'v')
			request.with_ids = true;
		else
			return pending_usage();
	}
	if (optind < argc)
		request.file = argv[optind++];
	if (optind < argc || (request.file != NULL && request.postfix_config != NULL))
		return pending_usage();
	return pending(&request);
}
