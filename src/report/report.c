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
#include "report/report_json.h"
#include "report/report_text.h"
#include "report/sources.h"

static void add_line(void *context, char *text, size_t length, bool cut)
{
	collector_add(context, text, length, cut);
}

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

static bool print_json(const json_t *report)
{
	return json_dumpf(report, stdout, JSON_INDENT(2) | JSON_ENSURE_ASCII | JSON_PRESERVE_ORDER) == 0 &&
	       putchar('\n') != EOF;
}

static int print(const struct report_options *options, struct collector *collector)
{
	json_t *report = report_json(collector);
	bool printed = report != NULL;

	if (report == NULL)
		return EX_SOFTWARE;
	switch (options->form) {
	case REPORT_TEXT:
		report_text(report, stdout);
		break;
	case REPORT_JSON:
		printed = print_json(report);
		break;
	}
	json_decref(report);
	if (printed && fflush(stdout) == 0 && ferror(stdout) == 0)
		return EX_OK;
	fprintf(stderr, "forcedtls report: cannot write: %s\n", strerror(errno));
	return EX_IOERR;
}

/* What could not be read comes first: the report may not be whole. */
static int report(const struct report_options *options, time_t now)
{
	struct sources sources = {.files = options->files,
				  .file_count = options->file_count,
				  .since = options->scope.since,
				  .until = options->scope.until};
	struct config *config;
	struct collector collector;
	int status = load_policy(options->policy, &config), printed;

	if (status != EX_OK)
		return status;
	collector_init(&collector, now, &options->scope, config != NULL ? config->policy : NULL);
	status = sources_read(&sources, add_line, &collector);
	printed = print(options, &collector);
	collector_fini(&collector);
	config_free(&config);
	return printed != EX_OK ? printed : status;
}

int report_command(int argc, char **argv)
{
	time_t now = time(NULL);
	struct report_options options;
	int status = report_options_read(argc, argv, now, &options);

	if (status == EX_OK)
		status = report(&options, now);
	report_options_fini(&options);
	return status;
}
