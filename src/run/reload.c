/* SPDX-License-Identifier: MIT */
/*
 * Knows how to replace the configuration, and nothing of what is in it, nor of
 * who asks for that (daemon/reloader.c).
 */
#include "run/reload.h"

#include <assert.h>
#include <stdlib.h>

#include "config/clock.h"
#include "config/config.h"
#include "run/counters.h"
#include "run/log.h"
#include "run/notify.h"
#include "run/policy_log.h"
#include "run/snapshot.h"
#include "run/trial.h"
#include "util/memory.h"

static void log_needed_restart(const struct config *config)
{
	struct snapshot *in_force = snapshot_acquire();
	char *settings = daemon_settings_at_start();

	if (in_force != NULL &&
	    daemon_settings_need_restart(&snapshot_config(in_force)->daemon, &config->daemon))
		log_line(LOG_SEVERITY_WARNING, "%s of \"daemon\" change at the next start only", settings);
	free(settings);
	snapshot_release(&in_force);
}

static void read_and_swap(const char *path, struct reload_report *report_r)
{
	struct snapshot *in_force = snapshot_acquire();
	int64_t began = clock_monotonic(), read;
	struct config *config =
		in_force != NULL ? trial_reload(path, snapshot_config(in_force), &report_r->diagnostics)
				 : config_load(path, &report_r->diagnostics);

	snapshot_release(&in_force);
	report_r->reloaded = config != NULL;
	read = clock_monotonic();
	report_r->read_ns = read - began;
	if (config == NULL)
		return;
	log_needed_restart(config);
	began = clock_monotonic();
	snapshot_publish(config);
	report_r->swap_ns = clock_monotonic() - began;
}

bool reload_policy(const char *path, struct diagnostics *diagnostics)
{
	struct reload_report report = {0};

	read_and_swap(path, &report);
	diagnostics_take(diagnostics, &report.diagnostics);
	reload_report_fini(&report);
	return report.reloaded;
}

void reload_report_fini(struct reload_report *report)
{
	diagnostics_fini(&report->diagnostics);
}

void reloads_init(struct reloads *reloads, const char *path)
{
	*reloads = (struct reloads){.path = path, .loaded = time(NULL)};
	counters_policy_loaded(reloads->loaded);
}

void reloads_fini(struct reloads *reloads)
{
	free(reloads->error);
	reloads->error = NULL;
}

static void log_diagnostics(const struct diagnostics *diagnostics)
{
	for (size_t i = 0; i < diagnostics->count; i++) {
		char *text = diagnostic_text(&diagnostics->list[i]);

		log_line(LOG_SEVERITY_WARNING, "%s", text);
		free(text);
	}
	if (diagnostics->unlisted > 0)
		log_line(LOG_SEVERITY_WARNING, "and %zu more", diagnostics->unlisted);
}

static void log_reloaded(const char *path, const struct config *before, const struct config *config)
{
	char *summary = policy_log_summary(config);

	log_line(LOG_SEVERITY_INFO, "policy reloaded from %s: %s", path, summary);
	policy_log_postfix(config);
	policy_log_losses(before, config);
	free(summary);
}

/* The first error; there is one. The caller frees it. */
static char *first_error(const struct diagnostics *diagnostics)
{
	for (size_t i = 0; i < diagnostics->count; i++)
		if (diagnostics->list[i].severity == SEVERITY_ERROR)
			return diagnostic_text(&diagnostics->list[i]);
	return xstrdup("");
}

static void note_reload(struct reloads *reloads, const struct reload_report *report)
{
	free(reloads->error);
	reloads->error = report->reloaded ? NULL : first_error(&report->diagnostics);
	reloads->tried = time(NULL);
	counters_reload(report->reloaded);
	if (report->reloaded) {
		reloads->loaded = reloads->tried;
		counters_policy_loaded(reloads->loaded);
		reloads->succeeded++;
	} else {
		reloads->failed++;
	}
}

void reload_and_log(struct reloads *reloads, struct reload_report *report_r)
{
	struct snapshot *before = snapshot_acquire(), *in_force;

	notify_reloading();
	*report_r = (struct reload_report){0};
	read_and_swap(reloads->path, report_r);
	note_reload(reloads, report_r);
	in_force = snapshot_acquire();
	assert(before != NULL && in_force != NULL &&
	       report_r->reloaded == (report_r->diagnostics.errors == 0));
	log_diagnostics(&report_r->diagnostics);
	if (report_r->reloaded)
		log_reloaded(reloads->path, snapshot_config(before), snapshot_config(in_force));
	else
		log_line(LOG_SEVERITY_WARNING, "policy not reloaded from %s: the one in force stays",
			 reloads->path);
	snapshot_release(&in_force);
	snapshot_release(&before);
	notify_ready();
}

void reload_log_start(void)
{
	struct snapshot *in_force = snapshot_acquire();
	char *summary;

	assert(in_force != NULL);
	summary = policy_log_summary(snapshot_config(in_force));
	log_line(LOG_SEVERITY_INFO, "policy in force: %s", summary);
	policy_log_postfix(snapshot_config(in_force));
	free(summary);
	snapshot_release(&in_force);
}
