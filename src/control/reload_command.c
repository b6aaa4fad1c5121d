/* SPDX-License-Identifier: MIT */
/* forcedtls reload: what a reload came to. How one is done is run/reload's. */
#include <stdlib.h>

#include "control/command.h"
#include "control/policy_changes.h"
#include "control/reply.h"
#include "run/process.h"
#include "run/snapshot.h"

static json_t *reload_messages(const struct diagnostics *diagnostics)
{
	json_t *messages = json_array();

	for (size_t i = 0; i < diagnostics->count; i++) {
		char *text = diagnostic_text(&diagnostics->list[i]);

		reply_append_text(messages, text);
		free(text);
	}
	return messages;
}

static void add_what_it_took(const struct reload_report *report, json_t *reply)
{
	reply_add_seconds(reply, "read_seconds", report->read_ns);
	reply_add_seconds(reply, "swap_seconds", report->swap_ns);
	reply_add_number(reply, "resident_bytes", process_resident_bytes());
}

static void reload_add_policy(const struct snapshot *before, const json_t *request, json_t *reply)
{
	struct snapshot *in_force = snapshot_acquire();
	const struct config *config = snapshot_config(in_force);

	reply_add_text(reply, "digest", config->digest);
	reply_add_number(reply, "connectors", config->policy->connector_count);
	if (json_is_true(json_object_get(request, "verbose")))
		reply_add(reply, "changes", policy_changes(snapshot_config(before), config));
	snapshot_release(&in_force);
}

void control_reload(const struct service_context *context, const json_t *request, json_t *reply)
{
	struct snapshot *before = snapshot_acquire();
	struct reload_report report;

	reload_and_log(context->reloads, &report);
	if (!report.reloaded)
		reply_fail(reply,
			   diagnostics_are_temporary(&report.diagnostics)
				   ? "the policy cannot be taken now, and the one that was in force stays"
				   : "the policy has errors, and the one that was in force stays");
	reply_add_text(reply, "file", context->reloads->path);
	reply_add_bool(reply, "reloaded", report.reloaded);
	add_what_it_took(&report, reply);
	if (report.reloaded)
		reload_add_policy(before, request, reply);
	reply_add(reply, "messages", reload_messages(&report.diagnostics));
	reply_add_number(reply, "messages_unlisted", report.diagnostics.unlisted);
	reload_report_fini(&report);
	snapshot_release(&before);
}
