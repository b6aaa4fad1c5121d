/* SPDX-License-Identifier: MIT */
/*
 * The keys of a scenario's session, and what is right in them: a test that
 * says something unclear must not run. Must not know YAML.
 */
#include "scenario_keys.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "util/date.h"

struct key {
	const char *name;
	bool inherits;
	const char *words; /* the values that it may have, between blanks; NULL: any */
	enum session_key leader; /* goes with the parent's value of that one; KEY_NAME: with none */
};

#define REASONS                                                                                              \
	" plaintext version cipher bits forward-secrecy no-certificate fingerprint subject issuer "          \
	"expired-entry client sender internal "

#define VERDICTS " pass quarantine tempfail reject "

static const struct key keys[KEY_COUNT] = {
	[KEY_NAME] = {"name", false, NULL, KEY_NAME},
	[KEY_AFTER] = {"after", false, " recipient message rset starttls ", KEY_NAME},
	[KEY_MTA] = {"mta", true, " postfix sendmail ", KEY_NAME},
	[KEY_CLIENT] = {"client", true, NULL, KEY_NAME},
	[KEY_PORT] = {"port", true, NULL, KEY_CLIENT},
	[KEY_CLIENT_NAME] = {"client_name", true, NULL, KEY_CLIENT},
	[KEY_RESOLVE] = {"resolve", true, " OK FAIL FORGED TEMP ", KEY_CLIENT},
	[KEY_HELO] = {"helo", true, NULL, KEY_NAME},
	[KEY_SECOND_EHLO] = {"second_ehlo", true, " true false ", KEY_NAME},
	[KEY_TLS] = {"tls", true, NULL, KEY_NAME},
	[KEY_CIPHER] = {"cipher", true, NULL, KEY_TLS},
	[KEY_BITS] = {"bits", true, NULL, KEY_TLS},
	[KEY_VERIFY] = {"verify", true, NULL, KEY_NAME},
	[KEY_SUBJECT] = {"subject", true, NULL, KEY_NAME},
	[KEY_ISSUER] = {"issuer", true, NULL, KEY_NAME},
	[KEY_SUBJECT_DN] = {"subject_dn", true, NULL, KEY_NAME},
	[KEY_ISSUER_DN] = {"issuer_dn", true, NULL, KEY_NAME},
	[KEY_FINGERPRINT] = {"fingerprint", true, NULL, KEY_NAME},
	[KEY_KEY_FINGERPRINT] = {"key_fingerprint", true, NULL, KEY_FINGERPRINT},
	[KEY_AUTHENTICATED] = {"authenticated", true, NULL, KEY_NAME},
	[KEY_FROM] = {"from", true, NULL, KEY_NAME},
	[KEY_MAIL_ADDR] = {"mail_addr", true, NULL, KEY_FROM},
	[KEY_MAIL_PARAMETERS] = {"mail_parameters", true, NULL, KEY_FROM},
	[KEY_TO] = {"to", true, NULL, KEY_NAME},
	[KEY_RCPT_ADDR] = {"rcpt_addr", true, NULL, KEY_TO},
	[KEY_RCPT_PARAMETERS] = {"rcpt_parameters", true, NULL, KEY_TO},
	[KEY_DATE] = {"date", true, NULL, KEY_NAME},
	[KEY_VERDICT] = {"verdict", false, VERDICTS, KEY_NAME},
	[KEY_CONNECTOR] = {"connector", false, NULL, KEY_NAME},
	[KEY_REASON] = {"reason", false, REASONS, KEY_NAME},
	[KEY_REPLY] = {"reply", false, NULL, KEY_NAME},
	[KEY_WOULD] = {"would", false, VERDICTS, KEY_NAME},
	[KEY_WOULD_CONNECTOR] = {"would_connector", false, NULL, KEY_NAME},
	[KEY_WOULD_REASON] = {"would_reason", false, REASONS, KEY_NAME},
	[KEY_WOULD_REPLY] = {"would_reply", false, NULL, KEY_NAME},
	[KEY_HEADER_VERDICT] = {"header_verdict", false, VERDICTS, KEY_NAME},
	[KEY_HEADER_CONNECTOR] = {"header_connector", false, NULL, KEY_NAME},
	[KEY_HEADER_REASON] = {"header_reason", false, REASONS, KEY_NAME},
	[KEY_HEADER_REPLY] = {"header_reply", false, NULL, KEY_NAME},
	[KEY_HEADER_WOULD] = {"header_would", false, VERDICTS, KEY_NAME},
	[KEY_HEADER_WOULD_CONNECTOR] = {"header_would_connector", false, NULL, KEY_NAME},
	[KEY_HEADER_WOULD_REASON] = {"header_would_reason", false, REASONS, KEY_NAME},
	[KEY_HEADER_WOULD_REPLY] = {"header_would_reply", false, NULL, KEY_NAME},
	[KEY_HELD] = {"held", false, NULL, KEY_NAME},
	[KEY_TRACE] = {"trace", false, NULL, KEY_NAME},
	[KEY_TRACE_REMOVED] = {"trace_removed", false, NULL, KEY_NAME},
};

