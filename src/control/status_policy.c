/* SPDX-License-Identifier: MIT */
/* What forcedtls status says of the policy in force. */
#include "control/status_policy.h"

#include <stdlib.h>

#include "control/reply.h"
#include "policy/certificate_end.h"
#include "util/date.h"
#include "util/memory.h"

json_t *status_connectors(const struct config *config)
{
	const struct policy *policy = config->policy;
	json_t *numbers = json_object();
	size_t tested = 0;

	for (size_t i = 0; i < policy->connector_count; i++)
		tested += policy_tests(policy, policy->connectors[i]);
	reply_add_number(numbers, "enforced", policy->connector_count - tested);
	reply_add_number(numbers, "tested", tested);
	reply_add_number(numbers, "disabled", config->disabled_count);
	return numbers;
}

json_t *status_ending(const struct config *config, time_t now)
{
	json_t *endings = json_array();
	size_t count;
	struct certificate_end *list = certificate_ends(config->policy, date_from_time(now), &count);

	for (size_t i = 0; i < count && i < STATUS_ENTRIES_MAX; i++) {
		json_t *ending = json_object();
		struct strbuf text = {0};

		certificate_entry_print(list[i].entry, &text);
		reply_add_text(ending, "connector", list[i].connector->name);
		reply_add_text(ending, "certificate", text.text);
		reply_add_day(ending, "valid_to", list[i].entry->valid_to);
		(void)json_array_append_new(endings, ending);
		strbuf_fini(&text);
	}
	free(list);
	return endings;
}

void status_ended(const struct config *config, time_t now, json_t *problems)
{
	const struct policy *policy = config->policy;
	date_t soon = date_add_days(date_from_time(now), STATUS_DAYS);

	for (size_t i = 0; i < policy->connector_count; i++) {
		const struct connector *connector = policy->connectors[i];
		date_t last = require_last_day(&connector->require);
		char day[DATE_TEXT_SIZE];
		struct strbuf text = {0};

		if (last == 0 || last >= soon || policy_tests(policy, connector))
			continue;
		strbuf_printf(&text, "connector %s: its last certificate entry %s on %s", connector->name,
			      last < date_from_time(now) ? "ended" : "ends", date_print(last, day));
		reply_append_text(problems, text.text);
		strbuf_fini(&text);
	}
}
