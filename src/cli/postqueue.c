/* SPDX-License-Identifier: MIT */
/*
 * Runs Postfix's postqueue(1). Knows nothing of what it prints.
 */
#include "cli/postqueue.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static const char *const programs[] = {
	"/usr/sbin/postqueue",
	"/usr/local/sbin/postqueue",
	"/usr/bin/postqueue",
	"/opt/postfix/sbin/postqueue",
};

static const char *postqueue_find_program(void)
{
	for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++)
		if (access(programs[i], X_OK) == 0)
			return programs[i];
	return NULL;
}

/* spawn(3) takes words that it could change, and does not. */
static int postqueue_spawn(const char *program, const char *config_directory, int out, pid_t *pid_r)
{
	char name[] = "postqueue", json[] = "-j", config[] = "-c";
	char *directory = config_directory != NULL ? strdup(config_directory) : NULL;
	char *all[] = {name, json, directory != NULL ? config : NULL, directory, NULL};
	posix_spawn_file_actions_t actions;
	int error = config_directory != NULL && directory == NULL ? ENOMEM
								  : posix_spawn_file_actions_init(&actions);

	if (error == 0) {
		error = posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
		if (error == 0)
			error = posix_spawn(pid_r, program, &actions, NULL, all, environ);
		(void)posix_spawn_file_actions_destroy(&actions);
	}
	free(directory);
	return error;
}

bool postqueue_start(const char *config_directory, struct postqueue *postqueue_r)
{
	const char *program = postqueue_find_program();
	int ends[2], error;

	*postqueue_r = (struct postqueue){0};
	if (program == NULL) {
		fprintf(stderr,
			"forcedtls pending: there is no postqueue(1); give a file with what it prints\n");
		return false;
	}
	if (pipe2(ends, O_CLOEXEC) != 0) {
		fprintf(stderr, "forcedtls pending: pipe: %s\n", strerror(errno));
		return false;
	}
	error = postqueue_spawn(program, config_directory, ends[1], &postqueue_r->pid);
	(void)close(ends[1]);
	postqueue_r->out = error == 0 ? fdopen(ends[0], "r") : NULL;
	if (postqueue_r->out != NULL)
		return true;
	fprintf(stderr, "forcedtls pending: %s: %s\n", program, strerror(error != 0 ? error : errno));
	(void)close(ends[0]);
	if (error == 0)
		(void)postqueue_end(postqueue_r);
	return false;
}

bool postqueue_end(struct postqueue *postqueue)
{
	pid_t ended;
	int status;

	if (postqueue->out != NULL)
		(void)fclose(postqueue->out);
	postqueue->out = NULL;
	do
		ended = waitpid(postqueue->pid, &status, 0);
	while (ended < 0 && errno == EINTR);
	if (ended == postqueue->pid && WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return true;
	if (ended == postqueue->pid && WIFEXITED(status))
		fprintf(stderr, "forcedtls pending: postqueue -j failed with exit status %d\n",
			WEXITSTATUS(status));
	else
		fprintf(stderr, "forcedtls pending: postqueue -j was killed\n");
	return false;
}
