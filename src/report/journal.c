/* SPDX-License-Identifier: MIT */
/*
 * Runs journalctl(1). Knows nothing of what it prints.
 */
#include "report/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "util/memory.h"

extern char **environ;

static const char *const programs[] = {"/usr/bin/journalctl", "/bin/journalctl"};

/* The facility of mail(2) whoever logs, and our own lines wherever they go. */
static const char *const arguments[] = {
	"journalctl",
	"--quiet",
	"--no-pager",
	"--output=json",
	"--output-fields=MESSAGE,SYSLOG_IDENTIFIER,SYSLOG_PID,_PID,_HOSTNAME",
	"SYSLOG_FACILITY=2",
	"+",
	"SYSLOG_IDENTIFIER=forcedtlsd",
};
#define ARGUMENT_COUNT (sizeof arguments / sizeof *arguments)

static const char *find_program(void)
{
	for (size_t i = 0; i < sizeof programs / sizeof *programs; i++)
		if (access(programs[i], X_OK) == 0)
			return programs[i];
	return NULL;
}

/* "--since=@1764121374"; the caller frees it. */
static char *time_argument(const char *option, time_t when)
{
	struct strbuf out = {0};

	strbuf_printf(&out, "%s=@%lld", option, (long long)when);
	return strbuf_take(&out);
}

/* Ended with NULL; the caller frees each and the list. */
static char **make_arguments(time_t since, time_t until)
{
	char **list = xcalloc(ARGUMENT_COUNT + 3, sizeof *list);
	size_t count = 0;

	for (size_t i = 0; i < ARGUMENT_COUNT; i++)
		list[count++] = xstrdup(arguments[i]);
	if (since != 0)
		list[count++] = time_argument("--since", since);
	if (until != 0)
		list[count++] = time_argument("--until", until);
	return list;
}

static int spawn(const char *program, char **list, int out, pid_t *pid_r)
{
	posix_spawn_file_actions_t actions;
	int error = posix_spawn_file_actions_init(&actions);

	if (error != 0)
		return error;
	error = posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
	if (error == 0)
		error = posix_spawn(pid_r, program, &actions, NULL, list, environ);
	(void)posix_spawn_file_actions_destroy(&actions);
	return error;
}

bool journal_start(const char *command, time_t since, time_t until, struct journal *journal_r)
{
	const char *program = find_program();
	char **list;
	int ends[2], error;

	journal_r->command = command;
	if (program == NULL) {
		fprintf(stderr, "forcedtls %s: there is no journalctl(1); name the log files\n", command);
		return false;
	}
	if (pipe2(ends, O_CLOEXEC) != 0) {
		fprintf(stderr, "forcedtls %s: pipe: %s\n", command, strerror(errno));
		return false;
	}
	list = make_arguments(since, until);
	error = spawn(program, list, ends[1], &journal_r->pid);
	for (char **argument = list; *argument != NULL; argument++)
		free(*argument);
	free(list);
	(void)close(ends[1]);
	if (error == 0) {
		journal_r->fd = ends[0];
		return true;
	}
	(void)close(ends[0]);
	fprintf(stderr, "forcedtls %s: %s: %s\n", command, program, strerror(error));
	return false;
}

bool journal_end(struct journal *journal)
{
	pid_t ended;
	int status = 0;

	do
		ended = waitpid(journal->pid, &status, 0);
	while (ended < 0 && errno == EINTR);
	if (ended == journal->pid && WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return true;
	if (ended == journal->pid && WIFEXITED(status))
		fprintf(stderr, "forcedtls %s: journalctl failed with exit status %d\n", journal->command,
			WEXITSTATUS(status));
	else
		fprintf(stderr, "forcedtls %s: journalctl was killed\n", journal->command);
	return false;
}
