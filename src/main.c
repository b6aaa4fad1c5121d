/* SPDX-License-Identifier: MIT */
/*
 * forcedtlsd(8): options, and the order in which things start and stop. What
 * each of them does is elsewhere.
 */
#include <stdbool.h>
#include <stdio.h>
#include <sysexits.h>

#include "config/config.h"
#include "door/doors.h"
#include "door/milter.h"
#include "run/daemon.h"
#include "run/limits.h"
#include "run/log.h"
#include "run/notify.h"
#include "run/options.h"
#include "run/pidfile.h"
#include "run/presented.h"
#include "run/privilege.h"
#include "run/reload.h"
#include "run/signals.h"
#include "run/snapshot.h"

#define PROGRAM "forcedtlsd"

/* Loads the policy file and puts it into force; what is wrong with it goes to standard error. */
static int load(const char *file)
{
	struct diagnostics diagnostics = {0};
	bool loaded = reload_policy(file, &diagnostics);

	(void)diagnostics_print(&diagnostics, stderr);
	diagnostics_fini(&diagnostics);
	if (!loaded)
		log_line(LOG_SEVERITY_FATAL,
			 "not started: mend %s (forcedtls check -c %s shows what is wrong)", file, file);
	return loaded ? EX_OK : EX_CONFIG;
}

/* Serves until it is told to stop. */
static int serve(const struct options *options, struct doors *doors, int ready)
{
	struct reloader reloader;
	int status = EX_OSERR;

	if (!reload_start(&reloader, options->absolute_file))
		return EX_OSERR;
	if (doors_start(doors)) {
		if (!options->foreground)
			daemon_ready(ready);
		notify_ready();
		log_line(LOG_SEVERITY_INFO,
			 PROGRAM " " PACKAGE_VERSION " started: policy %s, milter socket %s", options->file,
			 doors->milter);
		status = milter_serve() ? EX_OK : EX_SOFTWARE;
		if (status != EX_OK)
			log_line(LOG_SEVERITY_FATAL,
				 "stopped: libmilter failed, and its own message says why");
	}
	if (!doors_stop(doors))
		status = EX_SOFTWARE;
	reload_stop(&reloader);
	if (status == EX_OK)
		log_line(LOG_SEVERITY_INFO, PROGRAM " " PACKAGE_VERSION " stopped");
	return status;
}

/* With the sockets open: what is left of becoming a daemon, and the daemon itself. */
static int run(const struct options *options, const struct identity *identity, struct doors *doors,
	       struct snapshot **first)
{
	struct pidfile pidfile = PIDFILE_NONE;
	int status = EX_OSERR, ready = -1;

	if (!options->foreground && !daemon_detach(&ready))
		return EX_OSERR;
	signals_leave_to_libmilter();
	if (options->pidfile != NULL && !pidfile_create(options->pidfile, &pidfile))
		return EX_CANTCREAT;
	if (privilege_drop(identity)) {
		if (!options->foreground)
			log_to_syslog(PROGRAM, snapshot_config(*first)->daemon.syslog_facility);
		snapshot_release(first); /* or the first policy would stay for ever */
		status = serve(options, doors, ready);
	}
	pidfile_remove(&pidfile);
	return status;
}

static int start(const struct options *options)
{
	struct snapshot *first = snapshot_acquire();
	const struct daemon_settings *settings = &snapshot_config(first)->daemon;
	struct identity identity;
	struct doors doors;
	int status = EX_NOUSER;

	limits_raise();
	if (identity_find(settings->user, settings->socket_group, &identity)) {
		const struct socket_access access = {identity.uid, identity.socket_group,
						     settings->socket_mode};

		status = doors_open(settings, options->socket, &access, &doors);
		if (status == EX_OK)
			status = run(options, &identity, &doors, &first);
		doors_close(&doors, status == EX_OK);
	}
	snapshot_release(&first);
	return status;
}

int main(int argc, char **argv)
{
	struct options options;
	int status = EX_USAGE;

	signals_block_reload();
	if (!daemon_open_standard_descriptors())
		return EX_OSERR;
	log_to_stderr(PROGRAM);
	if (options_parse(argc, argv, &options)) {
		if (options.version)
			status = puts(PROGRAM " " PACKAGE_VERSION) < 0 || fflush(stdout) < 0 ? EX_IOERR
											     : EX_OK;
		else
			status = load(options.file);
		if (status == EX_OK && !options.version)
			status = start(&options);
	}
	snapshot_retire();
	presented_clear();
	options_fini(&options);
	return status;
}
