/* SPDX-License-Identifier: MIT */
/* Connectors in whose place others always stand, by samples of all that they select. */
#include "lint/displaced.h"

#include "policy/tls_policy_lookup.h"

/* What is known of one connector so far. */
struct standing {
	const struct policy *policy;
	const struct connector *connector;
	const struct connector *by; /* one that stands in its place; NULL: none was seen */
	bool applies; /* to some mail, or perhaps */
};

/*
 * Whether it stands in the other's place wherever it is selected: with nothing
 * that it excepts, for mail of the other's mode, and in From: where the other
 * is selected there.
 */
static bool always_displaces(const struct candidate *a, const struct candidate *b)
{
	return a->connector->exception_count == 0 &&
	       (a->connector->mode == MODE_ENFORCE || b->connector->mode == MODE_TEST) &&
	       (connector_counts_in_from(a->connector) || !connector_counts_in_from(b->connector)) &&
	       a->state != CANDIDATE_NOT_SELECTED && candidate_displaces(a, b);
}

/* sample_visit */
static bool look_for_displacement(void *context, const struct candidates *candidates,
				  const struct candidate *self)
{
	struct standing *standing = context;

	if (self->state == CANDIDATE_DISPLACED)
		for (size_t i = 0; i < candidates->count; i++)
			if (always_displaces(&candidates->list[i], self)) {
				if (standing->by == NULL)
					standing->by = candidates->list[i].connector;
				return true;
			}
	standing->applies = true;
	return false;
}

/* sample_domain_visit: the same of mail that leaves. */
static bool look_for_another(void *context, const char *domain)
{
	struct standing *standing = context;
	bool enforced = standing->connector->mode == MODE_ENFORCE && standing->policy->mode == MODE_ENFORCE;
	struct tls_policy_lookup lookup;
	const struct connector *found;

	tls_policy_look_up_domain(standing->policy, domain, &lookup);
	found = enforced ? lookup.enforced.connector : lookup.tested.connector;
	standing->applies = found == NULL || found == standing->connector ||
			    (found->mode == MODE_TEST && standing->connector->mode == MODE_ENFORCE);
	if (standing->by == NULL)
		standing->by = found;
	return !standing->applies;
}

void displaced_advise(const struct lint *lint, struct sampler *sampler)
{
	for (size_t i = 0; i < lint->policy->connector_count; i++) {
		const struct connector *connector = lint->policy->connectors[i];
		struct standing standing = {.policy = lint->policy, .connector = connector};

		/* Where From: is in doubt none stands back for another. */
		if (connector->header_from)
			continue;
		if (connector->has_require &&
		    !sample_mail(sampler, connector, look_for_displacement, &standing))
			continue;
		if (connector->has_tls_policy && !standing.applies)
			sample_domains(sampler, connector, look_for_another, &standing);
		if (!standing.applies && standing.by != NULL)
			origin_warning(&lint->source, &lint->origins[i], NULL, connector->place,
				       "never applies: all that it selects belongs to more specific "
				       "connectors, such as \"%s\" (%s:%u:%u)",
				       standing.by->name, lint->policy->files[standing.by->place.file],
				       (unsigned)standing.by->place.line,
				       (unsigned)standing.by->place.column);
	}
}
