/* SPDX-License-Identifier: MIT */
/*
 * Which of the reasons in Postfix's queue are about TLS. The texts are those
 * of its source: smtp_proto.c, smtp_connect.c, smtp_tls_policy.c and
 * smtp_trouble.c in src/smtp (3.7.11 to 3.12-20260821), the prefix of
 * qmgr_deliver.c in src/qmgr. They are compared from their first byte on, so
 * that no server can put them into a reply of its own.
 */
#include "tls/tls_delay.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

static const char suspended[] = "delivery temporarily suspended: ";

/* The first that fits counts. end: what the reason ends with; NULL: anything, "": nothing more. */
static const struct {
	const char *begin;
	const char *end;
	enum tls_delay delay;
} reasons[] = {
	{"TLS is required, but was not offered by host ", NULL, TLS_DELAY_NOT_OFFERED},
	{"TLS is required, but host ", NULL, TLS_DELAY_NOT_OFFERED},
	{"TLS is required, but our TLS engine is unavailable", "", TLS_DELAY_UNAVAILABLE},
	{"TLS is required, but unavailable", "", TLS_DELAY_UNAVAILABLE},
	{"Cannot start TLS: ", NULL, TLS_DELAY_HANDSHAKE},
	{"lost connection with ", " while receiving the STARTTLS response", TLS_DELAY_HANDSHAKE},
	{"conversation with ", " timed out while receiving the STARTTLS response", TLS_DELAY_HANDSHAKE},
	{"Server certificate not ", NULL, TLS_DELAY_CERTIFICATE},
	{"client TLS configuration problem", "", TLS_DELAY_POLICY},
	{"Temporary lookup error", "", TLS_DELAY_POLICY},
	{"TLSA lookup error for ", NULL, TLS_DELAY_DANE},
	{"TLSA records unusable", "", TLS_DELAY_DANE},
	{"no TLSA records found", "", TLS_DELAY_DANE},
	{"non DNSSEC destination", "", TLS_DELAY_DANE},
	{"Verification not possible, MX RRset is insecure", "", TLS_DELAY_DANE},
	{"Sender requested REQUIRETLS, but TLS service was not offered ", NULL, TLS_DELAY_NOT_OFFERED},
	{"Sender requested REQUIRETLS, but host ", NULL, TLS_DELAY_NOT_OFFERED},
	{"Sender requested REQUIRETLS, but no matching ", NULL, TLS_DELAY_CERTIFICATE},
	{"Sender requested REQUIRETLS, but no trusted ", NULL, TLS_DELAY_CERTIFICATE},
	{"Sender requested REQUIRETLS, ", NULL, TLS_DELAY_POLICY},
	{"REQUIRETLS policy configuration error", NULL, TLS_DELAY_POLICY},
};

/* How a reason begins that has a server's reply in it; the server's name follows, which has no blank in it. */
static const struct {
	const char *before_host;
	const char *before_reply;
} replies[] = {
	{"host ", " said: "},
	{"host ", " refused to talk to me: "},
	{"SASL authentication failed; server ", " said: "},
	{"SASL [CACHED] authentication failed; server ", " said: "},
};

/*
 * The last two parts of status codes that are about TLS by themselves: X.7.5,
 * X.7.6 and X.7.10 (RFC 5248, and forcedtlsd's own), X.7.11 (RFC 4954), X.7.30
 * (RFC 8689); and Exchange's own, for a certificate (X.7.320), for DANE
 * (X.7.321 to X.7.325), and for a session that it could not begin (X.4.317).
 */
static const char *const status_details[] = {"7.5",   "7.6",   "7.10",  "7.11",  "7.30",  "7.320",
					     "7.321", "7.322", "7.323", "7.324", "7.325", "4.317"};

/*
 * Words of servers that give another code: Postfix's "530 5.7.0 Must issue a
 * STARTTLS command first", "Session encryption is required" and "No client
 * certificate presented"; Sendmail's "encryption too weak" and "Cert Subject ...
 * does not match"; Exchange's SubjectMismatch, and that a partner connector has
 * RestrictDomainsToCertificate; Qsmtp's "encrypted message transmission".
 */
static const char *const words[] = {
	"STARTTLS",
	"TLS",
	"SSL/TLS",
	"TLS/SSL",
	"TLSv1.2",
	"TLSv1.3",
	"REQUIRETLS",
	"session encryption",
	"encryption required",
	"encryption needed",
	"encryption too weak",
	"encrypted connection",
	"encrypted message transmission",
	"client certificate",
	"certificate validation failed",
	"Cert Subject",
	"Cert Issuer",
	"SubjectMismatch",
	"RestrictDomainsToCertificate",
};

/*
 * What Sendmail says, with these codes alone, to who shows it no certificate,
 * or not the right one (its rulesets TLS_req and CN): elsewhere the same words
 * are about passwords.
 */
