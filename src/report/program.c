/* SPDX-License-Identifier: MIT */
/*
 * Runs a program and hands over what it prints as it comes. Knows nothing of
 * what that says.
 */
#include "report/program.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static const char *program_find(const struct program *program)
{
	for (const char *const *path = program->paths; *path != NULL; path++)
		if (access(*path, X_OK) == 0)
			return *path;
	return NULL;
}

/* As posix_spawn(3), which takes words that it could change, and does not. */
static int program_spawn(const char *path, const char *const *words, int out, pid_t *pid_r)
{
	posix_spawn_file_actions_t actions;
	int error = posix_spawn_file_actions_init(&actions);

	if (error != 0)
		return error;
	error = posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
	if (error == 0)
		error = posix_spawn(pid_r, path, &actions, NULL, (char *const *)(uintptr_t)words, environ);
	(void)posix_spawn_file_actions_destroy(&actions);
	return error;
}

bool program_start(const struct program *program, const char *const *words, const char *command,
		   struct running *running_r)
{
	const char *path = program_find(program);
	int ends[2], error;

	if (path == NULL) {
		fprintf(stderr, "forcedtls %s: %s\n", command, program->missing);
		return false;
	}
	if (pipe2(ends, O_CLOEXEC) != 0) {
		fprintf(stderr, "forcedtls %s: pipe: %s\n", command, strerror(errno));
		return false;
	}
	*running_r = (struct running){.program = program, .command = command, .path = path, .fd = ends[0]};
	error = program_spawn(path, words, ends[1], &running_r->pid);
	(void)close(ends[1]);
	if (error == 0)
		return true;
	(void)close(ends[0]);
	fprintf(stderr, "forcedtls %s: %s: %s\n", command, path, strerror(error));
	return false;
}

bool program_end(const struct running *running)
{
	int status = 0;
	long ended = TEMP_FAILURE_RETRY(waitpid(running->pid, &status, 0));

	if (ended == running->pid && WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return true;
	if (ended == running->pid && WIFEXITED(status))
		fprintf(stderr, "forcedtls %s: %s failed with exit status %d\n", running->command,
			running->program->name, WEXITSTATUS(status));
	else
		fprintf(stderr, "forcedtls %s: %s was killed\n", running->command, running->program->name);
	return false;
}
