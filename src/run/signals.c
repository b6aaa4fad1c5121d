/* SPDX-License-Identifier: MIT */
/*
 * Which thread takes which signal. SIGTERM, SIGINT and SIGHUP come to the main
 * thread, which passes them on to libmilter's (that one waits for them too, and
 * takes each as a stop); SIGUSR1 is for the reload thread. Knows nothing of
 * what is done about one.
 */
#include "run/signals.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "run/log.h"

/* Nobody misses it, should it come from elsewhere: its default is to be ignored. */
#define NUDGE SIGURG

/* The signals that came, a byte each: a pipe, so that none is lost between a look and a wait. */
static int stops[2] = {-1, -1};

static sigset_t reload_set(void)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGUSR1);
	return set;
}

static sigset_t stop_set(void)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGHUP);
	return set;
}

void signals_block_reload(void)
{
	sigset_t set = reload_set();

	(void)pthread_sigmask(SIG_BLOCK, &set, NULL);
}

void signals_block_stop(void)
{
	sigset_t set = stop_set();

	(void)pthread_sigmask(SIG_BLOCK, &set, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGCHLD, SIG_DFL);
}

static void on_stop(int number)
{
	const unsigned char byte = (unsigned char)number;
	int error = errno;

	/* A pipe that is full has enough of them. */
	if (write(stops[1], &byte, 1) < 0)
		errno = error;
}

static void on_nudge(int number)
{
	(void)number;
}

bool signals_take_stop(void)
{
	struct sigaction stop = {.sa_handler = on_stop, .sa_flags = SA_RESTART};
	const struct sigaction nudge = {.sa_handler = on_nudge, .sa_flags = SA_RESTART};
	sigset_t set = stop_set();

	assert(stops[0] < 0);
	stop.sa_mask = set;
	if (pipe2(stops, O_CLOEXEC | O_NONBLOCK) < 0 || sigaction(SIGTERM, &stop, NULL) < 0 ||
	    sigaction(SIGINT, &stop, NULL) < 0 || sigaction(SIGHUP, &stop, NULL) < 0 ||
	    sigaction(NUDGE, &nudge, NULL) < 0) {
		log_line(LOG_SEVERITY_FATAL, "cannot wait for signals: %s", strerror(errno));
		return false;
	}
	(void)pthread_sigmask(SIG_UNBLOCK, &set, NULL);
	return true;
}

int signals_wait_stop(int patience_ms)
{
	struct pollfd wanted = {.fd = stops[0], .events = POLLIN};
	unsigned char number;

	assert(stops[0] >= 0); /* signals_take_stop was called */
	(void)poll(&wanted, 1, patience_ms);
	return read(stops[0], &number, 1) == 1 ? number : 0;
}

void signals_pass_on(int number)
{
	sigset_t set = stop_set();

	(void)pthread_sigmask(SIG_BLOCK, &set, NULL);
	(void)kill(getpid(), number);
}

void signals_stop_process(void)
{
	(void)kill(getpid(), SIGTERM);
}

void signals_stop_thread(pthread_t thread)
{
	/* libmilter handles the signal, and ends no thread by it. */
	(void)pthread_kill(thread, SIGTERM); /* NOLINT(bugprone-bad-signal-to-kill-thread,cert-pos44-c) */
}

int signals_open_reload(void)
{
	sigset_t set = reload_set();

	return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

bool signals_take_reload(int fd)
{
	struct signalfd_siginfo signal;

	return read(fd, &signal, sizeof signal) == (ssize_t)sizeof signal;
}

int signals_create_thread(pthread_t *thread_r, void *(*serve)(void *), void *argument)
{
	sigset_t most, before;
	int error;

	(void)sigfillset(&most);
	(void)sigdelset(&most, NUDGE);
	(void)pthread_sigmask(SIG_SETMASK, &most, &before);
	error = pthread_create(thread_r, NULL, serve, argument);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return error;
}

void signals_nudge(pthread_t thread)
{
	(void)pthread_kill(thread, NUDGE);
}