enum session_key session_key_find(const char *name)
{
	for (int key = 0; key < KEY_COUNT; key++)
		if (strcmp(keys[key].name, name) == 0)
			return (enum session_key)key;
	return KEY_COUNT;
}

const char *session_key_name(enum session_key key)
{
	return keys[key].name;
}

const char *session_get(const struct session *session, enum session_key key)
{
	return session->settings[key].value;
}

bool session_given(const struct session *session, enum session_key key)
{
	return session->settings[key].given;
}

bool session_is(const struct session *session, enum session_key key, const char *value)
{
	const char *is = session_get(session, key);

	return is != NULL && strcmp(is, value) == 0;
}

bool session_shows_foreign_digest(const struct session *session)
{
	const char *shown = session_get(session, KEY_FINGERPRINT);

	return shown != NULL && strlen(shown) != 64 && strlen(shown) != 95;
}

static bool same(const struct setting *a, const struct setting *b)
{
	if (a->value == NULL || b->value == NULL)
		return a->value == b->value;
	return strcmp(a->value, b->value) == 0;
}

void session_inherit(struct session *session, const struct session *parent)
{
	for (int key = 0; key < KEY_COUNT; key++) {
		const struct setting *from = &parent->settings[key];
		enum session_key leader = keys[key].leader;

		if (!keys[key].inherits || session->settings[key].given || !from->given)
			continue;
		/* Leaders stand before those that they lead, so an inherited one is the parent's by now. */
		if (leader != KEY_NAME && parent->settings[leader].given &&
		    !same(&session->settings[leader], &parent->settings[leader]))
			continue;
		if (key >= KEY_VERIFY && key <= KEY_KEY_FINGERPRINT &&
		    session_get(session, KEY_TLS) == NULL && session_given(session, KEY_TLS))
			continue;
		session->settings[key].given = true;
		session->settings[key].value = from->value != NULL ? xstrdup(from->value) : NULL;
	}
}

static bool is_one_of(const char *words, const char *value)
{
	size_t length = strlen(value);

	if (strchr(value, ' ') != NULL)
		return false;
	for (const char *at = words; (at = strstr(at, value)) != NULL; at++)
		if (length > 0 && at[-1] == ' ' && at[length] == ' ')
			return true;
	return false;
}

static bool check_words(const struct session *session, struct strbuf *problem)
{
	for (int key = 0; key < KEY_COUNT; key++) {
		const char *value = session->settings[key].value;

		if (value == NULL || keys[key].words == NULL || is_one_of(keys[key].words, value))
			continue;
		strbuf_printf(problem, "%s: \"%s\" is none of%s", keys[key].name, value, keys[key].words);
		return false;
	}
	return true;
}

static bool complain(struct strbuf *problem, const char *text)
{
	strbuf_puts(problem, text);
	return false;
}

