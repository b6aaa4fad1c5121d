/* SPDX-License-Identifier: MIT */
/*
 * What was collected, as JSON. Which counts and which lists a direction shows
 * is in the tables here; every other form walks this JSON.
 */
#include "report/report_json.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "util/memory.h"
#include "util/json_text.h"
#include "util/date.h"

/* One direction: the name of its list, what it counts, and what it lists. */
struct member {
	const char *key;
	int which; /* enum party_count or enum party_aspect */
	bool by_domain_alone; /* too much for a whole connector */
};

#define MEMBERS_MAX 8

struct direction {
	struct member counts[MEMBERS_MAX];
	struct member aspects[MEMBERS_MAX];
	bool would; /* with what test mode would have refused */
};

static const struct direction incoming_direction = {
	.counts = {{.key = "messages", .which = COUNT_MESSAGES},
		   {.key = "tls", .which = COUNT_TLS},
		   {.key = "refused", .which = COUNT_REFUSED}},
	.aspects = {{.key = "versions", .which = ASPECT_VERSIONS},
		    {.key = "reasons", .which = ASPECT_REASONS},
		    {.key = "refused_hosts", .which = ASPECT_REFUSED_HOSTS, .by_domain_alone = true},
		    {.key = "certificates", .which = ASPECT_SUBJECTS, .by_domain_alone = true},
		    {.key = "fingerprints", .which = ASPECT_FINGERPRINTS, .by_domain_alone = true}},
	.would = true,
};

static const struct direction replayed_direction = {
	.counts = {{.key = "messages", .which = COUNT_MESSAGES}, {.key = "refused", .which = COUNT_REFUSED}},
	.aspects = {{.key = "reasons", .which = ASPECT_REASONS},
		    {.key = "refused_hosts", .which = ASPECT_REFUSED_HOSTS, .by_domain_alone = true}},
	.would = true,
};

static const struct direction outgoing_direction = {
	.counts = {{.key = "messages", .which = COUNT_MESSAGES},
		   {.key = "tls", .which = COUNT_TLS},
		   {.key = "unknown", .which = COUNT_UNKNOWN},
		   {.key = "below_policy", .which = COUNT_BELOW},
		   {.key = "downgrades", .which = COUNT_DOWNGRADES},
		   {.key = "key_exchange_known", .which = COUNT_KEY_EXCHANGE_KNOWN},
		   {.key = "post_quantum", .which = COUNT_POST_QUANTUM},
		   {.key = "not_sent", .which = COUNT_NOT_SENT}},
	.aspects = {{.key = "versions", .which = ASPECT_VERSIONS},
		    {.key = "levels", .which = ASPECT_LEVELS},
		    {.key = "key_exchanges", .which = ASPECT_KEY_EXCHANGES},
		    {.key = "below", .which = ASPECT_BELOW, .by_domain_alone = true}},
};

json_t *report_json_time(time_t when)
{
	char text[TIME_TEXT_SIZE];

	return when != 0 && time_print(when, text) != NULL ? json_string(text) : json_null();
}

json_t *report_json_text(const char *text)
{
	return json_text(text != NULL && text[0] != '\0' ? text : NULL, SIZE_MAX);
}

static json_t *count_json(unsigned long long count)
{
	return json_integer((json_int_t)count);
}

static json_t *entry_json(const struct tally_entry *entry)
{
	return json_pack("{s:o, s:o, s:o, s:o}", "value",
			 entry->text[0] != '\0' ? report_json_text(entry->text) : json_string(""), "messages",
			 count_json(entry->count), "first", report_json_time(entry->first), "last",
			 report_json_time(entry->last));
}

/* What had no room is last, with null as its value. */
static json_t *tally_json(const struct tally *tally)
{
	json_t *list = json_array();

	for (size_t i = 0; i < tally->count; i++)
		(void)json_array_append_new(list, entry_json(&tally->entries[i]));
	if (tally->others > 0)
		(void)json_array_append_new(list, json_pack("{s:n, s:o, s:n, s:n}", "value", "messages",
							    count_json(tally->others), "first", "last"));
	return list;
}

/* How many messages came from a domain, under whatever connector. */
struct domain_total {
	const char *domain; /* of a party */
	unsigned long long messages;
	UT_hash_handle hh;
};

static struct domain_total *make_totals(const struct parties *parties)
{
	struct domain_total *totals = NULL, *total;

	for (struct party *party = parties->table; party != NULL; party = party->hh.next) {
		HASH_FIND_STR(totals, party->domain, total);
		if (total == NULL) {
			total = xcalloc(1, sizeof *total);
			total->domain = party->domain;
			HASH_ADD_KEYPTR(hh, totals, total->domain, strlen(total->domain), total);
		}
		total->messages += party->counts[COUNT_MESSAGES];
	}
	return totals;
}

static void free_totals(struct domain_total *totals)
{
	TABLE_FREE(totals, free);
}

static unsigned long long messages_of(struct domain_total *totals, const char *domain)
{
	struct domain_total *total;

	HASH_FIND_STR(totals, domain, total);
	return total != NULL ? total->messages : 0;
}

/* N of M: M is all that came from there, which the log has only where it has what passed. */
static json_t *would_json(const struct party *party, unsigned long long of, bool passes_logged,
			  bool with_hosts)
{
	json_t *would =
		json_pack("{s:o, s:o, s:o}", "messages", count_json(party->counts[COUNT_WOULD_REFUSE]), "of",
			  passes_logged ? count_json(of) : json_null(), "reasons",
			  tally_json(&party->aspects[ASPECT_WOULD_REASONS]));

	if (with_hosts)
		(void)json_object_set_new(would, "hosts", tally_json(&party->aspects[ASPECT_WOULD_HOSTS]));
	return would;
}

