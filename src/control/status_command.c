/* SPDX-License-Identifier: MIT */
/* forcedtls status: how the daemon is, and what is to be mended. */
#include <sys/stat.h>
#include <unistd.h>

#include "control/command.h"
#include "control/reply.h"
#include "control/status_counts.h"
#include "control/status_policy.h"
#include "run/counters.h"
#include "run/process.h"
#include "run/snapshot.h"
#include "run/watched.h"
#include "util/memory.h"

static void add_problem(json_t *problems, const char *what, const char *which)
{
	struct strbuf text = {0};

	strbuf_printf(&text, "%s%s", what, which);
	reply_append_text(problems, text.text);
	strbuf_fini(&text);
}

/* The file is another one than that of the policy in force: written since, and not loaded. */
static bool is_newer(const struct reloads *reloads)
{
	time_t last = reloads->tried > reloads->loaded ? reloads->tried : reloads->loaded;
	struct stat st;

	return stat(reloads->path, &st) == 0 && st.st_mtime > last;
}

static json_t *status_policy(const struct reloads *reloads, const struct config *config)
{
	json_t *policy = json_object();

	reply_add_text(policy, "file", reloads->path);
	reply_add_text(policy, "digest", config->digest);
	reply_add_time(policy, "loaded", reloads->loaded);
	reply_add_text(policy, "mode", mode_name(config->policy->mode));
	reply_add_text(policy, "from_postfix", config->from_postfix);
	return policy;
}

static json_t *last_reload(const struct reloads *reloads, json_t *problems)
{
	json_t *reload = json_object();

	reply_add_time(reload, "tried", reloads->tried);
	reply_add_text(reload, "result",
		       reloads->tried == 0      ? NULL
		       : reloads->error == NULL ? "ok"
						: "failed");
	reply_add_text(reload, "error", reloads->error);
	reply_add_number(reload, "succeeded", reloads->succeeded);
	reply_add_number(reload, "failed", reloads->failed);
	if (reloads->error != NULL)
		add_problem(problems, "the last reload failed: ", reloads->error);
	else if (is_newer(reloads))
		add_problem(problems, "not loaded yet, and newer than the policy in force: ", reloads->path);
	return reload;
}

static json_t *service_status(const struct open_service *one, json_t *problems)
{
	struct service_count count = counters_service(one->service->stream.counted);
	bool in_place = atomic_load(&one->in_place);
	json_t *service = json_object();

	reply_add_text(service, "service", counters_service_name(one->service->stream.counted));
	reply_add_text(service, "socket", one->socket);
	reply_add_bool(service, "in_place", in_place);
	reply_add_number(service, "sessions_open", count.open);
	reply_add_number(service, "sessions", count.sessions);
	if (one->service->thread != SERVICE_THREAD_OWN) {
		reply_add_number(service, "requests", count.requests);
		reply_add_number(service, "malformed", count.malformed);
	}
	if (!in_place)
		add_problem(problems, "nobody reaches the daemon there: ", one->socket);
	return service;
}

static json_t *services_status(const struct service_context *context, json_t *problems)
{
	json_t *services = json_array();

	for (size_t i = 0; i < context->service_count; i++)
		(void)json_array_append_new(services, service_status(&context->services[i], problems));
	return services;
}

/* When doctor looked the last time, and what it found; null before. */
static json_t *doctor_status(json_t *problems)
{
	struct doctored doctored = watched_doctored();
	json_t *doctor = json_object();

	reply_add_time(doctor, "ran", doctored.at);
	reply_add_number(doctor, "errors", doctored.errors);
	reply_add_number(doctor, "warnings", doctored.warnings);
	if (doctored.errors > 0)
		add_problem(problems, "forcedtls doctor found errors: ", "run it again");
	return doctor;
}

void control_status(const struct service_context *context, const json_t *request, json_t *reply)
{
	struct snapshot *in_force = snapshot_acquire();
	const struct config *config = snapshot_config(in_force);
	json_t *problems = json_array();
	time_t now = time(NULL);

	(void)request;
	reply_add_text(reply, "version", PACKAGE_VERSION);
	reply_add_number(reply, "pid", (uint64_t)getpid());
	reply_add_time(reply, "started", context->started);
	reply_add(reply, "policy", status_policy(context->reloads, config));
	reply_add(reply, "connectors", status_connectors(config));
	reply_add(reply, "services", services_status(context, problems));
	reply_add(reply, "verdicts", status_verdicts());
	reply_add(reply, "mta", status_mtas());
	reply_add(reply, "last_reload", last_reload(context->reloads, problems));
	reply_add(reply, "doctor", doctor_status(problems));
	reply_add(reply, "certificates_ending", status_ending(config, now));
	reply_add_number(reply, "resident_bytes", process_resident_bytes());
	reply_add_number(reply, "log_lines_lost", counters_lines_lost());
	status_ended(config, now, problems);
	reply_add(reply, "problems", problems);
	snapshot_release(&in_force);
}
