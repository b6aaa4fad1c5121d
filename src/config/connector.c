/* SPDX-License-Identifier: MIT */
/*
 * One connector: what it selects, what it leaves out, what it asks for.
 * Whether connectors agree with each other is for crosscheck.c to say.
 */
#include "config/connector.h"

#include <assert.h>

#include "config/advice.h"
#include "config/certificates.h"
#include "config/deliver.h"
#include "config/lists.h"
#include "config/networks.h"
#include "config/reader.h"
#include "config/require.h"
#include "policy/selector.h"
#include "util/memory.h"

static struct connector *connector_add(const struct build *build, struct policy_draft *draft,
				       const struct path *path, const struct node *node,
				       const struct raw_connector *raw)
{
	struct connector *connector = policy_add_connector(draft->policy);

	connector->name = xstrdup(raw->name.text != NULL ? raw->name.text : "");
	connector->description = xstrdup_or_null(raw->description.text);
	connector->message = xstrdup_or_null(raw->message.text);
	connector->place = source_place(&build->source, node);
	advice_mode(build, path, &raw->mode);
	advice_message(&build->source, PATH_KEY(path, "message"), raw->message.node);
	connector->mode = raw->mode.node != NULL ? (enum mode)raw->mode.number : MODE_ENFORCE;
	connector->on_failure =
		raw->on_failure.node != NULL ? (enum on_failure)raw->on_failure.number : build->on_failure;
	draft->origins = vector_grow(draft->origins, connector->number, &draft->origin_capacity,
				     sizeof *draft->origins);
	draft->origins[connector->number] = (struct origin){
		.index = path->index,
		.name = source_place(&build->source, raw->name.node),
		.require = source_place(&build->source, raw->require.node),
	};
	return connector;
}

static void read_clients(const struct source *source, const struct path *path, const struct node *list,
			 struct connector *connector)
{
	lists_networks(source, path, list, &connector->clients);
	networks_advise(source, path, NETWORKS_SELECT, &connector->clients);
}

/* What reads the entries of a selector that has no patterns in the policy. */
static void (*const readers[SELECTOR_COUNT])(const struct source *source, const struct path *path,
					     const struct node *list, struct connector *connector) = {
	[SELECTOR_CLIENTS] = read_clients,
	[SELECTOR_PRESENTING] = certificates_read_names,
};

static size_t count_entries(const struct policy *policy, const struct connector *connector)
{
	size_t count = 0;

	for (enum selector_key i = 0; i < SELECTOR_COUNT; i++)
		count += selectors[i].patterns != NULL ? pattern_index_count(selectors[i].patterns(policy))
						       : selectors[i].count(connector);
	return count;
}

static void read_selectors(const struct build *build, const struct path *path,
			   const struct raw_connector *raw, struct policy *policy,
			   struct connector *connector)
{
	size_t before = count_entries(policy, connector);

	connector->header_from = raw->header_from.number != 0;
	for (enum selector_key i = 0; i < SELECTOR_COUNT; i++) {
		const struct path key = {.parent = path, .key = selectors[i].key};

		connector->has[i] = raw->selectors[i].given;
		if (raw->selectors[i].node == NULL)
			continue;
		assert(selectors[i].patterns != NULL || readers[i] != NULL);
		if (readers[i] != NULL)
			readers[i](&build->source, &key, raw->selectors[i].node, connector);
		else
			lists_patterns(&build->source, &key, raw->selectors[i].node,
				       selectors[i].patterns(policy), connector->number);
	}
	connector->entries = count_entries(policy, connector) - before;
}

static void read_exception(const struct source *source, const struct path *path, const struct node *node,
			   struct exception *exception)
{
	const struct path clients = {.parent = path, .key = "clients"};
	struct raw_exception raw;

