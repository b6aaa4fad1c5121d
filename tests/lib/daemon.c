/* SPDX-License-Identifier: MIT */
/*
 * Runs forcedtlsd for a test: policy file, socket and log pipe, all gone at
 * the end. Must not know what is tested.
 */
#include "daemon.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "mock_mta.h"
#include "policy_text.h"

#define START_TIMEOUT_S 30
#define RETRY_MS 5

struct daemon {
	pid_t pid; /* 0: not running */
	int log; /* read end of its standard error, -1: closed */
	char *directory;
	char *policy_path;
	char *socket_path;
	char *socket; /* "unix:" and socket_path */
	char *policy_service_path;
	char *policy_service; /* "unix:" and policy_service_path */
	char *control; /* "unix:" and the path of the control socket */
	struct strbuf pending;
};

static char *path_in(const char *directory, const char *name)
{
	struct strbuf path = {0};

	strbuf_printf(&path, "%s/%s", directory, name);
	return strbuf_take(&path);
}

/* Whom it is to run as: root is nobody to serve as, and anyone else stays who he is. */
static const struct passwd *user_to_be(void)
{
	return geteuid() == 0 ? getpwnam("nobody") : getpwuid(geteuid());
}

static bool make_directory(struct daemon *daemon, const struct passwd *user)
{
	const char *parent = getenv("TMPDIR");
	struct strbuf socket = {0}, policy_service = {0}, control = {0};

	daemon->directory =
		path_in(parent != NULL && *parent != '\0' ? parent : "/tmp", "forcedtls-test-XXXXXX");
	if (mkdtemp(daemon->directory) == NULL) {
		free(daemon->directory);
		daemon->directory = NULL;
		return false;
	}
	if (geteuid() == 0 && chown(daemon->directory, user->pw_uid, user->pw_gid) != 0)
		return false;
	daemon->policy_path = path_in(daemon->directory, "forcedtls.yaml");
	daemon->socket_path = path_in(daemon->directory, "milter.sock");
	strbuf_printf(&socket, "unix:%s", daemon->socket_path);
	daemon->socket = strbuf_take(&socket);
	daemon->policy_service_path = path_in(daemon->directory, "policy_service.sock");
	strbuf_printf(&policy_service, "unix:%s", daemon->policy_service_path);
	daemon->policy_service = strbuf_take(&policy_service);
	strbuf_printf(&control, "unix:%s/control.sock", daemon->directory);
	daemon->control = strbuf_take(&control);
	return true;
}

static bool write_policy(const struct daemon *daemon, const char *policy, const struct passwd *user)
{
	FILE *file = fopen(daemon->policy_path, "w");
	char *text;
	bool good;

	if (file == NULL)
		return false;
	text = policy_text_for_daemon(policy, user->pw_name, daemon->policy_service, daemon->control);
	good = fputs(text, file) >= 0;
	free(text);
	return fclose(file) == 0 && good;
}

static void run(const struct daemon *daemon, const char *forcedtlsd, int log)
{
	if (dup2(log, STDERR_FILENO) >= 0 && dup2(log, STDOUT_FILENO) >= 0)
		(void)execl(forcedtlsd, forcedtlsd, "-f", "-c", daemon->policy_path, "-p", daemon->socket,
			    (char *)NULL);
	(void)dprintf(log, "%s: %s\n", forcedtlsd, strerror(errno));
	_exit(127);
}

static bool spawn(struct daemon *daemon, const char *forcedtlsd)
{
	int ends[2];

	if (pipe(ends) != 0)
		return false;
	(void)fcntl(ends[0], F_SETFD, FD_CLOEXEC);
	(void)fcntl(ends[1], F_SETFD, FD_CLOEXEC);
	daemon->pid = fork();
	if (daemon->pid == 0)
		run(daemon, forcedtlsd, ends[1]);
	(void)close(ends[1]);
	daemon->log = ends[0];
	if (daemon->pid > 0)
		return true;
	daemon->pid = 0;
	return false;
}

static bool has_ended(struct daemon *daemon)
{
	int status;

	if (waitpid(daemon->pid, &status, WNOHANG) != daemon->pid)
		return false;
	daemon->pid = 0;
	return true;
}

/* The only sign that a filter is there is that it answers. */
static bool answers(const struct daemon *daemon)
{
	struct mock_mta *mta = mock_mta_new(MOCK_POSTFIX, START_TIMEOUT_S * 1000);
	bool good = mock_mta_open(mta, daemon->socket) && mock_mta_quit(mta);

	mock_mta_free(&mta);
	return good;
}

static bool wait_until_ready(struct daemon *daemon)
{
	time_t deadline = time(NULL) + START_TIMEOUT_S;

	while (!answers(daemon)) {
		if (has_ended(daemon) || time(NULL) > deadline)
			return false;
		(void)poll(NULL, 0, RETRY_MS);
	}
	return true;
}