static const char *const sendmail_codes[] = {"403 4.7.0 ", "454 4.7.0 ", "503 5.7.0 ", "554 5.7.0 "};
static const char *const sendmail_words[] = {"authentication required", "authentication failed",
					     "authentication failure", "not authenticated",
					     "no authentication requested"};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const char *after(const char *text, const char *begin)
{
	size_t length = strlen(begin);

	return strncmp(text, begin, length) == 0 ? text + length : NULL;
}

static bool ends_with(const char *text, const char *end)
{
	size_t length = strlen(text), end_length = strlen(end);

	return length >= end_length && strcmp(text + length - end_length, end) == 0;
}

static bool fits(const char *reason, const char *begin, const char *end)
{
	const char *rest = after(reason, begin);

	if (rest == NULL || end == NULL)
		return rest != NULL;
	return end[0] == '\0' ? rest[0] == '\0' : ends_with(rest, end);
}

/* Where the reply begins, NULL when there is none. */
static const char *find_reply(const char *reason)
{
	for (size_t i = 0; i < COUNT(replies); i++) {
		const char *host = after(reason, replies[i].before_host);
		const char *reply =
			host != NULL ? after(host + strcspn(host, " "), replies[i].before_reply) : NULL;

		if (reply != NULL)
			return reply;
	}
	return NULL;
}

/* "451 4.7.10 ...", "451-4.7.10 ..." */
static bool line_has_status(const char *reply)
{
	if (strspn(reply, "0123456789") != 3 || (reply[3] != ' ' && reply[3] != '-') ||
	    (reply[4] != '4' && reply[4] != '5') || reply[5] != '.')
		return false;
	for (size_t i = 0; i < COUNT(status_details); i++) {
		const char *rest = after(reply + 6, status_details[i]);

		if (rest != NULL && (rest[0] == ' ' || rest[0] == '\0'))
			return true;
	}
	return false;
}

/* Postfix makes one text of all lines of a reply; each begins with the same code. */
static bool has_status(const char *reply)
{
	const char *line = reply;

	do {
		if (strncmp(line, reply, strnlen(reply, 3)) == 0 && line_has_status(line))
			return true;
		line = strchr(line, ' ');
	} while (line != NULL && *++line != '\0');
	return false;
}

/* "CN x does not match y", whatever x and y are; and what is about a certificate with Sendmail's codes alone. */
static bool has_sendmails_words(const char *reply)
{
	bool is_code = false;

	for (size_t i = 0; i < COUNT(sendmail_codes); i++)
		is_code |= after(reply, sendmail_codes[i]) != NULL;
	if (!is_code)
		return false;
	if (after(reply + strlen(sendmail_codes[0]), "CN ") != NULL &&
	    strstr(reply, " does not match ") != NULL)
		return true;
	for (size_t i = 0; i < COUNT(sendmail_words); i++)
		if (after(reply + strlen(sendmail_codes[0]), sendmail_words[i]) != NULL)
			return true;
	return false;
}

/* A byte that may stand in a host name, an address or an URL: a word beside it is a part of that. */
static bool is_name_byte(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       (c != '\0' && strchr("-_/@", c) != NULL);
}

/* A word for itself, in any case; a dot behind it may end the sentence. */
static bool tls_delay_is_word(const char *reply, const char *at, const char *word)
{
	const char *behind = at + strlen(word);

	if (strncasecmp(at, word, strlen(word)) != 0)
		return false;
	if (at > reply && (is_name_byte(at[-1]) || at[-1] == '.'))
		return false;
	return !is_name_byte(behind[0]) && (behind[0] != '.' || !is_name_byte(behind[1]));
}

static bool tls_delay_has_word(const char *reply)
{
	for (const char *at = reply; *at != '\0'; at++)
		for (size_t i = 0; i < COUNT(words); i++)
			if (tls_delay_is_word(reply, at, words[i]))
				return true;
	return false;
}

const char *tls_delay_words(const char *reason)
{
	const char *rest = after(reason, suspended);

	return rest != NULL ? rest : reason;
}

enum tls_delay tls_delay_find(const char *reason)
{
	const char *text = tls_delay_words(reason), *reply;

	for (size_t i = 0; i < COUNT(reasons); i++)
		if (fits(text, reasons[i].begin, reasons[i].end))
			return reasons[i].delay;
	reply = find_reply(text);
	return reply != NULL && (has_status(reply) || tls_delay_has_word(reply) || has_sendmails_words(reply))
		       ? TLS_DELAY_REMOTE
		       : TLS_DELAY_NONE;
}

const char *tls_delay_name(enum tls_delay delay)
{
	static const char *const names[] = {
		[TLS_DELAY_NONE] = "-",
		[TLS_DELAY_NOT_OFFERED] = "not-offered",
		[TLS_DELAY_HANDSHAKE] = "handshake",
		[TLS_DELAY_CERTIFICATE] = "certificate",
		[TLS_DELAY_DANE] = "dane",
		[TLS_DELAY_POLICY] = "policy",
		[TLS_DELAY_UNAVAILABLE] = "unavailable",
		[TLS_DELAY_REMOTE] = "remote",
	};

	return names[delay];
}
