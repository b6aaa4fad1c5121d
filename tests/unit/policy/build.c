/* SPDX-License-Identifier: MIT */
/* Policies and facts for the tests of the core, without the config layer. */
#include "unit/policy/build.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "util/memory.h"

/* Calls add for each word of words. */
static void each_word(const char *words, void (*add)(void *context, const char *word), void *context)
{
	char *copy = xstrdup(words), *rest = NULL;

	for (char *word = strtok_r(copy, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest))
		add(context, word);
	free(copy);
}

struct claimant {
	struct pattern_index *index;
	uint32_t owner;
};

static void add_pattern(void *context, const char *word)
{
	struct claimant *claimant = context;
	struct pattern pattern;
	const char *error;

	cr_assert(pattern_parse(word, &pattern, &error), "%s %s", word, error);
	(void)pattern_index_add(claimant->index, &pattern, claimant->owner,
				(struct place){0, claimant->owner + 1, 1});
	pattern_fini(&pattern);
}

static void add_cidr(void *context, const char *word)
{
	struct cidr cidr;
	const char *error;

	cr_assert(cidr_parse(word, &cidr, &error), "%s %s", word, error);
	cidr_set_add(context, &cidr);
}

void build_cidrs(struct cidr_set *set, const char *networks)
{
	each_word(networks, add_cidr, set);
	cidr_set_finish(set);
}

struct pattern_index *build_patterns(const char *patterns)
{
	struct claimant claimant = {pattern_index_new(), 0};

	each_word(patterns, add_pattern, &claimant);
	return claimant.index;
}

struct connector *build_connector(struct policy *policy, const char *name, const char *senders,
				  const char *recipients, const char *clients)
{
	struct connector *connector = policy_add_connector(policy);

	connector->name = xstrdup(name);
	connector->place = (struct place){0, connector->number + 1, 1};
	connector->has_require = true;
	connector->require.min_version = TLS_VERSION_1_2;
	connector->has[SELECTOR_SENDERS] = senders != NULL;
	connector->has[SELECTOR_RECIPIENTS] = recipients != NULL;
	connector->has[SELECTOR_CLIENTS] = clients != NULL;
	if (senders != NULL)
		each_word(senders, add_pattern, &(struct claimant){policy->senders, connector->number});
	if (recipients != NULL)
		each_word(recipients, add_pattern, &(struct claimant){policy->recipients, connector->number});
	if (clients != NULL)
		each_word(clients, add_cidr, &connector->clients);
	return connector;
}

static void add_name(void *context, const char *word)
{
	struct connector *connector = context;
	const char *error;

	connector->presenting = xreallocarray(connector->presenting, connector->presenting_count + 1,
					      sizeof *connector->presenting);
	cr_assert(certificate_subject_parse(word, &connector->presenting[connector->presenting_count++],
					    &error));
}

void build_presenting(struct connector *connector, const char *names)
{
	connector->has[SELECTOR_PRESENTING] = true;
	each_word(names, add_name, connector);
}

void build_session(struct session *session, const char *from, const char *to)
{
	memset(session, 0, sizeof *session);
	readings_of_sender(&session->sender, &(struct written_address){.argument = from, .macro = from}, NULL,
			   NULL);
	readings_of_recipient(&session->recipient, &(struct written_address){.argument = to, .macro = to});
	session->facts = (struct facts){
		.told = FACT_BITS_ALL,
		.client_port = 40000,
		.client_name = "mail.contoso.com",
		.helo = "mail.contoso.com",
		.can_quarantine = true,
		.tls = {.present = true,
			.version = TLS_VERSION_1_2,
			.version_text = "TLSv1.2",
			.cipher = "ECDHE-RSA-AES256-GCM-SHA384",
			.bits = 256},
		.sender = &session->sender,
		.recipient = &session->recipient,
		.date = 20261123,
	};
	cr_assert(ip_parse("192.0.2.25", &session->facts.client));
}

void build_session_fini(struct session *session)
{
	readings_fini(&session->sender);
	readings_fini(&session->recipient);
}
