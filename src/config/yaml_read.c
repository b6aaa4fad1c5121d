/* SPDX-License-Identifier: MIT */
/*
 * From bytes to a tree, by libyaml's events. The only file that knows libyaml;
 * knows nothing of policies. Its own limits come first: libyaml is never asked
 * to build anything.
 */
#include "config/yaml_read.h"

#include <errno.h>
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <unistr.h>
#include <yaml.h>

#include "config/file.h"
#include "util/memory.h"

/* A list or map that has begun and not ended. */
struct open_node {
	struct node *node;
	size_t first; /* its children are the pending ones from here on */
	size_t weight; /* values in it so far, with those that aliases stand for */
	size_t anchor; /* its number plus 1; 0: none */
};

struct anchor {
	const char *name;
	const struct node *node;
	size_t weight; /* 0: the node has not ended */
};

struct builder {
	const struct source *source;
	struct tree *tree;
	bool failed;
	bool has_document;
	const struct node **pending;
	size_t pending_count;
	size_t pending_capacity;
	struct open_node open[YAML_DEPTH_MAX];
	size_t depth;
	struct anchor anchors[YAML_ANCHORS_MAX];
	size_t anchor_count;
	size_t aliased;
};

static struct place yaml_read_place_of(const struct builder *builder, yaml_mark_t mark)
{
	return (struct place){
		.file = builder->source->file,
		.line = (uint32_t)mark.line + 1,
		.column = (uint32_t)mark.column + 1,
	};
}

static struct node *new_node(struct builder *builder, enum node_kind kind, yaml_mark_t mark)
{
	struct node *node = tree_alloc(builder->tree, sizeof *node);
	struct place place = yaml_read_place_of(builder, mark);

	*node = (struct node){.kind = kind, .line = place.line, .column = place.column};
	return node;
}

static const char *copy_text(struct builder *builder, const void *text, size_t length)
{
	char *copy = tree_alloc(builder->tree, length + 1);

	memcpy(copy, text, length);
	copy[length] = '\0';
	return copy;
}

/* A value is complete: it belongs to the innermost list or map that is open. */
static void yaml_read_add_value(struct builder *builder, const struct node *node, size_t weight)
{
	if (builder->depth == 0) {
		builder->tree->root = node;
		return;
	}
	builder->open[builder->depth - 1].weight += weight;
	*VECTOR_ADD(builder->pending, builder->pending_count, builder->pending_capacity) = node;
}

static const struct anchor *find_anchor(const struct builder *builder, const char *name)
{
	for (size_t i = 0; i < builder->anchor_count; i++)
		if (strcmp(builder->anchors[i].name, name) == 0)
			return &builder->anchors[i];
	return NULL;
}

/* The anchor's number plus 1; 0 when there is none, or an error. */
static size_t add_anchor(struct builder *builder, const yaml_char_t *name, const struct node *node,
			 size_t weight)
{
	char quoted[REPORT_QUOTE_SIZE];
	const char *text = (const char *)name;

	if (name == NULL)
		return 0;
	if (find_anchor(builder, text) != NULL) {
		report_error(builder->source, NULL, node, "anchor %s is there twice",
			     report_quote(text, quoted));
		builder->failed = true;
		return 0;
	}
	if (builder->anchor_count == YAML_ANCHORS_MAX) {
		report_error(builder->source, NULL, node, "more than %d anchors", YAML_ANCHORS_MAX);
		builder->failed = true;
		return 0;
	}
	builder->anchors[builder->anchor_count++] = (struct anchor){
		.name = copy_text(builder, text, strlen(text)), .node = node, .weight = weight};
	return builder->anchor_count;
}

/* A tag says that a value is not what it looks like; "!" is one as well. */
static void refuse_tag(struct builder *builder, const yaml_char_t *tag, const struct node *node)
{
	char quoted[REPORT_QUOTE_SIZE];

	if (tag == NULL)
		return;
	report_error(builder->source, NULL, node, "tag %s: tags have no place in a policy file",
		     report_quote((const char *)tag, quoted));
	builder->failed = true;
}

static void on_scalar(struct builder *builder, const yaml_event_t *event)
{
	struct node *node = new_node(builder, NODE_SCALAR, event->start_mark);

	node->plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	node->count = event->data.scalar.length;
	node->text = copy_text(builder, event->data.scalar.value, node->count);
	if (memchr(node->text, '\0', node->count) != NULL) {
		report_error(builder->source, NULL, node, "NUL in a text");
		builder->failed = true;
	}
	refuse_tag(builder, event->data.scalar.tag, node);
	(void)add_anchor(builder, event->data.scalar.anchor, node, 1);
	yaml_read_add_value(builder, node, 1);
}

