/* SPDX-License-Identifier: MIT */
/* Reads what forcedtlsd logs of sessions. Must not know what they should come to. */
#include "verdict_lines.h"

#include <stdlib.h>
#include <string.h>

/* For a daemon that hangs. */
#define LOG_TIMEOUT_MS 20000

/* It ends within a second; a sanitizer looks for leaks then. */
#define END_TIMEOUT_MS 20000

void verdict_lines_skip(struct daemon *daemon)
{
	char *line;

	while ((line = daemon_log_line(daemon, 0)) != NULL)
		free(line);
}

/* Behind its tag; NULL when it has none. */
static const char *text_of(const char *line)
{
	const char *tag_end = strncmp(line, "forcedtlsd[", 11) == 0 ? strstr(line, "]: ") : NULL;

	return tag_end != NULL ? tag_end + 3 : NULL;
}

/* That it starts and ends is nothing to complain of. */
static bool is_of_its_life(const char *text)
{
	return text != NULL &&
	       (strncmp(text, "forcedtlsd ", 11) == 0 || strncmp(text, "policy in force: ", 17) == 0);
}

/* Verdicts are to be looked at, and what it lacks to judge. */
static void take_line(const char *line, struct outcome *outcome_r, struct strbuf *problems)
{
	const char *text = text_of(line);

	if (text != NULL && outcome_is_verdict_line(text))
		outcome_add_line(outcome_r, xstrdup(text));
	else if (!is_of_its_life(text) && !(text != NULL && outcome_take_warning(outcome_r, text)))
		strbuf_printf(problems, "unexpected log line: %s\n", line);
}

static void take_lines(struct daemon *daemon, struct outcome *outcome_r, struct strbuf *problems)
{
	char *line;

	while ((line = daemon_log_line(daemon, 0)) != NULL) {
		take_line(line, outcome_r, problems);
		free(line);
	}
}

/* What a reload has to say. *done_r: that was its last. */
static bool is_of_reload(const struct daemon *daemon, const char *line, bool *done_r)
{
	const char *text = text_of(line);

	*done_r = text != NULL && strncmp(text, "policy reloaded from ", 21) == 0;
	return *done_r || strstr(line, daemon_policy_path(daemon)) != NULL;
}

/*
 * A verdict is logged before it is given, but a line may still be on its way.
 * The log has an order: what is not there before the line of a reload that is
 * asked for now does not come.
 */
static void take_lines_until_reload(struct daemon *daemon, struct outcome *outcome_r, struct strbuf *problems)
{
	bool done = false;
	char *line;

	daemon_reload(daemon);
	while (!done && (line = daemon_log_line(daemon, LOG_TIMEOUT_MS)) != NULL) {
		if (!is_of_reload(daemon, line, &done))
			take_line(line, outcome_r, problems);
		free(line);
	}
	if (!done)
		strbuf_puts(problems, "no reload\n");
}

void verdict_lines_take(struct daemon *daemon, size_t expected, struct outcome *outcome_r,
			struct strbuf *problems)
{
	take_lines(daemon, outcome_r, problems);
	if (outcome_r->line_count < expected)
		take_lines_until_reload(daemon, outcome_r, problems);
}

void verdict_lines_end(struct daemon **daemon, struct strbuf *problems)
{
	int status = daemon_stop(*daemon, END_TIMEOUT_MS);
	char *line;

	/* A sanitizer that finds a leak says so by the status. */
	if (status != 0)
		strbuf_printf(problems, "exit status %d after SIGTERM\n", status);
	while ((line = daemon_log_line(*daemon, 0)) != NULL) {
		if (!is_of_its_life(text_of(line)))
			strbuf_printf(problems, "unexpected log line at the end: %s\n", line);
		free(line);
	}
	daemon_free(daemon);
}
