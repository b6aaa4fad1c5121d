/* SPDX-License-Identifier: MIT */
/*
 * Runs a program for what it prints, for some time and up to a size. Knows
 * nothing of what that says.
 */
#include "config/child.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "config/clock.h"

extern char **environ;

/* Whoever has no rights. */
#define NOBODY 65534

/* How often it is looked whether the child has ended, which has said all by then. */
#define LOOK_MS 5

const char child_failed[] = "it failed";

/* False where a right is left that it was to lose. */
static bool child_leave(void)
{
	return chdir("/") == 0 &&
	       (geteuid() != 0 || (setgroups(0, NULL) == 0 && setgid(NOBODY) == 0 && setuid(NOBODY) == 0));
}

/* Whoever would end us when it takes too long may end first. False: it has. */
static bool child_end_with(pid_t parent)
{
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	return getppid() == parent;
}

/* In the child. Calls what is safe after fork(2) alone: it may be that of a process with threads. */
static void child_become(const struct child *child, pid_t parent, int null, int out)
	__attribute__((noreturn));
static void child_become(const struct child *child, pid_t parent, int null, int out)
{
	sigset_t none;

	if (dup2(null, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0 || dup2(null, STDERR_FILENO) < 0 ||
	    close_range(STDERR_FILENO + 1, UINT_MAX, 0) < 0)
		_exit(127);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	/* In this order: who gives up rights is not ended with the parent any more. */
	if ((child->environment != NULL && !child_leave()) || !child_end_with(parent))
		_exit(127);
	/* It takes words that it could change, and does not. */
	(void)execve(child->program, (char *const *)(uintptr_t)child->words,
		     child->environment != NULL ? (char *const *)(uintptr_t)child->environment : environ);
	_exit(127);
}

/* All that is said until the deadline. */
static bool child_listen(int in, int64_t deadline, size_t most, struct strbuf *out, const char **error_r)
{
	const size_t before = out->length;
	struct pollfd readable = {.fd = in, .events = POLLIN};
	char bytes[16384];

	for (;;) {
		int64_t left = deadline - clock_monotonic() / CLOCK_MILLISECOND;
		ssize_t got;

		*error_r = "it takes too long";
		if (left <= 0)
			return false;
		if (poll(&readable, 1, (int)left) <= 0)
			continue;
		got = read(in, bytes, sizeof bytes);
		if (got == 0)
			return true;
		*error_r = strerror(errno);
		if (got < 0 && errno != EINTR)
			return false;
		*error_r = "it prints too much";
		if (got > 0 && out->length - before + (size_t)got > most)
			return false;
		if (got > 0)
			strbuf_add(out, bytes, (size_t)got);
	}
}

/* True where it ended well until the deadline; whatever it does, it is gone afterwards. */
static bool child_end(pid_t pid, int64_t deadline, const char **error_r)
{
	long ended;
	int status;

	while ((ended = TEMP_FAILURE_RETRY(waitpid(pid, &status, WNOHANG))) == 0 &&
	       clock_monotonic() / CLOCK_MILLISECOND < deadline)
		(void)poll(NULL, 0, LOOK_MS);
	if (ended == 0) {
		(void)kill(pid, SIGKILL);
		(void)TEMP_FAILURE_RETRY(waitpid(pid, &status, 0));
		*error_r = "it takes too long";
		return false;
	}
	*error_r = child_failed;
	return ended == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* With what the child gets as its standard input and error, and as its output. */
static bool child_run_between(const struct child *child, int null, const int ends[2], struct strbuf *out,
			      const char **error_r)
{
	const int64_t deadline = clock_monotonic() / CLOCK_MILLISECOND + child->patience_ms;
	const char *unheeded;
	const pid_t parent = getpid();
	pid_t pid = fork();
	bool told;

	*error_r = strerror(errno);
	if (pid == 0)
		child_become(child, parent, null, ends[1]);
	(void)close(ends[1]);
	told = pid > 0 && child_listen(ends[0], deadline, child->output_max, out, error_r);
	(void)close(ends[0]);
	if (pid <= 0)
		return false;
	/* What was not heard to the end is not waited for. */
	return told ? child_end(pid, deadline, error_r) : child_end(pid, 0, &unheeded) && told;
}

bool child_run(const struct child *child, struct strbuf *out, const char **error_r)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC), ends[2];
	bool good = false;

	*error_r = strerror(errno);
	if (null < 0)
		return false;
	if (pipe2(ends, O_CLOEXEC) == 0)
		good = child_run_between(child, null, ends, out, error_r);
	else
		*error_r = strerror(errno);
	(void)close(null);
	return good;
}
