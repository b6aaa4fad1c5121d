/* SPDX-License-Identifier: MIT */
/*
 * What Postfix has set, for who does not want to write it a second time. Runs
 * postconf(1); knows nothing of the policy that it is asked for.
 */
#include "config/postfix_settings.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "config/values.h"
#include "mail/domain.h"
#include "util/memory.h"

/* As it was found when this was built, and where it is elsewhere. */
static const char *const programs[] = {
	POSTCONF,
	"/usr/sbin/postconf",
	"/usr/local/sbin/postconf",
	"/opt/postfix/sbin/postconf",
};

/* Whoever has no rights: who reads main.cf, which all may read. */
#define NOBODY 65534

/* Its words, of which those behind the option are in the order of enum parameter. */
static const char *const words[] = {
	"postconf",
	"-x",
	"myorigin",
	"myhostname",
	"append_at_myorigin",
	"mydomain",
	"append_dot_mydomain",
	"recipient_delimiter",
	"multi_instance_directories",
	"alternate_config_directories",
	NULL,
};

static const char *find_postconf(void)
{
	for (size_t i = 0; i < sizeof programs / sizeof *programs; i++)
		if (access(programs[i], X_OK) == 0)
			return programs[i];
	return NULL;
}

/* What the child needs, made before there is one: it may be that of a process with threads. */
struct errand {
	const char *program;
	char *environment[3];
	int null;
	int out;
};

/* Calls what is safe after fork(2) alone. */
static void become_postconf(const struct errand *errand) __attribute__((noreturn));
static void become_postconf(const struct errand *errand)
{
	sigset_t none;

	if (dup2(errand->null, STDIN_FILENO) < 0 || dup2(errand->out, STDOUT_FILENO) < 0 ||
	    dup2(errand->null, STDERR_FILENO) < 0 || close_range(STDERR_FILENO + 1, UINT_MAX, 0) < 0 ||
	    chdir("/") < 0)
		_exit(127);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	if (geteuid() == 0 && (setgroups(0, NULL) < 0 || setgid(NOBODY) < 0 || setuid(NOBODY) < 0))
		_exit(127);
	/* It takes words that it could change, and does not. */
	(void)execve(errand->program, (char *const *)(uintptr_t)words, errand->environment);
	_exit(127);
}

static int64_t milliseconds_now(void)
{
	struct timespec now;

	return clock_gettime(CLOCK_MONOTONIC, &now) == 0 ? now.tv_sec * 1000 + now.tv_nsec / 1000000 : 0;
}

/* All that is said until the deadline, NUL-terminated; false where it goes on. */
static bool listen_to(int in, int64_t deadline, char *text)
{
	size_t length = 0;

	for (;;) {
		struct pollfd ready = {.fd = in, .events = POLLIN};
		int64_t left = deadline - milliseconds_now();
		ssize_t count;

		if (left <= 0 || length == POSTFIX_SETTINGS_SIZE_MAX)
			return false;
		if (poll(&ready, 1, (int)left) <= 0)
			continue;
		count = read(in, text + length, POSTFIX_SETTINGS_SIZE_MAX - length);
		if (count < 0 && errno != EINTR)
			return false;
		if (count == 0)
			break;
		length += count > 0 ? (size_t)count : 0;
	}
	text[length] = '\0';
	return memchr(text, '\0', length) == NULL;
}

/* How often it is looked whether the child has ended, which has said all by then. */
#define LOOK_MS 5

/* As waitpid(2). */
static pid_t wait_for(pid_t child, int *status_r, int options)
{
	pid_t ended;

	do
		ended = waitpid(child, status_r, options);
	while (ended < 0 && errno == EINTR);
	return ended;
}

