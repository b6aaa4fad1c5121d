/* SPDX-License-Identifier: MIT */
/*
 * Mail that leaves, and what a policy does not say of it. A file cannot know
 * which domains are its own, nor what else Postfix asks: this asks back, and
 * says what to write either way.
 */
#include "lint/leaving.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/tls_policy_lookup.h"
#include "util/memory.h"

/* A warning about a connector as a whole. */
static void leaving_warn(const struct lint *lint, const struct connector *connector, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
static void leaving_warn(const struct lint *lint, const struct connector *connector, const char *format, ...)
{
	struct strbuf text = {0};
	va_list ap;

	va_start(ap, format);
	strbuf_vprintf(&text, format, ap);
	va_end(ap);
	origin_warning(&lint->source, &lint->origins[connector->number], NULL, connector->place, "%s",
		       strbuf_text(&text));
	strbuf_fini(&text);
}

/* The connector that Postfix is told to follow by "*", in test mode or not; NULL when it is another one, or none. */
static const struct connector *find_everybodys(const struct policy *policy, const char *domain)
{
	struct tls_policy_lookup lookup;

	tls_policy_look_up_domain(policy, domain, &lookup);
	if (lookup.tested.result != TLS_POLICY_FOUND ||
	    pattern_index_kind(policy->recipients, lookup.tested.pattern) != PATTERN_ANYONE)
		return NULL;
	return lookup.tested.connector;
}

static void advise_everybody(const struct lint *lint)
{
	const struct connector *filter = find_everybodys(lint->policy, "[127.0.0.1]");
	const struct connector *all = find_everybodys(lint->policy, DOMAIN_NO_LABEL);

	if (filter != NULL)
		leaving_warn(lint, filter,
			     "\"*\" is also for a content filter on this host, which has no TLS; beside it "
			     "write a "
			     "connector with recipients: [\"[127.0.0.1]\"], deliver: none");
	/* An exported table has its line for everybody behind all others. */
	if (all != NULL && lint->daemon->tls_policy != NULL &&
	    (all->tls_policy.level == TLS_POLICY_ENCRYPT || all->tls_policy.level == TLS_POLICY_DANE))
		leaving_warn(lint, all,
			     "\"*\" answers for everybody: in front of a map for MTA-STS or DANE it turns "
			     "\"secure\" "
			     "and \"dane-only\" of that map into \"%s\"; name our table \"partners\" before "
			     "it and "
			     "\"rest\" behind it, see forcedtlsd(8)",
			     tls_policy_level_name(all->tls_policy.level));
}

/* What a connector asks of mail that arrives, and nobody of mail that leaves. */
struct gap {
	size_t count; /* of patterns; 0: none */
	pattern_ref pattern; /* the first of them in the file */
	struct place place;
};

struct search {
	const struct policy *policy;
	struct gap *gaps; /* by connector number */
};

/* By a connector with "deliver", be it "none" or in test mode. */
static bool leaving_is_spoken_for(const struct policy *policy, const char *prefix, const char *domain)
{
	struct tls_policy_lookup lookup;
	struct strbuf name = {0};

	strbuf_printf(&name, "%s%s", prefix, domain);
	tls_policy_look_up_domain(policy, strbuf_text(&name), &lookup);
	strbuf_fini(&name);
	return lookup.tested.connector != NULL;
}

static bool is_covered(const struct policy *policy, pattern_ref ref)
{
	char *text = pattern_index_text(policy->recipients, ref);
	bool covered = false;

	switch (pattern_index_kind(policy->recipients, ref)) {
	case PATTERN_ANYONE:
		covered = leaving_is_spoken_for(policy, DOMAIN_NO_LABEL, "");
		break;
	case PATTERN_DOMAIN_TREE:
		covered = leaving_is_spoken_for(policy, "", text + strlen("*.")) &&
			  leaving_is_spoken_for(policy, DOMAIN_NO_LABEL, text + strlen("*"));
		break;
	case PATTERN_SUBDOMAINS:
		covered = leaving_is_spoken_for(policy, DOMAIN_NO_LABEL, text);
		break;
	case PATTERN_DOMAIN:
		covered = leaving_is_spoken_for(policy, "", text);
		break;
	case PATTERN_MAILBOX:
		covered = leaving_is_spoken_for(policy, "", strrchr(text, '@') + 1);
		break;
	}
	free(text);
	return covered;
}

/*
 * It frees nobody; and that only mail that arrives is meant is plain where a
 * client's certificate selects. A "*" beside another selector counts for nothing.
 */
static bool forces(const struct connector *connector, enum pattern_kind kind)
{
	size_t present = 0;

	for (enum selector_key i = 0; i < SELECTOR_COUNT; i++)
		present += connector->has[i];
	return connector->has_require && !connector->require.nothing &&
	       !connector->has[SELECTOR_PRESENTING] && (kind != PATTERN_ANYONE || present == 1);
}

static void note_gap(struct gap *gap, pattern_ref ref, struct place place)
{
	if (gap->count++ > 0 && place_compare(gap->place, place) <= 0)
		return;
	gap->pattern = ref;
	gap->place = place;
}

/* pattern_visit */
static bool look_for_gaps(void *context, pattern_ref ref, uint64_t hash, struct pattern_claim *claims,
			  size_t count)
{
	struct search *search = context;
	enum pattern_kind kind = pattern_index_kind(search->policy->recipients, ref);
	bool looked = false, covered = false;

	(void)hash;
	for (size_t i = 0; i < count; i++) {
		if (!forces(search->policy->connectors[claims[i].owner], kind))
			continue;
		if (!looked)
			covered = is_covered(search->policy, ref);
		looked = true;
		if (!covered)
			note_gap(&search->gaps[claims[i].owner], ref, claims[i].place);
	}
	return true;
}

static void report_gap(const struct lint *lint, const struct connector *connector, const struct gap *gap)
{
	const struct pattern_index *recipients = lint->policy->recipients;
	enum pattern_kind kind = pattern_index_kind(recipients, gap->pattern);
	const struct origin *origin = &lint->origins[connector->number];
	char *text = pattern_index_text(recipients, gap->pattern), quoted[REPORT_QUOTE_SIZE], others[64] = "";
	const char *domain = kind == PATTERN_MAILBOX ? strrchr(text, '@') + 1 : text;

	if (gap->count > 1)
		(void)snprintf(others, sizeof others, " (and to %zu more)", gap->count - 1);
	if (kind == PATTERN_ANYONE)
		origin_warning(&lint->source, origin, "recipients", gap->place,
			       "\"require\" is for mail that arrives; all mail may still leave in plaintext. "
			       "For that there is \"deliver\"; where it is not meant write senders: [\"*\"]");
	else
		origin_warning(&lint->source, origin, "recipients", gap->place,
			       "\"require\" is for mail that arrives; mail to %s%s may still leave in "
			       "plaintext. If that is a partner's, give it a connector with \"deliver\"; if "
			       "it is yours, say so once: {name: ours, recipients: [%s], deliver: none}",
			       domain, others, report_quote(domain, quoted));
	free(text);
}

static void advise_gaps(const struct lint *lint)
{
	const struct policy *policy = lint->policy;
	struct search search = {.policy = policy};

	search.gaps = xcalloc(policy->connector_count, sizeof *search.gaps);
	pattern_index_each(policy->recipients, look_for_gaps, &search);
	for (size_t i = 0; i < policy->connector_count; i++)
		if (search.gaps[i].count > 0)
			report_gap(lint, policy->connectors[i], &search.gaps[i]);
	free(search.gaps);
}

void leaving_advise(const struct lint *lint)
{
	advise_everybody(lint);
	advise_gaps(lint);
}