static void on_alias(struct builder *builder, const yaml_event_t *event)
{
	const char *name = (const char *)event->data.alias.anchor;
	const struct anchor *anchor = find_anchor(builder, name);
	struct place place = yaml_read_place_of(builder, event->start_mark);
	char quoted[REPORT_QUOTE_SIZE];

	builder->failed = true;
	if (anchor == NULL) {
		report_error_at(builder->source, NULL, place,
				"no anchor %s for this alias; a text that begins with \"*\" must be quoted",
				report_quote(name, quoted));
	} else if (anchor->weight == 0) {
		report_error_at(builder->source, NULL, place, "alias %s is part of what it stands for",
				report_quote(name, quoted));
	} else if (builder->aliased + anchor->weight > YAML_ALIASED_MAX) {
		report_error_at(builder->source, NULL, place, "aliases stand for more than %d values",
				YAML_ALIASED_MAX);
	} else {
		builder->failed = !file_fits(builder->source->loading, anchor->weight * FILE_BYTE_TAKES);
		builder->aliased += anchor->weight;
		yaml_read_add_value(builder, anchor->node, anchor->weight);
	}
}

static void on_start(struct builder *builder, enum node_kind kind, const yaml_event_t *event)
{
	bool is_list = kind == NODE_LIST;
	const yaml_char_t *tag = is_list ? event->data.sequence_start.tag : event->data.mapping_start.tag;
	const yaml_char_t *anchor =
		is_list ? event->data.sequence_start.anchor : event->data.mapping_start.anchor;
	struct node *node = new_node(builder, kind, event->start_mark);

	if (builder->depth == YAML_DEPTH_MAX) {
		report_error(builder->source, NULL, node, "nested more than %d levels deep", YAML_DEPTH_MAX);
		builder->failed = true;
		return;
	}
	refuse_tag(builder, tag, node);
	builder->open[builder->depth++] = (struct open_node){
		.node = node,
		.first = builder->pending_count,
		.weight = 1,
		.anchor = add_anchor(builder, anchor, node, 0),
	};
}

static void close_list(struct builder *builder, struct node *node, const struct node *const *children,
		       size_t count)
{
	const struct node **items = tree_alloc(builder->tree, count * sizeof(const struct node *));

	for (size_t i = 0; i < count; i++)
		items[i] = children[i];
	node->items = items;
	node->count = count;
}

static void close_map(struct builder *builder, struct node *node, const struct node *const *children,
		      size_t count)
{
	struct pair *pairs = tree_alloc(builder->tree, count / 2 * sizeof *pairs);

	for (size_t i = 0; i < count / 2; i++)
		pairs[i] = (struct pair){.key = children[2 * i], .value = children[2 * i + 1]};
	node->pairs = pairs;
	node->count = count / 2;
}

static void on_end(struct builder *builder)
{
	const struct node *const *children;
	const struct open_node *open;
	size_t count;

	assert(builder->depth > 0);
	open = &builder->open[--builder->depth];
	count = builder->pending_count - open->first;
	children = count > 0 ? builder->pending + open->first : NULL;
	if (open->node->kind == NODE_LIST)
		close_list(builder, open->node, children, count);
	else
		close_map(builder, open->node, children, count);
	builder->pending_count = open->first;
	if (open->anchor > 0)
		builder->anchors[open->anchor - 1].weight = open->weight;
	yaml_read_add_value(builder, open->node, open->weight);
}

static void on_document(struct builder *builder, const yaml_event_t *event)
{
	if (builder->has_document) {
		report_error_at(builder->source, NULL, yaml_read_place_of(builder, event->start_mark),
				"a second YAML document begins here; a policy file has one");
		builder->failed = true;
	}
	builder->has_document = true;
}

static void on_event(struct builder *builder, const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_DOCUMENT_START_EVENT:
		on_document(builder, event);
		break;
	case YAML_SCALAR_EVENT:
		on_scalar(builder, event);
		break;
	case YAML_ALIAS_EVENT:
		on_alias(builder, event);
		break;
	case YAML_SEQUENCE_START_EVENT:
		on_start(builder, NODE_LIST, event);
		break;
	case YAML_MAPPING_START_EVENT:
		on_start(builder, NODE_MAP, event);
		break;
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		on_end(builder);
		break;
	case YAML_NO_EVENT:
	case YAML_STREAM_START_EVENT:
	case YAML_STREAM_END_EVENT:
	case YAML_DOCUMENT_END_EVENT:
		break;
	}
}

/* What libyaml says where a value of a policy lacks its quotes, and what to say of it. */
static const char *quote_hint(const yaml_parser_t *parser)
{
	static const struct {
		const char *context;
		const char *problem; /* NULL: any */
		const char *hint;
	} hints[] = {
		{"while scanning an alias", NULL, "; quote it, as in \"*.contoso.com\""},
		{"while parsing a flow node", "did not find expected node content",
		 "; quote an IPv6 address, as in \"::1\""},
		{"while scanning a plain scalar", "found unexpected ':'",
		 "; quote an IPv6 address, as in \"fe80::\""},
		{"while scanning for the next token", "found character that cannot start any token",
		 "; quote a text that begins with @, ` or %, and indent with blanks, not tabs"},
		{"while scanning a simple key", "could not find expected ':'",
		 "; a key has a blank behind its colon, as in \"mode: test\""},
		{"", "mapping values are not allowed in this context",
		 "; quote a text with \": \" in it, and give every key a blank behind its colon, as in "
		 "\"mode: "
		 "test\""},
	};
	const char *context = parser->context != NULL ? parser->context : "";

	for (size_t i = 0; i < sizeof hints / sizeof *hints; i++)
		if (strcmp(context, hints[i].context) == 0 &&
		    (hints[i].problem == NULL ||
		     (parser->problem != NULL && strcmp(parser->problem, hints[i].problem) == 0)))
			return hints[i].hint;
	return "";
}

