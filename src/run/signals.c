/* SPDX-License-Identifier: MIT */
/*
 * Which thread takes which signal. libmilter waits for SIGTERM, SIGINT and
 * SIGHUP in a thread of its own, and would take them all as a stop; SIGUSR1 is
 * ours. Knows nothing of what is done about one.
 */
#include "run/signals.h"

#include <signal.h>
#include <stddef.h>
#include <unistd.h>

static sigset_t reload_set(void)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGUSR1);
	return set;
}

void signals_block_reload(void)
{
	sigset_t set = reload_set();

	(void)pthread_sigmask(SIG_BLOCK, &set, NULL);
}

void signals_leave_to_libmilter(void)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGHUP);
	(void)pthread_sigmask(SIG_BLOCK, &set, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
}

void signals_stop_process(void)
{
	(void)kill(getpid(), SIGTERM);
}

void signals_wait_reload(void)
{
	sigset_t set = reload_set();
	int number;

	while (sigwait(&set, &number) != 0) /* a debugger */
		;
}

int signals_create_thread(pthread_t *thread_r, void *(*serve)(void *), void *argument)
{
	sigset_t all, before;
	int error;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(thread_r, NULL, serve, argument);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return error;
}
