/* SPDX-License-Identifier: MIT */
/*
 * Reads scenario files with libyaml. What is not understood is an error: a
 * test that silently checks nothing is worse than none. Must not know what
 * sessions mean; scenario_keys.c says what is right in one.
 */
#include "scenario.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "util/memory.h"
#include "scenario_keys.h"

struct reader {
	const char *path;
	FILE *errors;
	yaml_document_t document;
};

static bool fail(const struct reader *reader, const yaml_node_t *node, const char *text, const char *detail)
{
	(void)fprintf(reader->errors, "# %s:%zu: %s%s%s\n", reader->path,
		      node != NULL ? node->start_mark.line + 1 : (size_t)1, text,
		      detail[0] != '\0' ? ": " : "", detail);
	return false;
}

static const char *scalar(const yaml_node_t *node)
{
	return node->type == YAML_SCALAR_NODE ? (const char *)node->data.scalar.value : NULL;
}

/* Plain "none", "null", "~" and nothing at all. */
static bool is_none(const yaml_node_t *node)
{
	const char *text = scalar(node);

	return text != NULL && node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
	       (text[0] == '\0' || strcmp(text, "~") == 0 || strcmp(text, "none") == 0 ||
		strcmp(text, "null") == 0);
}

/* The text of a scalar, NULL for "none"; false for anything else, and for text that C strings cannot hold. */
static bool read_value(const struct reader *reader, const yaml_node_t *node, char **value_r)
{
	*value_r = NULL;
	if (node->type != YAML_SCALAR_NODE)
		return fail(reader, node, "must be one value", "");
	if (strlen(scalar(node)) != node->data.scalar.length)
		return fail(reader, node, "NUL in a value", "");
	if (!is_none(node))
		*value_r = xstrdup(scalar(node));
	return true;
}

static yaml_node_t *node_at(struct reader *reader, int index)
{
	return yaml_document_get_node(&reader->document, index);
}

typedef bool read_pair(struct reader *reader, const yaml_node_t *key, const char *name, yaml_node_t *value,
		       void *context);

static bool is_first(struct reader *reader, const yaml_node_t *map, const yaml_node_pair_t *pair,
		     const char *name)
{
	for (const yaml_node_pair_t *other = map->data.mapping.pairs.start; other < pair; other++)
		if (strcmp(scalar(node_at(reader, other->key)), name) == 0)
			return false;
	return true;
}

static bool each_pair(struct reader *reader, const yaml_node_t *map, read_pair *read, void *context)
{
	if (map->type != YAML_MAPPING_NODE)
		return fail(reader, map, "must be keys and values", "");
	for (const yaml_node_pair_t *pair = map->data.mapping.pairs.start; pair < map->data.mapping.pairs.top;
	     pair++) {
		const yaml_node_t *key = node_at(reader, pair->key);
		const char *name = scalar(key);

		if (name == NULL)
			return fail(reader, key, "a key must be text", "");
		if (!is_first(reader, map, pair, name))
			return fail(reader, key, "key given twice", name);
		if (!read(reader, key, name, node_at(reader, pair->value), context))
			return false;
	}
	return true;
}

static void add_pair(struct pairs *pairs, const char *name, char *value)
{
	pairs->list = vector_grow(pairs->list, pairs->count, &pairs->capacity, sizeof *pairs->list);
	pairs->list[pairs->count].name = xstrdup(name);
	pairs->list[pairs->count].value = value;
	pairs->count++;
}

static bool read_free_pair(struct reader *reader, const yaml_node_t *key, const char *name,
			   yaml_node_t *value, void *context)
{
	char *text;

	(void)key;
	if (!read_value(reader, value, &text))
		return false;
	add_pair(context, name, text);
	return true;
}

/* "Name: body" */
static bool read_header(struct reader *reader, const yaml_node_t *node, struct pairs *headers)
{
	const char *text = scalar(node);
	const char *colon = text != NULL ? strstr(text, ": ") : NULL;
	char *name;

	if (colon == NULL || colon == text)
		return fail(reader, node, "a header is \"Name: body\"", "");
	name = xstrndup(text, (size_t)(colon - text));
	add_pair(headers, name, xstrdup(colon + 2));
	free(name);
	return true;
}