/* True where the child ended well until the deadline; whatever it does, it is gone afterwards. */
static bool end_child(pid_t child, int64_t deadline)
{
	pid_t ended;
	int status;

	while ((ended = wait_for(child, &status, WNOHANG)) == 0 && milliseconds_now() < deadline)
		(void)poll(NULL, 0, LOOK_MS);
	if (ended == 0) {
		(void)kill(child, SIGKILL);
		ended = wait_for(child, &status, 0);
	}
	return ended == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool run_and_listen(struct errand *errand, char *text)
{
	const int64_t deadline = milliseconds_now() + POSTFIX_SETTINGS_PATIENCE_MS;
	int ends[2];
	bool told;
	pid_t child;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return false;
	errand->out = ends[1];
	child = fork();
	if (child == 0)
		become_postconf(errand);
	(void)close(ends[1]);
	told = child > 0 && listen_to(ends[0], deadline, text);
	(void)close(ends[0]);
	/* What was not understood is not waited for. */
	return child > 0 && end_child(child, told ? deadline : 0) && told;
}

/* Postfix reads the name from a file where it begins with a slash (postconf(5), myorigin); or NULL. The caller frees it. */
static char *read_name_in(const char *path)
{
	char text[DOMAIN_SIZE + 1];
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	ssize_t length = -1;
	struct stat st;

	if (fd < 0)
		return NULL;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		length = read(fd, text, sizeof text - 1);
	(void)close(fd);
	if (length <= 0)
		return NULL;
	text[length] = '\0';
	return xstrndup(text, strcspn(text, " \t\r\n"));
}

/* In its one form; NULL where it is none. The caller frees it. */
static char *domain_from(const char *text)
{
	char domain[DOMAIN_SIZE];

	if (text == NULL || domain_normalise(text, strlen(text), domain) != DOMAIN_OK || domain[0] == '[')
		return NULL;
	return xstrdup(domain);
}

static char *origin_from(const char *text)
{
	char *name, *domain;

	if (text == NULL)
		return NULL;
	name = text[0] == '/' ? read_name_in(text) : xstrdup(text);
	domain = domain_from(name);
	free(name);
	return domain;
}

/* What is asked for, in this order. */
enum parameter {
	MYORIGIN,
	MYHOSTNAME,
	APPEND_AT_MYORIGIN,
	MYDOMAIN,
	APPEND_DOT_MYDOMAIN,
	RECIPIENT_DELIMITER,
	MULTI_INSTANCE_DIRECTORIES,
	ALTERNATE_CONFIG_DIRECTORIES,
	PARAMETERS,
};

/* The first line of each; NULL: it was not there. */
static void find_values(char *text, const char *values_r[PARAMETERS])
{
	char *rest = text, *line;

	while ((line = strsep(&rest, "\n")) != NULL) {
		char *equals = strstr(line, " =");

		for (size_t i = 0; i < PARAMETERS && equals != NULL; i++) {
			if (strncmp(words[i + 2], line, (size_t)(equals - line)) != 0 ||
			    words[i + 2][equals - line] != '\0' || values_r[i] != NULL)
				continue;
			values_r[i] = equals + 2 + strspn(equals + 2, " ");
		}
	}
}

static bool is_value(const char *value, const char *wanted)
{
	return value != NULL && strcmp(value, wanted) == 0;
}

/* What is appended to an address without domain; NULL: cannot tell. The caller frees it. */
static char *origin_of(const char *const values[PARAMETERS])
{
	if (is_value(values[APPEND_AT_MYORIGIN], "no"))
		return domain_from(values[MYHOSTNAME]);
	return is_value(values[APPEND_AT_MYORIGIN], "yes") ? origin_from(values[MYORIGIN]) : NULL;
}

/* What is appended to a domain without a dot; NULL: cannot tell. The caller frees it. */
static char *mydomain_of(const char *const values[PARAMETERS])
{
	if (is_value(values[APPEND_DOT_MYDOMAIN], "no"))
		return xstrdup("");
	return is_value(values[APPEND_DOT_MYDOMAIN], "yes") ? domain_from(values[MYDOMAIN]) : NULL;
}

enum postfix_answer postfix_settings_read(char *text, struct postfix_settings *settings_r)
{
	const char *values[PARAMETERS] = {NULL};

	*settings_r = (struct postfix_settings){0};
	find_values(text, values);
	if (!is_value(values[MULTI_INSTANCE_DIRECTORIES], "") ||
	    !is_value(values[ALTERNATE_CONFIG_DIRECTORIES], ""))
		return POSTFIX_SEVERAL;
	*settings_r =
		(struct postfix_settings){.myorigin = origin_of(values), .mydomain = mydomain_of(values)};
	if (values[RECIPIENT_DELIMITER] != NULL && values_is_delimiter(values[RECIPIENT_DELIMITER]))
		settings_r->recipient_delimiter = xstrdup(values[RECIPIENT_DELIMITER]);
	return POSTFIX_ANSWERED;
}

enum postfix_answer postfix_settings_ask(struct postfix_settings *settings_r)
{
	const char *directory = getenv("MAIL_CONFIG");
	struct errand errand = {.program = find_postconf()};
	struct strbuf variable = {0};
	char language[] = "LC_ALL=C";
	enum postfix_answer answer = POSTFIX_FAILED;
	char *text;

	*settings_r = (struct postfix_settings){0};
	if (errand.program == NULL)
		return POSTFIX_NOT_ASKED;
	errand.null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (errand.null < 0)
		return POSTFIX_FAILED;
	errand.environment[0] = language;
	if (directory != NULL) {
		strbuf_printf(&variable, "MAIL_CONFIG=%s", directory);
		errand.environment[1] = variable.text;
	}
	text = xmalloc(POSTFIX_SETTINGS_SIZE_MAX + 1);
	if (run_and_listen(&errand, text))
		answer = postfix_settings_read(text, settings_r);
	free(text);
	strbuf_fini(&variable);
	(void)close(errand.null);
	return answer;
}

void postfix_settings_fini(struct postfix_settings *settings)
{
	free(settings->myorigin);
	free(settings->mydomain);
	free(settings->recipient_delimiter);
	*settings = (struct postfix_settings){0};
}
