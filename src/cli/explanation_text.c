/* SPDX-License-Identifier: MIT */
/*
 * An explanation for the eye: the JSON of explanation.c as lines of text. Adds
 * nothing to it, keeps it readable for policies of thousands, and lets no text
 * of a policy or of the command line steer the terminal.
 */
#include "cli/explanation.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/json_text.h"
#include "util/memory.h"
#include "util/utf8.h"

/* Connectors that were not selected are shown up to this number. */
#define NOT_SELECTED_SHOWN 20

/* What would end a line, or steer the terminal, is escaped. */
static void vput(const char *format, va_list ap) __attribute__((format(printf, 1, 0)));
static void vput(const char *format, va_list ap)
{
	char *text = xvasprintf(format, ap), *shown = utf8_printable(text);

	(void)fputs(shown, stdout);
	free(shown);
	free(text);
}

/* A part of a line. */
static void explanation_put(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void explanation_put(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vput(format, ap);
	va_end(ap);
}

/* The last part of a line, or all of it. */
static void put_line(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void put_line(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vput(format, ap);
	va_end(ap);
	(void)putchar('\n');
}

/* "state" and why, up to the addresses. */
static void print_state(const json_t *entry)
{
	const char *separator = ": no match in ";
	const json_t *selector;
	size_t i;

	explanation_put("%s", text_in(entry, "state", "-"));
	if (json_object_get(entry, "displaced_by") != NULL)
		explanation_put(" by %s (%s:%lld)", text_in(entry, "displaced_by", "-"),
				text_in(entry, "displaced_by_file", "-"),
				number_in(entry, "displaced_by_line"));
	if (json_object_get(entry, "excepted_by") != NULL)
		explanation_put(" by %s (%s:%lld)", text_in(entry, "excepted_by", "-"),
				text_in(entry, "excepted_by_file", "-"),
				number_in(entry, "excepted_by_line"));
	json_array_foreach(json_object_get(entry, "selectors"), i, selector)
	{
		if (json_is_true(json_object_get(selector, "matched")))
			continue;
		explanation_put("%s%s", separator, text_in(selector, "selector", "-"));
		separator = ", ";
	}
}

static void print_selectors(const json_t *list)
{
	const json_t *selector;
	size_t i;

	json_array_foreach(list, i, selector)
		put_line("    %-16s %-8s %s", text_in(selector, "selector", "-"), "matches",
			 text_in(selector, "by", "-"));
}

static void print_demands(const json_t *list)
{
	const json_t *demand;
	size_t i;

	if (json_array_size(list) == 0)
		put_line("    requires nothing");
	json_array_foreach(list, i, demand)
		put_line("    %-16s %-8s wanted: %s; seen: %s", text_in(demand, "demand", "-"),
			 json_is_true(json_object_get(demand, "met")) ? "met" : "NOT MET",
			 text_in(demand, "wanted", "-"), text_in(demand, "seen", "-"));
}

static void explanation_print_entry(const json_t *entry)
{
	explanation_put("  %s (%s:%lld) ", text_in(entry, "connector", "-"), text_in(entry, "file", "-"),
			number_in(entry, "line"));
	print_state(entry);
	if (text_in(entry, "from", NULL) != NULL)
		explanation_put(", from %s to %s", text_in(entry, "from", "-"), text_in(entry, "to", "-"));
	(void)putchar('\n');
	if (strcmp(text_in(entry, "state", "-"), "applies") == 0) {
		print_selectors(json_object_get(entry, "selectors"));
		print_demands(json_object_get(entry, "demands"));
	}
}

/* What was not selected is not worth a second look, unless it counts in test mode alone. */
static bool explanation_is_known(const json_t *entry)
{
	return strcmp(text_in(entry, "state", "-"), "not selected") == 0 &&
	       strcmp(text_in(entry, "mode", "-"), "test") != 0;
}

/* again: the same connectors have been shown once. */
static void explanation_print_connectors(const json_t *list, bool again)
{
	size_t not_selected = 0, i;
	const json_t *entry;

	json_array_foreach(list, i, entry)
	{
		if (again && explanation_is_known(entry))
			continue;
		if (strcmp(text_in(entry, "state", "-"), "not selected") != 0 ||
		    not_selected++ < NOT_SELECTED_SHOWN)
			explanation_print_entry(entry);
	}
	if (not_selected > NOT_SELECTED_SHOWN)
		put_line("  and %zu more not selected (--json has them all)",
			 not_selected - NOT_SELECTED_SHOWN);
}

static void print_judgement(const json_t *judgement, const char *word, bool again)
{
	explanation_print_connectors(json_object_get(judgement, "applied"), again);
	explanation_put("%s: %s", word, text_in(judgement, "verdict", "-"));
	if (text_in(judgement, "reply", NULL) != NULL)
		explanation_put(" %s (connector %s, reason %s)", text_in(judgement, "reply", "-"),
				text_in(judgement, "connector", "-"), text_in(judgement, "reason", "-"));
	else if (text_in(judgement, "reason", NULL) != NULL)
		explanation_put(" (connector %s, reason %s)", text_in(judgement, "connector", "-"),
				text_in(judgement, "reason", "-"));
	else if (text_in(judgement, "connector", NULL) != NULL)
		explanation_put(" (requirements met, connector %s)", text_in(judgement, "connector", "-"));
	(void)putchar('\n');
}

static void print_tls_policy_answer(const json_t *answer, const char *word)
{
	const char *connector = text_in(answer, "connector", NULL);

	if (strcmp(text_in(answer, "result", "-"), "temp") == 0)
		explanation_put("%s: try again later, and the mail waits", word);
	else
		explanation_put("%s: %s", word, text_in(answer, "answer", "nothing: plaintext will do"));
	if (connector != NULL)
		explanation_put(" (connector %s, %s:%lld, by %s)", connector, text_in(answer, "file", "-"),
				number_in(answer, "line"), text_in(answer, "by", "-"));
	(void)putchar('\n');
}

static void print_tls_policy(const json_t *lookup)
{
	const json_t *tested = json_object_get(lookup, "tested");

	if (text_in(lookup, "next_hop", NULL) == NULL) {
		put_line("When it leaves, Postfix asks for the next hop, and this recipient has no domain to "
			 "be one");
		return;
	}
	put_line("When it leaves, with next hop %s, Postfix", text_in(lookup, "next_hop", "-"));
	print_tls_policy_answer(lookup, "is told");
	if (tested != NULL)
		print_tls_policy_answer(tested, "would be told");
}

bool explanation_print(const json_t *explanation)
{
	const json_t *tested = json_object_get(explanation, "tested");
	const char *not_judged = text_in(explanation, "not_judged", NULL);
	const char *cannot_judge = text_in(explanation, "cannot_judge", NULL);

	if (not_judged != NULL)
		put_line("  not judged: %s", not_judged);
	if (cannot_judge != NULL)
		put_line("  cannot judge: %s", cannot_judge);
	print_judgement(explanation, "verdict", false);
	if (tested != NULL) {
		put_line("If what is in test mode were enforced:");
		print_judgement(tested, "would be",
				json_array_size(json_object_get(explanation, "applied")) > 0);
	}
	print_tls_policy(json_object_get(explanation, "deliver"));
	return fflush(stdout) == 0 && ferror(stdout) == 0;
}
