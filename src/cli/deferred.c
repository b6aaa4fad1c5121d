/* SPDX-License-Identifier: MIT */
/*
 * Brings the recipients that wait because of TLS together: one group for each
 * destination and each kind of delay. Which reason is of which kind is for
 * tls/tls_delay.c to say, and which connector speaks for policy/tls_policy_lookup.c.
 */
#include "cli/deferred.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* The default one falls through its cases, which clang warns of. */
#define HASH_FUNCTION(key, length, hash) HASH_OAT(key, length, hash)
#include <uthash.h>

#include "cli/json.h"
#include "mail/address.h"
#include "policy/tls_policy_lookup.h"
#include "util/memory.h"
#include "tls/tls_delay.h"

struct deferred_group {
	char *key;
	const char *destination; /* in key; "" for addresses without domain */
	const char *connector; /* borrowed from the policy; NULL: none */
	enum tls_delay delay;
	size_t recipients;
	time_t oldest;
	time_t newest;
	size_t line; /* of the message that was counted last */
	char *last_words; /* about the newest message: it was tried last, in all likelihood */
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

/* The domain of a recipient; the caller frees it. */
static char *destination_of(const char *address)
{
	struct address parsed;
	char *storage, *domain;

	if (address_parse(address, &parsed, &storage) != ADDRESS_OK)
		return rest_of_address(address);
	domain = xstrdup(parsed.domain != NULL ? parsed.domain : "");
	free(storage);
	return domain;
}

/* The connector whose demand Postfix is told for that domain. */
static const char *deferred_connector_of(const struct policy *policy, const char *destination)
{
	struct tls_policy_lookup lookup;

	tls_policy_look_up(policy, TLS_POLICY_MAP_ALL, destination, &lookup);
	return lookup.enforced.result == TLS_POLICY_FOUND ? lookup.enforced.connector->name : NULL;
}

static struct deferred_group *find_group(struct deferred_mail *deferred, const char *address,
					 enum tls_delay delay)
{
	char *destination = destination_of(address);
	struct deferred_group *group;
	struct strbuf buf = {0};
	size_t prefix;
	char *key;

	strbuf_printf(&buf, "%s ", tls_delay_name(delay));
	prefix = buf.length;
	strbuf_puts(&buf, destination);
	free(destination);
	key = strbuf_take(&buf);
	HASH_FIND_STR(deferred->groups, key, group);
	if (group != NULL) {
		free(key);
		return group;
	}
	group = xcalloc(1, sizeof *group);
	group->key = key;
	group->destination = key + prefix;
	group->delay = delay;
	group->connector = deferred_connector_of(deferred->policy, group->destination);
	HASH_ADD_KEYPTR(hh, deferred->groups, group->key, strlen(group->key), group);
	return group;
}

static void add_message(struct deferred_group *group, const struct queue_deferral *deferral)
{
	if (group->messages == 0 || deferral->arrival < group->oldest)
		group->oldest = deferral->arrival;
	if (group->messages == 0 || deferral->arrival > group->newest) {
		group->newest = deferral->arrival;
		free(group->last_words);
		group->last_words = xstrdup(tls_delay_words(deferral->reason));
	}
	group->queue_ids =
		vector_grow(group->queue_ids, group->messages, &group->capacity, sizeof group->queue_ids[0]);
	group->queue_ids[group->messages++] = xstrdup(deferral->queue_id);
	group->line = deferral->line;
}

void deferred_add(void *context, const struct queue_deferral *deferral)
{
	enum tls_delay delay = tls_delay_find(deferral->reason);
	struct deferred_group *group;

	if (delay == TLS_DELAY_NONE)
		return;
	group = find_group(context, deferral->address, delay);
	group->recipients++;
	if (group->line != deferral->line)
		add_message(group, deferral);
}

bool deferred_is_empty(const struct deferred_mail *deferred)
{
	return deferred->groups == NULL;
}

static int deferred_compare(const struct deferred_group *a, const struct deferred_group *b)
{
	int destinations = strcmp(a->destination, b->destination);

	if (a->oldest != b->oldest)
		return a->oldest < b->oldest ? -1 : 1;
	return destinations != 0 ? destinations : (int)a->delay - (int)b->delay;
}

/* NULL and "" become null. */
static json_t *deferred_words_json(const char *text)
{
	return cli_json_text(text != NULL && text[0] != '\0' ? text : NULL);
}

/* RFC 3339, in UTC. */
static json_t *time_json(time_t seconds)
{
	char text[sizeof "9999-12-31T23:59:59Z"];
	struct tm when;

	if (gmtime_r(&seconds, &when) == NULL ||
	    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &when) == 0)
		return NULL;
	return json_string(text);
}

static json_t *group_json(const struct deferred_group *group, time_t now)
{
	json_t *ids = json_array();

	for (size_t i = 0; i < group->messages; i++)
		(void)json_array_append_new(ids, deferred_words_json(group->queue_ids[i]));
	return json_pack("{s:o, s:o, s:s, s:I, s:I, s:o, s:I, s:o, s:o}", "destination",
			 deferred_words_json(group->destination), "connector",
			 deferred_words_json(group->connector), "kind", tls_delay_name(group->delay),
			 "messages", (json_int_t)group->messages, "recipients", (json_int_t)group->recipients,
			 "oldest", time_json(group->oldest), "waiting_seconds",
			 (json_int_t)(now > group->oldest ? now - group->oldest : 0), "last_words",
			 deferred_words_json(group->last_words), "queue_ids", ids);
}

json_t *deferred_json(struct deferred_mail *deferred, time_t now)
{
	json_t *list = json_array();

	HASH_SORT(deferred->groups, deferred_compare);
	for (const struct deferred_group *group = deferred->groups; group != NULL; group = group->hh.next)
		if (json_array_append_new(list, group_json(group, now)) != 0) {
			json_decref(list);
			return NULL;
		}
	return list;
}

void deferred_fini(struct deferred_mail *deferred)
{
	struct deferred_group *group = deferred->groups, *next;

	HASH_CLEAR(hh, deferred->groups); /* the table alone; the groups stay in a list */
	for (; group != NULL; group = next) {
		next = group->hh.next;
		for (size_t i = 0; i < group->messages; i++)
			free(group->queue_ids[i]);
		free(group->queue_ids);
		free(group->last_words);
		free(group->key);
		free(group);
	}
}
