/* SPDX-License-Identifier: MIT */
/*
 * Judges a scenario's session through forcedtlsd's policy service, as smtpd
 * asks it. Must not know what the verdict should be, but for how many lines of
 * the log to wait.
 */
#include <stdlib.h>
#include <string.h>

#include "daemon.h"
#include "modes.h"
#include "mta_session.h"
#include "policy_request.h"
#include "verdict_lines.h"

struct policy_judge {
	struct daemon *daemon;
	unsigned messages; /* that it was asked about */
};

struct policy_judge *policy_judge_new(const char *forcedtlsd, const char *policy, struct strbuf *problems)
{
	struct daemon *daemon = daemon_start(forcedtlsd, policy, problems);
	struct policy_judge *judge;

	if (daemon == NULL)
		return NULL;
	verdict_lines_skip(daemon);
	judge = xcalloc(1, sizeof *judge);
	judge->daemon = daemon;
	return judge;
}

/* What follows head in text, or NULL. */
static const char *behind(const char *text, const char *head)
{
	size_t length = strlen(head);

	return strncmp(text, head, length) == 0 ? text + length : NULL;
}

/* Postfix takes "NNN X.Y.Z text" for the reply, and anything else lets the recipient in. */
static void take_action(const char *action, struct outcome *outcome_r, struct strbuf *problems)
{
	const char *reason = behind(action, "HOLD "), *trace = behind(action, "PREPEND X-ForcedTLS: ");

	if (action[0] == '4' || action[0] == '5')
		outcome_r->reply = xstrdup(action);
	else if (reason != NULL)
		outcome_r->held = xstrdup(reason);
	else if (trace != NULL)
		outcome_r->trace = xstrdup(trace);
	else if (strcmp(action, "DUNNO") != 0)
		strbuf_printf(problems, "an action that is none of ours: %s\n", action);
}

bool policy_judge_session(struct policy_judge *judge, const struct session *session, enum mock_mta_kind mta,
			  struct outcome *outcome_r, const char **skipped_r, struct strbuf *problems)
{
	struct mta_session mta_session;
	char *request, *action = NULL;

	mta_session_make(session, mta, &mta_session);
	judge->messages += session_is(session, KEY_AFTER, "recipient") ? 0u : 1u;
	request = policy_request_make(session, &mta_session, judge->messages, skipped_r);
	if (request != NULL)
		action = policy_request_ask(daemon_policy_service(judge->daemon), request, problems);
	if (action != NULL) {
		take_action(action, outcome_r, problems);
		if ((outcome_r->held != NULL) != session_is(session, KEY_VERDICT, "quarantine"))
			strbuf_printf(problems, "the action is %s\n", action);
		verdict_lines_take(judge->daemon, outcome_lines_expected(session), outcome_r, problems);
		outcome_check_warnings(session, outcome_r, problems);
	}
	free(request);
	free(action);
	mta_session_fini(&mta_session);
	return request != NULL && problems->length == 0;
}

void policy_judge_free(struct policy_judge **judge, struct strbuf *problems)
{
	if (*judge == NULL)
		return;
	verdict_lines_end(&(*judge)->daemon, problems);
	free(*judge);
	*judge = NULL;
}
