/* SPDX-License-Identifier: MIT */
/*
 * Edits policies of scenarios line by line: they are written in one layout, so
 * this needs no YAML. Must not know what a policy means.
 */
#include "policy_text.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "util/memory.h"

static const char *line_end(const char *line)
{
	const char *end = strchr(line, '\n');

	return end != NULL ? end + 1 : line + strlen(line);
}

static bool starts(const char *line, const char *with)
{
	return strncmp(line, with, strlen(with)) == 0;
}

/* The first line that begins with that text, or NULL. */
static const char *find_line(const char *text, const char *with)
{
	for (const char *line = text; *line != '\0'; line = line_end(line))
		if (starts(line, with))
			return line;
	return NULL;
}

/* The indentation of an item with its dash, as long as line is one; otherwise 0. */
static size_t item_indent(const char *line)
{
	size_t blanks = strspn(line, " ");

	return line[blanks] == '-' && line[blanks + 1] == ' ' ? blanks + 1 : 0;
}

static bool is_in_list(const char *line)
{
	return *line == ' ' || *line == '-' || *line == '\n' || *line == '#';
}

char *policy_text_reversed(const char *policy)
{
	const char *list = find_line(policy, "connectors:");
	const char **items = NULL;
	size_t count = 0;
	size_t capacity = 0;
	size_t indent;
	const char *line;
	struct strbuf out = {0};

	if (list == NULL)
		return xstrdup(policy);
	list = line_end(list);
	indent = item_indent(list);
	for (line = list; *line != '\0' && is_in_list(line); line = line_end(line)) {
		if (indent == 0 || item_indent(line) != indent)
			continue;
		items = vector_grow(items, count, &capacity, sizeof *items);
		items[count++] = line;
	}
	strbuf_add(&out, policy, (size_t)((count > 0 ? items[0] : line) - policy));
	for (size_t i = count; i > 0; i--)
		strbuf_add(&out, items[i - 1], (size_t)((i < count ? items[i] : line) - items[i - 1]));
	strbuf_puts(&out, line);
	free(items);
	return strbuf_take(&out);
}

char *policy_text_for_daemon(const char *policy, const char *user, const char *policy_service,
			     const char *control)
{
	const char *daemon = find_line(policy, "daemon:");
	const char *after = daemon != NULL ? line_end(daemon) : policy + strlen(policy);
	struct strbuf out = {0};

	strbuf_add(&out, policy, (size_t)(after - policy));
	if (daemon == NULL)
		strbuf_puts(&out,
			    out.length > 0 && out.text[out.length - 1] != '\n' ? "\ndaemon:\n" : "daemon:\n");
	if (daemon == NULL || find_line(daemon, "  user:") == NULL)
		strbuf_printf(&out, "  user: %s\n", user);
	strbuf_printf(&out, "  policy_service: %s\n  control: %s\n", policy_service, control);
	strbuf_puts(&out, after);
	if (find_line(policy, "myorigin:") == NULL)
		strbuf_printf(&out, "\nmyorigin: %s\nmydomain: \"\"\n", POLICY_TEXT_MYORIGIN);
	return strbuf_take(&out);
}
