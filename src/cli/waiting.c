/* SPDX-License-Identifier: MIT */
/*
 * Brings recipients together: one group for each whom, connector and why. Knows
 * nothing of what these are.
 */
#include "cli/waiting.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "cli/json.h"
#include "mail/address.h"
#include "util/memory.h"
#include "util/date.h"
#include "util/table.h"

struct waiting_group {
	char *key;
	char *whom;
	char *connector; /* NULL: none */
	char *why; /* NULL: nobody knows */
	int rank;
	size_t recipients;
	time_t oldest;
	time_t newest;
	size_t line; /* of the message that was counted last */
	char *words; /* about the newest message: it was tried last, in all likelihood */
	char **queue_ids; /* one a message */
	size_t messages;
	size_t capacity;
	UT_hash_handle hh;
};

/* Behind the last "@" of what is no address to us, but is one to Postfix. */
static char *rest_of_address(const char *address)
{
	const char *at = strrchr(address, '@');
	char *domain = xstrdup(at != NULL ? at + 1 : "");

	for (char *c = domain; *c != '\0'; c++)
		*c = (char)tolower((unsigned char)*c);
	return domain;
}

char *waiting_domain(const char *address)
{
	struct address parsed;
	char *storage, *domain;

	if (address_parse(address, &parsed, &storage) != ADDRESS_OK)
		return rest_of_address(address);
	domain = xstrdup(parsed.domain != NULL ? parsed.domain : "");
	free(storage);
	return domain;
}

static struct waiting_group *find_group(struct waiting *waiting, const struct waiting_recipient *recipient)
{
	struct waiting_group *group;
	struct strbuf buf = {0};
	char *key;

	strbuf_printf(&buf, "%s\n%s\n%s", recipient->why != NULL ? recipient->why : "",
		      recipient->connector != NULL ? recipient->connector : "", recipient->whom);
	key = strbuf_take(&buf);
	HASH_FIND_STR(waiting->groups, key, group);
	if (group != NULL) {
		free(key);
		return group;
	}
	group = xcalloc(1, sizeof *group);
	group->key = key;
	group->whom = xstrdup(recipient->whom);
	group->connector = xstrdup_or_null(recipient->connector);
	group->why = xstrdup_or_null(recipient->why);
	group->rank = recipient->rank;
	HASH_ADD_KEYPTR(hh, waiting->groups, group->key, strlen(group->key), group);
	return group;
}

static void waiting_add_message(struct waiting_group *group, const struct waiting_recipient *recipient)
{
	if (group->messages == 0 || recipient->arrival < group->oldest)
		group->oldest = recipient->arrival;
	if (group->messages == 0 || recipient->arrival > group->newest) {
		group->newest = recipient->arrival;
		free(group->words);
		group->words = xstrdup_or_null(recipient->words);
	}
	*VECTOR_ADD(group->queue_ids, group->messages, group->capacity) = xstrdup(recipient->queue_id);
	group->line = recipient->line;
}

void waiting_add(struct waiting *waiting, const struct waiting_recipient *recipient)
{
	struct waiting_group *group = find_group(waiting, recipient);

	group->recipients++;
	if (group->line != recipient->line)
		waiting_add_message(group, recipient);
}

bool waiting_is_empty(const struct waiting *waiting)
{
	return waiting->groups == NULL;
}

static int waiting_compare(const struct waiting_group *a, const struct waiting_group *b)
{
	int order = strcmp(a->whom, b->whom);

	if (a->oldest != b->oldest)
		return a->oldest < b->oldest ? -1 : 1;
	if (order == 0)
		order = a->rank - b->rank;
	return order != 0 ? order : strcmp(a->key, b->key);
}

/* NULL and "" become null. */
static json_t *waiting_text_json(const char *text)
{
	return cli_json_text(text != NULL && text[0] != '\0' ? text : NULL);
}

/* RFC 3339, in UTC. */
static json_t *time_json(time_t seconds)
{
	char text[TIME_TEXT_SIZE];

	return json_string(time_print(seconds, text));
}

static json_t *group_json(const struct waiting_form *form, const struct waiting_group *group, time_t now)
{
	json_t *ids = json_array();

	for (size_t i = 0; i < group->messages; i++)
		(void)json_array_append_new(ids, waiting_text_json(group->queue_ids[i]));
	return json_pack("{s:o, s:o, s:o, s:I, s:I, s:o, s:I, s:o, s:o}", form->whom,
			 waiting_text_json(group->whom), "connector", waiting_text_json(group->connector),
			 form->why, waiting_text_json(group->why), "messages", (json_int_t)group->messages,
			 "recipients", (json_int_t)group->recipients, "oldest", time_json(group->oldest),
			 "waiting_seconds", (json_int_t)(now > group->oldest ? now - group->oldest : 0),
			 form->words, waiting_text_json(group->words), "queue_ids", ids);
}

json_t *waiting_json(struct waiting *waiting, time_t now)
{
	json_t *list = json_array();

	HASH_SORT(waiting->groups, waiting_compare);
	for (const struct waiting_group *group = waiting->groups; group != NULL; group = group->hh.next)
		if (json_array_append_new(list, group_json(waiting->form, group, now)) != 0) {
			json_decref(list);
			return NULL;
		}
	return list;
}

static void free_group(struct waiting_group *group)
{
	for (size_t i = 0; i < group->messages; i++)
		free(group->queue_ids[i]);
	free(group->queue_ids);
	free(group->words);
	free(group->why);
	free(group->connector);
	free(group->whom);
	free(group->key);
	free(group);
}

void waiting_fini(struct waiting *waiting)
{
	TABLE_FREE(waiting->groups, free_group);
}
