/* SPDX-License-Identifier: MIT */
/*
 * The certificates that a connector accepts. What a name means, and how it is
 * compared, is in tls/certificate.
 */
#include "config/certificates.h"

#include <string.h>

#include "config/names.h"
#include "config/reader.h"
#include "config/validity.h"
#include "config/values.h"
#include "util/memory.h"

/* Names of one "presenting": each session is compared with all of them. */
#define NAMES_MAX ((size_t)1000)

typedef bool parse_name(const char *text, struct certificate_name *name_r, const char **error_r);

static bool certificates_read_name(const struct source *source, const struct path *path,
				   const struct node *node, parse_name *parse,
				   struct certificate_name *name_r)
{
	const char *error;

	if (parse(node->text, name_r, &error))
		return true;
	report_text_error(source, path, node, "%s", error);
	return false;
}

static bool read_subject(const struct source *source, const struct path *path, const struct node *node,
			 struct certificate_name *name_r)
{
	bool read = certificates_read_name(source, path, node, certificate_subject_parse, name_r);

	if (read)
		names_advise_subject(source, path, node, name_r);
	return read;
}

static void read_dates(const struct source *source, const struct path *path,
		       const struct raw_certificate *raw, struct certificate_entry *entry)
{
	const struct path to = {.parent = path, .key = "valid_to"};
	bool has_both = raw->valid_from.node != NULL && raw->valid_to.node != NULL;

	if (raw->valid_from.node != NULL)
		has_both &= values_date(source, PATH_KEY(path, "valid_from"), raw->valid_from.node,
					&entry->valid_from);
	if (raw->valid_to.node != NULL)
		has_both &= values_date(source, &to, raw->valid_to.node, &entry->valid_to);
	if (has_both && entry->valid_from > entry->valid_to)
		report_error(source, &to, raw->valid_to.node, "ends on %s, before it begins on %s",
			     raw->valid_to.text, raw->valid_from.text);
}

static void certificates_read_map(const struct source *source, const struct path *path,
				  const struct node *node, struct certificate_entry *entry)
{
	struct raw_certificate raw;

	if (node->count == 0) {
		report_error(source, path, node,
			     "is an empty entry; \"certificate: any\" asks for any certificate");
		return;
	}
	(void)reader_map(source, path, node, &schema_certificate, &raw);
	if (raw.subject.node != NULL)
		entry->has_subject =
			read_subject(source, PATH_KEY(path, "subject"), raw.subject.node, &entry->subject);
	if (raw.issuer.node != NULL)
		entry->has_issuer = certificates_read_name(source, PATH_KEY(path, "issuer"), raw.issuer.node,
							   certificate_issuer_parse, &entry->issuer);
	if (raw.fingerprint.node != NULL)
		entry->has_fingerprint = values_fingerprint(source, PATH_KEY(path, "fingerprint"),
							    raw.fingerprint.node, &entry->fingerprint);
	if (!raw.subject.given && !raw.issuer.given && !raw.fingerprint.given)
		report_warning(source, path, node,
			       "names neither subject nor issuer: any certificate will do");
	read_dates(source, path, &raw, entry);
}

static bool certificate_is_any(const struct node *node)
{
	return node->kind == NODE_SCALAR && strcmp(node->text, "any") == 0;
}

void certificates_read(const struct source *source, const struct path *path, const struct node *list,
		       struct require *require)
{
	size_t errors = source->diagnostics->errors;
	size_t count = node_item_count(list);

	if (count == 1 && certificate_is_any(node_item(list, 0))) {
		require->any_certificate = true;
		return;
	}
	require->certificates = xcalloc(count, sizeof *require->certificates);
	require->certificate_count = count;
	for (size_t i = 0; i < count; i++) {
		const struct node *item = node_item(list, i);
		struct path storage;
		const struct path *item_path = reader_item_path(path, list, i, &storage);
		struct certificate_entry *entry = &require->certificates[i];

		/* The reader has reported nulls, booleans, numbers, and lists in lists. */
		if (item->kind == NODE_LIST || node_is_null(item) || node_other_type(item) != NULL)
			continue;
		if (item->kind == NODE_MAP)
			certificates_read_map(source, item_path, item, entry);
		else if (certificate_is_any(item))
			report_error(source, item_path, item, "\"any\" makes the other entries pointless");
		else
			entry->has_subject = read_subject(source, item_path, item, &entry->subject);
	}
	if (source->diagnostics->errors == errors)
		validity_advise(source, path, list, require);
}

static bool has_name(const struct connector *connector, const struct certificate_name *name)
{
	for (size_t i = 0; i < connector->presenting_count; i++)
		if (connector->presenting[i].kind == name->kind &&
		    strcmp(connector->presenting[i].text, name->text) == 0)
			return true;
	return false;
}

void certificates_read_names(const struct source *source, const struct path *path, const struct node *list,
			     struct connector *connector)
{
	size_t count = node_item_count(list);

	if (count > NAMES_MAX) {
		report_error(source, path, list, "has %zu names; %zu is the most", count, NAMES_MAX);
		return;
	}
	connector->presenting = xcalloc(count, sizeof *connector->presenting);
	for (size_t i = 0; i < count; i++) {
		const struct node *item = node_item(list, i);
		struct path storage;
		const struct path *item_path = reader_item_path(path, list, i, &storage);
		struct certificate_name name;

		/* The reader has reported all but texts. */
		if (item->kind != NODE_SCALAR || node_is_null(item) || node_other_type(item) != NULL)
			continue;
		if (certificate_is_any(item) || strcmp(item->text, "*") == 0) {
			report_text_error(source, item_path, item, "is no name; write the names that select");
		} else if (read_subject(source, item_path, item, &name)) {
			if (has_name(connector, &name)) {
				report_text_warning(source, item_path, item, "is there twice");
				certificate_name_fini(&name);
			} else {
				connector->presenting[connector->presenting_count++] = name;
			}
		}
	}
}
