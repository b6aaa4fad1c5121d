/* SPDX-License-Identifier: MIT */
/*
 * The answers of the TLS policy door as a table for smtp_tls_policy_maps.
 * Postfix looks up the next hop, and for the plain name of a domain then its
 * parents, each with a dot before it; the first line that it finds counts.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unicase.h>

#include "cli/export.h"
#include "util/memory.h"

/*
 * What Postfix looks up last for each next hop, and so the only keys that a
 * line for everybody may have: ".com", "localhost", and what is no plain name.
 */
static const char last_keys[] = "/^\\.?[^.]+$|[]:[]|^[0-9.]+$|\\.$/";

/* A pattern of a connector that says "none", to be compared with the finished table. */
struct hole {
	const struct connector *connector;
	struct place place;
	char *key;
};

struct postfix {
	struct export_job *job;
	const char *anyone; /* the answer for "*", NULL when there is none */
	struct hole *holes;
	size_t hole_count;
	size_t hole_capacity;
};

static char *concatenate(const char *first, const char *second, const char *third)
{
	struct strbuf text = {0};

	strbuf_printf(&text, "%s%s%s", first, second, third);
	return strbuf_take(&text);
}

static void postfix_add_line(struct postfix *postfix, const char *key, const char *answer)
{
	export_table_add(&postfix->job->table, xstrdup(key), xstrdup(answer));
}

/* The forms in which Postfix may name an address: as a literal, and without its tag and its brackets. */
static void add_literal(struct postfix *postfix, const char *literal, const char *answer)
{
	static const char ipv6_tag[] = "[ipv6:";
	bool has_tag = strncmp(literal, ipv6_tag, strlen(ipv6_tag)) == 0;
	const char *address = literal + (has_tag ? strlen(ipv6_tag) : strlen("["));
	struct strbuf bare = {0};

	postfix_add_line(postfix, literal, answer);
	strbuf_add(&bare, address, strlen(address) - strlen("]"));
	postfix_add_line(postfix, strbuf_text(&bare), answer);
	if (has_tag)
		export_table_add(&postfix->job->table, concatenate("[", strbuf_text(&bare), "]"),
				 xstrdup(answer));
	strbuf_fini(&bare);
}

/* dot: "" or "." */
static void postfix_add_domain(struct postfix *postfix, const char *dot, const char *domain,
			       const char *answer)
{
	char *u_labels;

	if (domain[0] == '[') {
		add_literal(postfix, domain, answer);
		return;
	}
	export_table_add(&postfix->job->table, concatenate(dot, domain, ""), xstrdup(answer));
	/* Postfix asks for the domain of an SMTPUTF8 address as it was written. */
	u_labels = domain_u_labels(domain);
	if (u_labels != NULL)
		export_table_add(&postfix->job->table, concatenate(dot, u_labels, ""), xstrdup(answer));
	free(u_labels);
}

static void add_hole(struct postfix *postfix, const struct connector *connector, struct place place,
		     const char *dot, const char *domain)
{
	*VECTOR_ADD(postfix->holes, postfix->hole_count, postfix->hole_capacity) =
		(struct hole){connector, place, concatenate(dot, domain, "")};
}

/* What the policy says for the key "x" or ".x" of a pattern, unless another pattern has the key. */
static void export_add_key(struct postfix *postfix, pattern_ref ref, struct place place, const char *dot,
			   const char *domain)
{
	char *name = dot[0] == '\0' ? xstrdup(domain) : concatenate(DOMAIN_NO_LABEL, dot, domain);
	struct tls_policy_lookup lookup;
	const char *answer;

	tls_policy_look_up_domain(postfix->job->policy, name, &lookup);
	answer = tls_policy_answer_text(&lookup.enforced);
	if (lookup.enforced.pattern == ref && answer != NULL)
		postfix_add_domain(postfix, dot, domain, answer);
	else if (lookup.enforced.pattern == ref)
		add_hole(postfix, lookup.enforced.connector, place, dot, domain);
	free(name);
}

static void warn_of_anyone(struct postfix *postfix, struct place place)
{
	struct tls_policy_lookup lookup;

	tls_policy_look_up_domain(postfix->job->policy, DOMAIN_NO_LABEL, &lookup);
	postfix->anyone = tls_policy_answer_text(&lookup.enforced);
	if (postfix->anyone == NULL)
		return;
	export_warn(
		postfix->job, lookup.enforced.connector, place,
		"\"*\" cannot stand in this table; append to smtp_tls_policy_maps: regexp:{{%s %s}} (Postfix "
		"3.7 and later; before that the inner line in a file). static: would answer before the "
		"lines for parent domains are asked",
		last_keys, postfix->anyone);
}

