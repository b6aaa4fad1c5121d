/* SPDX-License-Identifier: MIT */
/*
 * The policy as data: made once, then only read. Knows nothing of files or
 * YAML; how connectors are matched and judged is in match.c and demand.c.
 */
#include "policy/policy.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "policy/selector.h"
#include "util/memory.h"

struct policy *policy_new(void)
{
	struct policy *policy = xcalloc(1, sizeof *policy);

	policy->ciphers = cipher_catalogue_new();
	if (policy->ciphers == NULL) {
		free(policy);
		return NULL;
	}
	policy->recipient_delimiter = xstrdup("");
	policy->senders = pattern_index_new();
	policy->recipients = pattern_index_new();
	policy->mailbox_domains = pattern_index_new();
	policy->excepted_recipients = pattern_index_new();
	policy->names = pattern_index_new();
	return policy;
}

static void exception_fini(struct exception *exception)
{
	pattern_index_free(&exception->senders);
	pattern_index_free(&exception->recipients);
	cidr_set_fini(&exception->clients);
}

static void require_fini(struct require *require)
{
	cipher_set_free(&require->ciphers);
	cipher_set_free(&require->ciphersuites);
	for (size_t i = 0; i < require->certificate_count; i++)
		certificate_entry_fini(&require->certificates[i]);
	free(require->certificates);
	cidr_set_fini(&require->allowed_clients);
	pattern_index_free(&require->allowed_senders);
}

static void connector_free(struct connector *connector)
{
	free(connector->name);
	free(connector->description);
	free(connector->message);
	for (enum selector_key i = 0; i < SELECTOR_COUNT; i++)
		if (selectors[i].fini != NULL)
			selectors[i].fini(connector);
	for (size_t i = 0; i < connector->exception_count; i++)
		exception_fini(&connector->exceptions[i]);
	free(connector->exceptions);
	require_fini(&connector->require);
	tls_policy_fini(&connector->tls_policy);
	free(connector);
}

void policy_free(struct policy **policy)
{
	struct policy *p = *policy;

	if (p == NULL)
		return;
	for (size_t i = 0; i < p->file_count; i++)
		free(p->files[i]);
	free(p->files);
	for (size_t i = 0; i < p->connector_count; i++)
		connector_free(p->connectors[i]);
	free(p->connectors);
	network_index_fini(&p->networks);
	cidr_set_fini(&p->trusted_networks);
	free(p->recipient_delimiter);
	free(p->myorigin);
	free(p->mydomain);
	cipher_catalogue_free(&p->ciphers);
	pattern_index_free(&p->senders);
	pattern_index_free(&p->recipients);
	pattern_index_free(&p->mailbox_domains);
	pattern_index_free(&p->excepted_recipients);
	pattern_index_free(&p->names);
	free(p);
	*policy = NULL;
}

uint32_t policy_add_file(struct policy *policy, const char *name)
{
	policy->files = xreallocarray(policy->files, policy->file_count + 1, sizeof *policy->files);
	policy->files[policy->file_count] = xstrdup(name);
	return (uint32_t)policy->file_count++;
}

struct connector *policy_add_connector(struct policy *policy)
{
	struct connector *connector = xcalloc(1, sizeof *connector);

	connector->number = (uint32_t)policy->connector_count;
	policy->connectors = vector_grow(policy->connectors, policy->connector_count,
					 &policy->connector_capacity, sizeof(struct connector *));
	policy->connectors[policy->connector_count++] = connector;
	return connector;
}

static void connector_finish(struct connector *connector)
{
	for (enum selector_key i = SELECTOR_SESSION; i < SELECTOR_COUNT; i++)
		connector->has_session_selector |= connector->has[i];
	cidr_set_finish(&connector->clients);
	cidr_set_finish(&connector->require.allowed_clients);
	for (size_t i = 0; i < connector->exception_count; i++)
		cidr_set_finish(&connector->exceptions[i].clients);
}

/* pattern_visit: the domain of each mailbox that a connector with header_from names. */
static bool add_mailbox_domain(void *context, pattern_ref ref, uint64_t hash, struct pattern_claim *claims,
			       size_t count)
{
	struct policy *policy = context;
	char *mailbox;
	struct pattern domain = {.kind = PATTERN_DOMAIN};

	(void)hash;
	if (pattern_index_kind(policy->senders, ref) != PATTERN_MAILBOX)
		return true;
	mailbox = pattern_index_text(policy->senders, ref);
	domain.key = strrchr(mailbox, '@') + 1;
	for (size_t i = 0; i < count; i++)
		if (policy->connectors[claims[i].owner]->header_from)
			(void)pattern_index_add(policy->mailbox_domains, &domain, claims[i].owner,
						claims[i].place);
	free(mailbox);
	return true;
}

