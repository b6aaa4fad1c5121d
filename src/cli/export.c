/* SPDX-License-Identifier: MIT */
/*
 * forcedtls export: what a policy says of mail that leaves, as a table for
 * those who want no daemon on the way out. What the tables look like is in
 * export_postfix.c and export_sendmail.c.
 */
#include "cli/export.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "cli/cli.h"
#include "config/config.h"
#include "util/memory.h"

#define EXIT_COMPLETE 0
#define EXIT_INCOMPLETE 1

static void export_line_free(struct export_line *line)
{
	free(line->key);
	free(line->value);
	free(line);
}

void export_table_add(struct export_line **table, char *key, char *value)
{
	struct export_line *line = xcalloc(1, sizeof *line);
	const char *known = export_table_find(*table, key);

	line->key = key;
	line->value = value;
	if (known != NULL)
		export_line_free(line);
	else
		HASH_ADD_KEYPTR(hh, *table, line->key, strlen(line->key), line);
}

static int compare_lines(const struct export_line *a, const struct export_line *b)
{
	return strcmp(a->key, b->key);
}

void export_table_sort(struct export_line **table)
{
	HASH_SORT(*table, compare_lines);
}

const char *export_table_find(const struct export_line *table, const char *key)
{
	const struct export_line *line;

	HASH_FIND_STR(table, key, line);
	return line != NULL ? line->value : NULL;
}

bool export_table_print(const struct export_line *table)
{
	for (; table != NULL; table = table->hh.next)
		if (printf("%s\t%s\n", table->key, table->value) < 0)
			return false;
	return fflush(stdout) == 0;
}

void export_table_fini(struct export_line **table)
{
	TABLE_FREE(*table, export_line_free);
}

void export_warn(struct export_job *job, const struct connector *connector, struct place place,
		 const char *format, ...)
{
	struct strbuf text = {0};
	va_list ap;

	strbuf_printf(&text, "%s:%u:%u: warning: connector \"%s\": ", job->policy->files[place.file],
		      (unsigned)place.line, (unsigned)place.column, connector->name);
	va_start(ap, format);
	strbuf_vprintf(&text, format, ap);
	va_end(ap);
	fprintf(stderr, "%s\n", strbuf_text(&text));
	strbuf_fini(&text);
	job->left_out++;
}

/* The command line. */
struct request {
	const char *config;
	const char *format;
	bool altnames;
	char **next_hops;
	size_t next_hop_count;
	size_t next_hop_capacity;
};

static int export_usage(void)
{
	fprintf(stderr, "usage: forcedtls export postfix [-c FILE] [--next-hop DESTINATION] ...\n"
			"       forcedtls export sendmail [-c FILE] [--altnames]\n");
	return EX_USAGE;
}

/* Whether a connector that would have a line has none since it is in test mode. */
static bool is_tried_out(const struct policy *policy)
{
	for (size_t i = 0; i < policy->connector_count; i++)
		if (policy->connectors[i]->has_tls_policy &&
		    !tls_policy_is_enforced(policy, policy->connectors[i]))
			return true;
	return false;
}

/* A table without a line, where the policy was to have some: whoever puts it in place delivers in plaintext. */
static bool is_empty_for_test_mode(const struct request *request, const struct policy *policy,
				   const struct export_line *table)
{
	if (table != NULL || !is_tried_out(policy))
		return false;
	fprintf(stderr, "%s: warning: %s in test mode, and the table has no line\n", request->config,
		policy->mode == MODE_TEST ? "the policy is" : "what would have a line is");
	return true;
}

static int export_policy(const struct request *request, const struct policy *policy)
{
	struct export_job job = {.policy = policy};
	int status = EX_USAGE;

	if (request->altnames)
		return !export_altnames(&job) ? EX_IOERR : job.left_out > 0 ? EXIT_INCOMPLETE : EXIT_COMPLETE;
	if (strcmp(request->format, "sendmail") == 0)
		export_sendmail(&job);
	else if (!export_postfix(&job, request->next_hops, request->next_hop_count))
		goto out;
	status = job.left_out > 0 || is_empty_for_test_mode(request, policy, job.table) ? EXIT_INCOMPLETE
											: EXIT_COMPLETE;
	if (!export_table_print(job.table))
		status = EX_IOERR;
out:
	export_table_fini(&job.table);
	return status;
}

static int export_file(const struct request *request)
{
	struct config *config = cli_load(request->config);
	int status = config != NULL ? export_policy(request, config->policy) : EX_CONFIG;

	config_free(&config);
	return status;
}

static int export_read_options(int argc, char **argv, struct request *request)
{
	static const struct option options[] = {
		{"next-hop", required_argument, NULL, 'n'}, {"altnames", no_argument, NULL, 'a'}, {0}};
	int option;

	while ((option = getopt_long(argc, argv, "c:", options, NULL)) != -1) {
		if (option == 'c') {
			request->config = optarg;
		} else if (option == 'a') {
			request->altnames = true;
		} else if (option == 'n') {
			*VECTOR_ADD(request->next_hops, request->next_hop_count, request->next_hop_capacity) =
				optarg;
		} else {
			return export_usage();
		}
	}
	if (optind + 1 != argc)
		return export_usage();
	request->format = argv[optind];
	if (strcmp(request->format, "postfix") == 0 && !request->altnames)
		return EX_OK;
	if (strcmp(request->format, "sendmail") == 0 && request->next_hop_count == 0)
		return EX_OK;
	return export_usage();
}

int cli_export(int argc, char **argv)
{
	struct request request = {.config = CONFIG_DEFAULT_PATH};
	int status = export_read_options(argc, argv, &request);

	if (status == EX_OK)
		status = export_file(&request);
	free(request.next_hops);
	return status;
}
