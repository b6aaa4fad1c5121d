/* SPDX-License-Identifier: MIT */
/*
 * Requests of Postfix's policy delegation become facts, decisions become
 * actions and log lines. Decides nothing; how connections are kept is the
 * stream server's business.
 */
#include "policy_service/policy_service.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "config/clock.h"
#include "policy_service/delegation.h"
#include "policy_service/traced.h"
#include "run/emit.h"
#include "run/log.h"
#include "run/fingerprint_cache.h"
#include "run/snapshot.h"
#include "verdict/trace_header.h"

/* What one smtpd, which serves one SMTP session after the other, asks on one connection. */
struct asking {
	struct traced traced; /* of the message under way */
	bool counted; /* the session of that client is, among the sessions in which a recipient was judged */
	struct ip_address client;
	int client_port;
	const char *error; /* static: what is wrong with the request that was looked at last; NULL: nothing */
};

static void *open_connection(void *context, int fd)
{
	(void)context;
	(void)fd;
	return xcalloc(1, sizeof(struct asking));
}

static void close_connection(void *state)
{
	struct asking *asking = state;

	traced_fini(&asking->traced);
	free(asking);
}

/* All that one request brings, and what it is judged by. */
struct question {
	struct traced *traced;
	const struct policy *policy; /* NULL: none is in force */
	const struct delegation_request *request;
	struct facts facts;
	struct readings sender;
	struct readings recipient;
	struct delegation_storage storage;
};

static const char *attribute_text(const char *attribute)
{
	return attribute != NULL ? attribute : "";
}

static bool request_is_at(const struct delegation_request *request, const char *state)
{
	return request->protocol_state != NULL && strcmp(request->protocol_state, state) == 0;
}

/* Headers are the milter's to judge; a trace header is part of the action. */
static unsigned told_by_postfix(const char *myorigin)
{
	return FACT_BIT(FACT_EDITS) | FACT_BIT(FACT_HEADERS) | FACT_BIT(FACT_ROOM) | FACT_BIT(FACT_TRACE) |
	       FACT_BIT(FACT_CONTENT) | (myorigin != NULL ? FACT_BIT(FACT_DOMAIN) : 0);
}

/* An address that Postfix did not name is not an empty one; a recipient is one at RCPT alone. */
static void question_read_addresses(struct question *question)
{
	const struct delegation_request *request = question->request;
	const struct policy *policy = question->policy;
	const struct written_address written = {.myorigin = policy != NULL ? policy->myorigin : NULL,
						.mydomain = policy != NULL ? policy->mydomain : NULL,
						.unquoted = true};
	struct written_address sender = written, recipient = written;
	struct facts *facts = &question->facts;

	sender.argument = attribute_text(request->sender);
	recipient.argument = attribute_text(request->recipient);
	readings_of_sender(&question->sender, &sender, facts->helo, delegation_client_name(request));
	readings_of_recipient(&question->recipient, &recipient);
	facts->sender = request->sender != NULL ? &question->sender : NULL;
	facts->recipient =
		request_is_at(request, "RCPT") && request->recipient != NULL ? &question->recipient : NULL;
}

static void question_init(struct question *question, struct traced *traced, const struct policy *policy,
			  const struct delegation_request *request)
{
	const char *myorigin = policy != NULL ? policy->myorigin : NULL;

	*question = (struct question){
		.traced = traced,
		.policy = policy,
		.request = request,
		.facts = {.told = told_by_postfix(myorigin),
			  .can_quarantine = true,
			  .date = date_from_time(time(NULL))},
	};
	delegation_to_facts(request, &question->facts, &question->storage);
	question_read_addresses(question);
}

static void question_fini(struct question *question)
{
	readings_fini(&question->sender);
	readings_fini(&question->recipient);
	delegation_storage_fini(&question->storage);
}

/* An internal reason with a connector: it lacks nothing but a fingerprint that nobody here has seen. */
static bool is_about_fingerprints(const struct judgement *judgement)
{
	return judgement->reason == REASON_NO_CERTIFICATE ||
	       (judgement->reason == REASON_INTERNAL && judgement->has_connector);
}

/* A digest of another kind names no certificate that we know; whoever mends that has to be told. */
static void warn_of_foreign_digest(const struct question *question, const struct decision *decision)
{
	const char *foreign = delegation_foreign_fingerprint(question->request);

	if (foreign != NULL && question->policy != NULL && question->policy->has_fingerprints &&
	    (is_about_fingerprints(&decision->enforced) || is_about_fingerprints(&decision->tested)))
		log_line(
			LOG_SEVERITY_WARNING,
			"fingerprint %.200s is no SHA-256 digest, and nobody can tell whether it is a pinned "
			"one: set smtpd_tls_fingerprint_digest = sha256 in Postfix",
			foreign);
}

