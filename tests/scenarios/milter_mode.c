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

#define TIMEOUT_MS 20000
/* A verdict is logged before it is given, so that its line is there by then. */
#define LOG_TIMEOUT_MS 2000

struct milter_judge {
	struct daemon *daemon;
	struct mock_mta *mta; /* the session under way, NULL: none */
	struct strbuf *problems;
};

struct milter_judge *milter_judge_new(const char *forcedtlsd, const char *policy, struct strbuf *problems)
{
	struct daemon *daemon = daemon_start(forcedtlsd, policy, problems);
	struct milter_judge *judge;
	char *line;

	if (daemon == NULL)
		return NULL;
	/* What it has to say of the policy is for other tests. */
	while ((line = daemon_log_line(daemon, 0)) != NULL)
		free(line);
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

/* Here the verdict falls. A refusal must bring its own text: the MTA's would hide the reason. */
static bool say_rcpt(struct milter_judge *judge, const struct mta_session *mta_session,
		     struct outcome *outcome_r)
{
	struct mock_macros macros = mta_session_macros(mta_session, SMFIM_ENVRCPT);
	struct mock_reply reply = {0};

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

/* Verdicts are to be looked at; that it starts, and with what, is nothing to complain of. */
static void take_line(struct milter_judge *judge, const char *line, struct outcome *outcome_r)
{
	const char *tag_end = strncmp(line, "forcedtlsd[", 11) == 0 ? strstr(line, "]: ") : NULL;
	const char *text = tag_end != NULL ? tag_end + 3 : line;

	if (tag_end != NULL && outcome_is_verdict_line(text))
		outcome_add_line(outcome_r, xstrdup(text));
	else if (tag_end == NULL || strncmp(text, "forcedtlsd ", 11) != 0)
		strbuf_printf(judge->problems, "unexpected log line: %s\n", line);
}

/* Verdict lines that are there by now; waits for as many as are to come. */
static void take_lines(struct milter_judge *judge, size_t expected, struct outcome *outcome_r)
{
	char *line;

	while ((line = daemon_log_line(judge->daemon,
				       outcome_r->line_count < expected ? LOG_TIMEOUT_MS : 0)) != NULL) {
		take_line(judge, line, outcome_r);
		free(line);
	}
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
	good = good && say_rcpt(judge, &mta_session, outcome_r) &&
	       say_message(judge, session, &mta_session, outcome_r);
	if (!good && problems->length == 0)
		strbuf_printf(problems, "%s\n",
			      judge->mta != NULL ? mock_mta_error(judge->mta) : "no session to go on from");
	take_lines(judge, good ? outcome_lines_expected(session) : 0, outcome_r);
	mta_session_fini(&mta_session);
	if (!good)
		end_session(judge);
	return good;
}

void milter_judge_free(struct milter_judge **judge, struct strbuf *problems)
{
	char *line;

	if (*judge == NULL)
		return;
	end_session(*judge);
	daemon_kill((*judge)->daemon);
	while ((line = daemon_log_line((*judge)->daemon, 0)) != NULL) {
		strbuf_printf(problems, "unexpected log line at the end: %s\n", line);
		free(line);
	}
	daemon_free(&(*judge)->daemon);
	free(*judge);
	*judge = NULL;
}
