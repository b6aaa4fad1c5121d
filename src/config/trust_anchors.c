/* SPDX-License-Identifier: MIT */
/*
 * The files of trust anchors that Postfix is told of. Whatever it could not
 * read there, or not find by the name, is an error here.
 */
#include "config/trust_anchors.h"

#include <stdlib.h>
#include <string.h>

#include "config/file.h"
#include "config/reader.h"
#include "tls/trust_anchors.h"
#include "util/memory.h"

/* Blanks and commas separate what Postfix is told. */
static bool can_be_told(const struct source *source, const struct path *path, const struct node *item,
			const char *name)
{
	if (name[strcspn(name, " \t\r\n\v\f,")] == '\0')
		return true;
	report_quoted(SEVERITY_ERROR, source, path, source_place(source, item), name,
		      "has a blank or a comma in it, where Postfix ends the name of a file");
	return false;
}

static bool check_file(const struct source *source, const struct path *path, const struct node *item,
		       const char *name)
{
	const struct file_reference reference = {.name = name, .source = source, .path = path, .node = item};
	struct file_identity identity;
	enum trust_anchors found;
	unsigned char *bytes;
	size_t length;

	if (!file_read(&reference, &bytes, &length, &identity))
		return false;
	found = trust_anchors_check(bytes, length);
	free(bytes);
	switch (found) {
	case TRUST_ANCHORS_OK:
		break;
	case TRUST_ANCHORS_NONE:
		file_error(&reference, "has no certificate in PEM (-----BEGIN CERTIFICATE-----)");
		break;
	case TRUST_ANCHORS_OTHER:
		file_error(&reference, "has something in it that is neither a certificate nor a public key, "
				       "and does not belong there");
		break;
	case TRUST_ANCHORS_BROKEN:
		file_error(&reference, "has a certificate or public key that cannot be read");
		break;
	}
	return found == TRUST_ANCHORS_OK;
}

static void read_item(const struct source *source, const struct path *path, const struct node *item,
		      struct tls_policy *tls_policy)
{
	char *name = file_resolve(source->name, item->text),
	     *whole = file_absolute(name); /* Postfix is in another directory */

	if (can_be_told(source, path, item, name) && can_be_told(source, path, item, whole) &&
	    check_file(source, path, item, name))
		tls_policy->trust_anchors[tls_policy->trust_anchor_count++] = whole;
	else
		free(whole);
	free(name);
}

void trust_anchors_read(const struct source *source, const struct path *path, const struct node *list,
			struct tls_policy *tls_policy)
{
	tls_policy->trust_anchors = xcalloc(node_item_count(list), sizeof *tls_policy->trust_anchors);
	for (size_t i = 0; i < node_item_count(list); i++) {
		const struct node *item = node_item(list, i);
		struct path storage;

		/* The reader has reported all but texts. */
		if (item->kind == NODE_SCALAR && !node_is_null(item) && node_other_type(item) == NULL)
			read_item(source, reader_item_path(path, list, i, &storage), item, tls_policy);
	}
}
