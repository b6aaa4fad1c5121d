/* SPDX-License-Identifier: MIT */
/*
 * Reloads on request, in a thread of its own so that no mail waits for it, and
 * in another frees what was replaced.
 * Knows how to replace the configuration, and nothing of what is in it.
 */
#include "run/reload.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "config/config.h"
#include "run/log.h"
#include "run/policy_log.h"
#include "run/signals.h"
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

void reload_and_log(const char *path)
{
	struct diagnostics diagnostics = {0};
	struct snapshot *before = snapshot_acquire();
	bool reloaded = reload_policy(path, &diagnostics);
	struct snapshot *in_force = snapshot_acquire();

	log_diagnostics(&diagnostics);
	if (reloaded)
		log_reloaded(path, snapshot_config(before), snapshot_config(in_force));
	else
		log_line(LOG_SEVERITY_WARNING, "policy not reloaded from %s: the one in force stays", path);
	snapshot_release(&in_force);
	snapshot_release(&before);
	diagnostics_fini(&diagnostics);
}

void reload_log_start(void)
{
	struct snapshot *in_force = snapshot_acquire();
	char *summary = policy_log_summary(snapshot_config(in_force));

	log_line(LOG_SEVERITY_INFO, "policy in force: %s", summary);
	free(summary);
	snapshot_release(&in_force);
}

static void *serve(void *argument)
{
	struct reloader *reloader = argument;

	for (;;) {
		signals_wait_reload();
		if (atomic_load(&reloader->stopping))
			return NULL;
		reload_and_log(reloader->path);
	}
}

static void stop_reaper(void)
{
	int error = snapshot_reaper_stop();

	if (error != 0)
		log_line(LOG_SEVERITY_WARNING, "cannot end the thread that frees policies: %s",
			 strerror(error));
}

bool reload_start(struct reloader *reloader, const char *path)
{
	int error;

	if (access(path, R_OK) < 0)
		log_line(LOG_SEVERITY_WARNING,
			 "%s cannot be read as the user of the daemon (%s): reloads will fail", path,
			 strerror(errno));
	reloader->path = path;
	atomic_init(&reloader->stopping, false);
	error = snapshot_reaper_start();
	if (error != 0) {
		log_line(LOG_SEVERITY_FATAL, "cannot start the thread that frees policies: %s",
			 strerror(error));
		return false;
	}
	error = signals_create_thread(&reloader->thread, serve, reloader);
	if (error != 0) {
		log_line(LOG_SEVERITY_FATAL, "cannot start the reload thread: %s", strerror(error));
		stop_reaper();
	}
	return error == 0;
}

/* 0, or why the thread has not ended within patience_ms. */
static int join_within(pthread_t thread, unsigned patience_ms)
{
	struct timespec until;

	if (clock_gettime(CLOCK_REALTIME, &until) < 0)
		return errno;
	until.tv_nsec += (long)patience_ms * 1000000;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	return pthread_timedjoin_np(thread, NULL, &until);
}

bool reload_stop(struct reloader *reloader, unsigned patience_ms)
{
	int error;

	atomic_store(&reloader->stopping, true);
	error = pthread_kill(reloader->thread, SIGUSR1);
	if (error == 0)
		error = join_within(reloader->thread, patience_ms);
	if (error == ETIMEDOUT)
		log_line(LOG_SEVERITY_INFO, "stopped in the middle of a reload");
	else if (error != 0)
		log_line(LOG_SEVERITY_WARNING, "cannot end the reload thread: %s", strerror(error));
	if (error != 0)
		return false;
	stop_reaper();
	return true;
}
