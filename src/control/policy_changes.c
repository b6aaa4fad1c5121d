/* SPDX-License-Identifier: MIT */
/*
 * Two policies, compared by the names of their connectors: what each selects
 * and asks for as text, or as a number that differs where that does.
 */
#include "control/policy_changes.h"

#include <stdlib.h>
#include <string.h>

#include "control/reply.h"
#include "policy/demand.h"
#include "util/memory.h"

/* A connector as far as it is compared. */
struct described {
	const char *name;
	const struct connector *connector; /* NULL: it is disabled */
	uint64_t senders, recipients; /* of all its patterns, in whatever order */
};

/* Those of one policy, and of its disabled connectors, sorted by name. */
struct description {
	struct described *list;
	size_t count;
};

/* Where a pattern goes. */
struct adding {
	struct described *list; /* by number */
	bool recipients;
};

static bool changes_add_pattern(void *context, pattern_ref ref, uint64_t hash, struct pattern_claim *claims,
				size_t count)
{
	const struct adding *adding = context;

	(void)ref;
	/* Mixed, for a sum of plain hashes is the same for many sets (murmur3's finalizer). */
	hash = (hash ^ hash >> 33) * UINT64_C(0xff51afd7ed558ccd);
	hash ^= hash >> 33;
	for (size_t i = 0; i < count; i++) {
		struct described *described = &adding->list[claims[i].owner];

		*(adding->recipients ? &described->recipients : &described->senders) += hash;
	}
	return true;
}

static int compare_described(const void *a, const void *b)
{
	return strcmp(((const struct described *)a)->name, ((const struct described *)b)->name);
}

static struct description changes_describe(const struct config *config)
{
	const struct policy *policy = config->policy;
	struct description description = {.count = policy->connector_count + config->disabled_count};
	struct adding adding;

	description.list = xcalloc(description.count, sizeof *description.list);
	for (size_t i = 0; i < policy->connector_count; i++)
		description.list[i] = (struct described){.name = policy->connectors[i]->name,
							 .connector = policy->connectors[i]};
	for (size_t i = 0; i < config->disabled_count; i++)
		description.list[policy->connector_count + i].name = config->disabled[i];
	adding = (struct adding){.list = description.list};
	pattern_index_each(policy->senders, changes_add_pattern, &adding);
	adding.recipients = true;
	pattern_index_each(policy->recipients, changes_add_pattern, &adding);
	qsort(description.list, description.count, sizeof *description.list, compare_described);
	return description;
}

/* What "require" and "deliver" ask for; "" for neither. The caller frees it. */
static char *demands_text(const struct connector *connector)
{
	const struct require *require = &connector->require;
	struct strbuf text = {0};

	if (connector->has_require && require->nothing)
		strbuf_puts(&text, "none");
	for (size_t i = 0; connector->has_require && !require->nothing && i < demand_count; i++) {
		if (!demands[i].asked(require))
			continue;
		strbuf_printf(&text, "%s=", demands[i].key);
		demands[i].print_wanted(require, &text);
		strbuf_putc(&text, ';');
	}
	for (size_t i = 0; i < require->certificate_count; i++)
		strbuf_printf(&text, "%d-%d;", (int)require->certificates[i].valid_from,
			      (int)require->certificates[i].valid_to);
	if (connector->has_tls_policy)
		strbuf_printf(&text, "deliver=%s",
			      connector->tls_policy.answer != NULL ? connector->tls_policy.answer : "none");
	return strbuf_take(&text);
}

static bool same_demands(const struct connector *a, const struct connector *b)
{
	char *of_a = demands_text(a), *of_b = demands_text(b);
	bool same = strcmp(of_a, of_b) == 0;

	free(of_a);
	free(of_b);
	return same;
}

static bool same_clients(const struct cidr_set *a, const struct cidr_set *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (cidr_compare(&a->networks[i], &b->networks[i]) != 0)
			return false;
	return true;
}

static bool same_presenting(const struct connector *a, const struct connector *b)
{
	if (a->presenting_count != b->presenting_count)
		return false;
	for (size_t i = 0; i < a->presenting_count; i++)
		if (strcmp(a->presenting[i].written, b->presenting[i].written) != 0)
			return false;
	return true;
}

static bool same_selectors(const struct described *a, const struct described *b)
{
	return a->senders == b->senders && a->recipients == b->recipients &&
	       a->connector->header_from == b->connector->header_from &&
	       same_clients(&a->connector->clients, &b->connector->clients) &&
	       same_presenting(a->connector, b->connector);
}

static bool same_message(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static void add_change(json_t *changes, const char *name, const char *change)
{
	json_t *entry = json_object();

	reply_add_text(entry, "connector", name);
	reply_add_text(entry, "change", change);
	(void)json_array_append_new(changes, entry);
}

static void compare_enabled(json_t *changes, const struct described *was, const struct described *is)
{
	const struct connector *a = was->connector, *b = is->connector;
	struct strbuf text = {0};

	if (a->mode != b->mode) {
		strbuf_printf(&text, "mode %s, was %s", mode_name(b->mode), mode_name(a->mode));
		add_change(changes, is->name, text.text);
	}
	if (!same_selectors(was, is)) {
		strbuf_cut(&text, 0);
		strbuf_printf(&text, "selectors, %zu entries, were %zu", b->entries, a->entries);
		add_change(changes, is->name, text.text);
	}
	if (a->exception_count != b->exception_count)
		add_change(changes, is->name, "except");
	if (!same_demands(a, b))
		add_change(changes, is->name, "demands");
	if (a->on_failure != b->on_failure) {
		strbuf_cut(&text, 0);
		strbuf_printf(&text, "on_failure %s, was %s", on_failure_name(b->on_failure),
			      on_failure_name(a->on_failure));
		add_change(changes, is->name, text.text);
	}
	if (!same_message(a->message, b->message))
		add_change(changes, is->name, "message");
	strbuf_fini(&text);
}

static void compare_one(json_t *changes, const struct described *was, const struct described *is)
{
	if (was->connector != NULL && is->connector != NULL)
		compare_enabled(changes, was, is);
	else if (was->connector != NULL)
		add_change(changes, is->name, "disabled");
	else if (is->connector != NULL)
		add_change(changes, is->name, "enabled");
}

/* The next of either, by name, or of both. */
static int order_of_next(const struct description *was, size_t i, const struct description *is, size_t j)
{
	if (i == was->count)
		return 1;
	return j == is->count ? -1 : compare_described(&was->list[i], &is->list[j]);
}

json_t *policy_changes(const struct config *before, const struct config *now)
{
	struct description was = changes_describe(before), is = changes_describe(now);
	json_t *changes = json_array();
	size_t i = 0, j = 0;

	while (i < was.count || j < is.count) {
		int order = order_of_next(&was, i, &is, j);

		if (order < 0)
			add_change(changes, was.list[i].name, "gone");
		else if (order > 0)
			add_change(changes, is.list[j].name,
				   is.list[j].connector != NULL ? "added" : "added, disabled");
		else
			compare_one(changes, &was.list[i], &is.list[j]);
		i += order <= 0;
		j += order >= 0;
	}
	free(was.list);
	free(is.list);
	return changes;
}
