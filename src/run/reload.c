/* SPDX-License-Identifier: MIT */
/*
 * Knows how to replace the configuration, and nothing of what is in it, nor of
 * who asks for that (daemon/reloader.c).
 */
#include "run/reload.h"

#include <assert.h>
#include <stdlib.h>

#include "config/config.h"
#include "run/log.h"
#include "run/notify.h"
#include "run/policy_log.h"
#include "run/snapshot.h"

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

bool reload_policy(const char *path, struct diagnostics *diagnostics)
{
	struct config *config = config_load(path, diagnostics);

	if (config == NULL)
		return false;
	log_needed_restart(config);
	snapshot_publish(config);
	return true;
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
	policy_log_losses(before, config);
	free(summary);
}

static void reload_with_log(const char *path)
{
	struct diagnostics diagnostics = {0};
	struct snapshot *before = snapshot_acquire();
	bool reloaded = reload_policy(path, &diagnostics);
	struct snapshot *in_force = snapshot_acquire();

	assert(before != NULL && in_force != NULL && reloaded == (diagnostics.errors == 0));
	log_diagnostics(&diagnostics);
	if (reloaded)
		log_reloaded(path, snapshot_config(before), snapshot_config(in_force));
	else
		log_line(LOG_SEVERITY_WARNING, "policy not reloaded from %s: the one in force stays", path);
	snapshot_release(&in_force);
	snapshot_release(&before);
	diagnostics_fini(&diagnostics);
}

void reload_and_log(const char *path)
{
	notify_reloading();
	reload_with_log(path);
	notify_ready();
}

void reload_log_start(void)
{
	struct snapshot *in_force = snapshot_acquire();
	char *summary;

	assert(in_force != NULL);
	summary = policy_log_summary(snapshot_config(in_force));
	log_line(LOG_SEVERITY_INFO, "policy in force: %s", summary);
	free(summary);
	snapshot_release(&in_force);
}
