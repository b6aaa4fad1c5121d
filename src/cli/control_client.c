/* SPDX-License-Identifier: MIT */
/* Asks a running daemon (control/control.h): a line of JSON each way. Knows no command. */
#include "cli/control_client.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sysexits.h>
#include <unistd.h>

#include "config/control_socket.h"
#include "util/memory.h"
#include "util/socket_address.h"
#include "util/utf8.h"

/* More than an answer has. */
#define ANSWER_MAX ((size_t)16 * 1024 * 1024)

/* Nothing waits longer for the daemon: no connect, with its queue full, no send and no read (socket(7)). */
static bool set_patience(int fd, int seconds)
{
	const struct timeval patience = {.tv_sec = seconds};

	return setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) == 0 &&
	       setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) == 0;
}

/* -1: errno says why. */
static int control_client_connect_to(const char *path, int seconds)
{
	struct sockaddr_un address;
	int fd, error;

	if (!socket_address_unix(path, &address))
		return -1;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || (set_patience(fd, seconds) &&
		       connect(fd, (const struct sockaddr *)&address, sizeof address) == 0))
		return fd;
	error = errno;
	(void)close(fd);
	errno = error;
	return -1;
}

static bool send_all(int fd, const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t sent = TEMP_FAILURE_RETRY(send(fd, bytes, length, MSG_NOSIGNAL));

		if (sent < 0)
			return false;
		bytes += sent;
		length -= (size_t)sent;
	}
	return true;
}

static bool send_request(int fd, const json_t *request)
{
	char *text = json_dumps(request, JSON_COMPACT | JSON_ENSURE_ASCII);
	bool sent = text != NULL && send_all(fd, text, strlen(text)) && send_all(fd, "\n", 1);

	free(text);
	return sent;
}

/* A line without its end, in answer. False: none came, and errno says why, or is 0 where the daemon said no more. */
static bool control_read_line(int fd, struct strbuf *answer)
{
	char chunk[4096];
	ssize_t length = 1;

	errno = 0;
	while (length > 0 && answer->length < ANSWER_MAX) {
		length = read(fd, chunk, sizeof chunk);
		if (length < 0 && errno == EINTR) {
			length = 1;
			errno = 0;
			continue;
		}
		if (length <= 0)
			break;
		strbuf_add(answer, chunk, (size_t)length);
		if (chunk[length - 1] == '\n') {
			strbuf_cut(answer, answer->length - 1);
			return true;
		}
	}
	return false;
}

/* NULL: errno is EAGAIN where no answer came in time. */
static json_t *read_answer(int fd)
{
	struct strbuf text = {0};
	json_t *answer = NULL;
	int error = 0;

	if (control_read_line(fd, &text))
		answer = json_loads(text.text, JSON_REJECT_DUPLICATES, NULL);
	else
		error = errno;
	strbuf_fini(&text);
	if (!json_is_object(answer)) {
		json_decref(answer);
		answer = NULL;
	}
	errno = error;
	return answer;
}

/* There is a daemon, and no answer. It may be stopped, or wait for a disk; that it was asked cannot be taken back. */
static int say_no_answer(const char *command, int seconds, int error)
{
	if (error == EAGAIN)
		fprintf(stderr,
			"forcedtls %s: forcedtlsd gave no answer within %d seconds: it is stopped, or busy\n",
			command, seconds);
	else
		fprintf(stderr, "forcedtls %s: forcedtlsd gave no answer: its log may say why\n", command);
	return EX_PROTOCOL;
}

/* Why nobody can be asked. */
static int control_say_why(const char *command, const char *path, int error)
{
	char *shown = utf8_printable(path);

	if (error == EACCES || error == EPERM)
		fprintf(stderr, "forcedtls %s: %s: only root and the user of the daemon may ask\n", command,
			shown);
	else
		fprintf(stderr, "forcedtls %s: no forcedtlsd answers at %s: %s\n", command, shown,
			strerror(error));
	free(shown);
	return error == EACCES || error == EPERM ? EX_NOPERM : EXIT_NOT_RUNNING;
}

json_t *control_ask(const char *command, const char *policy_file, json_t *request, int seconds, int *status_r)
{
	char *path = config_control_socket(policy_file);
	int fd = control_client_connect_to(path, seconds);
	json_t *answer = NULL;

	if (fd < 0 && errno != EAGAIN)
		*status_r = control_say_why(command, path, errno);
	else if (fd < 0 || !send_request(fd, request) || (answer = read_answer(fd)) == NULL)
		*status_r = say_no_answer(command, seconds, errno);
	if (fd >= 0)
		(void)close(fd);
	json_decref(request);
	free(path);
	return answer;
}

char *control_text(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);
	struct strbuf text = {0};

	if (json_is_string(value))
		return utf8_printable(json_string_value(value));
	if (json_is_integer(value))
		strbuf_printf(&text, "%lld", (long long)json_integer_value(value));
	else
		strbuf_puts(&text, "-");
	return strbuf_take(&text);
}

void control_add_bytes(struct strbuf *out, const json_t *object, const char *key)
{
	strbuf_printf(out, "%.1f MiB", json_number_value(json_object_get(object, key)) / (1024 * 1024));
}
