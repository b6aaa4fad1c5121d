/* SPDX-License-Identifier: MIT */
/*
 * Whether the scenarios, taken together, use each key of connectors and each
 * word that it may have, and see each verdict and each reason. Names what none
 * does. Must not know how a session is judged.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "config/schema.h"
#include "policy/decision.h"
#include "util/memory.h"
#include "policy/reason.h"
#include "scenario.h"

struct texts {
	char **list;
	size_t count;
	size_t capacity;
};

struct coverage {
	struct texts seen; /* "connectors.mode", "connectors.mode=test", "reason=plaintext" */
	size_t asked;
	size_t missing;
};

static bool has(const struct texts *texts, const char *text)
{
	for (size_t i = 0; i < texts->count; i++)
		if (strcmp(texts->list[i], text) == 0)
			return true;
	return false;
}

/* Takes text over. */
static void note(struct coverage *coverage, char *text)
{
	struct texts *seen = &coverage->seen;

	if (has(seen, text)) {
		free(text);
		return;
	}
	seen->list = vector_grow(seen->list, seen->count, &seen->capacity, sizeof *seen->list);
	seen->list[seen->count++] = text;
}

/* "A SEPARATOR B"; a alone without b. */
static char *join(const char *a, const char *separator, const char *b)
{
	struct strbuf text = {0};

	strbuf_puts(&text, a);
	if (b != NULL)
		strbuf_printf(&text, "%s%s", separator, b);
	return strbuf_take(&text);
}

/* Keys and scalars below a node. A list adds nothing to the path. Aliases are the same node: policies here have none. */
static void note_node(struct coverage *coverage, yaml_document_t *document, int index, const char *path)
{
	const yaml_node_t *node = yaml_document_get_node(document, index);

	if (node->type == YAML_SCALAR_NODE) {
		note(coverage, join(path, "=", (const char *)node->data.scalar.value));
	} else if (node->type == YAML_SEQUENCE_NODE) {
		for (const yaml_node_item_t *item = node->data.sequence.items.start;
		     item < node->data.sequence.items.top; item++)
			note_node(coverage, document, *item, path);
	} else if (node->type == YAML_MAPPING_NODE) {
		for (const yaml_node_pair_t *pair = node->data.mapping.pairs.start;
		     pair < node->data.mapping.pairs.top; pair++) {
			const yaml_node_t *key = yaml_document_get_node(document, pair->key);
			const char *name = (const char *)key->data.scalar.value;
			char *below = *path != '\0' ? join(path, ".", name) : xstrdup(name);

			note(coverage, xstrdup(below));
			note_node(coverage, document, pair->value, below);
			free(below);
		}
	}
}

static bool note_policy(struct coverage *coverage, const char *policy)
{
	yaml_parser_t parser;
	yaml_document_t document;
	bool good = yaml_parser_initialize(&parser) != 0;

	if (!good)
		return false;
	yaml_parser_set_input_string(&parser, (const unsigned char *)policy, strlen(policy));
	good = yaml_parser_load(&parser, &document) != 0;
	if (good && yaml_document_get_root_node(&document) != NULL)
		note_node(coverage, &document, 1, "");
	if (good)
		yaml_document_delete(&document);
	yaml_parser_delete(&parser);
	return good;
}

static void note_session(struct coverage *coverage, const struct session *session)
{
	static const enum session_key verdicts[] = {KEY_VERDICT, KEY_WOULD, KEY_HEADER_VERDICT,
						    KEY_HEADER_WOULD};
	static const enum session_key reasons[] = {KEY_REASON, KEY_WOULD_REASON, KEY_HEADER_REASON,
						   KEY_HEADER_WOULD_REASON};

	for (size_t i = 0; i < sizeof verdicts / sizeof *verdicts; i++) {
		const char *verdict = session_get(session, verdicts[i]);
		const char *reason = session_get(session, reasons[i]);

		if (verdict != NULL)
			note(coverage, join("verdict", "=", verdict));
		if (reason != NULL)
			note(coverage, join("reason", "=", reason));
	}
}

static bool note_file(struct coverage *coverage, const char *path)
{
	struct scenario scenario;
	bool good = scenario_load(path, &scenario, stdout);

	for (size_t i = 0; good && i < scenario.group_count; i++) {
		const struct group *group = &scenario.groups[i];

		good = note_policy(coverage, group->policy);
		for (size_t k = 0; k < group->session_count; k++)
			note_session(coverage, &group->sessions[k]);
	}
	scenario_fini(&scenario);
	return good;
}

static void ask(struct coverage *coverage, const char *what)
{
	coverage->asked++;
	if (has(&coverage->seen, what))
		return;
	coverage->missing++;
	(void)printf("no scenario has %s\n", what);
}

/* The path of the schema without its marks of lists: a list may be written as its only item. */
static char *without_marks(const char *path)
{
	struct strbuf out = {0};

	for (; *path != '\0'; path++)
		if (strchr("[]", *path) == NULL)
			strbuf_putc(&out, *path);
	return strbuf_take(&out);
}

/*
 * schema_visit. List files are left out: the policy of a scenario stands in no
 * folder where they could be, and tests/policies has them. So is "deliver",
 * which is about no session: tests/cli and tests/integration have it.
 */
static bool is_of_sessions(const char *path, const struct key *key)
{
	return strncmp(path, "connectors.", strlen("connectors.")) == 0 &&
	       strncmp(path, "connectors.deliver", strlen("connectors.deliver")) != 0 &&
	       strcmp(key->name, "file") != 0;
}

static void ask_key(void *context, const char *path, const struct key *key)
{
	char *plain = without_marks(path);

	if (is_of_sessions(plain, key)) {
		ask(context, plain);
		for (size_t i = 0; key->words != NULL && i < key->words->count; i++) {
			char *word = join(plain, "=", key->words->list[i].text);

			ask(context, word);
			free(word);
		}
	}
	free(plain);
}

static void ask_all(struct coverage *coverage)
{
	schema_walk(&schema_policy, ask_key, coverage);
	for (int verdict = VERDICT_PASS; verdict <= VERDICT_REJECT; verdict++) {
		char *text = join("verdict", "=", verdict_name((enum verdict)verdict));

		ask(coverage, text);
		free(text);
	}
	for (int reason = REASON_NONE + 1; reason <= REASON_INTERNAL; reason++) {
		char *text = join("reason", "=", reason_name((enum reason)reason));

		ask(coverage, text);
		free(text);
	}
}

int main(int argc, char **argv)
{
	struct coverage coverage = {0};
	bool good = argc > 1;

	for (int i = 1; i < argc && good; i++)
		good = note_file(&coverage, argv[i]);
	if (good)
		ask_all(&coverage);
	else
		(void)printf("usage: coverage SCENARIO...\n");
	(void)printf("%zu of %zu keys, words, verdicts and reasons are in a scenario\n",
		     coverage.asked - coverage.missing, coverage.asked);
	for (size_t i = 0; i < coverage.seen.count; i++)
		free(coverage.seen.list[i]);
	free(coverage.seen.list);
	return good && coverage.missing == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