static bool read_headers(struct reader *reader, const yaml_node_t *node, struct pairs *headers)
{
	bool good = node->type == YAML_SEQUENCE_NODE || fail(reader, node, "headers: must be a list", "");

	for (yaml_node_item_t *item = good ? node->data.sequence.items.start : NULL;
	     good && item < node->data.sequence.items.top; item++)
		good = read_header(reader, node_at(reader, *item), headers);
	return good;
}

static bool read_session_pair(struct reader *reader, const yaml_node_t *key, const char *name,
			      yaml_node_t *value, void *context)
{
	struct session *session = context;
	enum session_key known = session_key_find(name);

	if (strcmp(name, "macros") == 0)
		return each_pair(reader, value, read_free_pair, &session->macros);
	if (strcmp(name, "headers") == 0)
		return read_headers(reader, value, &session->headers);
	if (strcmp(name, "log") == 0)
		return each_pair(reader, value, read_free_pair, &session->log);
	if (known == KEY_COUNT)
		return fail(reader, key, "unknown key", name);
	session->settings[known].given = true;
	return read_value(reader, value, &session->settings[known].value);
}

static void inherit_macros(struct session *session, const struct session *parent)
{
	size_t own = session->macros.count;

	for (size_t i = 0; i < parent->macros.count; i++) {
		const struct named_value *pair = &parent->macros.list[i];
		bool overridden = false;

		for (size_t j = 0; j < own; j++)
			overridden = overridden || strcmp(session->macros.list[j].name, pair->name) == 0;
		if (!overridden)
			add_pair(&session->macros, pair->name,
				 pair->value != NULL ? xstrdup(pair->value) : NULL);
	}
}

static bool read_session(struct reader *reader, yaml_node_t *node, struct group *group,
			 const struct session *defaults)
{
	const struct session *previous;
	struct session *session;
	struct strbuf problem = {0};
	bool good;

	group->sessions = vector_grow(group->sessions, group->session_count, &group->session_capacity,
				      sizeof *group->sessions);
	previous = group->session_count > 0 ? &group->sessions[group->session_count - 1] : NULL;
	session = &group->sessions[group->session_count++];
	*session = (struct session){.line = node->start_mark.line + 1};
	if (!each_pair(reader, node, read_session_pair, session))
		return false;
	if (session_given(session, KEY_AFTER) && previous != NULL)
		defaults = previous;
	session_inherit(session, defaults);
	inherit_macros(session, defaults);
	good = session_check(session, previous, group->any_mta, &problem);
	if (!good)
		(void)fail(reader, node, problem.text, "");
	strbuf_fini(&problem);
	return good;
}

/* The nodes of a document, found before any of them is read: their order is the author's. */
struct parts {
	yaml_node_t *policy;
	yaml_node_t *defaults;
	yaml_node_t *sessions;
	bool any_order;
	bool any_mta;
	bool milter_alone;
};

static bool read_flag(struct reader *reader, const yaml_node_t *node, bool *flag_r)
{
	const char *text = scalar(node);

	*flag_r = text != NULL && strcmp(text, "true") == 0;
	return *flag_r || (text != NULL && strcmp(text, "false") == 0) ||
	       fail(reader, node, "true or false", "");
}

static bool read_part(struct reader *reader, const yaml_node_t *key, const char *name, yaml_node_t *value,
		      void *context)
{
	struct parts *parts = context;

	if (strcmp(name, "policy") == 0)
		parts->policy = value;
	else if (strcmp(name, "defaults") == 0)
		parts->defaults = value;
	else if (strcmp(name, "sessions") == 0)
		parts->sessions = value;
	else if (strcmp(name, "any_order") == 0)
		return read_flag(reader, value, &parts->any_order);
	else if (strcmp(name, "any_mta") == 0)
		return read_flag(reader, value, &parts->any_mta);
	else if (strcmp(name, "milter_alone") == 0)
		return read_flag(reader, value, &parts->milter_alone);
	else
		return fail(reader, key, "unknown key", name);
	return true;
}

static void pairs_fini(struct pairs *pairs)
{
	for (size_t i = 0; i < pairs->count; i++) {
		free(pairs->list[i].name);
		free(pairs->list[i].value);
	}
	free(pairs->list);
}

