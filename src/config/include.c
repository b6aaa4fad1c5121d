/* SPDX-License-Identifier: MIT */
/*
 * More files with connectors. Knows how they are found and that none is read
 * twice; what connectors are is for connector.c to know.
 */
#include "config/include.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config/connector.h"
#include "config/reader.h"
#include "config/schema.h"
#include "config/seen.h"
#include "config/wildcard.h"
#include "config/yaml_read.h"
#include "util/memory.h"

void include_note_policy(struct build *build, const struct file_identity *identity)
{
	*VECTOR_ADD(build->files, build->file_count, build->file_capacity) =
		(struct read_file){.identity = *identity};
}

/* False, and reported, when the file has been read before, by whatever name. */
static bool note_file(struct build *build, const struct file_reference *reference,
		      const struct file_identity *identity)
{
	for (size_t i = 0; i < build->file_count; i++) {
		const struct read_file *other = &build->files[i];

		if (other->identity.device != identity->device || other->identity.inode != identity->inode)
			continue;
		if (other->named.line == 0)
			file_error(reference, "is this file itself");
		else
			file_error(reference, "has been included already, in line %u",
				   (unsigned)other->named.line);
		return false;
	}
	include_note_policy(build, identity);
	build->files[build->file_count - 1].named = source_place(reference->source, reference->node);
	return true;
}

static void include_read_connectors(struct build *build, const struct node *root)
{
	static const struct node nothing = {.kind = NODE_MAP};
	struct raw_included raw;

	if (root == NULL || node_is_null(root))
		root = &nothing;
	if (reader_map(&build->source, NULL, root, &schema_included, &raw) && raw.connectors.node != NULL)
		connectors_read(build, raw.connectors.node);
}

static void include_read_text(struct build *build, const char *name, const unsigned char *bytes,
			      size_t length)
{
	const struct source outer = build->source;
	struct tree tree = {0};

	build->source.name = name;
	build->source.file = policy_add_file(build->enabled.policy, name);
	yaml_warn_unended(&build->source, bytes, length);
	if (yaml_read(&build->source, bytes, length, &tree))
		include_read_connectors(build, tree.root);
	tree_fini(&tree);
	build->source = outer;
}

static void include_file(struct build *build, const struct file_reference *reference)
{
	struct file_identity identity;
	unsigned char *bytes;
	size_t length;

	if (!file_read(reference, &bytes, &length, &identity))
		return;
	if (note_file(build, reference, &identity))
		include_read_text(build, reference->name, bytes, length);
	free(bytes);
}

/* The folder of a file, with its slash; "" where its name has none. The caller frees it. */
static char *folder_of(const char *file)
{
	const char *slash = strrchr(file, '/');

	return xstrndup(file, slash != NULL ? (size_t)(slash - file) + 1 : 0);
}

static void include_found(struct build *build, const struct file_reference *item, const struct names *found)
{
	struct file_reference reference = *item;

	if (found->count == 0)
		report_text_warning(item->source, item->path, item->node, "finds no file");
	if (found->count > build->source.loading->files_left) {
		file_error(item, "finds %zu files; all in all a policy may have %zu", found->count,
			   FILE_COUNT_MAX);
		return;
	}
	for (size_t i = 0; i < found->count; i++) {
		reference.name = found->list[i];
		include_file(build, &reference);
	}
}

/* item: its name is the pattern. */
static void include_pattern(struct build *build, const struct file_reference *item)
{
	char *folder = folder_of(build->source.name), *trouble;
	struct names found;
	bool seen = wildcard_find(folder, item->name, &found, &trouble);
	const int why = errno;

	if (seen) {
		if (build->source.loading->seen != NULL)
			seen_add_search(build->source.loading->seen, folder, item->name, &found);
		include_found(build, item, &found);
	} else {
		char quoted[REPORT_QUOTE_SIZE];
		struct strbuf what = {0};

		strbuf_printf(&what, "cannot be searched for: %s", report_quote(trouble, quoted));
		file_error_because(item, strbuf_text(&what), why);
		strbuf_fini(&what);
	}
	names_fini(&found);
	free(trouble);
	free(folder);
}

static void include_item(struct build *build, const struct path *path, const struct node *item)
{
	/* A copy: build->source is another one while a file is read. */
	const struct source source = build->source;
	struct file_reference reference = {.source = &source, .path = path, .node = item};

	if (item->text[0] == '\0') {
		report_error(&source, path, item, "must not be empty");
	} else if (wildcard_is_pattern(item->text)) {
		reference.name = item->text;
		include_pattern(build, &reference);
	} else {
		char *name = file_resolve(source.name, item->text);

		reference.name = name;
		include_file(build, &reference);
		free(name);
	}
}

void include_read(struct build *build, const struct node *list)
{
	const struct path path = {.key = "include"};

	for (size_t i = 0; i < node_item_count(list); i++) {
		const struct node *item = node_item(list, i);
		struct path storage;

		/* The reader has reported all but texts. */
		if (item->kind == NODE_SCALAR && !node_is_null(item))
			include_item(build, reader_item_path(&path, list, i, &storage), item);
	}
}
