/* SPDX-License-Identifier: MIT */
/*
 * What Postfix says of sessions and deliveries. Servers choose what stands in
 * their replies, and senders what stands in addresses: fields are looked for
 * where Postfix puts them, and never behind what somebody else chose.
 */
#include "report/postfix_reader.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

/* Long queue ids have 11 to 17 characters or so, short ones 6 and more. */
#define QUEUE_ID_MIN 6
#define QUEUE_ID_MAX 32

bool postfix_is(const struct log_line *line, const char *program)
{
	const char *slash = strrchr(line->program, '/');

	return slash != NULL && strcmp(slash + 1, program) == 0;
}

size_t postfix_queue_id(const char *message)
{
	size_t length = 0;

	while (length <= QUEUE_ID_MAX && isalnum((unsigned char)message[length]))
		length++;
	if (length < QUEUE_ID_MIN || length > QUEUE_ID_MAX || message[length] != ':' ||
	    message[length + 1] != ' ' || strncmp(message, "NOQUEUE", length) == 0)
		return 0;
	return length;
}

/* Ends text before mark, and returns what stands behind it, or NULL. */
static char *postfix_reader_split(char *text, const char *mark)
{
	char *at = strstr(text, mark);

	if (at == NULL)
		return NULL;
	*at = '\0';
	return at + strlen(mark);
}

bool postfix_session_read(const struct log_line *line, struct postfix_session *session_r)
{
	static const char *const marks[] = {" TLS connection established to ", " TLS connection reused to "};
	char *text = line->message, *relay = NULL, *version, *cipher, *rest;

	for (size_t i = 0; i < sizeof marks / sizeof *marks && relay == NULL; i++)
		if (strstr(text, marks[i]) != NULL && strstr(text, " with cipher ") != NULL)
			relay = postfix_reader_split(text, marks[i]);
	/* The port's colon has no blank behind it. */
	version = relay != NULL ? postfix_reader_split(relay, ": ") : NULL;
	cipher = version != NULL ? postfix_reader_split(version, " with cipher ") : NULL;
	if (cipher == NULL)
		return false;
	*session_r = (struct postfix_session){
		.trust = text, .relay = relay, .version = version, .cipher = cipher, .key_exchange = ""};
	rest = postfix_reader_split(cipher, " (");
	rest = rest != NULL ? postfix_reader_split(rest, " key-exchange ") : NULL;
	if (rest != NULL) {
		session_r->key_exchange = rest;
		(void)postfix_reader_split(rest, " server-signature ");
		(void)postfix_reader_split(rest, " client-signature ");
		(void)postfix_reader_split(rest, " server-digest ");
	}
	return true;
}

/* The end of "<address>", whatever is quoted in it; NULL where there is none. */
static char *end_of_address(char *text)
{
	bool quoted = false;

	for (; *text != '\0'; text++) {
		if (*text == '\\' && text[1] != '\0')
			text++;
		else if (*text == '"')
			quoted = !quoted;
		else if (*text == '>' && !quoted)
			return text;
	}
	return NULL;
}

/* The value behind ", key=" or NULL; ended where its comma or blank stands, which are put to NUL later. */
static char *postfix_reader_find(char *text, const char *key)
{
	char *at = strstr(text, key);

	return at != NULL ? at + strlen(key) : NULL;
}

static void end_value(char *value)
{
	if (value != NULL)
		value[strcspn(value, ", ")] = '\0';
}

bool postfix_delivery_read(const struct log_line *line, struct postfix_delivery *delivery_r)
{
	char *text = line->message, *to, *end, *relay, *tls, *status, *reply;
	size_t id = postfix_queue_id(text);

	if (id == 0 || strncmp(text + id, ": to=<", 6) != 0)
		return false;
	to = text + id + 6;
	end = end_of_address(to);
	/* orig_to may stand before relay, and has an address too; the reply stands behind status. */
	if (end != NULL && strncmp(end, ">, orig_to=<", 12) == 0)
		relay = end_of_address(end + 12);
	else
		relay = end;
	status = relay != NULL ? strstr(relay, ", status=") : NULL;
	if (status == NULL || strncmp(relay, ">, relay=", 9) != 0)
		return false;
	*end = '\0';
	*status = '\0';
	relay += 9;
	status += 9;
	reply = strchr(status, ' ');
	if (reply != NULL)
		*reply = '\0';
	tls = postfix_reader_find(relay, ", tls=");
	end_value(tls);
	end_value(relay);
	text[id] = '\0';
	*delivery_r = (struct postfix_delivery){
		.queue_id = text, .to = to, .relay = relay, .tls = tls, .status = status};
	return true;
}
