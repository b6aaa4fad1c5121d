/* SPDX-License-Identifier: MIT */
/*
 * forcedtlsd(8): options, and the order in which things start and stop. What
 * each of them does is elsewhere.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "config/config.h"
#include "daemon/reloader.h"
#include "daemon/services.h"
#include "milter/milter.h"
#include "run/daemon.h"
#include "run/journal.h"
#include "run/limits.h"
#include "run/log.h"
#include "run/notify.h"
#include "daemon/options.h"
#include "run/pidfile.h"
#include "run/fingerprint_cache.h"
#include "run/privilege.h"
#include "run/reload.h"
#include "run/reminders.h"
#include "run/signals.h"
#include "run/snapshot.h"
#include "run/trial.h"
#include "util/library_memory.h"

#define PROGRAM "forcedtlsd"

/* Loads the policy file and puts it into force; what is wrong with it goes to standard error. */
static int load_first(const char *file)
{
	struct diagnostics diagnostics = {0};
	bool loaded = reload_policy(file, &diagnostics), temporary = diagnostics_are_temporary(&diagnostics);

	(void)diagnostics_print(&diagnostics, stderr);
	diagnostics_fini(&diagnostics);
	if (!loaded)
		log_line(LOG_SEVERITY_FATAL,
			 temporary
				 ? "not started: %s cannot be read now (forcedtls check -c %s tries it again)"
				 : "not started: mend %s (forcedtls check -c %s shows what is wrong)",
			 file, file);
	if (loaded)
		return EX_OK;
	/* What may be well the next time the service manager tries again. */
	return temporary ? EX_TEMPFAIL : EX_CONFIG;
}

/* What the process has, from the first socket on. */
struct process {
	const struct options *options;
	struct identity identity;
	struct socket_access access;
	struct services services;
	struct snapshot *first; /* until it is a daemon */
	struct reloader reloader;
	struct milter_server milter;
	struct reminders reminders;
	bool busy; /* at the end: a thread that is not done with what we have */
};

/* How long the end waits for callbacks, for libmilter and for a reload: with the log less than the second that it may take. */
#define PATIENCE_MS 250

/* Until it is told to stop, or libmilter fails. */
static int serve_mail(struct process *process, int ready)
{
	int signal;

	if (!signals_take_stop() || !milter_start(&process->milter))
		return EX_OSERR;
	if (!process->options->foreground)
		daemon_ready(ready);
	notify_ready();
	reload_log_start();
	log_line(LOG_SEVERITY_INFO, PROGRAM " " PACKAGE_VERSION " started: policy %s, milter socket %s",
		 process->options->file, process->services.list[0].socket);
	reminders_init(&process->reminders, time(NULL));
	while ((signal = signals_wait_stop(SERVICES_LOOK_MS)) == 0) {
		services_look_after(&process->services, &process->access, &process->milter);
		/* Where libmilter's thread took the signal first, its loop looks up in five seconds only. */
		milter_look_again(&process->milter);
		reminders_tick(&process->reminders, time(NULL));
	}
	reminders_fini(&process->reminders);
	process->busy = !milter_stop(&process->milter, signal, PATIENCE_MS);
	if (!atomic_load(&process->milter.ended) || !process->milter.failed)
		return EX_OK;
	log_line(LOG_SEVERITY_FATAL, "stopped: libmilter failed, and its own message says why");
	return EX_SOFTWARE;
}

/* The threads that mail needs, around it. */
static int serve_with_threads(struct process *process, int ready)
{
	int status = EX_OSERR;

	if (reloader_init(&process->reloader, process->options->absolute_file) &&
	    services_start(&process->services, process->reloader.server, &process->reloader.reloads) &&
	    reloader_start(&process->reloader))
		status = serve_mail(process, ready);
	if (!services_stop(&process->services))
		status = EX_SOFTWARE;
	if (!reloader_stop(&process->reloader, PATIENCE_MS))
		process->busy = true;
	if (status == EX_OK)
		log_line(LOG_SEVERITY_INFO, PROGRAM " " PACKAGE_VERSION " stopped");
	return status;
}

/* And around them the log, which then keeps nobody. */
static int serve_and_log(struct process *process, int ready)
{
	int status;

	if (!log_start())
		return EX_OSERR;
	status = serve_with_threads(process, ready);
	log_stop();
	return status;
}

/*
 * Where it logs from here on. Until then it was standard error: of a process
 * that ends at once the journal's socket cannot tell which unit it was.
 */
static void log_as_daemon(const struct process *process)
{
	int facility = snapshot_config(process->first)->daemon.syslog_facility;

	if (process->options->foreground)
		(void)log_to_journal(PROGRAM, JOURNAL_SOCKET, facility);
	else
		log_to_syslog(PROGRAM, _PATH_LOG, facility);
}

/* With the sockets open: what is left of becoming a daemon, and the daemon itself. */
static int run(struct process *process)
{
	const struct options *options = process->options;
	struct pidfile pidfile = PIDFILE_NONE;
	int status = EX_OSERR, ready = -1;

	if (!options->foreground && !daemon_detach(&ready))
		return EX_OSERR;
	signals_block_stop();
	if (options->pidfile != NULL && !pidfile_create(options->pidfile, &process->identity, &pidfile))
		return EX_CANTCREAT;
	if (privilege_drop(&process->identity)) {
		process->identity.is_root = false;
		log_as_daemon(process);
		snapshot_release(&process->first); /* or the first policy would stay for ever */
		status = serve_and_log(process, ready);
	}
	pidfile_remove(&pidfile);
	return status;
}

static int start(struct process *process)
{
	const struct daemon_settings *settings;
	int status;

	process->first = snapshot_acquire();
	settings = &snapshot_config(process->first)->daemon;
	limits_raise();
	(void)umask(S_IWGRP | S_IWOTH);
	status = identity_find(settings->user, settings->socket_group, &process->identity);
	if (status == EX_OK) {
		process->access = (struct socket_access){&process->identity, settings->socket_mode};
		status = services_open(settings, process->options->socket, &process->access,
				       &process->services)
				 ? run(process)
				 : EX_UNAVAILABLE;
		if (process->busy)
			services_remove(&process->services);
		else
			services_close(&process->services);
	}
	snapshot_release(&process->first);
	return status;
}

static int load_and_start(struct process *process)
{
	const int status = load_first(process->options->file);

	return status == EX_OK ? start(process) : status;
}

/* What somebody who does not want it to serve wants to know. */
static int tell(const struct options *options)
{
	const char *text = options->help ? options_usage : PROGRAM " " PACKAGE_VERSION "\n";

	return fputs(text, stdout) < 0 || fflush(stdout) < 0 ? EX_IOERR : EX_OK;
}

int main(int argc, char **argv)
{
	struct options options;
	struct process process = {.options = &options};
	int status = EX_USAGE;

	library_memory_init();
	signals_block_reload();
	log_to_stderr(PROGRAM);
	if (!daemon_open_standard_descriptors()) {
		log_line(LOG_SEVERITY_FATAL, "cannot open /dev/null: %s", strerror(errno));
		return EX_OSERR;
	}
	if (options_parse(argc, argv, &options)) {
		if (options.help || options.version)
			status = tell(&options);
		else if (options.try_within != NULL)
			status = trial_run(options.file, options.try_within);
		else
			status = load_and_start(&process);
	}
	/* What is in use cannot be freed, by us or by what exit(3) calls: OpenSSL frees its own there. */
	if (process.busy)
		_exit(status);
	snapshot_retire();
	fingerprint_cache_clear();
	options_fini(&options);
	return status;
}
