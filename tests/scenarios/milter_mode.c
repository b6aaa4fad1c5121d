/* SPDX-License-Identifier: MIT */
/*
 * Judges a scenario's session through forcedtlsd: commands in the order in
 * which an MTA passes them on, answers and log lines back. Must not know what
 * the verdict should be, but for how many lines to wait.
 */
#include "modes.h"

#include <stdlib.h>
#include <string.h>

#include "daemon.h"
#include "mta_session.h"
#include "policy_request.h"
#include "verdict_lines.h"

#define TIMEOUT_MS 20000

struct milter_judge {
	struct daemon *daemon;
	struct mock_mta *mta; /* the session under way, NULL: none */
	struct strbuf *problems;
};

struct milter_judge *milter_judge_new(const char *forcedtlsd, const char *policy, struct strbuf *problems)
{
	struct daemon *daemon = daemon_start(forcedtlsd, policy, problems);
	struct milter_judge *judge;

	if (daemon == NULL)
		return NULL;
	verdict_lines_skip(daemon);
	judge = xcalloc(1, sizeof *judge);
	judge->daemon = daemon;
	return judge;
}

/* Before the recipient everything is to go on: a refusal or a farewell there is a fault. */
static bool goes_on(struct milter_judge *judge, const char *where, bool answered, struct mock_reply *reply,
		    bool may_accept)
{
	bool good = answered &&
		    (reply->action == SMFIR_CONTINUE || (may_accept && reply->action == SMFIR_ACCEPT));

	if (!answered)
		strbuf_printf(judge->problems, "%s: %s\n", where, mock_mta_error(judge->mta));
	else if (!good)
		strbuf_printf(judge->problems, "%s: the filter answered %c %s\n", where, reply->action,
			      reply->text != NULL ? reply->text : "");
	mock_reply_fini(reply);
	return good;
}

static bool say_helo(struct milter_judge *judge, const struct mta_session *mta_session, int stage)
{
	struct mock_macros macros = mta_session_macros(mta_session, stage);
	struct mock_reply reply = {0};
	bool good = mta_session->helo == NULL ||
		    goes_on(judge, "HELO", mock_mta_helo(judge->mta, &macros, mta_session->helo, &reply),
			    &reply, false);

	return good;
}

/* STARTTLS makes no event of its own but Postfix's ABORT; a second EHLO is usual, and not certain. */
static bool start_tls(struct milter_judge *judge, const struct session *session,
		      const struct mta_session *mta_session)
{
	if (mta_session->mta == MOCK_POSTFIX && !mock_mta_abort(judge->mta))
		return false;
	return session_is(session, KEY_SECOND_EHLO, "false") || say_helo(judge, mta_session, SMFIM_HELO);
}

static bool begin(struct milter_judge *judge, const struct session *session,
		  const struct mta_session *mta_session)
{
	struct mock_macros macros;
	struct mock_reply reply = {0};
	bool good;

	judge->mta = mock_mta_new(mta_session->mta, TIMEOUT_MS);
	if (!mock_mta_open(judge->mta, daemon_socket(judge->daemon))) {
		strbuf_printf(judge->problems, "%s\n", mock_mta_error(judge->mta));
		return false;
	}
	macros = mta_session_macros(mta_session, SMFIM_CONNECT);
	good = goes_on(judge, "CONNECT", mock_mta_connect(judge->mta, &macros, &mta_session->client, &reply),
		       &reply, false);
	return good && say_helo(judge, mta_session, SMFIM_CONNECT) &&
	       (session_get(session, KEY_TLS) == NULL || start_tls(judge, session, mta_session));
}

static bool end_message(struct milter_judge *judge, const struct mta_session *mta_session)
{
	struct mock_macros macros = mta_session_macros(mta_session, SMFIM_LAST);
	struct mock_reply reply = {0};
	bool good = goes_on(judge, "DATA", mock_mta_data(judge->mta, &macros, &reply), &reply, true) &&
		    goes_on(judge, "message", mock_mta_message(judge->mta, &macros, &reply), &reply, true);

	return good && (mta_session->mta != MOCK_POSTFIX || mock_mta_abort(judge->mta));
}

/* Whatever comes before MAIL. */
static bool come_to_mail(struct milter_judge *judge, const struct session *session,
			 const struct mta_session *mta_session)
{
	const char *after = session_get(session, KEY_AFTER);

	if (after != NULL && judge->mta == NULL) {
		strbuf_puts(judge->problems, "the session before broke\n");
		return false;
	}
	if (after == NULL)
		return begin(judge, session, mta_session);
	if (strcmp(after, "message") == 0)
		return end_message(judge, mta_session);
	if (!mock_mta_abort(judge->mta))
		return false;
	return strcmp(after, "starttls") != 0 || start_tls(judge, session, mta_session);
}

static bool say_mail(struct milter_judge *judge, const struct mta_session *mta_session)
{
	struct mock_macros macros = mta_session_macros(mta_session, SMFIM_ENVFROM);
	struct mock_reply reply = {0};
	bool good = goes_on(judge, "MAIL", mock_mta_mail(judge->mta, &macros, mta_session->mail, &reply),
			    &reply, true);

	return good;
}

/*
 * Postfix asks its restrictions first: where the scenario says what the client
 * shows, the policy service is told, and what it refuses the milter never sees.
 */