/* A refusal needs a reason and, but for errors of our own, a connector; anything else must not have them. */
static bool check_expectation(const struct session *session, enum session_key verdict,
			      enum session_key connector, enum session_key reason, enum session_key reply,
			      struct strbuf *problem)
{
	bool refused = session_given(session, verdict) && !session_is(session, verdict, "pass");
	bool internal = session_is(session, reason, "internal");

	if (internal && !session_is(session, verdict, "tempfail"))
		return complain(problem, "reason: internal is never permanent");
	/* Who is held is told nothing. */
	if (session_is(session, verdict, "quarantine") && session_given(session, reply))
		return complain(problem, "quarantine has no reply");
	/* An error of our own has a connector where one asks for a fingerprint that nobody has seen. */
	if (refused == (session_get(session, reason) != NULL) &&
	    (internal || refused == (session_get(session, connector) != NULL)) &&
	    (refused || !session_given(session, reply)))
		return true;
	strbuf_printf(
		problem,
		"%s: a refusal has %s and (but for internal) %s, may have %s; nothing else has any of them",
		keys[verdict].name, keys[reason].name, keys[connector].name, keys[reply].name);
	return false;
}

static bool is_refusal(const struct session *session, enum session_key verdict)
{
	return session_is(session, verdict, "tempfail") || session_is(session, verdict, "reject");
}

/* What is expected of a message: there is none after a refusal, and none to edit after another. */
static bool check_message(const struct session *session, struct strbuf *problem)
{
	bool edited = session_given(session, KEY_HELD) || session_given(session, KEY_TRACE) ||
		      session_given(session, KEY_TRACE_REMOVED);

	if (session->headers.count == 0)
		for (int key = KEY_HEADER_VERDICT; key <= KEY_TRACE_REMOVED; key++)
			if (session->settings[key].given)
				return complain(problem, "headers: there are none, and so no message");
	if (session->headers.count > 0 && is_refusal(session, KEY_VERDICT))
		return complain(problem, "headers: the recipient is refused");
	if (edited && is_refusal(session, KEY_HEADER_VERDICT))
		return complain(problem, "held, trace: the message is refused");
	if (session->headers.count > 0 && session_given(session, KEY_AFTER))
		return complain(problem, "headers: not after another session");
	return check_expectation(session, KEY_HEADER_VERDICT, KEY_HEADER_CONNECTOR, KEY_HEADER_REASON,
				 KEY_HEADER_REPLY, problem) &&
	       check_expectation(session, KEY_HEADER_WOULD, KEY_HEADER_WOULD_CONNECTOR,
				 KEY_HEADER_WOULD_REASON, KEY_HEADER_WOULD_REPLY, problem);
}

static bool check_expectations(const struct session *session, struct strbuf *problem)
{
	const char *verdict = session_get(session, KEY_VERDICT);

	if (verdict == NULL)
		return complain(problem, "verdict: must be there");
	if (session_given(session, KEY_WOULD) && session_get(session, KEY_WOULD) == NULL)
		return complain(problem, "would: leave it out to say that there is no such line");
	if (session_is(session, KEY_WOULD, verdict))
		return complain(problem, "would: is what happens anyway");
	return check_expectation(session, KEY_VERDICT, KEY_CONNECTOR, KEY_REASON, KEY_REPLY, problem) &&
	       check_expectation(session, KEY_WOULD, KEY_WOULD_CONNECTOR, KEY_WOULD_REASON, KEY_WOULD_REPLY,
				 problem) &&
	       check_message(session, problem);
}

/* What an MTA makes of any other address is not for a test to guess. */
static bool is_plain(const char *address)
{
	size_t length = strlen(address);
	size_t ats = 0;

	if (strcmp(address, "<>") == 0)
		return true;
	if (length < 3 || address[0] != '<' || address[length - 1] != '>')
		return false;
	for (size_t i = 1; i + 1 < length; i++) {
		ats += address[i] == '@';
		if (!isascii(address[i]) ||
		    (!isalnum((unsigned char)address[i]) && strchr("@.-_+=", address[i]) == NULL))
			return false;
	}
	return ats == 1 && address[1] != '@' && address[length - 2] != '@';
}

