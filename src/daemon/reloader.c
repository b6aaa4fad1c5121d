/* SPDX-License-Identifier: MIT */
/*
 * The thread that reloads, and the one that frees what was replaced. Knows
 * when to reload, and nothing of how that is done.
 */
#include "daemon/reloader.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "run/log.h"
#include "run/signals.h"
#include "run/snapshot.h"

/* Who asks for reloads is an administrator: few at once, and none with long requests. */
static const struct stream_limits reloader_limits = {
	.patience_ms = 30000, .connections = 16, .bytes = (size_t)1024 * 1024};

static void on_signal(void *context)
{
	struct reloader *reloader = context;
	struct reload_report report;

	if (!signals_take_reload(reloader->signals))
		return;
	reload_and_log(&reloader->reloads, &report);
	reload_report_fini(&report);
}

static bool watch_signals(struct reloader *reloader)
{
	reloader->signals = signals_open_reload();
	if (reloader->signals >= 0)
		return stream_server_watch(reloader->server, reloader->signals, on_signal, reloader);
	log_line(LOG_SEVERITY_FATAL, "cannot wait for SIGUSR1: %s", strerror(errno));
	return false;
}

bool reloader_init(struct reloader *reloader, const char *path)
{
	int error;

	assert(path[0] == '/');
	*reloader = (struct reloader){.signals = -1};
	reloads_init(&reloader->reloads, path);
	if (access(path, R_OK) < 0)
		log_line(LOG_SEVERITY_WARNING,
			 "%s cannot be read as the user of the daemon (%s): reloads will fail", path,
			 strerror(errno));
	error = snapshot_reaper_start();
	if (error != 0) {
		log_line(LOG_SEVERITY_FATAL, "cannot start the thread that frees policies: %s",
			 strerror(error));
		return false;
	}
	reloader->reaping = true;
	reloader->server = stream_server_new("reloads", &reloader_limits);
	return reloader->server != NULL && watch_signals(reloader);
}

bool reloader_start(struct reloader *reloader)
{
	return stream_server_start(reloader->server);
}

static void stop_reaper(struct reloader *reloader)
{
	int error = reloader->reaping ? snapshot_reaper_stop() : 0;

	reloader->reaping = false;
	if (error != 0)
		log_line(LOG_SEVERITY_WARNING, "cannot end the thread that frees policies: %s",
			 strerror(error));
}

bool reloader_stop(struct reloader *reloader, unsigned patience_ms)
{
	if (reloader->server != NULL &&
	    stream_server_stop_within(reloader->server, patience_ms) == STREAM_BUSY) {
		log_line(LOG_SEVERITY_INFO, "stopped in the middle of a reload");
		return false;
	}
	stream_server_free(&reloader->server);
	if (reloader->signals >= 0)
		(void)close(reloader->signals);
	reloader->signals = -1;
	reloads_fini(&reloader->reloads);
	stop_reaper(reloader);
	return true;
}