	exception->place = source_place(source, node);
	(void)reader_map(source, path, node, &schema_exception, &raw);
	if (node->count == 0)
		report_error(source, path, node, "is empty, and would except everything");
	exception->senders = lists_own_patterns(source, PATH_KEY(path, "senders"), raw.senders.node);
	exception->recipients = lists_own_patterns(source, PATH_KEY(path, "recipients"), raw.recipients.node);
	if (raw.clients.node != NULL) {
		exception->has_clients = true;
		lists_networks(source, &clients, raw.clients.node, &exception->clients);
		networks_advise(source, &clients, NETWORKS_EXCEPT, &exception->clients);
	}
	exception->authenticated = raw.authenticated.number != 0;
	if (raw.authenticated.node != NULL && !exception->authenticated)
		report_error(source, PATH_KEY(path, "authenticated"), raw.authenticated.node,
			     "only true says something; to except nobody, leave the key out");
	advice_exception(source, path, node, exception);
}

static void read_exceptions(const struct source *source, const struct path *path, const struct node *list,
			    struct connector *connector)
{
	connector->exceptions = xcalloc(list->count, sizeof *connector->exceptions);
	connector->exception_count = list->count;
	for (size_t i = 0; i < list->count; i++) {
		const struct path item = {.parent = path, .index = i};

		/* The reader has reported all but maps. */
		if (list->items[i]->kind == NODE_MAP)
			read_exception(source, &item, list->items[i], &connector->exceptions[i]);
	}
}

static void check_selectors(const struct source *source, const struct path *path, const struct node *node,
			    const struct raw_connector *raw)
{
	struct strbuf keys = {0};
	bool has_one = false;

	for (enum selector_key i = 0; i < SELECTOR_COUNT; i++) {
		has_one = has_one || raw->selectors[i].given;
		strbuf_printf(&keys, "%s%s",
			      i == 0                   ? ""
			      : i + 1 < SELECTOR_COUNT ? ", "
						       : " or ",
			      selectors[i].key);
	}
	if (!has_one)
		report_error(source, path, node, "has no selector; give it %s", strbuf_text(&keys));
	strbuf_fini(&keys);
}

static void check_completeness(const struct source *source, const struct path *path, const struct node *node,
			       const struct raw_connector *raw)
{

	check_selectors(source, path, node, raw);
	if (raw->header_from.number != 0 && !raw->selectors[SELECTOR_SENDERS].given)
		report_error(
			source, PATH_KEY(path, "header_from"), raw->header_from.node,
			"needs \"senders\": it is their patterns that the From: header is compared with");
	if (!raw->require.given && !raw->deliver.given)
		report_error(source, path, node, "has no demand; give it \"require\" or \"deliver\"");
}

static void connector_read(struct build *build, const struct path *path, const struct node *node)
{
	size_t errors = build->source.diagnostics->errors;
	struct connector *connector;
	struct raw_connector raw;
	struct policy_draft *draft;

	(void)reader_map(&build->source, path, node, &schema_connector, &raw);
	draft = raw.enabled.number != 0 ? &build->enabled : &build->disabled;
	connector = connector_add(build, draft, path, node, &raw);
	check_completeness(&build->source, path, node, &raw);
	read_selectors(build, path, &raw, draft->policy, connector);
	if (raw.except.node != NULL)
		read_exceptions(&build->source, PATH_KEY(path, "except"), raw.except.node, connector);
	connector->has_require = raw.require.given;
	if (raw.require.node != NULL)
		require_read(build, PATH_KEY(path, "require"), &raw.require, &connector->require);
	connector->has_tls_policy = raw.deliver.given;
	if (raw.deliver.given)
		deliver_check_company(&build->source, path, node, &raw);
	if (raw.deliver.node != NULL)
		deliver_read(build, PATH_KEY(path, "deliver"), &raw.deliver, &connector->tls_policy);
	draft->origins[connector->number].faulty = build->source.diagnostics->errors > errors;
}

void connectors_read(struct build *build, const struct node *list)
{
	const struct path path = {.key = "connectors"};

	for (size_t i = 0; i < list->count; i++) {
		const struct path item = {.parent = &path, .index = i};

		/* The reader has reported all but maps. */
		if (list->items[i]->kind == NODE_MAP)
			connector_read(build, &item, list->items[i]);
	}
}