static bool ask_policy_service(struct milter_judge *judge, const struct session *session,
			       const struct mta_session *mta_session, struct outcome *outcome_r)
{
	const char *path = daemon_policy_service(judge->daemon), *why;
	char *request, *action;

	/* Sendmail hands it over itself. */
	if (!session_given(session, KEY_FINGERPRINT) || mta_session->mta == MOCK_SENDMAIL)
		return true;
	request = policy_request_make(session, mta_session, 1, &why);
	if (request == NULL) {
		strbuf_printf(judge->problems, "no request to the policy service: %s\n", why);
		return false;
	}
	action = policy_request_ask(path, request, judge->problems);
	if (action != NULL && (action[0] == '4' || action[0] == '5')) {
		outcome_r->reply = xstrdup(action);
	} else {
		struct outcome before = {0};

		/* Of the verdict the milter has lines of its own. */
		verdict_lines_take(judge->daemon, 0, &before, judge->problems);
		outcome_r->foreign_digest = before.foreign_digest;
		outcome_fini(&before);
	}
	free(request);
	free(action);
	return judge->problems->length == 0;
}

/* Here the verdict falls. A refusal must bring its own text: the MTA's would hide the reason. */
static bool say_rcpt(struct milter_judge *judge, const struct mta_session *mta_session,
		     struct outcome *outcome_r)
{
	struct mock_macros macros = mta_session_macros(mta_session, SMFIM_ENVRCPT);
	struct mock_reply reply = {0};

	if (outcome_r->reply != NULL)
		return true;
	if (!mock_mta_rcpt(judge->mta, &macros, mta_session->rcpt, &reply)) {
		return goes_on(judge, "RCPT", false, &reply, false);
	}
	if (reply.action == SMFIR_REPLYCODE) {
		outcome_r->reply = xstrdup(reply.text);
		mock_reply_fini(&reply);
		return true;
	}
	return goes_on(judge, "RCPT", true, &reply, true);
}

/* Fields and the end of the header, each answered in turn until one answer is not to go on. */
static bool say_header(struct milter_judge *judge, const struct session *session,
		       const struct mock_macros *macros, struct mock_reply *reply)
{
	for (size_t i = 0; i < session->headers.count; i++) {
		const struct named_value *field = &session->headers.list[i];

		if (!goes_on(judge, field->name, mock_mta_field(judge->mta, field->name, field->value, reply),
			     reply, false))
			return false;
	}
	return mock_mta_end_of_header(judge->mta, macros, reply) ||
	       goes_on(judge, "EOH", false, reply, false);
}

static void take_edits(const struct mock_edits *edits, struct outcome *outcome_r)
{
	static const char trace[] = "X-ForcedTLS: ";

	outcome_r->held = edits->held != NULL ? xstrdup(edits->held) : NULL;
	/* Any other field that is added is none that was wanted, and so shown with its name. */
	if (edits->added != NULL)
		outcome_r->trace = outcome_unfold(strncmp(edits->added, trace, sizeof trace - 1) == 0
							  ? edits->added + sizeof trace - 1
							  : edits->added);
	outcome_r->trace_removed = edits->changed;
}

/* The message, where there is one: its second verdict falls at the end of its header. */
static bool say_message(struct milter_judge *judge, const struct session *session,
			const struct mta_session *mta_session, struct outcome *outcome_r)
{
	struct mock_macros macros = mta_session_macros(mta_session, SMFIM_LAST);
	struct mock_reply reply = {0};

	if (session->headers.count == 0 || outcome_r->reply != NULL)
		return true;
	if (!goes_on(judge, "DATA", mock_mta_data(judge->mta, &macros, &reply), &reply, true) ||
	    !say_header(judge, session, &macros, &reply))
		return false;
	if (reply.action == SMFIR_REPLYCODE) {
		outcome_r->header_reply = xstrdup(reply.text);
		mock_reply_fini(&reply);
		return true;
	}
	if (!goes_on(judge, "EOH", true, &reply, false) ||
	    !goes_on(judge, "message", mock_mta_body(judge->mta, &macros, &reply), &reply, false))
		return false;
	take_edits(mock_mta_edits(judge->mta), outcome_r);
	return true;
}

static void end_session(struct milter_judge *judge)
{
	if (judge->mta != NULL && mock_mta_error(judge->mta) == NULL)
		(void)mock_mta_quit(judge->mta);
	mock_mta_free(&judge->mta);
}

bool milter_judge_session(struct milter_judge *judge, const struct session *session, enum mock_mta_kind mta,
			  struct outcome *outcome_r, struct strbuf *problems)
{
	struct mta_session mta_session;
	bool good;

	judge->problems = problems;
	if (!session_given(session, KEY_AFTER))
		end_session(judge);
	mta_session_make(session, mta, &mta_session);
	good = session_is(session, KEY_AFTER, "recipient")
		       ? judge->mta != NULL
		       : come_to_mail(judge, session, &mta_session) && say_mail(judge, &mta_session);
	good = good && ask_policy_service(judge, session, &mta_session, outcome_r) &&
	       say_rcpt(judge, &mta_session, outcome_r) &&
	       say_message(judge, session, &mta_session, outcome_r);
	if (!good && problems->length == 0)
		strbuf_printf(problems, "%s\n",
			      judge->mta != NULL ? mock_mta_error(judge->mta) : "no session to go on from");
	verdict_lines_take(judge->daemon, good ? outcome_lines_expected(session) : 0, outcome_r, problems);
	if (good)
		outcome_check_warnings(session, outcome_r, problems);
	mta_session_fini(&mta_session);
	if (!good)
		end_session(judge);
	return good;
}

void milter_judge_free(struct milter_judge **judge, struct strbuf *problems)
{
	if (*judge == NULL)
		return;
	end_session(*judge);
	verdict_lines_end(&(*judge)->daemon, problems);
	free(*judge);
	*judge = NULL;
}
