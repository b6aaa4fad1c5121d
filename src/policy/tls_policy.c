/* SPDX-License-Identifier: MIT */
/*
 * The demand "deliver" and the text that Postfix is told for it. Knows what
 * Postfix reads (its src/smtp/smtp_tls_policy.c), not who asks.
 */
#include "policy/tls_policy.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "util/memory.h"

const char *tls_policy_level_name(enum tls_policy_level level)
{
	static const char *const names[] = {
		[TLS_POLICY_ENCRYPT] = "encrypt", [TLS_POLICY_FINGERPRINT] = "fingerprint",
		[TLS_POLICY_DANE] = "dane",       [TLS_POLICY_DANE_ONLY] = "dane-only",
		[TLS_POLICY_VERIFY] = "verify",   [TLS_POLICY_SECURE] = "secure",
	};

	return names[level];
}

const char *tls_policy_grade_name(enum tls_policy_grade grade)
{
	static const char *const names[] = {
		[TLS_POLICY_GRADE_DEFAULT] = NULL,
		[TLS_POLICY_GRADE_MEDIUM] = "medium",
		[TLS_POLICY_GRADE_HIGH] = "high",
	};

	return names[grade];
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

static void add_fingerprints(struct strbuf *answer, const struct tls_policy *tls_policy)
{
	char text[FINGERPRINT_TEXT_SIZE];

	for (size_t i = 0; i < tls_policy->fingerprint_count; i++)
		strbuf_printf(answer, "%s%s", i == 0 ? " match=" : "|",
			      fingerprint_print(&tls_policy->fingerprints[i], text));
}

/*
 * A session that Postfix keeps goes by the level and the address of the server, and by the destination where a
 * certificate is at stake. At encrypt it would carry mail for others too that ask for a better version or cipher.
 */
static void add_connection_reuse(struct strbuf *answer, const struct tls_policy *tls_policy)
{
	if (tls_policy->level == TLS_POLICY_ENCRYPT || tls_policy->connection_reuse == TLS_POLICY_REUSE_NO)
		strbuf_puts(answer, " connection_reuse=no");
	else if (tls_policy->connection_reuse == TLS_POLICY_REUSE_YES)
		strbuf_puts(answer, " connection_reuse=yes");
}

void tls_policy_finish(struct tls_policy *tls_policy)
{
	struct strbuf answer = {0};

	assert(tls_policy->answer == NULL);
	if (tls_policy->nothing)
		return;
	strbuf_puts(&answer, tls_policy_level_name(tls_policy->level));
	add_list(&answer, " match=", tls_policy->match, tls_policy->match_count);
	add_fingerprints(&answer, tls_policy);
	for (size_t i = 0; i < tls_policy->trust_anchor_count; i++)
		strbuf_printf(&answer, " tafile=%s", tls_policy->trust_anchors[i]);
	add_protocols(&answer, tls_policy->min_version);
	if (tls_policy->ciphers != TLS_POLICY_GRADE_DEFAULT)
		strbuf_printf(&answer, " ciphers=%s", tls_policy_grade_name(tls_policy->ciphers));
	add_list(&answer, " exclude=", tls_policy->exclude, tls_policy->exclude_count);
	if (tls_policy->servername != NULL)
		strbuf_printf(&answer, " servername=%s", tls_policy->servername);
	add_connection_reuse(&answer, tls_policy);
	tls_policy->answer = strbuf_take(&answer);
}

static void free_list(char **items, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(items[i]);
	free(items);
}

void tls_policy_fini(struct tls_policy *tls_policy)
{
	free_list(tls_policy->match, tls_policy->match_count);
	free_list(tls_policy->trust_anchors, tls_policy->trust_anchor_count);
	free_list(tls_policy->exclude, tls_policy->exclude_count);
	free(tls_policy->servername);
	free(tls_policy->fingerprints);
	free(tls_policy->answer);
	*tls_policy = (struct tls_policy){0};
}

bool tls_policy_is_host_name(const char *text)
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
