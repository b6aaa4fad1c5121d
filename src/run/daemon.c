/* SPDX-License-Identifier: MIT */
/*
 * From the shell's foreground to the background, with an exit status that can
 * be believed. Knows nothing of what the child does to become ready.
 */
#include "run/daemon.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "run/log.h"

/* EX_OSERR of sysexits.h, for a child that did not even exit. */
#define EXIT_CHILD_DIED 71

bool daemon_open_standard_descriptors(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= STDERR_FILENO);
	return fd >= 0 && close(fd) == 0;
}

static int daemon_status_of(pid_t child)
{
	int status;

	if (TEMP_FAILURE_RETRY(waitpid(child, &status, 0)) < 0)
		return EXIT_CHILD_DIED;
	if (!WIFEXITED(status) || WEXITSTATUS(status) == 0)
		return EXIT_CHILD_DIED;
	return WEXITSTATUS(status);
}

/* Without a byte through the pipe the child was never ready, however it ended. */
static void wait_for_child(pid_t child, int pipe_end) __attribute__((noreturn));
static void wait_for_child(pid_t child, int pipe_end)
{
	char byte;

	_exit(TEMP_FAILURE_RETRY(read(pipe_end, &byte, 1)) == 1 ? EXIT_SUCCESS : daemon_status_of(child));
}

bool daemon_detach(int *ready_r)
{
	int ends[2];
	pid_t child;

	if (pipe(ends) < 0) {
		log_line(LOG_SEVERITY_FATAL, "cannot go to the background: %s", strerror(errno));
		return false;
	}
	child = fork();
	if (child < 0) {
		log_line(LOG_SEVERITY_FATAL, "cannot go to the background: %s", strerror(errno));
		(void)close(ends[0]);
		(void)close(ends[1]);
		return false;
	}
	if (child > 0) {
		(void)close(ends[1]);
		wait_for_child(child, ends[0]);
	}
	(void)close(ends[0]);
	(void)setsid(); /* cannot fail: a child that was just forked leads no group */
	*ready_r = ends[1];
	return true;
}

void daemon_ready(int ready)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (chdir("/") < 0 || null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0 ||
	    dup2(null, STDERR_FILENO) < 0)
		log_line(LOG_SEVERITY_WARNING, "cannot let go of the terminal: %s", strerror(errno));
	if (null > STDERR_FILENO)
		(void)close(null);
	if (write(ready, "", 1) != 1)
		log_line(LOG_SEVERITY_WARNING, "cannot tell who started us: %s", strerror(errno));
	(void)close(ready);
}