static void session_fini(struct session *session)
{
	for (int key = 0; key < KEY_COUNT; key++)
		free(session->settings[key].value);
	pairs_fini(&session->macros);
	pairs_fini(&session->headers);
	pairs_fini(&session->log);
}

static bool read_sessions(struct reader *reader, const struct parts *parts, struct group *group)
{
	struct session defaults = {0};
	bool good =
		parts->defaults == NULL || each_pair(reader, parts->defaults, read_session_pair, &defaults);

	if (good &&
	    (session_given(&defaults, KEY_NAME) || session_given(&defaults, KEY_AFTER) ||
	     session_given(&defaults, KEY_VERDICT) || defaults.log.count > 0 || defaults.headers.count > 0))
		good = fail(reader, parts->defaults, "only what sessions are like can have a default", "");
	for (yaml_node_item_t *item = parts->sessions->data.sequence.items.start;
	     good && item < parts->sessions->data.sequence.items.top; item++)
		good = read_session(reader, node_at(reader, *item), group, &defaults);
	session_fini(&defaults);
	return good;
}

static bool read_group(struct reader *reader, const yaml_node_t *root, struct scenario *scenario)
{
	struct parts parts = {0};
	struct group *group;

	scenario->groups = vector_grow(scenario->groups, scenario->group_count, &scenario->group_capacity,
				       sizeof *scenario->groups);
	group = &scenario->groups[scenario->group_count++];
	*group = (struct group){.line = root->start_mark.line + 1};
	if (!each_pair(reader, root, read_part, &parts))
		return false;
	if (parts.policy == NULL || scalar(parts.policy) == NULL)
		return fail(reader, root, "no policy", "");
	if (parts.sessions == NULL || parts.sessions->type != YAML_SEQUENCE_NODE ||
	    parts.sessions->data.sequence.items.start == parts.sessions->data.sequence.items.top)
		return fail(reader, root, "no sessions", "");
	group->policy = xstrdup(scalar(parts.policy));
	group->any_order = parts.any_order;
	group->any_mta = parts.any_mta;
	group->milter_alone = parts.milter_alone;
	return read_sessions(reader, &parts, group);
}

/* All documents of the file; each ends with its own. */
static bool read_documents(struct reader *reader, yaml_parser_t *parser, struct scenario *scenario)
{
	for (;;) {
		const yaml_node_t *root;
		bool good;

		if (!yaml_parser_load(parser, &reader->document)) {
			(void)fprintf(reader->errors, "# %s:%zu: %s\n", reader->path,
				      parser->problem_mark.line + 1,
				      parser->problem != NULL ? parser->problem : "unreadable");
			return false;
		}
		root = yaml_document_get_root_node(&reader->document);
		if (root == NULL) {
			yaml_document_delete(&reader->document);
			return scenario->group_count > 0 || fail(reader, NULL, "empty file", "");
		}
		good = read_group(reader, root, scenario);
		yaml_document_delete(&reader->document);
		if (!good)
			return false;
	}
}

bool scenario_load(const char *path, struct scenario *scenario_r, FILE *errors)
{
	struct reader reader = {.path = path, .errors = errors};
	FILE *file = fopen(path, "r");
	yaml_parser_t parser;
	bool good;

	*scenario_r = (struct scenario){.path = xstrdup(path)};
	if (file == NULL)
		return fail(&reader, NULL, "cannot be opened", "");
	if (yaml_parser_initialize(&parser) == 0) {
		(void)fclose(file);
		return fail(&reader, NULL, "out of memory", "");
	}
	yaml_parser_set_input_file(&parser, file);
	good = read_documents(&reader, &parser, scenario_r);
	yaml_parser_delete(&parser);
	(void)fclose(file);
	return good;
}

void scenario_fini(struct scenario *scenario)
{
	for (size_t i = 0; i < scenario->group_count; i++) {
		struct group *group = &scenario->groups[i];

		for (size_t j = 0; j < group->session_count; j++)
			session_fini(&group->sessions[j]);
		free(group->sessions);
		free(group->policy);
	}
	free(scenario->groups);
	free(scenario->path);
	*scenario = (struct scenario){0};
}
