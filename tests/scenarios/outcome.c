/* SPDX-License-Identifier: MIT */
/*
 * Compares what became of a session with what the scenario says: reply, log
 * line, and the line of test mode. Codes come from a table of its own, not
 * from the code under test. Must not know how the session was judged.
 */
#include "outcome.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* Which keys of the scenario speak of a line. */
struct wanted {
	enum session_key verdict;
	enum session_key connector;
	enum session_key reason;
	enum session_key reply;
	const char *prefix; /* of the verdict's word in the log */
};

static const struct wanted wanted_verdict = {KEY_VERDICT, KEY_CONNECTOR, KEY_REASON, KEY_REPLY, ""};
static const struct wanted wanted_header = {KEY_HEADER_VERDICT, KEY_HEADER_CONNECTOR, KEY_HEADER_REASON,
					    KEY_HEADER_REPLY, ""};
static const struct wanted wanted_header_would = {KEY_HEADER_WOULD, KEY_HEADER_WOULD_CONNECTOR,
						  KEY_HEADER_WOULD_REASON, KEY_HEADER_WOULD_REPLY, "would-"};
static const struct wanted wanted_would = {KEY_WOULD, KEY_WOULD_CONNECTOR, KEY_WOULD_REASON, KEY_WOULD_REPLY,
					   "would-"};

/* The enhanced status code of each reason, without its class. */
static const struct {
	const char *reason;
	const char *detail;
} codes[] = {
	{"plaintext", "7.10"},      {"version", "7.6"},        {"cipher", "7.6"},      {"bits", "7.6"},
	{"forward-secrecy", "7.6"}, {"no-certificate", "7.5"}, {"fingerprint", "7.5"}, {"subject", "7.5"},
	{"issuer", "7.5"},          {"expired-entry", "7.5"},  {"client", "7.1"},      {"sender", "7.1"},
	{"internal", "3.0"},
};

/* A log line taken apart; all point into a copy of it. */
struct line {
	char *copy;
	const char *id;
	const char *verdict;
	const char *client;
	const char *reply; /* "" where the line has none */
	char *fields; /* "connector=... reason=..." */
};

/* Where a verdict may fall. */
static const char *const stages[] = {": RCPT from ", ": END-OF-HEADERS from "};

void outcome_add_line(struct outcome *outcome, char *line)
{
	outcome->lines = vector_grow(outcome->lines, outcome->line_count, &outcome->line_capacity,
				     sizeof *outcome->lines);
	outcome->lines[outcome->line_count++] = line;
}

void outcome_fini(struct outcome *outcome)
{
	for (size_t i = 0; i < outcome->line_count; i++)
		free(outcome->lines[i]);
	free(outcome->lines);
	free(outcome->reply);
	free(outcome->header_reply);
	free(outcome->held);
	free(outcome->trace);
	free(outcome->unseen_for);
	*outcome = (struct outcome){0};
}

/* Where the name of the stage begins, and what follows it; NULL when there is none. */
static const char *find_stage(const char *text, const char **behind_r)
{
	for (size_t i = 0; i < sizeof stages / sizeof *stages; i++) {
		const char *found = strstr(text, stages[i]);

		if (found != NULL) {
			*behind_r = found + strlen(stages[i]);
			return found;
		}
	}
	return NULL;
}

char *outcome_unfold(const char *value)
{
	struct strbuf out = {0};

	for (; *value != '\0'; value++) {
		if (*value == '\n' && (value[1] == '\t' || value[1] == ' ')) {
			strbuf_putc(&out, ' ');
			value++;
		} else {
			strbuf_putc(&out, *value);
		}
	}
	return strbuf_take(&out);
}

bool outcome_is_verdict_line(const char *text)
{
	const char *behind;
	const char *from = find_stage(text, &behind);
	const char *colon = strstr(text, ": ");

	return from != NULL && colon != NULL && colon < from &&
	       memchr(text, ' ', (size_t)(colon - text)) == NULL;
}

bool outcome_expects_verdict_line(const struct session *session)
{
	return !session_is(session, KEY_VERDICT, "pass") ||
	       (session->log.count > 0 && !session_given(session, KEY_WOULD));
}

/* What passes at the end of its header has no line. */
static bool expects_header_line(const struct session *session)
{
	return session_get(session, KEY_HEADER_VERDICT) != NULL &&
	       !session_is(session, KEY_HEADER_VERDICT, "pass");
}

size_t outcome_lines_expected(const struct session *session)
{
	return (outcome_expects_verdict_line(session) ? 1u : 0u) +
	       (session_given(session, KEY_WOULD) ? 1u : 0u) + (expects_header_line(session) ? 1u : 0u) +
	       (session_given(session, KEY_HEADER_WOULD) ? 1u : 0u);
}

/* The last " connector=", since a message may hold one, and a field may not. */
static char *find_fields(char *text)
{
	char *found = NULL;

	for (char *at = text; (at = strstr(at, " connector=")) != NULL; at++)
		found = at;
	return found;
}

