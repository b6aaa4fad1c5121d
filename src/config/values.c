/* SPDX-License-Identifier: MIT */
/*
 * Lists of patterns and networks, dates, and the few texts of a policy file
 * that have a form of their own. Knows no keys and no connectors.
 */
#include "config/values.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include "config/reader.h"
#include "config/schema.h"
#include "config/typecheck.h"
#include "core/memory.h"

/* The text of a list's item; NULL where it has none, which is reported. */
static const char *item_text(const struct source *source, const struct path *path, const struct node *item)
{
	struct raw_list_item raw;

	/* The reader has reported nulls, and lists in lists. */
	if (item->kind == NODE_LIST || node_is_null(item))
		return NULL;
	if (item->kind == NODE_SCALAR)
		return item->text;
	if (item->count == 0)
		typecheck_refuse(source, path, item, "text");
	else
		(void)reader_map(source, path, item, &schema_list_item, &raw);
	return NULL;
}

static void warn_twice(const struct source *source, const struct path *path, const struct node *item)
{
	char quoted[REPORT_QUOTE_SIZE];

	report_warning(source, path, item, "%s is there twice", report_quote(item->text, quoted));
}

void values_patterns(const struct source *source, const struct path *path, const struct node *list,
		     struct pattern_index *index, uint32_t owner)
{
	for (size_t i = 0; i < node_item_count(list); i++) {
		const struct node *item = node_item(list, i);
		struct path storage;
		const struct path *item_path = reader_item_path(path, list, i, &storage);
		const char *text = item_text(source, item_path, item);
		char quoted[REPORT_QUOTE_SIZE];
		struct pattern pattern;
		const char *error;

		if (text == NULL)
			continue;
		if (!pattern_parse(text, &pattern, &error)) {
			report_error(source, item_path, item, "%s %s", report_quote(text, quoted), error);
			continue;
		}
		if (!pattern_index_add(index, &pattern, owner, source_place(source, item)))
			warn_twice(source, item_path, item);
		pattern_fini(&pattern);
	}
}

/* A network, and which item of its list it is. */
struct listed_network {
	struct cidr cidr;
	size_t index;
};

static int compare_listed(const void *a, const void *b)
{
	const struct listed_network *first = a, *second = b;
	int order = cidr_compare(&first->cidr, &second->cidr);

	if (order == 0 && first->index != second->index)
		order = first->index < second->index ? -1 : 1;
	return order;
}

static void warn_of_equal_networks(const struct source *source, const struct path *path,
				   const struct node *list, struct listed_network *networks, size_t count)
{
	if (count < 2)
		return;
	qsort(networks, count, sizeof *networks, compare_listed);
	for (size_t i = 1; i < count; i++) {
		struct path storage;
		size_t index = networks[i].index;

		if (cidr_compare(&networks[i - 1].cidr, &networks[i].cidr) == 0)
			warn_twice(source, reader_item_path(path, list, index, &storage),
				   node_item(list, index));
	}
}

void values_networks(const struct source *source, const struct path *path, const struct node *list,
		     struct cidr_set *set)
{
	struct listed_network *networks = NULL;
	size_t count = 0, capacity = 0;

	for (size_t i = 0; i < node_item_count(list); i++) {
		const struct node *item = node_item(list, i);
		struct path storage;
		const struct path *item_path = reader_item_path(path, list, i, &storage);
		const char *text = item_text(source, item_path, item);
		char quoted[REPORT_QUOTE_SIZE];
		struct cidr cidr;
		const char *error;

		if (text == NULL)
			continue;
		if (!cidr_parse(text, &cidr, &error)) {
			report_error(source, item_path, item, "%s %s", report_quote(text, quoted), error);
			continue;
		}
		cidr.place = source_place(source, item);
		cidr_set_add(set, &cidr);
		networks = vector_grow(networks, count, &capacity, sizeof *networks);
		networks[count++] = (struct listed_network){.cidr = cidr, .index = i};
	}
	warn_of_equal_networks(source, path, list, networks, count);
	free(networks);
	cidr_set_finish(set);
}

