/* SPDX-License-Identifier: MIT */
/* What forcedtls doctor asks: to watch a session of its own, what was told in it, and to keep what it found. */
#include <time.h>

#include "control/command.h"
#include "control/reply.h"
#include "run/watched.h"
#include "util/memory.h"

/* {"client": "127.0.0.1", "port": 40000} */
static bool read_client(const json_t *request, struct ip_endpoint *client_r)
{
	const char *address = json_string_value(json_object_get(request, "client"));
	json_int_t port = json_integer_value(json_object_get(request, "port"));
	struct strbuf text = {0};
	bool read;

	strbuf_printf(&text, "%lld", (long long)port);
	read = ip_endpoint_parse(address, text.text, client_r);
	strbuf_fini(&text);
	return read;
}

void control_watch(const struct service_context *context, const json_t *request, json_t *reply)
{
	struct ip_endpoint client;

	(void)context;
	if (read_client(request, &client))
		watched_begin(&client, time(NULL));
	else
		reply_fail(reply, "no client and port to watch");
}

static json_t *facts_reply(const struct watched_facts *facts, const char *service)
{
	json_t *object = json_object();

	reply_add_text(object, "service", service);
	reply_add_bool(object, "exempt", facts->exempt);
	reply_add_text(object, "tls", facts->tls_version);
	reply_add_text(object, "cipher", facts->cipher);
	reply_add(object, "bits", json_integer(facts->bits));
	reply_add_text(object, "certificate", facts->certificate);
	reply_add_bool(object, "fingerprint", facts->fingerprint);
	reply_add_bool(object, "foreign_digest", facts->foreign_digest);
	return object;
}

void control_watched(const struct service_context *context, const json_t *request, json_t *reply)
{
	static const char *const names[WATCHED_SERVICES] = {
		[EVENT_SERVICE_MILTER] = "milter", [EVENT_SERVICE_POLICY_SERVICE] = "policy_service"};
	struct watched_facts facts[WATCHED_SERVICES];
	struct ip_endpoint client;
	json_t *told = json_array();

	(void)context;
	if (read_client(request, &client)) {
		watched_end(&client, time(NULL), facts);
		for (size_t i = 0; i < WATCHED_SERVICES; i++)
			if (facts[i].told)
				(void)json_array_append_new(told, facts_reply(&facts[i], names[i]));
	} else {
		reply_fail(reply, "no client and port that was watched");
	}
	reply_add(reply, "told", told);
}

static unsigned count_of(const json_t *request, const char *key)
{
	json_int_t count = json_integer_value(json_object_get(request, key));

	return count > 0 && count < 1000000 ? (unsigned)count : 0;
}

void control_doctored(const struct service_context *context, const json_t *request, json_t *reply)
{
	const struct doctored doctored = {.at = time(NULL),
					  .errors = count_of(request, "errors"),
					  .warnings = count_of(request, "warnings")};

	(void)context;
	(void)reply;
	watched_set_doctored(&doctored);
}
