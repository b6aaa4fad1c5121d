/* SPDX-License-Identifier: MIT */
/*
 * The command line of forcedtls report.
 */
#include "report/options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

#include "report/log_time.h"
#include "util/utf8.h"

enum {
	OPTION_SINCE = 256,
	OPTION_UNTIL,
	OPTION_CONNECTOR,
	OPTION_DOMAIN,
	OPTION_POLICY,
	OPTION_JSON,
	OPTION_CSV,
	OPTION_HTML,
	OPTION_SUGGEST,
	OPTION_TRACE,
};

static const struct option options[] = {
	{"since", required_argument, NULL, OPTION_SINCE},
	{"until", required_argument, NULL, OPTION_UNTIL},
	{"connector", required_argument, NULL, OPTION_CONNECTOR},
	{"domain", required_argument, NULL, OPTION_DOMAIN},
	{"policy", required_argument, NULL, OPTION_POLICY},
	{"json", no_argument, NULL, OPTION_JSON},
	{"csv", no_argument, NULL, OPTION_CSV},
	{"html", required_argument, NULL, OPTION_HTML},
	{"suggest", no_argument, NULL, OPTION_SUGGEST},
	{"trace", required_argument, NULL, OPTION_TRACE},
	{0},
};

static int usage(void)
{
	fprintf(stderr, "usage: forcedtls report [--since TIME] [--until TIME] [--connector NAME] [--domain "
			"PATTERN]\n"
			"           [--policy FILE] [--json | --csv | --html FILE | --suggest | --trace "
			"WORD] [LOG ...]\n");
	return EX_USAGE;
}

int report_options_complain(const char *command, const char *option, const char *value, const char *why)
{
	char *shown = utf8_printable(value);

	fprintf(stderr, "forcedtls %s: %s \"%s\": %s\n", command, option, shown, why);
	free(shown);
	return EX_USAGE;
}

static int read_time(const char *option, const char *text, time_t now, time_t *time_r)
{
	struct log_clock clock = {.now = now};

	if (log_time_parse(&clock, text, time_r))
		return EX_OK;
	return report_options_complain(
		"report", option, text,
		"not a time such as 2026-11-26, \"2026-11-26 10:30:00\", yesterday, 24h or 7d");
}

static int read_domain(const char *text, struct scope *scope)
{
	const char *error = NULL;

	pattern_fini(&scope->domain);
	scope->has_domain = pattern_parse(text, &scope->domain, &error);
	return scope->has_domain ? EX_OK : report_options_complain("report", "--domain", text, error);
}

/* One form at a time. */
static int set_form(struct report_options *options_r, enum report_form form)
{
	if (options_r->form != REPORT_TEXT && options_r->form != form)
		return usage();
	options_r->form = form;
	return EX_OK;
}

static int read_option(int option, time_t now, struct report_options *options_r)
{
	switch (option) {
	case OPTION_SINCE:
		return read_time("--since", optarg, now, &options_r->scope.since);
	case OPTION_UNTIL:
		return read_time("--until", optarg, now, &options_r->scope.until);
	case OPTION_CONNECTOR:
		options_r->scope.connector = optarg;
		return EX_OK;
	case OPTION_DOMAIN:
		return read_domain(optarg, &options_r->scope);
	case OPTION_POLICY:
		options_r->policy = optarg;
		return EX_OK;
	case OPTION_JSON:
		return set_form(options_r, REPORT_JSON);
	case OPTION_CSV:
		return set_form(options_r, REPORT_CSV);
	case OPTION_HTML:
		options_r->html = optarg;
		return set_form(options_r, REPORT_HTML);
	case OPTION_SUGGEST:
		return set_form(options_r, REPORT_SUGGESTIONS);
	case OPTION_TRACE:
		options_r->trace = optarg;
		if (optarg[0] == '\0')
			return report_options_complain("report", "--trace", optarg, "not a word");
		return set_form(options_r, REPORT_TRACE);
	default:
		return usage();
	}
}

int report_options_read(int argc, char **argv, time_t now, struct report_options *options_r)
{
	int option;

	*options_r = (struct report_options){0};
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		int status = read_option(option, now, options_r);

		if (status != EX_OK)
			return status;
	}
	options_r->files = argv + optind;
	options_r->file_count = (size_t)(argc - optind);
	return EX_OK;
}

void report_options_fini(struct report_options *options_to_end)
{
	pattern_fini(&options_to_end->scope.domain);
}
