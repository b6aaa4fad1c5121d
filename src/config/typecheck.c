/* SPDX-License-Identifier: MIT */
/*
 * One value against the type that the schema gives its key: everything that
 * can be said of it without knowing what the key means.
 */
#include "config/typecheck.h"

#include <assert.h>
#include <string.h>

#include "config/reader.h"
#include "config/suggest.h"
#include "util/decimal.h"
#include "util/memory.h"

const char *typecheck_kind(const struct node *node)
{
	switch (node->kind) {
	case NODE_SCALAR:
		return "text";
	case NODE_LIST:
		return "a list";
	case NODE_MAP:
		return "a map";
	}
	return "";
}

/* "mode:test": what YAML takes for one text, for want of a blank. The length of the key; 0: it is no such text. */
static size_t typecheck_key_without_blank(const struct node *node)
{
	size_t length;

	if (node->kind != NODE_SCALAR || !node->plain)
		return 0;
	length = strspn(node->text, "abcdefghijklmnopqrstuvwxyz_");
	return length > 0 && node->text[length] == ':' ? length : 0;
}

void typecheck_refuse(const struct source *source, const struct path *path, const struct node *node,
		      const char *expected)
{
	size_t key = typecheck_key_without_blank(node);
	char quoted[REPORT_QUOTE_SIZE];
	struct strbuf meant = {0};

	if (key == 0 || strcmp(expected, "a map") != 0) {
		report_error(source, path, node, "must be %s, not %s", expected, typecheck_kind(node));
		return;
	}
	strbuf_add(&meant, node->text, key + 1);
	strbuf_printf(&meant, " %s", node->text + key + 1);
	report_error(source, path, node, "must be %s, not %s; did you mean %s, with a blank?", expected,
		     typecheck_kind(node), report_quote(meant.text, quoted));
	strbuf_fini(&meant);
}

static const struct word *find_word(const struct words *words, const char *text)
{
	for (size_t i = 0; i < words->count; i++)
		if (strcmp(words->list[i].text, text) == 0)
			return &words->list[i];
	return NULL;
}

static void report_unknown_word(const struct reading *reading, const struct node *node)
{
	const struct words *words = reading->key->words;
	char quoted[REPORT_QUOTE_SIZE];
	struct suggestion suggestion;
	struct strbuf all = {0};

	(void)report_quote(node->text, quoted);
	suggest_begin(&suggestion, node->text);
	for (size_t i = 0; i < words->count; i++) {
		suggest_offer(&suggestion, words->list[i].text);
		strbuf_printf(&all, "%s%s", all.length > 0 ? ", " : "", words->list[i].text);
	}
	if (reading->key->type == VALUE_MAP)
		strbuf_puts(&all, ", a map");
	if (suggestion.best != NULL)
		report_error(reading->source, reading->path, node, "unknown %s %s; did you mean \"%s\"?",
			     words->noun, quoted, suggestion.best);
	else
		report_error(reading->source, reading->path, node, "unknown %s %s; it must be one of: %s",
			     words->noun, quoted, strbuf_text(&all));
	strbuf_fini(&all);
}

static void typecheck_read_word(const struct reading *reading, const struct node *node)
{
	const struct word *word = find_word(reading->key->words, node->text);

	if (word == NULL) {
		report_unknown_word(reading, node);
	} else {
		reading->value->node = node;
		reading->value->text = word->text;
		reading->value->number = word->value;
	}
}

static void read_boolean(const struct reading *reading, const struct node *node)
{
	bool is_true = strcmp(node->text, "true") == 0;
	char quoted[REPORT_QUOTE_SIZE];

	if (!node->plain || (!is_true && strcmp(node->text, "false") != 0)) {
		report_error(reading->source, reading->path, node,
			     "must be true or false, without quotes; it is %s",
			     report_quote(node->text, quoted));
		return;
	}
	reading->value->node = node;
	reading->value->text = node->text;
	reading->value->number = is_true;
}

/* Plain decimal digits without a leading zero (YAML has octal numbers); -1 for anything else. */
static long whole_number(const char *text)
{
	return text[0] == '0' && text[1] != '\0' ? -1 : decimal_parse(text);
}

static void read_integer(const struct reading *reading, const struct node *node)
{
	const struct key *key = reading->key;
	long number = whole_number(node->text);
	char quoted[REPORT_QUOTE_SIZE];

	if (!node->plain || number < key->min || number > key->max) {
		report_error(reading->source, reading->path, node,
			     "must be a whole number from %ld to %ld, without quotes; it is %s", key->min,
			     key->max, report_quote(node->text, quoted));
		return;
	}
	reading->value->node = node;
	reading->value->text = node->text;
	reading->value->number = number;
}

static bool is_name_character(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
	       c == '_' || c == '-';
}

static bool is_allowed(char c, enum characters characters)
{
	unsigned char byte = (unsigned char)c;

	switch (characters) {
	case CHARACTERS_TEXT:
		return (byte >= 0x20 && byte != 0x7f) || byte == '\n' || byte == '\t';
	case CHARACTERS_PRINTABLE:
		return byte >= 0x20 && byte <= 0x7e;
	case CHARACTERS_NAME:
		return is_name_character(c);
	}
	return false;
}

