/* SPDX-License-Identifier: MIT */
/*
 * The policy as data: made once, then only read. Knows nothing of files or
 * YAML; how connectors are matched and judged is in match.c and demand.c.
 */
#include "core/policy.h"

#include <stdlib.h>

#include "core/memory.h"

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
}

static void connector_free(struct connector *connector)
{
	free(connector->name);
	free(connector->description);
	free(connector->message);
	cidr_set_fini(&connector->clients);
	for (size_t i = 0; i < connector->exception_count; i++)
		exception_fini(&connector->exceptions[i]);
	free(connector->exceptions);
	require_fini(&connector->require);
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
	free(p->unindexed);
	cidr_set_fini(&p->trusted_networks);
	free(p->recipient_delimiter);
	cipher_catalogue_free(&p->ciphers);
	pattern_index_free(&p->senders);
	pattern_index_free(&p->recipients);
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
	cidr_set_finish(&connector->clients);
	cidr_set_finish(&connector->require.allowed_clients);
	for (size_t i = 0; i < connector->exception_count; i++)
		cidr_set_finish(&connector->exceptions[i].clients);
}

void policy_finish(struct policy *policy)
{
	policy->unindexed = xcalloc(policy->connector_count, sizeof(struct connector *));
	cidr_set_finish(&policy->trusted_networks);
	for (size_t i = 0; i < policy->connector_count; i++) {
		struct connector *connector = policy->connectors[i];

		connector_finish(connector);
		if (connector->mode == MODE_TEST)
			policy->has_test_connectors = true;
		if (!connector->has_senders && !connector->has_recipients)
			policy->unindexed[policy->unindexed_count++] = connector;
	}
}

const char *on_failure_name(enum on_failure on_failure)
{
	switch (on_failure) {
	case ON_FAILURE_TEMPFAIL:
		return "tempfail";
	case ON_FAILURE_REJECT:
		return "reject";
	}
	return "tempfail";
}

const char *mode_name(enum mode mode)
{
	return mode == MODE_TEST ? "test" : "enforce";
}
