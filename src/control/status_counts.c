/* SPDX-License-Identifier: MIT */
/* What forcedtls status says of the mail since the start. */
#include "control/status_counts.h"

#include "control/reply.h"
#include "run/verdict_counters.h"
#include "util/memory.h"

#define VERDICTS (VERDICT_REJECT + 1)
#define REASONS (REASON_INTERNAL + 1)

/* Of all connectors and services together. */
struct sums {
	uint64_t counts[2][VERDICTS][REASONS]; /* the second: tested */
};

static void add_to_sum(void *context, const struct verdict_count *count)
{
	struct sums *sums = context;

	sums->counts[count->tested][count->verdict][count->reason] += count->count;
}

static void append_verdict(json_t *list, const struct sums *sums, bool tested, size_t verdict, size_t reason)
{
	json_t *entry;
	struct strbuf name = {0};

	if (sums->counts[tested][verdict][reason] == 0)
		return;
	entry = json_object();
	strbuf_printf(&name, "%s%s", tested ? "would-" : "", verdict_name((enum verdict)verdict));
	reply_add_text(entry, "verdict", name.text);
	reply_add_text(entry, "reason", reason == REASON_NONE ? NULL : reason_name((enum reason)reason));
	reply_add_number(entry, "count", sums->counts[tested][verdict][reason]);
	(void)json_array_append_new(list, entry);
	strbuf_fini(&name);
}

json_t *status_verdicts(void)
{
	json_t *list = json_array();
	struct sums sums = {0};

	verdict_counters_each(add_to_sum, &sums);
	for (int tested = 0; tested < 2; tested++)
		for (size_t verdict = 0; verdict < VERDICTS; verdict++)
			for (size_t reason = 0; reason < REASONS; reason++)
				append_verdict(list, &sums, tested != 0, verdict, reason);
	return list;
}

static json_t *status_handed_over(unsigned handed)
{
	json_t *list = json_array();

	for (size_t i = 0; i < COUNTERS_HANDED; i++)
		if ((handed & 1u << i) != 0)
			reply_append_text(list, counters_handed_name(i));
	return list;
}

json_t *status_mtas(void)
{
	static const char *const names[COUNTERS_MTAS] = {
		[MTA_UNKNOWN] = "unknown", [MTA_POSTFIX] = "postfix", [MTA_SENDMAIL] = "sendmail"};
	json_t *list = json_array();

	for (int i = 0; i < COUNTERS_MTAS; i++) {
		struct mta_count count = counters_mta((enum mta)i);
		json_t *entry;

		if (count.sessions == 0)
			continue;
		entry = json_object();
		reply_add_text(entry, "mta", names[i]);
		reply_add_number(entry, "sessions", count.sessions);
		reply_add(entry, "hands_over", status_handed_over(count.handed));
		(void)json_array_append_new(list, entry);
	}
	return list;
}