/* "ID: VERDICT: RCPT from CLIENT: REPLY; FIELDS" */
static bool take_apart(const char *text, struct line *line_r)
{
	char *verdict;
	const char *from;
	char *reply;
	char *fields;
	size_t length;

	*line_r = (struct line){.copy = xstrdup(text)};
	line_r->id = line_r->copy;
	verdict = strstr(line_r->copy, ": ");
	from = find_stage(line_r->copy, &line_r->client);
	if (verdict == NULL || from == NULL || verdict >= from)
		return false;
	line_r->verdict = verdict + 2;
	reply = strstr(line_r->copy + (line_r->client - line_r->copy), "]: ");
	fields = reply != NULL ? find_fields(reply) : NULL;
	if (reply == NULL || fields == NULL)
		return false;
	*verdict = '\0';
	line_r->copy[from - line_r->copy] = '\0';
	*fields = '\0';
	line_r->fields = fields + 1;
	line_r->reply = reply[2] != '\0' ? reply + 3 : "";
	reply[1] = '\0';
	length = strlen(line_r->reply);
	if (length > 0 && line_r->reply[length - 1] == ';')
		reply[3 + length - 1] = '\0';
	return true;
}

/* The value of a field, to its end or the next blank. The caller frees it; NULL: not there. */
static char *field(const struct line *line, const char *name)
{
	size_t length = strlen(name);

	for (const char *at = line->fields; at != NULL; at = strchr(at, ' ')) {
		at += *at == ' ';
		if (strncmp(at, name, length) == 0 && at[length] == '=')
			return xstrndup(at + length + 1, strcspn(at + length + 1, " "));
	}
	return NULL;
}

static void compare(struct strbuf *complaints, const char *what, const char *is, const char *wanted)
{
	if (is == NULL || strcmp(is, wanted) != 0)
		strbuf_printf(complaints, "%s: is %s, wanted %s\n", what, is != NULL ? is : "(nothing)",
			      wanted);
}

static void check_field(const struct line *line, const char *name, const char *wanted,
			struct strbuf *complaints)
{
	char *value = field(line, name);

	compare(complaints, name,
		strcmp(name, "id") == 0            ? line->id
		: strcmp(name, "from-client") == 0 ? line->client
						   : value,
		wanted);
	free(value);
}

/* "550 5.7.10 " */
static void add_codes(struct strbuf *out, const char *verdict, const char *reason)
{
	const char *class = strcmp(verdict, "reject") == 0 ? "550 5" : "451 4";

	for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
		if (strcmp(codes[i].reason, reason) == 0)
			strbuf_printf(out, "%s.%s ", class, codes[i].detail);
}

/* The whole reply where the scenario has it, otherwise its codes. */
static void check_reply(const struct session *session, const struct wanted *wanted, const char *where,
			const char *reply, struct strbuf *complaints)
{
	const char *verdict = session_get(session, wanted->verdict);
	const char *text = session_get(session, wanted->reply);
	struct strbuf start = {0};

	if (verdict == NULL || strcmp(verdict, "pass") == 0 || strcmp(verdict, "quarantine") == 0) {
		if (reply != NULL && *reply != '\0')
			strbuf_printf(complaints, "%s: is \"%s\", wanted to pass\n", where, reply);
		return;
	}
	add_codes(&start, verdict, session_get(session, wanted->reason));
	if (text != NULL)
		compare(complaints, where, reply, text);
	if (reply == NULL || strncmp(reply, start.text, start.length) != 0 || reply[start.length] == '\0')
		strbuf_printf(complaints, "%s: is \"%s\", wanted \"%s...\"\n", where,
			      reply != NULL ? reply : "let pass", start.text);
	strbuf_fini(&start);
}

static void check_line(const struct session *session, const struct wanted *wanted, const char *text, bool log,
		       struct strbuf *complaints)
{
	struct strbuf word = {0};
	struct line line;

	if (!take_apart(text, &line)) {
		strbuf_printf(complaints, "log line not understood: %s\n", text);
		free(line.copy);
		return;
	}
	strbuf_printf(&word, "%s%s", wanted->prefix, session_get(session, wanted->verdict));
	compare(complaints, "log: verdict", line.verdict, word.text);
	if (session_is(session, wanted->verdict, "pass")) {
		if (isdigit((unsigned char)line.reply[0]))
			strbuf_printf(complaints, "log: a reply where nothing is refused: %s\n", line.reply);
	} else {
		const char *connector = session_get(session, wanted->connector);

		if (!session_is(session, wanted->verdict, "quarantine"))
			check_reply(session, wanted, "log: reply", line.reply, complaints);
		else if (line.reply[0] == '\0' || isdigit((unsigned char)line.reply[0]))
			strbuf_printf(complaints, "log: \"%s\" is not why it is held\n", line.reply);
		check_field(&line, "connector", connector != NULL ? connector : "-", complaints);
		check_field(&line, "reason", session_get(session, wanted->reason), complaints);
	}
	for (size_t i = 0; log && i < session->log.count; i++)
		check_field(&line, session->log.list[i].name, session->log.list[i].value, complaints);
	if (complaints->length > 0)
		strbuf_printf(complaints, "in: %s\n", text);
	strbuf_fini(&word);
	free(line.copy);
}