bool connector_counts_in_from(const struct connector *connector)
{
	return connector->has_require && (connector->header_from || connector->require.nothing);
}

bool require_names_fingerprint(const struct require *require)
{
	for (size_t i = 0; i < require->certificate_count; i++)
		if (require->certificates[i].has_fingerprint)
			return true;
	return false;
}

/* What finds a connector that no address of a message leads to: the first selector that it has. */
static void index_session_selectors(struct policy *policy, const struct connector *connector)
{
	for (enum selector_key i = SELECTOR_SESSION; i < SELECTOR_COUNT; i++)
		if (connector->has[i]) {
			selectors[i].index(policy, connector);
			return;
		}
}

struct exception_list {
	const struct policy *policy;
	const struct pattern_index *recipients; /* of the exception at hand */
	uint32_t number; /* and which it is */
};

/* pattern_visit */
static bool add_excepted(void *context, pattern_ref ref, uint64_t hash, struct pattern_claim *claims,
			 size_t count)
{
	const struct exception_list *list = context;
	struct pattern pattern = {.kind = pattern_index_kind(list->recipients, ref)};

	(void)hash;
	(void)claims;
	(void)count;
	/* Not by its text: a mailbox that needs quotes is none without them. */
	pattern.key = xstrdup(pattern_index_key(list->recipients, ref));
	(void)pattern_index_add(list->policy->excepted_recipients, &pattern, list->number, (struct place){0});
	pattern_fini(&pattern);
	return true;
}

/* So that one lookup finds all exceptions that have a recipient. */
static void index_exceptions(struct policy *policy)
{
	struct exception_list list = {.policy = policy};

	for (size_t i = 0; i < policy->connector_count; i++) {
		const struct connector *connector = policy->connectors[i];

		for (size_t k = 0; k < connector->exception_count && connector_counts_in_from(connector);
		     k++) {
			list.recipients = connector->exceptions[k].recipients;
			if (list.recipients != NULL)
				pattern_index_each(list.recipients, add_excepted, &list);
			list.number++;
		}
	}
}

void policy_finish(struct policy *policy)
{
	assert(!policy->is_finished);
	policy->is_finished = true;
	cidr_set_finish(&policy->trusted_networks);
	for (size_t i = 0; i < policy->connector_count; i++) {
		struct connector *connector = policy->connectors[i];

		connector_finish(connector);
		policy->has_test_connectors |= connector->mode == MODE_TEST;
		policy->has_header_from |= connector->header_from;
		policy->enforces_header_from |= connector->header_from && connector->mode == MODE_ENFORCE;
		policy->has_quarantine |=
			connector->has_require && connector->on_failure == ON_FAILURE_QUARANTINE;
		policy->header_from_count += connector_counts_in_from(connector);
		policy->has_fingerprints |= require_names_fingerprint(&connector->require);
		policy->has_tls_policy |= connector->has_tls_policy;
		if (!connector->has[SELECTOR_SENDERS] && !connector->has[SELECTOR_RECIPIENTS])
			index_session_selectors(policy, connector);
	}
	network_index_finish(&policy->networks);
	if (policy->has_header_from) {
		pattern_index_each(policy->senders, add_mailbox_domain, policy);
		index_exceptions(policy);
	}
}

const char *on_failure_name(enum on_failure on_failure)
{
	static const char *const names[] = {
		[ON_FAILURE_TEMPFAIL] = "tempfail",
		[ON_FAILURE_REJECT] = "reject",
		[ON_FAILURE_QUARANTINE] = "quarantine",
	};

	return names[on_failure];
}

const char *mode_name(enum mode mode)
{
	return mode == MODE_TEST ? "test" : "enforce";
}

bool policy_tests(const struct policy *policy, const struct connector *connector)
{
	return policy->mode == MODE_TEST || connector->mode == MODE_TEST;
}

date_t require_last_day(const struct require *require)
{
	date_t last = 0;

	for (size_t i = 0; i < require->certificate_count; i++) {
		if (require->certificates[i].valid_to == 0)
			return 0;
		if (require->certificates[i].valid_to > last)
			last = require->certificates[i].valid_to;
	}
	return last;
}
