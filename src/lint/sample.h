/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_LINT_SAMPLE_H
#define FORCEDTLS_LINT_SAMPLE_H

#include "policy/displacement.h"
#include "policy/match.h"

/*
 * The patterns of each connector, by its number, and behind the last connector
 * the end. What none before it has is numbered in one row (policy/pattern_index.h),
 * so that a list of a million patterns costs nothing.
 */
struct sample_patterns {
	size_t *own; /* the first of those */
	size_t *first_shared; /* the first of the others */
	pattern_ref *shared;
};

/* What the samples of all connectors are drawn from. */
struct sampler {
	const struct policy *policy;
	struct sample_patterns patterns[SELECTOR_COUNT]; /* of selectors that have some */
	struct ip_address *behind; /* the addresses behind all networks of connectors, sorted */
	size_t behind_count;
	size_t work; /* candidates that may still be looked at */
};

/* The policy is finished, and outlives the sampler. Ended with sampler_fini. */
void sampler_init(struct sampler *sampler, const struct policy *policy);
void sampler_fini(struct sampler *sampler);

/*
 * One sample, as policy/match.h has it with MATCH_ALL: self is the connector
 * that is asked about, and selected. Both are valid for the call. Returns
 * false to stop.
 */
typedef bool sample_visit(void *context, const struct candidates *candidates, const struct candidate *self);

/*
 * Visits samples of the mail that a connector with "require" selects: for each
 * mail there is one where its own selectors are as specific, and any other
 * connector is at most as specific, or not selected. What therefore never
 * happens in a sample never happens, but for certificates of which nobody can
 * tell whether they were verified: there none displaces another. False when
 * there are more samples than can be looked at, or some that cannot be made:
 * then silence proves nothing.
 */
bool sample_mail(struct sampler *sampler, const struct connector *connector, sample_visit *visit,
		 void *context);

/* The same of the domains that its recipients select, for connectors with "deliver" (policy/tls_policy_lookup.h). */
typedef bool sample_domain_visit(void *context, const char *domain);
void sample_domains(struct sampler *sampler, const struct connector *connector, sample_domain_visit *visit,
		    void *context);

#endif