/* Both NULL, or the same. */
static void compare_edit(struct strbuf *complaints, const char *what, const char *is, const char *wanted)
{
	if (is != NULL || wanted != NULL)
		compare(complaints, what, is, wanted != NULL ? wanted : "(nothing)");
}

bool outcome_take_warning(struct outcome *outcome, const char *text)
{
	static const char connector[] = "warning: connector ", fingerprint[] = "warning: fingerprint ";
	static const char mta[] = "warning: nobody can tell whether the MTA verified a certificate";
	const char *behind =
		strstr(text, " asks for a fingerprint, and the policy service was not asked about ");

	if (behind == NULL)
		behind = strstr(text, " asks for a fingerprint, and Sendmail hands over none: define(");

	/* Once in the life of a daemon, and so in whichever session comes first. */
	if (strncmp(text, mta, sizeof mta - 1) == 0 && !outcome->unknown_mta) {
		outcome->unknown_mta = true;
		return true;
	}
	if (strncmp(text, fingerprint, sizeof fingerprint - 1) == 0 && !outcome->foreign_digest) {
		outcome->foreign_digest = strstr(text, " is no SHA-256 digest, ") != NULL;
		return outcome->foreign_digest;
	}
	if (strncmp(text, connector, sizeof connector - 1) != 0 || behind == NULL ||
	    outcome->unseen_for != NULL)
		return false;
	text += sizeof connector - 1;
	outcome->unseen_for = xstrndup(text, (size_t)(behind - text));
	return true;
}

/* The connector for which an unseen fingerprint is all that is missing, or NULL. */
static const char *lacking_fingerprint(const struct session *session)
{
	const struct wanted *const both[] = {&wanted_verdict, &wanted_would};

	if (session_shows_foreign_digest(session))
		return NULL;
	for (size_t i = 0; i < sizeof both / sizeof *both; i++)
		if (session_is(session, both[i]->reason, "internal") &&
		    session_get(session, both[i]->connector) != NULL)
			return session_get(session, both[i]->connector);
	return NULL;
}

/* Whose mail waits because its digest is of another kind: the log says so. */
static bool waits_for_digest(const struct session *session)
{
	return session_shows_foreign_digest(session) && (session_is(session, KEY_REASON, "internal") ||
							 session_is(session, KEY_WOULD_REASON, "internal"));
}

void outcome_check_warnings(const struct session *session, const struct outcome *outcome,
			    struct strbuf *complaints)
{
	compare_edit(complaints, "log: the connector that lacks a fingerprint", outcome->unseen_for,
		     lacking_fingerprint(session));
	if (outcome->foreign_digest != waits_for_digest(session))
		strbuf_printf(complaints, "log: a digest of another kind is %s\n",
			      outcome->foreign_digest ? "named, and should not be"
						      : "not named, and should be");
}

static void check_message(const struct session *session, const struct outcome *outcome,
			  struct strbuf *complaints)
{
	const char *removed = session_get(session, KEY_TRACE_REMOVED);
	struct strbuf number = {0};

	check_reply(session, &wanted_header, "reply at the end of the header", outcome->header_reply,
		    complaints);
	compare_edit(complaints, "held", outcome->held, session_get(session, KEY_HELD));
	compare_edit(complaints, "trace", outcome->trace, session_get(session, KEY_TRACE));
	strbuf_printf(&number, "%zu", outcome->trace_removed);
	compare(complaints, "trace_removed", number.text, removed != NULL ? removed : "0");
	strbuf_fini(&number);
}

void outcome_check(const struct session *session, const struct outcome *outcome, struct strbuf *complaints)
{
	bool verdict_line = outcome_expects_verdict_line(session);
	bool would_line = session_given(session, KEY_WOULD);
	size_t next = 0;

	check_reply(session, &wanted_verdict, "reply", outcome->reply, complaints);
	if (session->headers.count > 0)
		check_message(session, outcome, complaints);
	if (outcome->line_count != outcome_lines_expected(session)) {
		strbuf_printf(complaints, "log: %zu verdict lines, wanted %zu\n", outcome->line_count,
			      outcome_lines_expected(session));
		for (size_t i = 0; i < outcome->line_count; i++)
			strbuf_printf(complaints, "  %s\n", outcome->lines[i]);
		return;
	}
	if (verdict_line)
		check_line(session, &wanted_verdict, outcome->lines[next++], true, complaints);
	if (would_line)
		check_line(session, &wanted_would, outcome->lines[next++], !verdict_line, complaints);
	if (expects_header_line(session))
		check_line(session, &wanted_header, outcome->lines[next++], false, complaints);
	if (session_given(session, KEY_HEADER_WOULD))
		check_line(session, &wanted_header_would, outcome->lines[next], false, complaints);
	if (verdict_line && outcome->reply != NULL && strstr(outcome->lines[0], outcome->reply) == NULL)
		strbuf_printf(complaints, "log: the reply there is another than \"%s\": %s\n", outcome->reply,
			      outcome->lines[0]);
}
