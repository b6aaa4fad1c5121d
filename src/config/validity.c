/* SPDX-License-Identifier: MIT */
/*
 * The days on which certificate entries count, seen from today: what needs
 * the administrator before mail stands still. Reads no clock.
 */
#include "config/validity.h"

#include <stdlib.h>
#include <string.h>

#include "config/reader.h"
#include "util/memory.h"

/* An entry and where it stands. */
struct span {
	date_t from; /* 0: has always counted */
	date_t to; /* 0: counts for ever */
	size_t index; /* in the list */
};

/* What is looked at. */
struct view {
	const struct source *source;
	const struct path *path;
	const struct node *list;
};

static int compare_spans(const void *a, const void *b)
{
	const struct span *first = a, *second = b;

	return (first->from > second->from) - (first->from < second->from);
}

/* The value of a key of an entry. An entry with a date is a map that has it. */
static const struct node *find_date(const struct node *entry, const char *key)
{
	for (size_t i = 0; entry->kind == NODE_MAP && i < entry->count; i++)
		if (strcmp(entry->pairs[i].key->text, key) == 0)
			return entry->pairs[i].value;
	return entry;
}

static void warn_of_end(const struct view *view, const struct span *span)
{
	struct path storage;
	const struct path to = {.parent = reader_item_path(view->path, view->list, span->index, &storage),
				.key = "valid_to"};
	const struct node *node = find_date(node_item(view->list, span->index), to.key);
	char date[DATE_TEXT_SIZE];

	report_warning(view->source, &to, node, "this entry counts until %s: within %d days",
		       date_print(span->to, date), VALIDITY_NOTICE_DAYS);
}

/* span: the entry behind the gap; reach: the last day before it. */
static void warn_of_gap(const struct view *view, const struct span *span, date_t reach)
{
	struct path storage;
	const struct path from = {.parent = reader_item_path(view->path, view->list, span->index, &storage),
				  .key = "valid_from"};
	const struct node *node = find_date(node_item(view->list, span->index), from.key);
	char first[DATE_TEXT_SIZE], last[DATE_TEXT_SIZE];

	report_warning(view->source, &from, node, "no entry counts from %s to %s",
		       date_print(date_add_days(reach, 1), first),
		       date_print(date_add_days(span->from, -1), last));
}

static void warn_of_gaps(const struct view *view, const struct span *spans, size_t count, date_t today)
{
	date_t reach = spans[0].to;

	for (size_t i = 1; i < count && reach != 0; i++) {
		/* A gap that is over does not matter, and one that is now is said of today. */
		if (reach >= today && spans[i].from > date_add_days(reach, 1))
			warn_of_gap(view, &spans[i], reach);
		if (spans[i].to == 0 || spans[i].to > reach)
			reach = spans[i].to;
	}
}

static bool validity_counts(const struct span *span, date_t today)
{
	return span->from <= today && (span->to == 0 || span->to >= today);
}

void validity_advise(const struct source *source, const struct path *path, const struct node *list,
		     const struct require *require)
{
	const struct view view = {source, path, list};
	date_t today = source->loading != NULL ? source->loading->today : 0;
	size_t count = require->certificate_count;
	char date[DATE_TEXT_SIZE];
	struct span *spans;
	bool any = false;

	if (today == 0 || count == 0)
		return;
	spans = xcalloc(count, sizeof *spans);
	for (size_t i = 0; i < count; i++) {
		const struct certificate_entry *entry = &require->certificates[i];

		spans[i] = (struct span){.from = entry->valid_from, .to = entry->valid_to, .index = i};
		any = any || validity_counts(&spans[i], today);
		if (spans[i].to >= today && spans[i].to <= date_add_days(today, VALIDITY_NOTICE_DAYS))
			warn_of_end(&view, &spans[i]);
	}
	if (!any)
		report_warning(source, path, list, "no entry counts today (%s): no session can meet this",
			       date_print(today, date));
	qsort(spans, count, sizeof *spans, compare_spans);
	warn_of_gaps(&view, spans, count, today);
	free(spans);
}
