/* SPDX-License-Identifier: MIT */
/* What was found, for the eye and for programs. */
#include "doctor/print.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doctor/check.h"
#include "util/memory.h"
#include "util/utf8.h"
#include "util/json_text.h"

#define CONNECTORS_SHOWN 10
#define MANUAL "forcedtls-doctor(7)"
#define TEXT_MAX ((size_t)8192)

const char *finding_severity_name(enum finding_severity severity)
{
	static const char *const names[] = {
		[FINDING_NOTE] = "note", [FINDING_WARNING] = "warning", [FINDING_ERROR] = "error"};

	return names[severity];
}

static void print_line(const char *before, const char *text)
{
	char *shown = utf8_printable(text);

	printf("%s%s\n", before, shown);
	free(shown);
}

static void print_connectors(const struct finding *finding, const struct policy *policy)
{
	struct strbuf line = {0};

	if (finding->connector_count == 0)
		return;
	for (size_t i = 0; i < finding->connector_count && i < CONNECTORS_SHOWN; i++) {
		const struct connector *connector = finding->connectors[i];

		strbuf_printf(&line, "%s%s (%s:%u)", i > 0 ? ", " : "", connector->name,
			      policy->files[connector->place.file], (unsigned)connector->place.line);
	}
	if (finding->connector_count > CONNECTORS_SHOWN)
		strbuf_printf(&line, " and %zu more", finding->connector_count - CONNECTORS_SHOWN);
	print_line("    connectors: ", line.text);
	strbuf_fini(&line);
}

static void print_finding(const struct finding *finding, const struct policy *policy)
{
	struct strbuf line = {0};

	strbuf_printf(&line, "%s: %s: %s [%s]", finding->where, finding_severity_name(finding->severity),
		      finding->text, finding->check->id);
	print_line("", line.text);
	strbuf_fini(&line);
	print_connectors(finding, policy);
	for (size_t i = 0; i < finding->commands.count; i++)
		print_line("    ", finding->commands.list[i]);
	for (size_t i = 0; i < finding->edits.count; i++)
		print_line("    in ", finding->edits.list[i]);
}

/* A command of postconf's counts for sessions that begin after a reload. */
static char *reload_command(const struct seen_mta *mta)
{
	struct strbuf command = {0};
	char *directory;

	if (strcmp(mta->name, "postfix") != 0)
		return NULL;
	if (mta->is_default) {
		strbuf_puts(&command, "postfix reload");
	} else {
		directory = shell_word(mta->config);
		strbuf_printf(&command, "postfix -c %s reload", directory);
		free(directory);
	}
	return strbuf_take(&command);
}

static bool changes_postfix(const char *command)
{
	return strncmp(command, "postconf ", strlen("postconf ")) == 0 ||
	       strstr(command, " tls enable-server") != NULL;
}

static bool has_commands(const struct findings *findings, bool of_postfix)
{
	for (size_t i = 0; i < findings->count; i++)
		for (size_t j = 0; j < findings->list[i].commands.count; j++)
			if (!of_postfix || changes_postfix(findings->list[i].commands.list[j]))
				return true;
	return false;
}

bool diagnosis_print(const struct diagnosis *diagnosis, const struct policy *policy)
{
	const struct findings *findings = &diagnosis->findings;

	for (int severity = FINDING_ERROR; severity >= FINDING_NOTE; severity--)
		for (size_t i = 0; i < findings->count; i++)
			if ((int)findings->list[i].severity == severity)
				print_finding(&findings->list[i], policy);
	for (size_t i = 0; i < diagnosis->mta_count && has_commands(findings, true); i++) {
		char *command = reload_command(&diagnosis->mtas[i]);

		if (command != NULL)
			print_line("then: ", command);
		free(command);
	}
	/* One mistake may hide another. */
	if (has_commands(findings, false))
		print_line("then: ", "forcedtls doctor again");
	return fflush(stdout) == 0 && ferror(stdout) == 0;
}

static json_t *text_json(const char *text)
{
	return json_text(text, TEXT_MAX);
}

static json_t *words_json(const struct words *words)
{
	json_t *array = json_array();

	for (size_t i = 0; i < words->count; i++)
		if (json_array_append_new(array, text_json(words->list[i])) != 0)
			break;
	return array;
}

static json_t *connectors_json(const struct finding *finding, const struct policy *policy)
{
	json_t *array = json_array();

	for (size_t i = 0; i < finding->connector_count; i++) {
		const struct connector *connector = finding->connectors[i];
		struct strbuf place = {0};
		int failed;

		strbuf_printf(&place, "%s:%u", policy->files[connector->place.file],
			      (unsigned)connector->place.line);
		failed = json_array_append_new(array,
					       json_pack("{s:o, s:o}", "name", text_json(connector->name),
							 "place", text_json(place.text)));
		strbuf_fini(&place);
		if (failed != 0)
			break;
	}
	return array;
}

static json_t *finding_json(const struct finding *finding, const struct policy *policy)
{
	return json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:s}", "id", finding->check->id, "severity",
			 finding_severity_name(finding->severity), "where", text_json(finding->where), "text",
			 text_json(finding->text), "connectors", connectors_json(finding, policy), "fix",
			 words_json(&finding->commands), "edit", words_json(&finding->edits), "manual",
			 MANUAL);
}

static json_t *mta_json(const struct seen_mta *mta)
{
	return json_pack("{s:s, s:o, s:o}", "mta", mta->name, "config", text_json(mta->config), "version",
			 text_json(mta->version));
}

json_t *diagnosis_json(const struct diagnosis *diagnosis, const struct policy *policy,
		       const char *policy_file)
{
	const struct findings *findings = &diagnosis->findings;
	json_t *mtas = json_array(), *array = json_array(), *then = json_array();

	for (size_t i = 0; i < diagnosis->mta_count; i++) {
		char *command = reload_command(&diagnosis->mtas[i]);

		(void)json_array_append_new(mtas, mta_json(&diagnosis->mtas[i]));
		if (command != NULL && has_commands(findings, true))
			(void)json_array_append_new(then, text_json(command));
		free(command);
	}
	for (int severity = FINDING_ERROR; severity >= FINDING_NOTE; severity--)
		for (size_t i = 0; i < findings->count; i++)
			if ((int)findings->list[i].severity == severity)
				(void)json_array_append_new(array, finding_json(&findings->list[i], policy));
	return json_pack("{s:o, s:o, s:o, s:o}", "policy", text_json(policy_file), "mtas", mtas, "findings",
			 array, "then", then);
}