/* Line and column, both from 1 and in characters, of the byte at offset. */
static struct place place_of_offset(const unsigned char *bytes, size_t offset)
{
	struct place place = {.line = 1, .column = 1};

	for (size_t i = 0; i < offset; i++) {
		if (bytes[i] == '\n') {
			place.line++;
			place.column = 1;
		} else if ((bytes[i] & 0xc0) != 0x80) {
			place.column++;
		}
	}
	return place;
}

static void report_no_memory(const struct source *source)
{
	report_error(source, NULL, NULL, "cannot be read: %s", strerror(ENOMEM));
	report_cause(source, ENOMEM);
}

static void report_yaml_error(const struct builder *builder, const yaml_parser_t *parser,
			      const unsigned char *bytes)
{
	const char *problem = parser->problem;
	bool is_alias = parser->context != NULL && strcmp(parser->context, "while scanning an alias") == 0;
	struct place place;

	if (parser->error == YAML_MEMORY_ERROR || problem == NULL) {
		report_no_memory(builder->source);
		return;
	}
	if (parser->error == YAML_READER_ERROR) {
		place = place_of_offset(bytes, parser->problem_offset);
		report_error_at(builder->source, NULL, place, "not valid YAML: %s", problem);
		return;
	}
	place = yaml_read_place_of(builder, is_alias ? parser->context_mark : parser->problem_mark);
	if (parser->context == NULL)
		report_error_at(builder->source, NULL, place, "not valid YAML: %s%s", problem,
				quote_hint(parser));
	else
		report_error_at(builder->source, NULL, place, "not valid YAML: %s %s from line %zu on%s",
				problem, parser->context, parser->context_mark.line + 1, quote_hint(parser));
}

static void parse(struct builder *builder, yaml_parser_t *parser, const unsigned char *bytes)
{
	bool at_end = false;

	while (!at_end && !builder->failed) {
		yaml_event_t event;

		if (yaml_parser_parse(parser, &event) == 0) {
			report_yaml_error(builder, parser, bytes);
			builder->failed = true;
			return;
		}
		on_event(builder, &event);
		at_end = event.type == YAML_STREAM_END_EVENT;
		yaml_event_delete(&event);
	}
}

/* libyaml would find these as well, but says neither line nor column. */
static bool check_bytes(const struct source *source, const unsigned char *bytes, size_t length)
{
	const unsigned char *nul = length > 0 ? memchr(bytes, '\0', length) : NULL;
	const unsigned char *invalid = length > 0 ? u8_check(bytes, length) : NULL;

	if (length >= 2 && (memcmp(bytes, "\xff\xfe", 2) == 0 || memcmp(bytes, "\xfe\xff", 2) == 0))
		report_error_at(source, NULL, place_of_offset(bytes, 0),
				"this is UTF-16, by its byte order mark: save the file as UTF-8");
	else if (nul != NULL)
		report_error_at(source, NULL, place_of_offset(bytes, (size_t)(nul - bytes)),
				"NUL byte: this is not a text file");
	else if (invalid != NULL)
		report_error_at(source, NULL, place_of_offset(bytes, (size_t)(invalid - bytes)),
				"not valid UTF-8");
	return nul == NULL && invalid == NULL;
}

bool yaml_read(const struct source *source, const unsigned char *bytes, size_t length, struct tree *tree_r)
{
	struct builder builder = {.source = source, .tree = tree_r};
	yaml_parser_t parser;

	*tree_r = (struct tree){0};
	/* A byte order mark is no part of the text, and libyaml takes it for one where it is told what the text is in. */
	if (length >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0) {
		bytes += 3;
		length -= 3;
	}
	if (!check_bytes(source, bytes, length))
		return false;
	if (yaml_parser_initialize(&parser) == 0) {
		report_no_memory(source);
		return false;
	}
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&parser, bytes, length);
	parse(&builder, &parser, bytes);
	yaml_parser_delete(&parser);
	free(builder.pending);
	return !builder.failed;
}

void yaml_warn_unended(const struct source *source, const unsigned char *bytes, size_t length)
{
	if (length > 0 && bytes[length - 1] != '\n')
		report_warning_at(source, NULL, place_of_offset(bytes, length),
				  "the last line has no line end: the file may be cut off");
}