void values_default_networks(const char *text, struct cidr_set *set)
{
	while (*text != '\0') {
		size_t length = strcspn(text, ", ");
		char *item = xstrndup(text, length);
		struct cidr cidr;
		const char *error;
		bool parsed = cidr_parse(item, &cidr, &error);

		assert(parsed);
		cidr_set_add(set, &cidr);
		free(item);
		text += length;
		text += strspn(text, ", ");
	}
	cidr_set_finish(set);
}

bool values_date(const struct source *source, const struct path *path, const struct node *node,
		 date_t *date_r)
{
	char quoted[REPORT_QUOTE_SIZE];

	if (date_parse(node->text, date_r))
		return true;
	report_error(source, path, node, "%s is not a day such as 2027-03-01",
		     report_quote(node->text, quoted));
	return false;
}

bool values_parse_socket_mode(const char *text, mode_t *mode_r)
{
	size_t length = strlen(text);

	if (length != 4 || text[0] != '0' || strspn(text, "01234567") != length)
		return false;
	*mode_r = (mode_t)strtoul(text, NULL, 8);
	return true;
}

bool values_socket_mode(const struct source *source, const struct path *path, const struct node *node,
			mode_t *mode_r)
{
	char quoted[REPORT_QUOTE_SIZE];

	if (values_parse_socket_mode(node->text, mode_r))
		return true;
	report_error(source, path, node, "%s is not four octal digits that begin with 0, such as \"0660\"",
		     report_quote(node->text, quoted));
	return false;
}

static bool check_socket_path(const struct source *source, const struct path *path, const struct node *node,
			      const char *socket_path)
{
	const size_t most = sizeof(((struct sockaddr_un *)NULL)->sun_path) - 1;

	if (socket_path[0] != '/') {
		report_error(source, path, node, "the path of the socket must begin with \"/\"");
		return false;
	}
	if (strlen(socket_path) > most) {
		report_error(source, path, node, "the path of the socket has %zu bytes; %zu is the most",
			     strlen(socket_path), most);
		return false;
	}
	return true;
}

static bool is_port(const char *text, size_t length)
{
	return length > 0 && length < 6 && strspn(text, "0123456789") >= length && text[0] != '0' &&
	       strtoul(text, NULL, 10) <= 65535;
}

static bool is_host(const char *text)
{
	size_t length = strlen(text);

	return length > 0 && length < 256 &&
	       strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:[]") == length;
}

static bool check_socket_address(const struct source *source, const struct path *path,
				 const struct node *node, const char *address)
{
	size_t port_length = strcspn(address, "@");

	if (!is_port(address, port_length)) {
		report_error(source, path, node, "the port of the socket must be a number from 1 to 65535");
		return false;
	}
	if (address[port_length] == '\0') {
		report_warning(
			source, path, node,
			"without a host the socket listens on every address; write inet:PORT@127.0.0.1");
		return true;
	}
	if (!is_host(address + port_length + 1)) {
		report_error(source, path, node,
			     "what follows the \"@\" must be the name or address of a host");
		return false;
	}
	return true;
}

bool values_milter_socket(const struct source *source, const struct path *path, const struct node *node)
{
	const char *colon = strchr(node->text, ':');
	size_t length = colon != NULL ? (size_t)(colon - node->text) : 0;
	char quoted[REPORT_QUOTE_SIZE];

	if ((length == 4 && strncmp(node->text, "unix", length) == 0) ||
	    (length == 5 && strncmp(node->text, "local", length) == 0))
		return check_socket_path(source, path, node, colon + 1);
	if ((length == 4 && strncmp(node->text, "inet", length) == 0) ||
	    (length == 5 && strncmp(node->text, "inet6", length) == 0))
		return check_socket_address(source, path, node, colon + 1);
	report_error(source, path, node, "%s is not unix:PATH, inet:PORT@HOST or inet6:PORT@HOST",
		     report_quote(node->text, quoted));
	return false;
}

/* Not what stands in ordinary mailboxes, and not what ends one. */
bool values_delimiter(const struct source *source, const struct path *path, const struct node *node)
{
	static const char never[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@\"\\ ";
	char quoted[REPORT_QUOTE_SIZE];

	if (strcspn(node->text, never) == node->count)
		return true;
	report_error(source, path, node, "%s has a letter, a digit, a blank, or one of @ \" \\ in it",
		     report_quote(node->text, quoted));
	return false;
}