static bool check_address(const struct session *session, enum session_key argument, enum session_key macro,
			  struct strbuf *problem)
{
	const char *address = session_get(session, argument);

	if (address == NULL) {
		strbuf_printf(problem, "%s: must be there", keys[argument].name);
		return false;
	}
	if (is_plain(address) || session_given(session, macro))
		return true;
	strbuf_printf(problem, "%s: \"%s\" is not plain: say what %s is", keys[argument].name, address,
		      keys[macro].name);
	return false;
}

/* Macros by their bare names; fields of the log with a value each. */
static bool check_pairs(const struct session *session, struct strbuf *problem)
{
	for (size_t i = 0; i < session->macros.count; i++)
		if (session->macros.list[i].name[strcspn(session->macros.list[i].name, "{} ")] != '\0' ||
		    session->macros.list[i].name[0] == '\0')
			return complain(problem, "macros: names without braces");
	for (size_t i = 0; i < session->log.count; i++)
		if (session->log.list[i].value == NULL)
			return complain(problem, "log: a field without value (quote it)");
	return true;
}

static bool check_facts(const struct session *session, struct strbuf *problem)
{
	const char *port = session_get(session, KEY_PORT);
	const char *date = session_get(session, KEY_DATE);
	char *end = NULL;
	date_t parsed;

	if (session_get(session, KEY_NAME) == NULL)
		return complain(problem, "name: must be there");
	if (port != NULL && (strtoul(port, &end, 10) > 65535 || *port == '\0' || *end != '\0'))
		return complain(problem, "port: not a port");
	if (date != NULL && !date_parse(date, &parsed))
		return complain(problem, "date: not a date");
	if (session_get(session, KEY_TLS) == NULL && session_get(session, KEY_VERIFY) != NULL)
		return complain(problem, "verify: there is no TLS");
	if (strchr(session_get(session, KEY_NAME), '#') != NULL)
		return complain(problem, "name: no # in TAP");
	return check_pairs(session, problem) && check_address(session, KEY_FROM, KEY_MAIL_ADDR, problem) &&
	       check_address(session, KEY_TO, KEY_RCPT_ADDR, problem);
}

/* Keys that cannot change within the connection, the transaction. */
static bool may_change(enum session_key key, const char *after)
{
	if (!keys[key].inherits || (key >= KEY_TO && key <= KEY_RCPT_PARAMETERS))
		return true;
	if (strcmp(after, "recipient") == 0)
		return false;
	if (key >= KEY_AUTHENTICATED && key <= KEY_MAIL_PARAMETERS)
		return true;
	return strcmp(after, "starttls") == 0 && key >= KEY_HELO && key <= KEY_ISSUER_DN;
}

static bool check_after(const struct session *session, const struct session *previous, struct strbuf *problem)
{
	const char *after = session_get(session, KEY_AFTER);

	if (after == NULL)
		return true;
	if (previous == NULL)
		return complain(problem, "after: there is no session before");
	if (previous->headers.count > 0)
		return complain(problem, "after: the message before is over, with its session");
	if (strcmp(after, "message") == 0 && !session_is(previous, KEY_VERDICT, "pass"))
		return complain(problem, "after: the message before was refused, so it has no end");
	if (strcmp(after, "starttls") == 0 &&
	    (session_get(previous, KEY_TLS) != NULL || session_get(session, KEY_TLS) == NULL))
		return complain(problem, "after: starttls goes from no TLS to TLS");
	for (int key = 0; key < KEY_COUNT; key++) {
		if (may_change((enum session_key)key, after) ||
		    same(&session->settings[key], &previous->settings[key]))
			continue;
		strbuf_printf(problem, "%s: cannot change after %s", keys[key].name, after);
		return false;
	}
	return true;
}

bool session_check(const struct session *session, const struct session *previous, bool any_mta,
		   struct strbuf *problem)
{
	if (any_mta && session_given(session, KEY_MTA))
		return complain(problem, "mta: the document says any_mta");
	return check_words(session, problem) && check_facts(session, problem) &&
	       check_after(session, previous, problem) && check_expectations(session, problem);
}
