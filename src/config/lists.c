/* SPDX-License-Identifier: MIT */
/*
 * Lists of patterns and networks, from the policy file and from list files.
 * Knows no keys but that of an item that stands for a file.
 */
#include "config/lists.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "config/from_postfix.h"
#include "config/list_file.h"
#include "config/names.h"
#include "config/reader.h"
#include "config/schema.h"
#include "config/translation.h"
#include "config/typecheck.h"
#include "util/memory.h"

/* An entry of a list, wherever it stands. */
struct entry {
	const struct source *source; /* the file that it stands in */
	const struct path *path;
	struct place place;
	const char *text;
};

typedef void take_entry(void *context, const struct entry *entry);

/* A list file, whose entries become a list's. */
struct file_item {
	const struct path *path; /* of the item that names the file */
	take_entry *take;
	void *context;
};

/* list_entry */
static void take_from_file(void *context, const struct source *source, const char *text, struct place place)
{
	const struct file_item *item = context;
	const struct entry entry = {.source = source, .path = item->path, .place = place, .text = text};

	item->take(item->context, &entry);
}

static void read_file_item(const struct source *source, const struct node *node, const struct file_item *item)
{
	struct file_reference reference = {.source = source, .path = PATH_KEY(item->path, "file")};
	struct file_item copy = *item;
	struct raw_list_item raw;
	char *name;

	if (node->count == 0) {
		typecheck_refuse(source, item->path, node, "text");
		return;
	}
	(void)reader_map(source, item->path, node, &schema_list_item, &raw);
	if (raw.file.node == NULL)
		return;
	name = file_resolve(source->name, raw.file.text);
	reference.name = name;
	reference.node = raw.file.node;
	reference.is_list = true;
	list_file_read(&reference, take_from_file, &copy);
	free(name);
}

static void each_entry(const struct source *source, const struct path *path, const struct node *list,
		       take_entry *take, void *context)
{
	for (size_t i = 0; i < node_item_count(list); i++) {
		const struct node *item = node_item(list, i);
		struct path storage;
		const struct path *item_path = reader_item_path(path, list, i, &storage);

		/* The reader has reported nulls, booleans, numbers, and lists in lists. */
		if (item->kind == NODE_LIST || node_is_null(item) || node_other_type(item) != NULL)
			continue;
		if (item->kind == NODE_SCALAR) {
			const struct entry entry = {source, item_path, source_place(source, item),
						    item->text};

			take(context, &entry);
		} else {
			read_file_item(source, item, &(struct file_item){item_path, take, context});
		}
	}
}

/* A message about an entry, whose text stands before it. */
#define entry_error(entry, ...)                                                                              \
	report_quoted(SEVERITY_ERROR, (entry)->source, (entry)->path, (entry)->place, (entry)->text,         \
		      __VA_ARGS__)

static void warn_twice(const struct source *source, const struct path *path, struct place place,
		       const char *text)
{
	report_quoted(SEVERITY_WARNING, source, path, place, text, "is there twice");
}

struct claimant {
	struct pattern_index *index;
	uint32_t owner;
};

/*
 * Whoever writes to boss+x reaches boss where the MTA has such extensions, as
 * Debian's Postfix does: without its word a mailbox is not all that it seems.
 */
static void check_delimiter(const struct entry *entry)
{
	struct loading *loading = entry->source->loading;

	if (loading == NULL || loading->has_delimiter || loading->delimiter_missed)
		return;
	if (from_postfix_delimiter(loading) != NULL) {
		loading->has_delimiter = true;
		return;
	}
	entry_error(entry,
		    "is a mailbox, which needs recipient_delimiter: write what \"postconf "
		    "recipient_delimiter\" shows, such as \"+\", or \"\" for none; otherwise mail to an "
		    "extension of it may pass");
	loading->delimiter_missed = true;
	if (loading->postfix_answer == POSTFIX_FAILED)
		entry->source->diagnostics->temporary++;
}

static void refuse_pattern(const struct entry *entry, const char *error)
{
	char *meant = translation_of_pattern(entry->text);
	char better[REPORT_QUOTE_SIZE];

	if (meant != NULL)
		entry_error(entry, "is no pattern for mail; write %s", report_quote(meant, better));
	else
		entry_error(entry, "%s", error);
	free(meant);
}

static void take_pattern(void *context, const struct entry *entry)
{
	const struct claimant *claimant = context;
	struct pattern pattern;
	const char *error;

	if (!pattern_parse(entry->text, &pattern, &error)) {
		refuse_pattern(entry, error);
		return;
	}
	if (pattern.kind == PATTERN_MAILBOX)
		check_delimiter(entry);
	names_advise_pattern(entry->source, entry->path, entry->place, entry->text, &pattern);
	if (!pattern_index_add(claimant->index, &pattern, claimant->owner, entry->place))
		warn_twice(entry->source, entry->path, entry->place, entry->text);
	pattern_fini(&pattern);
}

void lists_patterns(const struct source *source, const struct path *path, const struct node *list,
		    struct pattern_index *index, uint32_t owner)
{
	struct claimant claimant = {index, owner};

	each_entry(source, path, list, take_pattern, &claimant);
}

struct pattern_index *lists_own_patterns(const struct source *source, const struct path *path,
					 const struct node *list)
{
	struct pattern_index *index = list != NULL ? pattern_index_new() : NULL;

	if (list != NULL)
		lists_patterns(source, path, list, index, 0);
	return index;
}

static void take_network(void *context, const struct entry *entry)
{
	struct cidr cidr;
	const char *error;

	if (!cidr_parse(entry->text, &cidr, &error)) {
		entry_error(entry, "%s", error);
		return;
	}
	cidr.place = entry->place;
	cidr_set_add(context, &cidr);
}

static void warn_of_equal_networks(const struct source *source, const struct path *path, struct cidr_set *set)
{
	if (set->count < 2)
		return;
	qsort(set->networks, set->count, sizeof *set->networks, cidr_compare_placed);
	for (size_t i = 1; i < set->count; i++) {
		const struct cidr *cidr = &set->networks[i];
		const struct source at = source_at(source, cidr->place);
		char text[CIDR_TEXT_SIZE];

		if (cidr_compare(cidr - 1, cidr) == 0)
			warn_twice(&at, path, cidr->place, cidr_print(cidr, text));
	}
}

void lists_networks(const struct source *source, const struct path *path, const struct node *list,
		    struct cidr_set *set)
{
	each_entry(source, path, list, take_network, set);
	warn_of_equal_networks(source, path, set);
	cidr_set_finish(set);
}

void lists_default_networks(const char *text, struct cidr_set *set)
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
