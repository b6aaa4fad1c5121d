/* SPDX-License-Identifier: MIT */
/*
 * From a line to whoever counts it. What it does not know it counts and passes
 * over: a log of a mail system has much else in it.
 */
#include "report/collector.h"

/* For texts that peers chose, over all; with the rest of the program it stays far below 100 MB. */
#define BUDGET ((size_t)40 * 1024 * 1024)

#define HOSTS_MAX ((size_t)200)

void collector_init(struct collector *collector_r, const struct collector_wishes *wishes)
{
	*collector_r = (struct collector){.clock = {.now = wishes->now},
					  .scope = *wishes->scope,
					  .budget = BUDGET,
					  .ciphers = wishes->ciphers,
					  .suggests = wishes->suggest};
	incoming_init(&collector_r->incoming, &collector_r->scope, &collector_r->days, &collector_r->budget);
	outgoing_init(&collector_r->outgoing, &collector_r->scope, wishes->policy, &collector_r->days,
		      &collector_r->budget);
	collector_r->replayed = (struct replayed){.policy = wishes->replayed,
						  .scope = &collector_r->scope,
						  .parties = {.budget = &collector_r->budget}};
	collector_r->suggestions =
		(struct suggestions){.budget = &collector_r->budget, .scope = &collector_r->scope};
}

/* Of one that something was counted of. */
static void note(struct collector *collector, const struct log_line *line)
{
	if (line->host[0] != '\0')
		tally_add(&collector->hosts, line->host, 1, line->time, HOSTS_MAX, &collector->budget);
	if (line->time == 0)
		return;
	if (collector->first == 0 || line->time < collector->first)
		collector->first = line->time;
	if (line->time > collector->last)
		collector->last = line->time;
}

/* A session that no other line was about yet. */
static void add_session(struct collector *collector, const struct log_line *line,
			const struct verdict_line *verdict, const struct incoming_news *news)
{
	const struct policy *policy = collector->replayed.policy;
	struct replay replay;

	if (policy == NULL)
		policy = collector->ciphers;
	if (policy == NULL)
		return;
	if (replay_init(&replay, policy, line, verdict)) {
		if (collector->suggests)
			suggestions_add(&collector->suggestions, policy, &replay, news, line->time);
		if (collector->replayed.policy != NULL)
			replayed_add(&collector->replayed, &replay, verdict, line->time);
	}
	replay_fini(&replay);
}

static void add_verdict(struct collector *collector, struct log_line *line)
{
	struct verdict_line verdict;
	struct incoming_news news;

	if (!scope_has_time(&collector->scope, line->time) || !verdict_line_read(line, &verdict))
		return;
	collector->verdicts++;
	note(collector, line);
	news = incoming_add(&collector->incoming, line, &verdict);
	if (news.is_first)
		add_session(collector, line, &verdict, &news);
	else if (news.is_verdict && !news.passed && collector->suggests)
		suggestions_refuse(&collector->suggestions, news.place, line->time);
}

/* A session may begin before the period and carry a message within it. */
static void add_postfix(struct collector *collector, const struct log_line *line)
{
	struct postfix_session session;
	struct postfix_delivery delivery;

	if (postfix_session_read(line, &session)) {
		outgoing_add_session(&collector->outgoing, line, &session);
	} else if (scope_has_time(&collector->scope, line->time) && postfix_delivery_read(line, &delivery)) {
		collector->deliveries++;
		note(collector, line);
		outgoing_add_delivery(&collector->outgoing, line, &delivery);
	}
}

void collector_add(void *context, char *text, size_t length, bool cut)
{
	struct collector *collector = context;
	struct log_line line;

	collector->lines++;
	collector->cut += cut;
	if (!log_line_read(&collector->clock, text, &line))
		collector->unreadable += length > 0;
	else if (log_line_is_ours(&line))
		add_verdict(collector, &line);
	else if (postfix_is(&line, "smtp"))
		add_postfix(collector, &line);
	log_line_fini(&line);
}

void collector_fini(struct collector *collector)
{
	incoming_fini(&collector->incoming);
	outgoing_fini(&collector->outgoing);
	replayed_fini(&collector->replayed);
	suggestions_fini(&collector->suggestions);
	tally_fini(&collector->hosts);
	days_fini(&collector->days);
}
