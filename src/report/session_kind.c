/* SPDX-License-Identifier: MIT */
/*
 * Sessions of a domain, those that are alike counted together: what they have
 * in common can be asked again when some of them turn out not to count.
 */
#include "report/session_kind.h"

#include <stdint.h>
#include <stdlib.h>

#include "util/memory.h"

static const char *session_kind_text(const char *text)
{
	return text != NULL ? text : "";
}

/* What may have any byte, the host, stands last, so that no two keys run into each other. */
static char *session_kind_key(const struct session_traits *traits, enum left_out left_out)
{
	struct strbuf key = {0};

	strbuf_printf(&key, "%d %d %d %d %d\t%s\t%s\t%s\t%s", (int)left_out, (int)traits->version,
		      traits->bits, traits->forward_secrecy, traits->verified, session_kind_text(traits->pin),
		      session_kind_text(traits->name), session_kind_text(traits->client),
		      session_kind_text(traits->host));
	return strbuf_take(&key);
}

static void session_kind_copy(struct session_kind *kind, const struct session_traits *traits)
{
	const char *texts[] = {traits->host, traits->client, traits->pin, traits->name};

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		kind->storage[i] = xstrdup_or_null(texts[i]);
	kind->traits = *traits;
	kind->traits.host = kind->storage[0];
	kind->traits.client = kind->storage[1];
	kind->traits.pin = kind->storage[2];
	kind->traits.name = kind->storage[3];
}

struct session_kind *session_kinds_add(struct session_kind **table, const struct session_traits *traits,
				       enum left_out left_out, time_t when, size_t *budget)
{
	char *key = session_kind_key(traits, left_out);
	size_t cost = sizeof(struct session_kind) + 3 * strlen(key) + 128;
	struct session_kind *kind;

	HASH_FIND_STR(*table, key, kind);
	if (kind == NULL && HASH_COUNT(*table) < SESSION_KINDS_MAX && *budget >= cost) {
		*budget -= cost;
		kind = xcalloc(1, sizeof *kind);
		kind->key = key;
		kind->left_out = left_out;
		session_kind_copy(kind, traits);
		HASH_ADD_KEYPTR(hh, *table, kind->key, strlen(kind->key), kind);
		key = NULL;
	}
	free(key);
	if (kind == NULL)
		return NULL;
	kind->count++;
	if (when != 0 && (kind->first == 0 || when < kind->first))
		kind->first = when;
	if (when > kind->last)
		kind->last = when;
	return kind;
}

static void session_kind_free(struct session_kind *kind)
{
	for (size_t i = 0; i < sizeof kind->storage / sizeof *kind->storage; i++)
		free(kind->storage[i]);
	free(kind->key);
	free(kind);
}

void session_kinds_free(struct session_kind **table)
{
	TABLE_FREE(*table, session_kind_free);
}

void session_kind_tally(const struct session_kind *kind, const char *text, struct tally *tally)
{
	size_t plenty = SIZE_MAX;

	if (kind->count == 0)
		return;
	tally_add(tally, text, kind->count, kind->first, SESSION_KINDS_MAX, &plenty);
	tally_add(tally, text, 0, kind->last, SESSION_KINDS_MAX, &plenty);
}