static void report_characters(const struct reading *reading, const struct node *node)
{
	static const char *const allowed[] = {
		[CHARACTERS_TEXT] = "text without control characters",
		[CHARACTERS_PRINTABLE] = "printable ASCII (0x20 to 0x7E), in one line",
		[CHARACTERS_NAME] = "letters, digits, \".\", \"_\" and \"-\"",
	};

	report_text_error(reading->source, reading->path, node, "may hold only %s",
			  allowed[reading->key->characters]);
}

/* Who writes "certificate: true" means something else than a host of that name. */
static bool is_other_type(const struct reading *reading, const struct path *path, const struct node *node)
{
	const char *type = reading->key->wanted != NULL ? node_other_type(node) : NULL;
	char quoted[REPORT_QUOTE_SIZE];

	if (type != NULL)
		report_error(reading->source, path, node, "must be %s; %s without quotes is a %s",
			     reading->key->wanted, report_quote(node->text, quoted), type);
	return type != NULL;
}

static void typecheck_read_text(const struct reading *reading, const struct node *node)
{
	const struct key *key = reading->key;

	if (is_other_type(reading, reading->path, node))
		return;
	if (node->count < (size_t)key->min) {
		report_error(reading->source, reading->path, node, "must not be empty");
		return;
	}
	if (node->count > (size_t)key->max) {
		report_error(reading->source, reading->path, node, "has %zu bytes; %ld is the most",
			     node->count, key->max);
		return;
	}
	for (size_t i = 0; i < node->count; i++) {
		if (!is_allowed(node->text[i], key->characters)) {
			report_characters(reading, node);
			return;
		}
	}
	reading->value->node = node;
	reading->value->text = node->text;
}

static void report_null(const struct source *source, const struct path *path, const struct node *node)
{
	report_error(source, path, node, "has no value; write one, or leave it out");
}

/* Whether an item is of a kind that the list takes; what it says is checked by those who know the list. */
static void check_item(const struct reading *reading, const struct node *item, const struct path *path)
{
	const struct key *key = reading->key;
	bool takes_text = key->type == VALUE_LIST;
	bool takes_map = key->type == VALUE_MAPS || key->schema != NULL;

	if (node_is_null(item))
		report_null(reading->source, path, item);
	else if (item->kind == NODE_LIST || (item->kind == NODE_MAP && !takes_map) ||
		 (item->kind == NODE_SCALAR && !takes_text))
		typecheck_refuse(reading->source, path, item, takes_text ? "text" : "a map");
	else
		(void)is_other_type(reading, path, item);
}

static void read_list(const struct reading *reading, const struct node *node)
{
	if (node->kind != NODE_LIST && reading->key->type == VALUE_MAPS) {
		typecheck_refuse(reading->source, reading->path, node, "a list of maps");
		return;
	}
	if (node->kind == NODE_LIST && node->count == 0 && !reading->key->may_be_empty) {
		report_error(reading->source, reading->path, node, "is an empty list");
		return;
	}
	for (size_t i = 0; i < node_item_count(node); i++) {
		struct path storage;

		check_item(reading, node_item(node, i), reader_item_path(reading->path, node, i, &storage));
	}
	reading->value->node = node;
}

static void typecheck_read_map(const struct reading *reading, const struct node *node)
{
	if (node->kind == NODE_MAP)
		reading->value->node = node;
	else if (node->kind == NODE_SCALAR && reading->key->words != NULL)
		typecheck_read_word(reading, node);
	else
		typecheck_refuse(reading->source, reading->path, node, "a map");
}

static const char *scalar_name(enum value_type type)
{
	if (type == VALUE_BOOLEAN)
		return "true or false";
	return type == VALUE_INTEGER ? "a whole number" : "text";
}

static void read_scalar(const struct reading *reading, const struct node *node)
{
	if (node->kind != NODE_SCALAR) {
		typecheck_refuse(reading->source, reading->path, node, scalar_name(reading->key->type));
		return;
	}
	switch (reading->key->type) {
	case VALUE_BOOLEAN:
		read_boolean(reading, node);
		break;
	case VALUE_INTEGER:
		read_integer(reading, node);
		break;
	case VALUE_WORD:
		typecheck_read_word(reading, node);
		break;
	case VALUE_TEXT:
		typecheck_read_text(reading, node);
		break;
	case VALUE_LIST:
	case VALUE_MAP:
	case VALUE_MAPS:
		assert(false);
	}
}

void typecheck_value(const struct reading *reading, const struct node *node)
{
	if (node_is_null(node)) {
		report_null(reading->source, reading->path, node);
		return;
	}
	switch (reading->key->type) {
	case VALUE_LIST:
	case VALUE_MAPS:
		read_list(reading, node);
		break;
	case VALUE_MAP:
		typecheck_read_map(reading, node);
		break;
	case VALUE_BOOLEAN:
	case VALUE_INTEGER:
	case VALUE_WORD:
	case VALUE_TEXT:
		read_scalar(reading, node);
		break;
	}
}

/* The tables are ours: a default that is wrong is a bug. */
void typecheck_default(const struct key *key, struct value *value)
{
	value->text = key->default_text;
	if (key->default_text == NULL)
		return;
	if (key->type == VALUE_BOOLEAN) {
		value->number = strcmp(key->default_text, "true") == 0;
	} else if (key->type == VALUE_WORD) {
		const struct word *word = find_word(key->words, key->default_text);

		assert(word != NULL);
		value->number = word->value;
	}
}
