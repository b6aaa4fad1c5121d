/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_POLICY_CERTIFICATE_END_H
#define FORCEDTLS_POLICY_CERTIFICATE_END_H

#include "policy/policy.h"

/* An entry of "certificate" that ends, and whose it is. */
struct certificate_end {
	const struct connector *connector;
	const struct certificate_entry *entry;
};

/*
 * All entries whose last day is today or later, those that end first first, of
 * one day in the order of the file. NULL and 0: there are none. The caller
 * frees the list; what it points to is the policy's.
 */
struct certificate_end *certificate_ends(const struct policy *policy, date_t today, size_t *count_r);

#endif
