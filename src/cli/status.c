/* SPDX-License-Identifier: MIT */
/* forcedtls status: how the running daemon is, by its own word, for the eye or as JSON. */
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

#include "cli/cli.h"
#include "cli/control_client.h"
#include "cli/json.h"
#include "config/config.h"
#include "report/text_table.h"
#include "util/memory.h"
#include "util/utf8.h"

#define EXIT_WELL 0
#define EXIT_TO_MEND 1

static int status_usage(void)
{
	fprintf(stderr, "usage: forcedtls status [--json] [-c FILE]\n");
	return EX_USAGE;
}

/* "policy       FILE, loaded TIME, mode MODE": a title, and members with words before them. */
static void print_members(const char *title, const json_t *object, const char *const members[][2],
			  size_t count)
{
	printf("%-12s ", title);
	for (size_t i = 0; i < count; i++) {
		char *text = control_text(object, members[i][1]);

		printf("%s%s", members[i][0], text);
		free(text);
	}
	(void)putchar('\n');
}

static void status_print_head(const json_t *answer)
{
	static const char *const daemon[][2] = {
		{"", "version"}, {", process ", "pid"}, {", since ", "started"}};
	static const char *const policy[][2] = {{"", "file"}, {", loaded ", "loaded"}, {", mode ", "mode"}};
	static const char *const digest[][2] = {{"", "digest"}};
	static const char *const taken[][2] = {{"", "from_postfix"}};
	const json_t *in_force = json_object_get(answer, "policy");
	struct strbuf memory = {0};

	print_members("forcedtlsd", answer, daemon, 3);
	print_members("policy", in_force, policy, 3);
	print_members("digest", in_force, digest, 1);
	if (json_is_string(json_object_get(in_force, "from_postfix")))
		print_members("from Postfix", in_force, taken, 1);
	control_add_bytes(&memory, answer, "resident_bytes");
	printf("%-12s %s\n", "memory", memory.text);
	strbuf_fini(&memory);
}

static void status_print_connectors(const json_t *answer)
{
	const json_t *numbers = json_object_get(answer, "connectors");
	char *enforced = control_text(numbers, "enforced"), *tested = control_text(numbers, "tested"),
	     *disabled = control_text(numbers, "disabled");

	printf("%-12s %s enforced, %s in test mode, %s disabled\n", "connectors", enforced, tested, disabled);
	free(enforced);
	free(tested);
	free(disabled);
}

static void print_reload(const json_t *answer)
{
	static const char *const tried[][2] = {{"", "tried"}, {", ", "result"}};
	const json_t *reload = json_object_get(answer, "last_reload");

	if (json_is_string(json_object_get(reload, "tried")))
		print_members("last reload", reload, tried, 2);
	else
		printf("%-12s none since the start\n", "last reload");
}

static void print_doctor(const json_t *answer)
{
	static const char *const ran[][2] = {
		{"", "ran"}, {", errors ", "errors"}, {", warnings ", "warnings"}};
	const json_t *doctor = json_object_get(answer, "doctor");

	if (json_is_string(json_object_get(doctor, "ran")))
		print_members("doctor", doctor, ran, 3);
	else
		printf("%-12s has not looked since the start\n", "doctor");
}

/* Columns of the same members of each object of a list. */
static void status_print_table(const json_t *list, const char *const columns[][2], size_t count)
{
	struct text_table table = {.columns = count};

	for (size_t i = 0; i < count; i++)
		text_table_add(&table, columns[i][0]);
	for (size_t i = 0; i < count * json_array_size(list); i++) {
		char *text = control_text(json_array_get(list, i / count), columns[i % count][1]);

		text_table_add(&table, text);
		free(text);
	}
	text_table_print(&table, stdout);
	text_table_fini(&table);
}

/* What the MTAs hand over, a line each. */
static void print_mtas(const json_t *mtas)
{
	for (size_t i = 0; i < json_array_size(mtas); i++) {
		const json_t *mta = json_array_get(mtas, i), *handed = json_object_get(mta, "hands_over");
		char *name = control_text(mta, "mta"), *sessions = control_text(mta, "sessions");

		printf("%-12s %s, sessions %s:", "MTA", name, sessions);
		for (size_t j = 0; j < json_array_size(handed); j++) {
			const char *text = json_string_value(json_array_get(handed, j));
			char *shown = utf8_printable(text != NULL ? text : "");

			printf(" %s", shown);
			free(shown);
		}
		(void)putchar('\n');
		free(name);
		free(sessions);
	}
}

static void print_tables(const json_t *answer)
{
	static const char *const services[][2] = {{"SERVICE", "service"},
						  {"OPEN", "sessions_open"},
						  {"SESSIONS", "sessions"},
						  {"REQUESTS", "requests"},
						  {"SOCKET", "socket"}};
	static const char *const verdicts[][2] = {
		{"VERDICT", "verdict"}, {"REASON", "reason"}, {"COUNT", "count"}};
	static const char *const endings[][2] = {
		{"ENDS", "valid_to"}, {"CONNECTOR", "connector"}, {"CERTIFICATE", "certificate"}};

	status_print_table(json_object_get(answer, "services"), services, 5);
	if (json_array_size(json_object_get(answer, "verdicts")) > 0)
		status_print_table(json_object_get(answer, "verdicts"), verdicts, 3);
	if (json_array_size(json_object_get(answer, "certificates_ending")) > 0)
		status_print_table(json_object_get(answer, "certificates_ending"), endings, 3);
}

static void print_problems(const json_t *problems)
{
	for (size_t i = 0; i < json_array_size(problems); i++) {
		const char *text = json_string_value(json_array_get(problems, i));
		char *shown = utf8_printable(text != NULL ? text : "");

		printf("to mend: %s\n", shown);
		free(shown);
	}
}

static bool status_print(const json_t *answer, bool json)
{
	if (json)
		return cli_json_print(answer);
	status_print_head(answer);
	status_print_connectors(answer);
	print_reload(answer);
	print_mtas(json_object_get(answer, "mta"));
	print_doctor(answer);
	print_tables(answer);
	print_problems(json_object_get(answer, "problems"));
	return fflush(stdout) == 0;
}

static int judge_answer(const json_t *answer, bool json)
{
	char *error;

	if (!json_is_array(json_object_get(answer, "problems"))) {
		error = control_text(answer, "error");
		fprintf(stderr, "forcedtls status: %s\n", error);
		free(error);
		return EX_NOPERM;
	}
	if (!status_print(answer, json))
		return EX_IOERR;
	return json_array_size(json_object_get(answer, "problems")) == 0 ? EXIT_WELL : EXIT_TO_MEND;
}

int cli_status(int argc, char **argv)
{
	static const struct option options[] = {{"json", no_argument, NULL, 'j'}, {0}};
	const char *file = CONFIG_DEFAULT_PATH;
	bool json = false;
	json_t *answer;
	int option, status = EXIT_WELL;

	while ((option = getopt_long(argc, argv, "c:", options, NULL)) != -1) {
		if (option == 'c')
			file = optarg;
		else if (option == 'j')
			json = true;
		else
			return status_usage();
	}
	if (optind < argc)
		return status_usage();
	answer = control_ask("status", file, json_pack("{s:s}", "command", "status"), CONTROL_PATIENCE,
			     &status);
	if (answer != NULL)
		status = judge_answer(answer, json);
	json_decref(answer);
	return status;
}
