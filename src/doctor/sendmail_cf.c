/* SPDX-License-Identifier: MIT */
/* Reads the lines of sendmail.cf that speak of filters, ports, options and maps. */
#include "doctor/sendmail_cf.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "util/memory.h"

#define LINES_MAX 2000

/* The value of "KEY=value" in a list between commas, "" where it is not there. The caller frees it. */
static char *field(const char *list, const char *key)
{
	size_t length = strlen(key);

	while (*list != '\0') {
		size_t width;

		list += strspn(list, ", \t");
		width = strcspn(list, ",");
		if (strncasecmp(list, key, length) == 0 && list[length] == '=') {
			const char *value = list + length + 1;
			size_t size = width - length - 1;

			while (size > 0 && isspace((unsigned char)value[size - 1]))
				size--;
			return xstrndup(value, size);
		}
		list += width;
	}
	return xstrdup("");
}

/* The same of a key that has two names. */
static char *field_either(const char *list, const char *key, const char *other)
{
	char *value = field(list, key);

	if (*value != '\0')
		return value;
	free(value);
	return field(list, other);
}

/* A list of filters is divided by semicolons in a port, by commas elsewhere. */
static void split_filters(const char *text, struct words *words_r)
{
	char *copy = xstrdup(text);

	for (char *c = copy; *c != '\0'; c++)
		if (*c == ';')
			*c = ',';
	words_split(copy, words_r);
	free(copy);
}

static void add_filter(struct sendmail *sendmail, const char *text)
{
	size_t length = strcspn(text, ", \t");

	*VECTOR_ADD(sendmail->filters, sendmail->filter_count, sendmail->filter_capacity) =
		(struct mail_filter){.name = xstrndup(text, length),
				     .socket = field(text + length, "S"),
				     .flags = field(text + length, "F"),
				     .timeouts = field(text + length, "T")};
}

static void add_port(struct sendmail *sendmail, const char *text)
{
	struct daemon_port port = {.name = field_either(text, "Name", "N"),
				   .address = field_either(text, "Addr", "A"),
				   .modifiers = field_either(text, "M", "Modifiers")};
	char *filters = field_either(text, "InputMailFilters", "I");

	port.has_filters = *filters != '\0';
	split_filters(filters, &port.filters);
	free(filters);
	*VECTOR_ADD(sendmail->ports, sendmail->port_count, sendmail->port_capacity) = port;
}

/* "O Name=value" */
static void add_option(struct sendmail *sendmail, const char *text)
{
	static const char ports[] = "DaemonPortOptions=", filters[] = "InputMailFilters=";

	text += strspn(text, " \t");
	if (strncasecmp(text, ports, strlen(ports)) == 0) {
		add_port(sendmail, text + strlen(ports));
	} else if (strncasecmp(text, filters, strlen(filters)) == 0) {
		words_fini(&sendmail->input_filters);
		split_filters(text + strlen(filters), &sendmail->input_filters);
	} else {
		words_add(&sendmail->options, text);
	}
}

static void read_line(struct sendmail *sendmail, const char *line)
{
	char *name;

	switch (line[0]) {
	case 'X':
		add_filter(sendmail, line + 1);
		break;
	case 'O':
		if (line[1] == ' ' || line[1] == '\t')
			add_option(sendmail, line + 1);
		break;
	case 'K':
		name = xstrndup(line + 1, strcspn(line + 1, " \t"));
		words_add(&sendmail->maps, name);
		free(name);
		break;
	default:
		break;
	}
}

struct sendmail *sendmail_read(const char *file, const char *text)
{
	struct sendmail *sendmail = xcalloc(1, sizeof *sendmail);
	size_t kept = 0;
	char *line;

	sendmail->file = xstrdup(file);
	while (kept < LINES_MAX && (line = next_line(&text)) != NULL) {
		for (size_t end = strlen(line); end > 0 && isspace((unsigned char)line[end - 1]); end--)
			line[end - 1] = '\0';
		if (line[0] != '\0' && strchr("XOK", line[0]) != NULL) {
			kept++;
			read_line(sendmail, line);
		}
		free(line);
	}
	return sendmail;
}

void sendmail_free(struct sendmail **sendmail)
{
	struct sendmail *old = *sendmail;

	*sendmail = NULL;
	if (old == NULL)
		return;
	for (size_t i = 0; i < old->filter_count; i++) {
		free(old->filters[i].name);
		free(old->filters[i].socket);
		free(old->filters[i].flags);
		free(old->filters[i].timeouts);
	}
	for (size_t i = 0; i < old->port_count; i++) {
		free(old->ports[i].name);
		free(old->ports[i].address);
		free(old->ports[i].modifiers);
		words_fini(&old->ports[i].filters);
	}
	free(old->filters);
	free(old->ports);
	words_fini(&old->input_filters);
	words_fini(&old->options);
	words_fini(&old->maps);
	free(old->file);
	free(old);
}

const char *sendmail_option(const struct sendmail *sendmail, const char *name)
{
	size_t length = strlen(name);

	for (size_t i = sendmail->options.count; i > 0; i--) {
		const char *option = sendmail->options.list[i - 1];

		if (strncasecmp(option, name, length) == 0 && option[length] == '=')
			return option + length + 1;
	}
	return "";
}