static void add_trace(struct question *question, const struct judgement *judgement, struct strbuf *action)
{
	const struct connector *connector = judgement->has_connector ? judgement->decisive.connector : NULL;
	char *trace;

	if (!traced_note(question->traced, attribute_text(question->request->instance),
			 connector != NULL ? connector->name : "")) {
		strbuf_puts(action, "DUNNO");
		return;
	}
	trace = trace_header_line(judgement->verdict, connector, &question->facts);
	strbuf_printf(action, "PREPEND " TRACE_HEADER_NAME ": %s", trace);
	free(trace);
}

/* What Postfix is to do, in the words of access(5). It can do one thing: to hold goes before to record. */
static void add_action(struct question *question, const struct event *event, struct strbuf *action)
{
	const struct judgement *judgement = &event->decision.enforced;
	const struct reply *reply = &event->reply;

	switch (judgement->verdict) {
	case VERDICT_PASS:
		if (event->policy->trace_header && event->decision.exemption == EXEMPT_NOT &&
		    question->facts.recipient != NULL)
			add_trace(question, judgement, action);
		else
			strbuf_puts(action, "DUNNO");
		break;
	case VERDICT_QUARANTINE:
		strbuf_printf(action, "HOLD %s", reply->text);
		break;
	case VERDICT_TEMPFAIL:
	case VERDICT_REJECT:
		strbuf_printf(action, "%s %s %s", reply->code, reply->status, reply->text);
		break;
	}
}

/*
 * For the milter, which is not told of them. It can judge by another policy,
 * before and after a reload: by one that pins a certificate where this one does
 * not. So one that was presented is noted in any case.
 */
static void note_fingerprints(const struct question *question)
{
	const struct ip_endpoint server = delegation_server(question->request);

	if ((question->policy != NULL && question->policy->has_fingerprints) ||
	    question->facts.certificate.fingerprints.seen == FINGERPRINTS_SHOWN)
		fingerprint_cache_note(&question->facts, &server, clock_monotonic());
}

/* smtpd(8) serves one session after the other on a connection: another client, or another of its ports, is another. */
static void count_session(struct asking *asking, const struct facts *facts)
{
	bool same = asking->client_port == facts->client_port &&
		    asking->client.family == facts->client.family &&
		    memcmp(asking->client.bytes, facts->client.bytes, sizeof facts->client.bytes) == 0;

	if (same && asking->counted)
		return;
	asking->client = facts->client;
	asking->client_port = facts->client_port;
	asking->counted = true;
	counters_smtp_session(COUNTED_policy_service, facts);
}

static void judge_request(struct asking *asking, const struct config *config,
			  const struct delegation_request *request, struct strbuf *action)
{
	struct question question;
	struct event event = {
		.service = EVENT_SERVICE_POLICY_SERVICE,
		.stage = EVENT_STAGE_RECIPIENT,
		.queue_id = request->queue_id,
		.sender = request->sender,
		.recipient = request->recipient,
		.policy = config != NULL ? config->policy : NULL,
		.facts = &question.facts,
	};

	question_init(&question, &asking->traced, event.policy, request);
	note_fingerprints(&question);
	count_session(asking, &question.facts);
	emit_decide(&event);
	warn_of_foreign_digest(&question, &event.decision);
	emit_verdict(config, &event);
	add_action(&question, &event, action);
	event_fini(&event);
	question_fini(&question);
}

/* No mail comes in by these, and restrictions for recipients are asked about the first. */
static bool brings_no_mail(const struct delegation_request *request)
{
	return request_is_at(request, "VRFY") || request_is_at(request, "ETRN");
}

static void answer_request(struct asking *asking, const struct delegation_request *request,
			   struct strbuf *out)
{
	struct snapshot *snapshot = snapshot_acquire();

	strbuf_puts(out, "action=");
	if (brings_no_mail(request))
		strbuf_puts(out, "DUNNO");
	else
		judge_request(asking, snapshot != NULL ? snapshot_config(snapshot) : NULL, request, out);
	strbuf_puts(out, "\n\n");
	snapshot_release(&snapshot);
}

static enum stream_step policy_service_serve(void *state, const char *bytes, size_t length, size_t *used_r,
					     struct strbuf *out)
{
	size_t used = delegation_length(bytes, length);
	struct asking *asking = state;
	struct delegation_request request;
	bool parsed;
	char *text;

	if (used == 0)
		return STREAM_MORE;
	assert(used <= length);
	text = xmalloc(used + 1);
	memcpy(text, bytes, used);
	text[used] = '\0';
	parsed = delegation_parse(text, used, &request, &asking->error);
	if (parsed) {
		answer_request(asking, &request, out);
		*used_r = used;
	}
	free(text);
	return parsed ? STREAM_DONE : STREAM_MALFORMED;
}

static const char *policy_service_error(const void *state)
{
	return ((const struct asking *)state)->error;
}

const struct service service_policy_service = {
	.thread = SERVICE_THREAD_MAIL,
	.stream =
		{
			.name = "policy_service",
			.counted = COUNTED_policy_service,
			.request_max = DELEGATION_REQUEST_MAX,
			.open = open_connection,
			.close = close_connection,
			.serve = policy_service_serve,
			.why_malformed = policy_service_error,
		},
};
