/* SPDX-License-Identifier: MIT */
/*
 * More files with connectors. Knows how they are found and that none is read
 * twice; what connectors are is for connector.c to know.
 */
#include "config/include.h"

#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>

#include "config/connector.h"
#include "config/reader.h"
#include "config/schema.h"
#include "config/yaml_read.h"
#include "core/memory.h"

void include_note_policy(struct build *build, const struct file_identity *identity)
{
	build->files =
		vector_grow(build->files, build->file_count, &build->file_capacity, sizeof *build->files);
	build->files[build->file_count++] = (struct read_file){.identity = *identity};
}

/* False, and reported, when the file has been read before, by whatever name. */
static bool note_file(struct build *build, const struct naming *naming, const struct file_identity *identity)
{
	char quoted[REPORT_QUOTE_SIZE];

	for (size_t i = 0; i < build->file_count; i++) {
		const struct read_file *other = &build->files[i];

		if (other->identity.device != identity->device || other->identity.inode != identity->inode)
			continue;
		if (other->named.line == 0)
			report_error(naming->source, naming->path, naming->node, "%s is this file itself",
				     report_quote(naming->name, quoted));
		else
			report_error(naming->source, naming->path, naming->node,
				     "%s has been included already, in line %u",
				     report_quote(naming->name, quoted), (unsigned)other->named.line);
		return false;
	}
	include_note_policy(build, identity);
	build->files[build->file_count - 1].named = source_place(naming->source, naming->node);
	return true;
}

static void read_connectors(struct build *build, const struct node *root)
{
	static const struct node nothing = {.kind = NODE_MAP};
	struct raw_included raw;

	if (root == NULL || node_is_null(root))
		root = &nothing;
	if (reader_map(&build->source, NULL, root, &schema_included, &raw) && raw.connectors.node != NULL)
		connectors_read(build, raw.connectors.node);
}

static void read_text(struct build *build, const char *name, const unsigned char *bytes, size_t length)
{
	const struct source outer = build->source;
	struct tree tree = {0};

	build->source.name = name;
	build->source.file = policy_add_file(build->enabled.policy, name);
	if (yaml_read(&build->source, bytes, length, &tree))
		read_connectors(build, tree.root);
	tree_fini(&tree);
	build->source = outer;
}

static void include_file(struct build *build, const struct naming *naming)
{
	struct file_identity identity;
	unsigned char *bytes;
	size_t length;

	if (!file_read(naming, &bytes, &length, &identity))
		return;
	if (note_file(build, naming, &identity))
		read_text(build, naming->name, bytes, length);
	free(bytes);
}

/* A folder that is not there has no files; one that cannot be read may have some. */
static int is_trouble(const char *folder, int error)
{
	(void)folder;
	return error != ENOENT && error != ENOTDIR;
}

/* The folder of the file that names the pattern is not part of the pattern. */
static char *resolve_pattern(const char *from, const char *pattern)
{
	const char *slash = strrchr(from, '/');
	struct strbuf resolved = {0};

	for (const char *c = from; pattern[0] != '/' && slash != NULL && c <= slash; c++) {
		if (strchr("*?[]\\", *c) != NULL)
			strbuf_putc(&resolved, '\\');
		strbuf_putc(&resolved, *c);
	}
	strbuf_puts(&resolved, pattern);
	return strbuf_take(&resolved);
}

static void include_all(struct build *build, const struct naming *item, const glob_t *found)
{
	struct naming naming = *item;

	for (size_t i = 0; i < found->gl_pathc; i++) {
		naming.name = found->gl_pathv[i];
		include_file(build, &naming);
	}
}

static void include_pattern(struct build *build, const struct naming *item, const char *pattern)
{
	char *resolved = resolve_pattern(build->source.name, pattern);
	char quoted[REPORT_QUOTE_SIZE];
	glob_t found = {0};
	int result = glob(resolved, 0, is_trouble, &found);

	if (result != 0 && result != GLOB_NOMATCH)
		report_error(item->source, item->path, item->node, "%s cannot be searched for: %s",
			     report_quote(resolved, quoted), strerror(errno));
	else if (found.gl_pathc > build->source.loading->files_left)
		report_error(item->source, item->path, item->node,
			     "%s finds %zu files; all in all a policy may have %zu",
			     report_quote(resolved, quoted), found.gl_pathc, FILE_COUNT_MAX);
	else
		include_all(build, item, &found);
	globfree(&found);
	free(resolved);
}

static void include_item(struct build *build, const struct path *path, const struct node *item)
{
	/* A copy: build->source is another one while a file is read. */
	const struct source source = build->source;
	struct naming naming = {.source = &source, .path = path, .node = item};

	if (item->text[0] == '\0') {
		report_error(&source, path, item, "must not be empty");
	} else if (strpbrk(item->text, "*?[") != NULL) {
		include_pattern(build, &naming, item->text);
	} else {
		char *name = file_resolve(source.name, item->text);

		naming.name = name;
		include_file(build, &naming);
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