/* pattern_visit */
static bool postfix_add_pattern(void *context, pattern_ref ref, uint64_t hash, struct pattern_claim *claims,
				size_t count)
{
	struct postfix *postfix = context;
	const struct policy *policy = postfix->job->policy;
	char *text = NULL;

	(void)hash;
	for (size_t i = 0; i < count && text == NULL; i++) {
		if (!tls_policy_is_enforced(policy, policy->connectors[claims[i].owner]))
			continue;
		text = pattern_index_text(policy->recipients, ref);
		switch (pattern_index_kind(policy->recipients, ref)) {
		case PATTERN_ANYONE:
			warn_of_anyone(postfix, claims[i].place);
			break;
		case PATTERN_DOMAIN_TREE:
			export_add_key(postfix, ref, claims[i].place, "", text + strlen("*."));
			export_add_key(postfix, ref, claims[i].place, ".", text + strlen("*."));
			break;
		case PATTERN_SUBDOMAINS:
			export_add_key(postfix, ref, claims[i].place, ".", text + strlen("."));
			break;
		case PATTERN_DOMAIN:
			export_add_key(postfix, ref, claims[i].place, "", text);
			break;
		case PATTERN_MAILBOX:
			break;
		}
	}
	free(text);
	return true;
}

/* As Postfix does it: the key itself, then its parents; key_r: what was found, borrowed from key. */
static const char *postfix_look_up(const struct postfix *postfix, const char *key, const char **key_r)
{
	bool has_parents = strpbrk(key, "[:") == NULL;
	const char *at = key;

	while (at != NULL) {
		const char *answer = export_table_find(postfix->job->table, at);

		*key_r = at;
		if (answer != NULL)
			return answer;
		at = has_parents ? strchr(at + 1, '.') : NULL;
	}
	*key_r = "*";
	return postfix->anyone;
}

/* A table cannot say "nothing": what is left out is found further up. */
static void check_holes(struct postfix *postfix)
{
	for (size_t i = 0; i < postfix->hole_count; i++) {
		const struct hole *hole = &postfix->holes[i];
		const char *key;

		if (postfix_look_up(postfix, hole->key, &key) != NULL)
			export_warn(
				postfix->job, hole->connector, hole->place,
				"a table cannot say \"none\": for \"%s\" Postfix finds what holds for \"%s\"",
				hole->key, key);
	}
}

/* In lower case, as postmap(1) has its keys. text: a next hop, and so UTF-8. */
static char *fold(const char *text)
{
	size_t length = 0;
	char *lower = (char *)u8_tolower((const uint8_t *)text, strlen(text), NULL, NULL, NULL, &length);
	char *folded;

	if (lower == NULL && errno == ENOMEM)
		memory_gone();
	folded = lower != NULL ? xstrndup(lower, length) : xstrdup(text);
	free(lower);
	return folded;
}

/* extra: takes the line, since the table stays as it is while it is searched. */
static bool add_next_hop(struct postfix *postfix, const char *next_hop, struct export_line **extra)
{
	const struct policy *policy = postfix->job->policy;
	struct tls_policy_lookup lookup;
	const char *answer, *key;
	char *folded;

	tls_policy_look_up(policy, TLS_POLICY_MAP_ALL, next_hop, &lookup);
	if (lookup.read != NEXT_HOP_DOMAIN) {
		fprintf(stderr,
			"forcedtls export: --next-hop \"%s\": not a next hop such as contoso.com:587 or "
			"[mx.contoso.com]:25\n",
			next_hop);
		return false;
	}
	answer = tls_policy_answer_text(&lookup.enforced);
	folded = fold(next_hop);
	if (answer != NULL)
		export_table_add(extra, xstrdup(folded), xstrdup(answer));
	else if (lookup.enforced.connector != NULL && postfix_look_up(postfix, folded, &key) != NULL)
		export_warn(postfix->job, lookup.enforced.connector,
			    lookup.enforced.connector->tls_policy.place,
			    "a table cannot say \"none\": for \"%s\" Postfix finds what holds for \"%s\"",
			    folded, key);
	free(folded);
	return true;
}

bool export_postfix(struct export_job *job, char *const *next_hops, size_t count)
{
	struct postfix postfix = {.job = job};
	struct export_line *extra = NULL;
	bool ok = true;

	pattern_index_each(job->policy->recipients, postfix_add_pattern, &postfix);
	check_holes(&postfix);
	for (size_t i = 0; i < count && ok; i++)
		ok = add_next_hop(&postfix, next_hops[i], &extra);
	for (const struct export_line *line = extra; line != NULL; line = line->hh.next)
		export_table_add(&job->table, xstrdup(line->key), xstrdup(line->value));
	export_table_fini(&extra);
	export_table_sort(&job->table);
	for (size_t i = 0; i < postfix.hole_count; i++)
		free(postfix.holes[i].key);
	free(postfix.holes);
	return ok;
}
