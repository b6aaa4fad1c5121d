/* SPDX-License-Identifier: MIT */
/* A fuzzer (tests/README.md). What arrives at the control socket. Whatever it is, each line is answered with one, an object. */
#include <fcntl.h>
#include <jansson.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "control/control.h"
#include "fuzz/must.h"
#include "run/snapshot.h"
#include "util/memory.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char policy[] =
	"connectors: [{name: a, senders: [a.example], require: {certificate: {subject: a.example, valid_to: "
	"2999-01-01}}}]\n";

/* Once: no reload here comes into force. */
static void load_policy(void)
{
	static bool loaded;
	struct diagnostics diagnostics = {0};
	struct config *config;

	if (loaded)
		return;
	loaded = true;
	config = config_load_bytes("p", (const unsigned char *)policy, sizeof policy - 1, &diagnostics);

	MUST(config != NULL);
	snapshot_publish(config);
	diagnostics_fini(&diagnostics);
}

static void check_answer(const struct strbuf *answer)
{
	json_t *read = json_loads(answer->text, JSON_REJECT_DUPLICATES, NULL);
	const char *result = json_string_value(json_object_get(read, "result"));

	MUST(answer->text[answer->length - 1] == '\n');
	MUST(strchr(answer->text, '\n') == answer->text + answer->length - 1);
	MUST(result != NULL);
	MUST((strcmp(result, "failed") == 0) == json_is_string(json_object_get(read, "error")));
	json_decref(read);
}

/* A reload is logged to standard error: nobody wants to read so many. */
static void serve_quietly(void *connection, const char *bytes, size_t length)
{
	int error = dup(STDERR_FILENO), null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	enum stream_step step = STREAM_DONE;

	MUST(error >= 0 && null >= 0 && dup2(null, STDERR_FILENO) >= 0);
	while (step == STREAM_DONE && length > 0) {
		struct strbuf answer = {0};
		size_t used = 0;

		step = service_control.stream.serve(connection, bytes, length, &used, &answer);
		MUST(step == STREAM_DONE || step == STREAM_MORE);
		MUST((step == STREAM_DONE) == (used > 0) && used <= length);
		if (step == STREAM_DONE)
			check_answer(&answer);
		strbuf_fini(&answer);
		bytes += used;
		length -= used;
	}
	MUST(dup2(error, STDERR_FILENO) >= 0 && close(error) == 0 && close(null) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reloads reloads;
	struct service_context context = {.reloads = &reloads};
	char *bytes = xmalloc(size);
	void *connection;
	int ends[2];

	if (size > 0)
		memcpy(bytes, data, size);
	load_policy();
	reloads_init(&reloads, "/nonexistent/forcedtls.yaml");
	MUST(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
	connection = service_control.stream.open(&context, ends[0]);
	serve_quietly(connection, bytes, size);
	service_control.stream.close(connection);
	MUST(close(ends[0]) == 0 && close(ends[1]) == 0);
	reloads_fini(&reloads);
	free(bytes);
	return 0;
}
