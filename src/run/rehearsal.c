/* SPDX-License-Identifier: MIT */
/*
 * Tries in a child process what may end a process. Knows nothing of what that
 * is.
 */
#include "run/rehearsal.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#define SPARE ((size_t)16 * 1024 * 1024)

/* To be the first that is ended for want of memory; without that it may be the other one, as it was before. */
static void volunteer(void)
{
	static const char most[] = "1000";
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	(void)!write(fd, most, sizeof most - 1);
	(void)close(fd);
}

/*
 * In the child. Connections that the parent closes must not stay open here; and
 * who ends the parent ends the child.
 */
static void perform(void (*act)(void *context), void *context, pid_t parent, int alive)
	__attribute__((noreturn));
static void perform(void (*act)(void *context), void *context, pid_t parent, int alive)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent ||
	    dup2(alive, STDERR_FILENO + 1) < 0 || close_range(STDERR_FILENO + 2, UINT_MAX, 0) < 0)
		_exit(EXIT_FAILURE);
	volunteer();
	/* What is done in earnest finds memory cut up in another way: it is to have some to spare. */
	memset(xmalloc(SPARE), 1, SPARE);
	act(context);
	_exit(EXIT_SUCCESS);
}

/* Whether the end of file came in time that the end of the child brings. */
static bool await_end(int ended, int patience_ms)
{
	struct pollfd readable = {.fd = ended, .events = POLLIN};
	int ready;

	do
		ready = poll(&readable, 1, patience_ms);
	while (ready < 0 && errno == EINTR);
	return ready > 0;
}

static bool judge_end(pid_t child, bool in_time, struct strbuf *why)
{
	int status = 0;

	if (!in_time)
		(void)kill(child, SIGKILL);
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	if (!in_time)
		strbuf_puts(why, "it does not come to an end");
	else if (WIFSIGNALED(status))
		strbuf_printf(why, "it ends with signal %d (%s)", WTERMSIG(status),
			      strsignal(WTERMSIG(status)));
	else if (!WIFEXITED(status) || WEXITSTATUS(status) != EXIT_SUCCESS)
		strbuf_puts(why, "it does not begin");
	else
		return true;
	return false;
}

bool rehearsal_ends(void (*act)(void *context), void *context, int patience_ms, struct strbuf *why)
{
	pid_t parent = getpid(), child;
	int ends[2];
	bool ended;

	if (pipe2(ends, O_CLOEXEC) < 0) {
		strbuf_printf(why, "there can be no process for it: %s", strerror(errno));
		return false;
	}
	child = fork();
	if (child == 0)
		perform(act, context, parent, ends[1]);
	(void)close(ends[1]);
	if (child < 0)
		strbuf_printf(why, "there can be no process for it: %s", strerror(errno));
	ended = child > 0 && judge_end(child, await_end(ends[0], patience_ms), why);
	(void)close(ends[0]);
	return ended;
}
