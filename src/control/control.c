/* SPDX-License-Identifier: MIT */
/*
 * The control socket: who may ask, and from a line to a command and back.
 * Knows nothing of what commands do.
 */
#include "control/control.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "control/command.h"
#include "control/reply.h"
#include "run/log.h"
#include "util/memory.h"

struct control_connection {
	const struct service_context *context;
	bool may_ask;
};

static bool control_may_ask(int fd)
{
	struct ucred peer;
	socklen_t length = sizeof peer;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) < 0 || length != sizeof peer)
		return false;
	if (peer.uid == 0 || peer.uid == geteuid())
		return true;
	log_line(LOG_SEVERITY_WARNING, "control: user %ld may not ask", (long)peer.uid);
	return false;
}

static void *control_open(void *context, int fd)
{
	struct control_connection *connection = xmalloc(sizeof *connection);

	*connection = (struct control_connection){.context = context, .may_ask = control_may_ask(fd)};
	return connection;
}

static void control_obey(const struct service_context *context, const json_t *request, json_t *reply)
{
	const json_t *name = json_object_get(request, "command");
	const struct control_command *command =
		json_is_string(name) ? control_command_find(json_string_value(name)) : NULL;

	if (command != NULL)
		command->run(context, request, reply);
	else
		reply_fail(reply,
			   "there is no such command: forcedtls and forcedtlsd may be of two versions");
}

static void control_answer(const struct control_connection *connection, const char *line, size_t length,
			   json_t *reply)
{
	json_t *request;

	if (!connection->may_ask) {
		reply_fail(reply, "only root and the user of the daemon may ask");
		return;
	}
	request = json_loadb(line, length, JSON_REJECT_DUPLICATES, NULL);
	if (json_is_object(request))
		control_obey(connection->context, request, reply);
	else
		reply_fail(reply, "the request is no JSON object");
	json_decref(request);
}

static enum stream_step control_serve(void *state, const char *bytes, size_t length, size_t *used_r,
				      struct strbuf *out)
{
	const struct control_connection *connection = state;
	const char *end = memchr(bytes, '\n', length);
	json_t *reply;
	char *text;

	if (end == NULL)
		return STREAM_MORE;
	*used_r = (size_t)(end - bytes) + 1;
	reply = reply_new();
	control_answer(connection, bytes, *used_r - 1, reply);
	text = json_dumps(reply, JSON_COMPACT | JSON_ENSURE_ASCII | JSON_PRESERVE_ORDER);
	json_decref(reply);
	if (text == NULL)
		return STREAM_MALFORMED;
	strbuf_printf(out, "%s\n", text);
	free(text);
	return connection->may_ask ? STREAM_DONE : STREAM_LAST;
}

const struct service service_control = {
	.thread = SERVICE_THREAD_RELOAD,
	.for_administrators = true,
	.stream =
		{
			.name = "control",
			.counted = COUNTED_control,
			.request_max = CONTROL_REQUEST_MAX,
			.open = control_open,
			.close = free,
			.serve = control_serve,
		},
};
