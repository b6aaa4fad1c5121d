/* SPDX-License-Identifier: MIT */
/*
 * forcedtls pending: lists the mail that waits in Postfix's queue because of
 * TLS, or that is held there. Reads the queue, has it sorted, prints what comes
 * out.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/deferred.h"
#include "cli/held.h"
#include "cli/json.h"
#include "cli/queue.h"
#include "cli/waiting.h"
#include "config/config.h"
#include "report/program.h"
#include "report/sources.h"
#include "util/memory.h"

#define EXIT_NOTHING 0
#define EXIT_WAITING 1

struct request {
	const char *config;
	const char *postfix_config; /* NULL: Postfix's own */
	const char *file; /* NULL: ask postqueue; "-": standard input */
	bool json;
	bool with_ids;
	bool held;
	char **logs; /* with held; none: the journal */
	size_t log_count;
};

/* Where the recipients of one part of the queue go. */
struct taker {
	enum queue_part part;
	queue_found found;
	void *context;
};

static int pending_usage(void)
{
	fprintf(stderr,
		"usage: forcedtls pending [-v] [-c FILE] [--json] [--postfix-config DIR | QUEUE-FILE | -]\n"
		"       forcedtls pending --held [-v] [--json] [--log LOG]... [--postfix-config DIR | "
		"QUEUE-FILE | -]\n");
	return EX_USAGE;
}

static int read_stream(FILE *in, const char *name, const struct taker *taker)
{
	switch (queue_read(in, name, taker->part, taker->found, taker->context)) {
	case QUEUE_READ:
		return EX_OK;
	case QUEUE_MALFORMED:
		return EX_DATAERR;
	case QUEUE_UNREADABLE:
		break;
	}
	return EX_NOINPUT;
}

static int read_postqueue(const char *config_directory, const struct taker *taker)
{
	static const char *const paths[] = {"/usr/sbin/postqueue", "/usr/local/sbin/postqueue",
					    "/usr/bin/postqueue", "/opt/postfix/sbin/postqueue", NULL};
	static const struct program postqueue = {"postqueue -j", paths,
						 "there is no postqueue(1); give a file with what it prints"};
	const char *const words[] = {"postqueue", "-j", config_directory != NULL ? "-c" : NULL,
				     config_directory, NULL};
	struct running running;
	int status = EX_NOINPUT;
	FILE *out;

	if (!program_start(&postqueue, words, "pending", &running))
		return EX_UNAVAILABLE;
	out = fdopen(running.fd, "r");
	if (out != NULL) {
		status = read_stream(out, "postqueue -j", taker);
		(void)fclose(out);
	} else {
		sources_complain("pending", running.path, strerror(errno));
		(void)close(running.fd);
	}
	return program_end(&running) && status != EX_NOINPUT ? status : EX_UNAVAILABLE;
}

static int pending_read_file(const char *path, const struct taker *taker)
{
	FILE *in = fopen(path, "re");
	int status;

	if (in == NULL) {
		sources_complain("pending", path, strerror(errno));
		return EX_NOINPUT;
	}
	status = read_stream(in, path, taker);
	(void)fclose(in);
	return status;
}

static int read_queue(const struct request *request, const struct taker *taker)
{
	if (request->file == NULL)
		return read_postqueue(request->postfix_config, taker);
	if (strcmp(request->file, "-") == 0)
		return read_stream(stdin, "standard input", taker);
	return pending_read_file(request->file, taker);
}

static bool pending_print(const struct request *request, struct waiting *waiting)
{
	json_t *groups = waiting_json(waiting, time(NULL));
	bool printed = groups != NULL;

	if (printed && request->json)
		printed = cli_json_print(groups);
	else if (printed)
		printed = waiting_print(waiting->form, groups, request->with_ids);
	json_decref(groups);
	return printed;
}

/* What could not be read comes before what waits: the list may not be whole. */
static int list(const struct request *request, struct waiting *waiting, int read)
{
	if (!pending_print(request, waiting))
		return EX_IOERR;
	if (read != EX_OK)
		return read;
	return waiting_is_empty(waiting) ? EXIT_NOTHING : EXIT_WAITING;
}

static int pending_deferred(const struct request *request)
{
	struct config *config = cli_load(request->config);
	struct waiting waiting = {.form = &deferred_form};
	int status = EX_CONFIG;

	if (config != NULL) {
		struct deferred_mail deferred = {.policy = config->policy, .waiting = &waiting};
		const struct taker taker = {QUEUE_ON_ITS_WAY, deferred_add, &deferred};

		status = list(request, &waiting, read_queue(request, &taker));
	}
	waiting_fini(&waiting);
	config_free(&config);
	return status;
}

/* The policy is not asked: the log says which connector it was. */
static int pending_held(const struct request *request)
{
	struct waiting waiting = {.form = &held_form};
	struct held_mail held = {.now = time(NULL)};
	const struct taker taker = {QUEUE_HELD, held_add, &held};
	int queue = read_queue(request, &taker),
	    log = held_read_log(&held, request->logs, request->log_count);

	held_group(&held, &waiting);
	held_fini(&held);
	log = list(request, &waiting, queue != EX_OK ? queue : log);
	waiting_fini(&waiting);
	return log;
}

/* False for an option that there is not, and for one that does not go with the others. */
static bool read_options(int argc, char **argv, struct request *request)
{
	static const struct option options[] = {
		{"held", no_argument, NULL, 'h'},      {"json", no_argument, NULL, 'j'},
		{"log", required_argument, NULL, 'l'}, {"postfix-config", required_argument, NULL, 'p'},
		{"verbose", no_argument, NULL, 'v'},   {0}};
	int option;

	while ((option = getopt_long(argc, argv, "c:v", options, NULL)) != -1) {
		if (option == 'c')
			request->config = optarg;
		else if (option == 'h')
			request->held = true;
		else if (option == 'j')
			request->json = true;
		else if (option == 'l')
			request->logs[request->log_count++] = optarg;
		else if (option == 'p')
			request->postfix_config = optarg;
		else if (option == 'v')
			request->with_ids = true;
		else
			return false;
	}
	if (optind < argc)
		request->file = argv[optind++];
	return optind == argc && (request->file == NULL || request->postfix_config == NULL) &&
	       (request->held || request->log_count == 0);
}

int cli_pending(int argc, char **argv)
{
	struct request request = {.config = CONFIG_DEFAULT_PATH,
				  .logs = xcalloc((size_t)argc, sizeof *request.logs)};
	int status;

	if (!read_options(argc, argv, &request))
		status = pending_usage();
	else
		status = request.held ? pending_held(&request) : pending_deferred(&request);
	free(request.logs);
	return status;
}
