/* SPDX-License-Identifier: MIT */
/* When one is reminded, and what of. The words are those of run/reminder.c. */
#include "run/reminders.h"

#include <assert.h>
#include <stdlib.h>

#include "run/log.h"
#include "run/reminder.h"
#include "run/snapshot.h"
#include "run/watched.h"
#include "util/memory.h"

void reminders_init(struct reminders *reminders_r, time_t now)
{
	*reminders_r = (struct reminders){.started = now};
}

void reminders_fini(struct reminders *reminders)
{
	test_times_fini(&reminders->tests);
}

static void reminders_log(void *context, const char *text)
{
	(void)context;
	log_line(LOG_SEVERITY_WARNING, "%s", text);
}

static void reminders_say(const struct reminders *reminders, const struct config *config, time_t now)
{
	const struct policy *policy = config->policy;
	time_t *tested = xcalloc(policy->connector_count, sizeof *tested);
	struct reminder_facts facts = {.now = now,
				       .started = reminders->started,
				       .doctored = watched_doctored().at,
				       .tested = tested};

	if (policy->mode == MODE_TEST)
		facts.policy_tested = test_times_since(&reminders->tests, policy, NULL, now);
	for (size_t i = 0; i < policy->connector_count; i++)
		if (policy->connectors[i]->mode == MODE_TEST)
			tested[i] = test_times_since(&reminders->tests, policy, policy->connectors[i], now);
	reminder_each(config, &facts, reminders_log, NULL);
	free(tested);
}

void reminders_tick(struct reminders *reminders, time_t now)
{
	struct snapshot *in_force = snapshot_acquire();
	date_t today = date_from_time(now);

	assert(in_force != NULL);
	test_times_see(&reminders->tests, snapshot_config(in_force), now);
	if (reminders->said != today) {
		reminders->said = today;
		reminders_say(reminders, snapshot_config(in_force), now);
	}
	snapshot_release(&in_force);
}
