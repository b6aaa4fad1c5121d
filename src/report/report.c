/* SPDX-License-Identifier: MIT */
/*
 * forcedtls report: reads logs, has them counted, prints what comes out.
 */
#include "report/report.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "config/config.h"
#include "report/collector.h"
#include "report/options.h"
#include "report/report_csv.h"
#include "report/report_html.h"
#include "report/report_json.h"
#include "report/report_text.h"
#include "report/sources.h"
#include "report/trace.h"
#include "util/memory.h"

#define EXIT_NOTHING_FOUND 1

/*
 * The policy that was asked for, or the one of this host where it has one: a
 * central log host has none, and the report is then without what it would add.
 */
static int load_policy(const char *path, struct config **config_r)
{
	struct diagnostics diagnostics = {0};
	int status = EX_OK;

	*config_r = NULL;
	if (path == NULL && access(CONFIG_DEFAULT_PATH, R_OK) != 0)
		return EX_OK;
	*config_r = config_load(path != NULL ? path : CONFIG_DEFAULT_PATH, &diagnostics);
	if (*config_r == NULL) {
		status = path != NULL ? EX_CONFIG : EX_OK;
		if (path != NULL && !diagnostics_print(&diagnostics, stderr))
			status = EX_IOERR;
	}
	diagnostics_fini(&diagnostics);
	return status;
}

static int flush(bool printed)
{
	if (printed && fflush(stdout) == 0 && ferror(stdout) == 0)
		return EX_OK;
	return EX_IOERR;
}

static bool print_json(const json_t *report)
{
	return json_dumpf(report, stdout, JSON_INDENT(2) | JSON_ENSURE_ASCII | JSON_PRESERVE_ORDER) == 0 &&
	       putchar('\n') != EOF;
}

/* A page that is not whole is never in place of one that was: it is written beside it first. */
static bool print_page(const char *path, const json_t *report)
{
	struct strbuf beside = {0};
	FILE *out;
	bool written;

	if (strcmp(path, "-") == 0) {
		report_html(report, stdout);
		return true;
	}
	strbuf_printf(&beside, "%s.new", path);
	out = fopen(beside.text, "we");
	written = out != NULL;
	if (written) {
		report_html(report, out);
		written = ferror(out) == 0;
		written = fclose(out) == 0 && written;
		written = written && rename(beside.text, path) == 0;
	}
	if (!written)
		fprintf(stderr, "forcedtls report: cannot write: %s\n", strerror(errno));
	strbuf_fini(&beside);
	return written;
}

/* False when it cannot be printed. */
static bool print_form(const struct report_options *options, struct collector *collector,
		       const json_t *report)
{
	switch (options->form) {
	case REPORT_TEXT:
		report_text(report, stdout);
		break;
	case REPORT_JSON:
		return print_json(report);
	case REPORT_CSV:
		report_csv(report, stdout);
		break;
	case REPORT_HTML:
		return print_page(options->html, report);
	case REPORT_SUGGESTIONS:
		if (!collector->incoming.passes_logged)
			fprintf(stderr, "forcedtls report: the log has no mail that passed "
					"(daemon.log_accepted): what is suggested knows nothing of it\n");
		suggestions_print(&collector->suggestions, stdout);
		break;
	case REPORT_TRACE: /* has been printed elsewhere */
		break;
	}
	return true;
}

static int print(const struct report_options *options, struct collector *collector)
{
	json_t *report = report_json(collector);
	bool printed = report != NULL && print_form(options, collector, report);

	if (report == NULL)
		return EX_SOFTWARE;
	json_decref(report);
	return flush(printed);
}

static void trace_line(void *context, char *text, size_t length, bool cut)
{
	(void)cut;
	(void)length;
	trace_add(context, text);
}

/* What could not be read is told once. */
static int trace_messages(const struct report_options *options, struct sources *sources,
			  const struct policy *policy, time_t now)
{
	struct trace *trace;
	int status = sources_keep_standard_input(sources);

	if (status != EX_OK)
		return status;
	trace = trace_new(options->trace, &options->scope, options->policy != NULL ? policy : NULL,
			  options->policy, now);
	for (int pass = TRACE_FIND; pass < TRACE_PASSES && status == EX_OK; pass++) {
		trace_begin(trace, (enum trace_pass)pass);
		status = sources_read(sources, trace_line, trace);
	}
	if (status == EX_OK) {
		bool found = trace_print(trace, stdout);

		status = flush(true);
		status = status == EX_OK && !found ? EXIT_NOTHING_FOUND : status;
	}
	trace_free(&trace);
	if (sources->standard_input >= 0)
		(void)close(sources->standard_input);
	return status;
}

/* What could not be read comes first: the report may not be whole. */
static int count_lines(const struct report_options *options, const struct sources *sources,
		       const struct policy *policy, time_t now)
{
	struct collector_wishes wishes = {.now = now,
					  .scope = &options->scope,
					  .policy = policy,
					  .replayed = options->policy != NULL ? policy : NULL,
					  .suggest = options->form == REPORT_SUGGESTIONS};
	struct policy *empty = wishes.suggest && policy == NULL ? policy_new() : NULL;
	struct collector collector;
	int status, printed;

	wishes.ciphers = policy != NULL ? policy : empty;
	if (wishes.suggest && wishes.ciphers == NULL)
		return EX_SOFTWARE;
	collector_init(&collector, &wishes);
	status = sources_read(sources, collector_add, &collector);
	printed = print(options, &collector);
	collector_fini(&collector);
	policy_free(&empty);
	return printed != EX_OK ? printed : status;
}

static int report_logs(const struct report_options *options, time_t now)
{
	struct sources sources = {.command = "report",
				  .files = options->files,
				  .file_count = options->file_count,
				  .since = options->scope.since,
				  .until = options->scope.until,
				  .standard_input = -1};
	struct config *config;
	const struct policy *policy;
	int status = load_policy(options->policy, &config);

	policy = config != NULL ? config->policy : NULL;
	if (status == EX_OK && options->form == REPORT_TRACE)
		status = trace_messages(options, &sources, policy, now);
	else if (status == EX_OK)
		status = count_lines(options, &sources, policy, now);
	config_free(&config);
	return status;
}

int report_command(int argc, char **argv)
{
	time_t now = time(NULL);
	struct report_options options;
	int status = report_options_read(argc, argv, now, &options);

	if (status == EX_OK)
		status = report_logs(&options, now);
	report_options_fini(&options);
	return status;
}
