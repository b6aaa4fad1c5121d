/* SPDX-License-Identifier: MIT */
/* What one is reminded of, in words. Reads no clock and no file. */
#include "run/reminder.h"

#include <stdlib.h>

#include "policy/certificate_end.h"
#include "util/date.h"
#include "util/memory.h"

#define PERIOD ((time_t)REMINDER_DAYS * 86400)

/* One kind under way. */
struct reminding {
	const struct reminder_facts *facts;
	reminder_say *say;
	void *context;
	size_t count;
};

/* Ends text. */
static void remind(struct reminding *reminding, struct strbuf *text)
{
	if (reminding->count++ < REMINDER_LINES_MAX)
		reminding->say(reminding->context, text->text);
	strbuf_fini(text);
}

/* Ends a kind: what was not said is counted. */
static void remind_of_rest(struct reminding *reminding, const char *kind)
{
	struct strbuf text = {0};

	if (reminding->count > REMINDER_LINES_MAX) {
		strbuf_printf(&text, "reminder: %s: and %zu more", kind,
			      reminding->count - REMINDER_LINES_MAX);
		reminding->say(reminding->context, text.text);
	}
	strbuf_fini(&text);
	reminding->count = 0;
}

/* The last day of a connector on which any of its entries counts comes first where it has passed. */
static void remind_of_ended(struct reminding *reminding, const struct policy *policy)
{
	date_t today = date_from_time(reminding->facts->now);

	for (size_t i = 0; i < policy->connector_count; i++) {
		const struct connector *connector = policy->connectors[i];
		date_t last = require_last_day(&connector->require);
		char day[DATE_TEXT_SIZE];
		struct strbuf text = {0};

		if (last == 0 || last >= today)
			continue;
		strbuf_printf(
			&text,
			"reminder: certificate-entry: connector %s: the last of its entries ended on %s",
			connector->name, date_print(last, day));
		remind(reminding, &text);
	}
}

static void remind_of_ends(struct reminding *reminding, const struct policy *policy)
{
	date_t last_day = date_add_days(date_from_time(reminding->facts->now), REMINDER_DAYS);
	size_t count;
	struct certificate_end *ends =
		certificate_ends(policy, date_from_time(reminding->facts->now), &count);

	for (size_t i = 0; i < count && ends[i].entry->valid_to <= last_day; i++) {
		const struct connector *connector = ends[i].connector;
		char day[DATE_TEXT_SIZE];
		struct strbuf text = {0};

		strbuf_printf(&text, "reminder: certificate-entry: connector %s: ", connector->name);
		certificate_entry_print(ends[i].entry, &text);
		strbuf_printf(&text, " ends on %s, %s", date_print(ends[i].entry->valid_to, day),
			      require_last_day(&connector->require) == ends[i].entry->valid_to
				      ? "and none of its entries counts after that"
				      : "and another one counts after that");
		remind(reminding, &text);
	}
	free(ends);
}

static bool is_long_ago(const struct reminder_facts *facts, time_t since)
{
	return facts->now - since > PERIOD;
}

static void remind_of_test(struct reminding *reminding, const char *what, const char *name, time_t since)
{
	char day[DATE_TEXT_SIZE];
	struct strbuf text = {0};

	strbuf_printf(&text, "reminder: test-mode: %s%s: in test mode since %s or before", what, name,
		      date_print(date_from_time(since), day));
	remind(reminding, &text);
}

/* Where the whole policy is, that says it for each. */
static void remind_of_tests(struct reminding *reminding, const struct policy *policy)
{
	const struct reminder_facts *facts = reminding->facts;

	if (policy->mode == MODE_TEST && is_long_ago(facts, facts->policy_tested)) {
		remind_of_test(reminding, "the whole policy", "", facts->policy_tested);
		return;
	}
	for (size_t i = 0; i < policy->connector_count; i++)
		if (policy->connectors[i]->mode == MODE_TEST && is_long_ago(facts, facts->tested[i]))
			remind_of_test(reminding, "connector ", policy->connectors[i]->name,
				       facts->tested[i]);
}

static void remind_of_doctor(struct reminding *reminding)
{
	const struct reminder_facts *facts = reminding->facts;
	time_t last = facts->doctored > facts->started ? facts->doctored : facts->started;
	char day[DATE_TEXT_SIZE];
	struct strbuf text = {0};

	if (!is_long_ago(facts, last))
		return;
	strbuf_printf(&text, "reminder: doctor: forcedtls doctor has not been run since %s%s",
		      date_print(date_from_time(last), day),
		      last == facts->doctored ? "" : ", when the daemon started");
	remind(reminding, &text);
}

void reminder_each(const struct config *config, const struct reminder_facts *facts, reminder_say *say,
		   void *context)
{
	struct reminding reminding = {.facts = facts, .say = say, .context = context};

	remind_of_ended(&reminding, config->policy);
	remind_of_ends(&reminding, config->policy);
	remind_of_rest(&reminding, "certificate-entry");
	remind_of_tests(&reminding, config->policy);
	remind_of_rest(&reminding, "test-mode");
	remind_of_doctor(&reminding);
}
