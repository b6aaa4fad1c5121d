/* SPDX-License-Identifier: MIT */
/*
 * An explanation for the eye: the JSON of explanation.c as lines of text. Adds
 * nothing to it, and keeps it readable for policies of thousands.
 */
#include "cli/explanation.h"

#include <stdio.h>
#include <string.h>

/* Connectors that were not selected are shown up to this number. */
#define NOT_SELECTED_SHOWN 20

static const char *string_of(const json_t *object, const char *key, const char *otherwise)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text != NULL ? text : otherwise;
}

static long number_of(const json_t *object, const char *key)
{
	return (long)json_integer_value(json_object_get(object, key));
}

/* "state" and why, up to the addresses. */
static void print_state(const json_t *entry)
{
	const char *separator = ": no match in ";
	const json_t *selector;
	size_t i;

	printf("%s", string_of(entry, "state", "-"));
	if (json_object_get(entry, "displaced_by") != NULL)
		printf(" by %s (%s:%ld)", string_of(entry, "displaced_by", "-"),
		       string_of(entry, "displaced_by_file", "-"), number_of(entry, "displaced_by_line"));
	if (json_object_get(entry, "excepted_by") != NULL)
		printf(" by %s (%s:%ld)", string_of(entry, "excepted_by", "-"),
		       string_of(entry, "excepted_by_file", "-"), number_of(entry, "excepted_by_line"));
	json_array_foreach(json_object_get(entry, "selectors"), i, selector)
	{
		if (json_is_true(json_object_get(selector, "matched")))
			continue;
		printf("%s%s", separator, string_of(selector, "selector", "-"));
		separator = ", ";
	}
}

static void print_selectors(const json_t *list)
{
	const json_t *selector;
	size_t i;

	json_array_foreach(list, i, selector)
		printf("    %-16s %-8s %s\n", string_of(selector, "selector", "-"), "matches",
		       string_of(selector, "by", "-"));
}

static void print_demands(const json_t *list)
{
	const json_t *demand;
	size_t i;

	if (json_array_size(list) == 0)
		printf("    requires nothing\n");
	json_array_foreach(list, i, demand)
		printf("    %-16s %-8s wanted: %s; seen: %s\n", string_of(demand, "demand", "-"),
		       json_is_true(json_object_get(demand, "met")) ? "met" : "NOT MET",
		       string_of(demand, "wanted", "-"), string_of(demand, "seen", "-"));
}

static void print_entry(const json_t *entry)
{
	printf("  %s (%s:%ld) ", string_of(entry, "connector", "-"), string_of(entry, "file", "-"),
	       number_of(entry, "line"));
	print_state(entry);
	if (string_of(entry, "from", NULL) != NULL)
		printf(", from %s to %s", string_of(entry, "from", "-"), string_of(entry, "to", "-"));
	putchar('\n');
	if (strcmp(string_of(entry, "state", "-"), "applies") == 0) {
		print_selectors(json_object_get(entry, "selectors"));
		print_demands(json_object_get(entry, "demands"));
	}
}

/* What was not selected is not worth a second look, unless it counts in test mode alone. */
static bool is_known(const json_t *entry)
{
	return strcmp(string_of(entry, "state", "-"), "not selected") == 0 &&
	       strcmp(string_of(entry, "mode", "-"), "test") != 0;
}

/* again: the same connectors have been shown once. */
static void print_connectors(const json_t *list, bool again)
{
	size_t not_selected = 0, i;
	const json_t *entry;

	json_array_foreach(list, i, entry)
	{
		if (again && is_known(entry))
			continue;
		if (strcmp(string_of(entry, "state", "-"), "not selected") != 0 ||
		    not_selected++ < NOT_SELECTED_SHOWN)
			print_entry(entry);
	}
	if (not_selected > NOT_SELECTED_SHOWN)
		printf("  and %zu more not selected (--json has them all)\n",
		       not_selected - NOT_SELECTED_SHOWN);
}

static void print_judgement(const json_t *judgement, const char *word, bool again)
{
	print_connectors(json_object_get(judgement, "applied"), again);
	printf("%s: %s", word, string_of(judgement, "verdict", "-"));
	if (string_of(judgement, "reply", NULL) != NULL)
		printf(" %s (connector %s, reason %s)", string_of(judgement, "reply", "-"),
		       string_of(judgement, "connector", "-"), string_of(judgement, "reason", "-"));
	else if (string_of(judgement, "reason", NULL) != NULL)
		printf(" (connector %s, reason %s)", string_of(judgement, "connector", "-"),
		       string_of(judgement, "reason", "-"));
	else if (string_of(judgement, "connector", NULL) != NULL)
		printf(" (requirements met, connector %s)", string_of(judgement, "connector", "-"));
	putchar('\n');
}

bool explanation_print(const json_t *explanation)
{
	const json_t *tested = json_object_get(explanation, "tested");
	const char *not_judged = string_of(explanation, "not_judged", NULL);

	if (not_judged != NULL)
		printf("  not judged: %s\n", not_judged);
	print_judgement(explanation, "verdict", false);
	if (tested != NULL) {
		printf("If what is in test mode were enforced:\n");
		print_judgement(tested, "would be",
				json_array_size(json_object_get(explanation, "applied")) > 0);
	}
	return fflush(stdout) == 0 && ferror(stdout) == 0;
}
