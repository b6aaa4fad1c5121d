/* SPDX-License-Identifier: MIT */
/*
 * What a connector asks of a delivery, against what Postfix logged of it.
 */
#include "report/asked.h"

#include <string.h>

static const struct {
	const char *word;
	enum sent_security security;
} levels[] = {
	{"none", SENT_PLAINTEXT},       {"may", SENT_ENCRYPTED},   {"encrypt", SENT_ENCRYPTED},
	{"halfdane", SENT_VERIFIED},    {"dane", SENT_VERIFIED},   {"dane-only", SENT_VERIFIED},
	{"fingerprint", SENT_VERIFIED}, {"verify", SENT_VERIFIED}, {"secure", SENT_VERIFIED},
};

static enum sent_security security_of(const char *word)
{
	for (size_t i = 0; i < sizeof levels / sizeof *levels; i++)
		if (strcmp(word, levels[i].word) == 0)
			return levels[i].security;
	return SENT_UNKNOWN;
}

static void copy_word(char word_r[ASKED_WORD_SIZE], const char *text, size_t length)
{
	length = length < ASKED_WORD_SIZE ? length : ASKED_WORD_SIZE - 1;
	memcpy(word_r, text, length);
	word_r[length] = '\0';
}

enum sent_security asked_level_read(const char *tls, char word_r[ASKED_WORD_SIZE], bool *downgraded_r)
{
	size_t length = strcspn(tls, ":/");

	*downgraded_r = tls[length] == ':';
	if (*downgraded_r) {
		tls += length + 1;
		length = strcspn(tls, ":/");
	}
	copy_word(word_r, tls, length);
	/* "!secure" and "secure?" are of connections that were not used. */
	return security_of(word_r);
}

/* Which of Postfix's levels do for one that is asked for, where a certificate has to be the right one. */
static bool level_does(enum tls_policy_level asked, const char *level)
{
	switch (asked) {
	case TLS_POLICY_ENCRYPT:
	case TLS_POLICY_DANE:
	case TLS_POLICY_VERIFY:
		return true;
	case TLS_POLICY_FINGERPRINT:
		return strcmp(level, "fingerprint") == 0;
	case TLS_POLICY_DANE_ONLY:
		return strcmp(level, "dane-only") == 0 || strcmp(level, "dane") == 0;
	case TLS_POLICY_SECURE:
		return strcmp(level, "secure") == 0 || strcmp(level, "fingerprint") == 0 ||
		       strcmp(level, "dane-only") == 0 || strcmp(level, "dane") == 0;
	}
	return false;
}

static bool asks_for_certificate(enum tls_policy_level level)
{
	return level != TLS_POLICY_ENCRYPT && level != TLS_POLICY_DANE;
}

const char *asked_shortfall(const struct tls_policy *asked, const struct sent *sent)
{
	if (asked->nothing || sent->security == SENT_UNKNOWN)
		return NULL;
	/* At level dane a server without TLSA records gets its mail in whatever way it takes it. */
	if (sent->security == SENT_PLAINTEXT)
		return asked->level == TLS_POLICY_DANE ? NULL : "plaintext";
	if (sent->version != TLS_VERSION_UNKNOWN && sent->version < asked->min_version &&
	    asked->level != TLS_POLICY_DANE)
		return "version";
	if (!asks_for_certificate(asked->level))
		return NULL;
	if (sent->security != SENT_VERIFIED)
		return "certificate";
	return sent->level == NULL || level_does(asked->level, sent->level) ? NULL : "level";
}
