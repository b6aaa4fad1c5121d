/* SPDX-License-Identifier: MIT */
/* Runs postconf(1), for some seconds at most, and keeps what it prints, up to a size. */
#include "doctor/postconf.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "util/memory.h"

#define OUTPUT_MAX ((size_t)4 * 1024 * 1024)
#define PATIENCE_MS 10000

extern char **environ;

static const char *const programs[] = {
	"/usr/sbin/postconf",
	"/usr/local/sbin/postconf",
	"/usr/bin/postconf",
	"/opt/postfix/sbin/postconf",
};

const char *postconf_find(void)
{
	for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++)
		if (access(programs[i], X_OK) == 0)
			return programs[i];
	return NULL;
}

static int spawn(const char *program, char *const *arguments, int out, pid_t *pid_r)
{
	posix_spawn_file_actions_t actions;
	int error = posix_spawn_file_actions_init(&actions);

	if (error != 0)
		return error;
	error = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	if (error == 0)
		error = posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	if (error == 0)
		error = posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
	if (error == 0)
		error = posix_spawn(pid_r, program, &actions, NULL, arguments, environ);
	(void)posix_spawn_file_actions_destroy(&actions);
	return error;
}

static long now_ms(void)
{
	struct timespec now = {0};

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* False when it is too much, or takes too long. */
static bool read_all(int in, struct strbuf *out, const char **error_r)
{
	long deadline = now_ms() + PATIENCE_MS;
	struct pollfd readable = {.fd = in, .events = POLLIN};
	char bytes[16384];

	for (;;) {
		long left = deadline - now_ms();
		int ready = left > 0 ? poll(&readable, 1, (int)left) : 0;
		ssize_t got;

		*error_r = "it takes too long";
		if (ready == 0)
			return false;
		got = ready > 0 ? read(in, bytes, sizeof bytes) : -1;
		if (got == 0)
			return true;
		if (got < 0 && errno == EINTR)
			continue;
		*error_r = strerror(errno);
		if (got < 0)
			return false;
		*error_r = "it prints too much";
		if (out->length + (size_t)got > OUTPUT_MAX)
			return false;
		strbuf_add(out, bytes, (size_t)got);
	}
}

static bool ended_well(pid_t pid, bool all_read)
{
	pid_t ended;
	int status;

	if (!all_read)
		(void)kill(pid, SIGKILL);
	do
		ended = waitpid(pid, &status, 0);
	while (ended < 0 && errno == EINTR);
	return ended == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

char *run_program(const char *program, char *const *arguments, const char **error_r)
{
	struct strbuf out = {0};
	int ends[2], error;
	bool all_read;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) != 0) {
		*error_r = strerror(errno);
		return NULL;
	}
	error = spawn(program, arguments, ends[1], &pid);
	(void)close(ends[1]);
	if (error != 0) {
		(void)close(ends[0]);
		*error_r = strerror(error);
		return NULL;
	}
	all_read = read_all(ends[0], &out, error_r);
	(void)close(ends[0]);
	if (!ended_well(pid, all_read) || !all_read) {
		if (all_read)
			*error_r = "it failed";
		strbuf_fini(&out);
		return NULL;
	}
	return strbuf_take(&out);
}

/* option NULL: none. NUL bytes are no text: what stands behind one is not seen. */
static char *ask(const char *directory, const char *option, const char **error_r)
{
	const char *program = postconf_find();
	char name[] = "postconf", config[] = "-c";
	char *its_directory = directory != NULL ? xstrdup(directory) : NULL;
	char *its_option = option != NULL ? xstrdup(option) : NULL;
	char *arguments[] = {name, NULL, NULL, NULL, NULL}, *text;
	size_t count = 1;

	if (its_directory != NULL) {
		arguments[count++] = config;
		arguments[count++] = its_directory;
	}
	if (its_option != NULL)
		arguments[count] = its_option;
	*error_r = "there is no postconf(1)";
	text = program != NULL ? run_program(program, arguments, error_r) : NULL;
	free(its_option);
	free(its_directory);
	return text;
}

struct postfix *postconf_parse(const char *directory, const char *values, const char *written,
			       const char *services, const char *overrides)
{
	struct postfix *postfix = xcalloc(1, sizeof *postfix);

	postfix->directory = directory != NULL ? xstrdup(directory) : NULL;
	postfix_read_values(&postfix->values, values);
	postfix_read_values(&postfix->written, written);
	postfix_read_services(postfix, services);
	postfix_read_overrides(postfix, overrides);
	return postfix;
}

/*
 * "postconf -j" (3.11) says no more than these, which all versions have; and "-x" fills in what main.cf alone has,
 * where a service may have other values: expand.c does it for each.
 */
struct postfix *postconf_read(const char *directory, const char **error_r)
{
	static const char *const options[] = {NULL, "-n", "-M", "-P"};
	char *texts[4] = {NULL};
	struct postfix *postfix = NULL;
	size_t count = 0;

	while (count < 4 && (texts[count] = ask(directory, options[count], error_r)) != NULL)
		count++;
	if (count == 4)
		postfix = postconf_parse(directory, texts[0], texts[1], texts[2], texts[3]);
	for (size_t i = 0; i < 4; i++)
		free(texts[i]);
	return postfix;
}
