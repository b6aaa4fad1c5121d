/* SPDX-License-Identifier: MIT */
/*
 * forcedtls check: prints what is wrong, or probably wrong, with a policy file. Errors are
 * the config layer's, so that the tool and the daemon cannot differ.
 */
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>
#include <time.h>

#include "cli/cli.h"
#include "cli/json.h"
#include "config/config.h"
#include "util/utf8.h"
#include "lint/lint.h"

static json_t *diagnostic_json(const struct diagnostic *diagnostic)
{
	return json_pack("{s:s, s:s, s:i, s:i, s:s, s:s}", "severity",
			 diagnostic->severity == SEVERITY_ERROR ? "error" : "warning", "file",
			 diagnostic->file, "line", (int)diagnostic->line, "column", (int)diagnostic->column,
			 "path", diagnostic->path, "text", diagnostic->text);
}

/* config: NULL where it is not valid. */
static bool check_print_json(const char *path, const struct config *config,
			     const struct diagnostics *diagnostics)
{
	json_t *list = json_array();
	char *shown = utf8_printable(path); /* as the diagnostics have it */
	json_t *report;
	bool ok;

	for (size_t i = 0; i < diagnostics->count; i++)
		(void)json_array_append_new(list, diagnostic_json(&diagnostics->list[i]));
	report = json_pack("{s:s, s:b, s:s?, s:i, s:o}", "file", shown, "valid", config != NULL,
			   "from_postfix", config != NULL ? config->from_postfix : NULL, "unlisted",
			   (int)diagnostics->unlisted, "diagnostics", list);
	ok = cli_json_print(report);
	json_decref(report);
	free(shown);
	return ok;
}

/* As the log of the daemon has it, since the verdicts hang on it. */
static bool check_print_text(const struct config *config, const struct diagnostics *diagnostics)
{
	if (!diagnostics_print(diagnostics, stderr))
		return false;
	return config == NULL || config->from_postfix == NULL ||
	       fprintf(stderr, "taken from Postfix, since the policy file does not say it: %s\n",
		       config->from_postfix) >= 0;
}

static int check(const char *path, bool json)
{
	struct diagnostics diagnostics = {0};
	struct config *config = config_check(path, date_from_time(time(NULL)), &diagnostics);
	bool valid = config != NULL, printed;

	if (valid)
		lint_config(config, &diagnostics);
	printed =
		json ? check_print_json(path, config, &diagnostics) : check_print_text(config, &diagnostics);
	config_free(&config);
	diagnostics_fini(&diagnostics);
	if (!printed)
		return EX_IOERR;
	return valid ? EX_OK : EX_CONFIG;
}

int cli_check(int argc, char **argv)
{
	static const struct option options[] = {{"json", no_argument, NULL, 'j'}, {0}};
	const char *path = CONFIG_DEFAULT_PATH;
	bool json = false;
	int option;

	while ((option = getopt_long(argc, argv, "c:", options, NULL)) != -1) {
		if (option == 'c') {
			path = optarg;
		} else if (option == 'j') {
			json = true;
		} else {
			fprintf(stderr, "usage: forcedtls check [-c FILE] [--json]\n");
			return EX_USAGE;
		}
	}
	if (optind < argc) {
		fprintf(stderr,
			"forcedtls check: \"%s\": no argument is expected here; the file goes with -c\n",
			argv[optind]);
		return EX_USAGE;
	}
	return check(path, json);
}