static void add_members(json_t *object, const struct party *party, const struct direction *direction,
			bool of_domain)
{
	for (const struct member *member = direction->counts;
	     member < direction->counts + MEMBERS_MAX && member->key != NULL; member++)
		(void)json_object_set_new(object, member->key, count_json(party->counts[member->which]));
	for (const struct member *member = direction->aspects; member->key != NULL; member++)
		if (of_domain || !member->by_domain_alone)
			(void)json_object_set_new(object, member->key,
						  tally_json(&party->aspects[member->which]));
}

/* What one direction is made of. */
struct source {
	const struct direction *direction;
	struct domain_total *totals;
	bool passes_logged;
	size_t *budget;
};

static json_t *domain_json(const struct party *party, const struct source *source)
{
	json_t *object = json_pack("{s:o}", "domain", report_json_text(party->domain));

	add_members(object, party, source->direction, true);
	if (source->direction->would)
		(void)json_object_set_new(object, "would_refuse",
					  would_json(party, messages_of(source->totals, party->domain),
						     source->passes_logged, true));
	return object;
}

/* The parties of one connector, which begin at *at; it is then behind them. */
static json_t *connector_json(const struct party **at, const struct source *source)
{
	const struct party *first = *at, *party;
	json_t *object = json_pack("{s:o}", "connector", report_json_text(first->connector));
	json_t *domains = json_array();
	unsigned long long of = 0;
	struct party total = {0};

	for (party = first; party != NULL && strcmp(party->connector, first->connector) == 0;
	     party = party->hh.next) {
		party_merge(&total, party, source->budget);
		if (party->counts[COUNT_WOULD_REFUSE] > 0)
			of += messages_of(source->totals, party->domain);
		(void)json_array_append_new(domains, domain_json(party, source));
	}
	*at = party;
	for (size_t i = 0; i < PARTY_ASPECTS; i++)
		tally_sort(&total.aspects[i]);
	add_members(object, &total, source->direction, false);
	if (source->direction->would)
		(void)json_object_set_new(object, "would_refuse",
					  would_json(&total, of, source->passes_logged, false));
	(void)json_object_set_new(object, "domains", domains);
	party_fini(&total);
	return object;
}

static json_t *direction_json(struct parties *parties, const struct direction *direction, bool passes_logged)
{
	size_t plenty = SIZE_MAX;
	struct source source = {.direction = direction, .passes_logged = passes_logged, .budget = &plenty};
	const struct party *at;
	json_t *list = json_array();

	parties_sort(parties);
	at = parties->table;
	source.totals = make_totals(parties);
	while (at != NULL)
		(void)json_array_append_new(list, connector_json(&at, &source));
	free_totals(source.totals);
	return list;
}

/* The words of enum day_count. */
static const char *const day_keys[DAY_COUNTS] = {
	[DAY_MESSAGES] = "messages",         [DAY_TLS] = "tls",   [DAY_REFUSED] = "refused",
	[DAY_WOULD_REFUSE] = "would_refuse", [DAY_SENT] = "sent", [DAY_SENT_TLS] = "sent_tls",
	[DAY_BELOW] = "below_policy",
};

static json_t *days_json(const struct days *days)
{
	json_t *list = json_array();

	for (size_t i = 0; i < days->count; i++) {
		const struct day *day = &days->list[i];
		json_t *object = json_object();
		char text[DATE_TEXT_SIZE];

		(void)json_object_set_new(object, "day", json_string(date_print(day->date, text)));
		for (size_t which = 0; which < DAY_COUNTS; which++)
			(void)json_object_set_new(object, day_keys[which], count_json(day->counts[which]));
		(void)json_array_append_new(list, object);
	}
	return list;
}

static json_t *lines_json(const struct collector *collector)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:o}", "read", count_json(collector->lines), "verdicts",
			 count_json(collector->verdicts), "deliveries", count_json(collector->deliveries),
			 "unreadable", count_json(collector->unreadable), "cut", count_json(collector->cut));
}

static json_t *period_json(const struct collector *collector)
{
	return json_pack("{s:o, s:o, s:o, s:o}", "since", report_json_time(collector->scope.since), "until",
			 report_json_time(collector->scope.until), "first",
			 report_json_time(collector->first), "last", report_json_time(collector->last));
}

json_t *report_json(struct collector *collector)
{
	bool passes_logged = collector->incoming.passes_logged;
	json_t *report;

	tally_sort(&collector->hosts);
	report = json_pack("{s:o, s:o, s:o, s:o, s:b, s:o, s:o}", "period", period_json(collector), "lines",
			   lines_json(collector), "hosts", tally_json(&collector->hosts), "days",
			   days_json(&collector->days), "passes_logged", passes_logged, "incoming",
			   direction_json(&collector->incoming.parties, &incoming_direction, passes_logged),
			   "outgoing",
			   direction_json(&collector->outgoing.parties, &outgoing_direction, passes_logged));
	if (report != NULL && collector->replayed.policy != NULL)
		(void)json_object_set_new(
			report, "replayed",
			direction_json(&collector->replayed.parties, &replayed_direction, true));
	return report;
}
