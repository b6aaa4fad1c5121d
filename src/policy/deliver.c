/* SPDX-License-Identifier: MIT */
/*
 * The demand "deliver" and the text that Postfix is told for it. Knows what
 * Postfix reads (its src/smtp/smtp_tls_policy.c), not who asks.
 */
#include "policy/deliver.h"

#include <stdlib.h>
#include <string.h>

#include "util/memory.h"

const char *deliver_level_name(enum deliver_level level)
{
	switch (level) {
	case DELIVER_ENCRYPT:
		return "encrypt";
	case DELIVER_FINGERPRINT:
		return "fingerprint";
	case DELIVER_DANE:
		return "dane";
	case DELIVER_DANE_ONLY:
		return "dane-only";
	case DELIVER_VERIFY:
		return "verify";
	case DELIVER_SECURE:
		return "secure";
	}
	return "secure";
}

const char *deliver_grade_name(enum deliver_grade grade)
{
	switch (grade) {
	case DELIVER_GRADE_DEFAULT:
		return NULL;
	case DELIVER_GRADE_MEDIUM:
		return "medium";
	case DELIVER_GRADE_HIGH:
		return "high";
	}
	return NULL;
}

/* As exclusions: a lower bound (">=TLSv1.2") is for Postfix 3.6 and later alone. */
static void add_protocols(struct strbuf *answer, enum tls_version min_version)
{
	strbuf_puts(answer, " protocols=!SSLv2:!SSLv3");
	for (enum tls_version v = TLS_VERSION_1_0; v < min_version; v++)
		strbuf_printf(answer, ":!%s", tls_version_name(v));
}

static void add_list(struct strbuf *answer, const char *name, char *const *items, size_t count)
{
	for (size_t i = 0; i < count; i++)
		strbuf_printf(answer, "%s%s", i == 0 ? name : ":", items[i]);
}

static void add_fingerprints(struct strbuf *answer, const struct deliver *deliver)
{
	char text[FINGERPRINT_TEXT_SIZE];

	for (size_t i = 0; i < deliver->fingerprint_count; i++)
		strbuf_printf(answer, "%s%s", i == 0 ? " match=" : "|",
			      fingerprint_print(&deliver->fingerprints[i], text));
}

/*
 * A session that Postfix keeps goes by the level and the address of the server, and by the destination where a
 * certificate is at stake. At encrypt it would carry mail for others too that ask for a better version or cipher.
 */
static void add_connection_reuse(struct strbuf *answer, const struct deliver *deliver)
{
	if (deliver->level == DELIVER_ENCRYPT || deliver->connection_reuse == DELIVER_REUSE_NO)
		strbuf_puts(answer, " connection_reuse=no");
	else if (deliver->connection_reuse == DELIVER_REUSE_YES)
		strbuf_puts(answer, " connection_reuse=yes");
}

void deliver_finish(struct deliver *deliver)
{
	struct strbuf answer = {0};

	if (deliver->nothing)
		return;
	strbuf_puts(&answer, deliver_level_name(deliver->level));
	add_list(&answer, " match=", deliver->match, deliver->match_count);
	add_fingerprints(&answer, deliver);
	for (size_t i = 0; i < deliver->trust_anchor_count; i++)
		strbuf_printf(&answer, " tafile=%s", deliver->trust_anchors[i]);
	add_protocols(&answer, deliver->min_version);
	if (deliver->ciphers != DELIVER_GRADE_DEFAULT)
		strbuf_printf(&answer, " ciphers=%s", deliver_grade_name(deliver->ciphers));
	add_list(&answer, " exclude=", deliver->exclude, deliver->exclude_count);
	if (deliver->servername != NULL)
		strbuf_printf(&answer, " servername=%s", deliver->servername);
	add_connection_reuse(&answer, deliver);
	deliver->answer = strbuf_take(&answer);
}

static void free_list(char **items, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(items[i]);
	free(items);
}

void deliver_fini(struct deliver *deliver)
{
	free_list(deliver->match, deliver->match_count);
	free_list(deliver->trust_anchors, deliver->trust_anchor_count);
	free_list(deliver->exclude, deliver->exclude_count);
	free(deliver->servername);
	free(deliver->fingerprints);
	free(deliver->answer);
	*deliver = (struct deliver){0};
}

bool deliver_is_host_name(const char *text)
{
	/* Digits and dots alone would be an address, or look like one. */
	if (text[0] == '[' || text[strspn(text, "0123456789.")] == '\0')
		return false;
	for (const char *label = text; *label != '\0';) {
		size_t length = strcspn(label, ".");

		if (length == 0 || label[0] == '-' || label[length - 1] == '-')
			return false;
		label += length;
		label += *label == '.';
	}
	return true;
}