struct daemon *daemon_start(const char *forcedtlsd, const char *policy, struct strbuf *problems)
{
	struct daemon *daemon = xcalloc(1, sizeof *daemon);
	const struct passwd *user = user_to_be();
	char *line;

	daemon->log = -1;
	if (user == NULL)
		strbuf_puts(problems, "no user to run as\n");
	else if (!make_directory(daemon, user) || !write_policy(daemon, policy, user) ||
		 !spawn(daemon, forcedtlsd))
		strbuf_printf(problems, "cannot start %s: %s\n", forcedtlsd, strerror(errno));
	else if (wait_until_ready(daemon))
		return daemon;
	else
		strbuf_printf(problems, "%s does not answer\n", forcedtlsd);
	daemon_kill(daemon);
	while ((line = daemon_log_line(daemon, 0)) != NULL) {
		strbuf_printf(problems, "%s\n", line);
		free(line);
	}
	daemon_free(&daemon);
	return NULL;
}

const char *daemon_socket(const struct daemon *daemon)
{
	return daemon->socket;
}

const char *daemon_policy_service(const struct daemon *daemon)
{
	return daemon->policy_service_path;
}

pid_t daemon_pid(const struct daemon *daemon)
{
	return daemon->pid;
}

const char *daemon_policy_path(const struct daemon *daemon)
{
	return daemon->policy_path;
}

bool daemon_write_policy(const struct daemon *daemon, const char *policy)
{
	const struct passwd *user = user_to_be();

	return user != NULL && write_policy(daemon, policy, user);
}

void daemon_reload(const struct daemon *daemon)
{
	if (daemon->pid > 0)
		(void)kill(daemon->pid, SIGUSR1);
}

static char *take_line(struct strbuf *pending)
{
	char *end = pending->length > 0 ? memchr(pending->text, '\n', pending->length) : NULL;
	char *line;
	size_t length;

	if (end == NULL)
		return NULL;
	length = (size_t)(end - pending->text);
	line = xstrndup(pending->text, length);
	pending->length -= length + 1;
	memmove(pending->text, end + 1, pending->length);
	return line;
}

/* False: nothing came in that time, or nothing will. */
static bool read_log(struct daemon *daemon, int timeout_ms)
{
	struct pollfd pollfd = {.fd = daemon->log, .events = POLLIN};
	char bytes[4096];
	ssize_t n;

	if (daemon->log < 0 || poll(&pollfd, 1, timeout_ms) <= 0)
		return false;
	n = read(daemon->log, bytes, sizeof bytes);
	if (n <= 0)
		return false;
	strbuf_add(&daemon->pending, bytes, (size_t)n);
	return true;
}

char *daemon_log_line(struct daemon *daemon, int timeout_ms)
{
	char *line;

	while ((line = take_line(&daemon->pending)) == NULL)
		if (!read_log(daemon, timeout_ms))
			return NULL;
	return line;
}

static int64_t now_ms(void)
{
	struct timespec now = {0};

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int daemon_stop(struct daemon *daemon, int timeout_ms)
{
	int64_t deadline = now_ms() + timeout_ms;
	pid_t ended = 0;
	int status;

	(void)kill(daemon->pid, SIGTERM);
	while (ended == 0 && now_ms() < deadline) {
		if (!read_log(daemon, RETRY_MS))
			(void)poll(NULL, 0, 1); /* it may have closed its log */
		ended = waitpid(daemon->pid, &status, WNOHANG);
	}
	if (ended != daemon->pid) {
		daemon_kill(daemon);
		return -1;
	}
	daemon->pid = 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void daemon_kill(struct daemon *daemon)
{
	int status;

	if (daemon->pid <= 0)
		return;
	(void)kill(daemon->pid, SIGKILL);
	while (waitpid(daemon->pid, &status, 0) < 0 && errno == EINTR)
		continue;
	daemon->pid = 0;
}

/* Whatever a daemon left there. */
static void remove_directory(const char *directory)
{
	DIR *stream = opendir(directory);

	for (struct dirent *entry; stream != NULL && (entry = readdir(stream)) != NULL;)
		(void)unlinkat(dirfd(stream), entry->d_name, 0); /* not the directories "." and ".." */
	if (stream != NULL)
		(void)closedir(stream);
	(void)rmdir(directory);
}

void daemon_free(struct daemon **daemon)
{
	if (*daemon == NULL)
		return;
	daemon_kill(*daemon);
	if ((*daemon)->log >= 0)
		(void)close((*daemon)->log);
	if ((*daemon)->directory != NULL)
		remove_directory((*daemon)->directory);
	free((*daemon)->socket_path);
	free((*daemon)->policy_service_path);
	free((*daemon)->policy_path);
	free((*daemon)->directory);
	free((*daemon)->socket);
	free((*daemon)->policy_service);
	free((*daemon)->control);
	strbuf_fini(&(*daemon)->pending);
	free(*daemon);
	*daemon = NULL;
}
