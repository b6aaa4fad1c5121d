/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "unit/policy/build.h"
#include "policy/certificate_end.h"
#include "util/memory.h"

/* A connector whose entries end on these days, 0 behind the last. */
static void add_ends(struct policy *policy, const char *name, const date_t *ends)
{
	struct connector *connector = build_connector(policy, name, "x.example", NULL, NULL);
	struct require *require = &connector->require;

	for (; *ends != 0; ends++) {
		require->certificates = xreallocarray(require->certificates, require->certificate_count + 1,
						      sizeof *require->certificates);
		require->certificates[require->certificate_count++] =
			(struct certificate_entry){.valid_to = *ends == 1 ? 0 : *ends};
	}
}

/* The next end first; of one day in the order of the file; those of today, and none that is over or has no end. */
Test(certificate_end, in_their_order)
{
	struct policy *policy = policy_new();
	struct certificate_end *ends;
	size_t count;

	add_ends(policy, "a", (const date_t[]){20270101, 20261126, 1, 20261126, 20261125, 0});
	add_ends(policy, "b", (const date_t[]){20261126, 20270102, 20261127, 0});
	ends = certificate_ends(policy, 20261126, &count);
	cr_assert_eq(count, 6);
	cr_expect_eq(ends[0].entry, &policy->connectors[0]->require.certificates[1]);
	cr_expect_eq(ends[1].entry, &policy->connectors[0]->require.certificates[3]);
	cr_expect_eq(ends[2].entry, &policy->connectors[1]->require.certificates[0]);
	cr_expect_eq(ends[3].entry, &policy->connectors[1]->require.certificates[2]);
	cr_expect_eq(ends[4].entry, &policy->connectors[0]->require.certificates[0]);
	cr_expect_eq(ends[5].entry, &policy->connectors[1]->require.certificates[1]);
	cr_expect_eq(ends[0].connector, policy->connectors[0]);
	cr_expect_eq(ends[5].connector, policy->connectors[1]);
	free(ends);
	policy_free(&policy);
}

Test(certificate_end, none)
{
	struct policy *policy = policy_new();
	size_t count = 1;

	add_ends(policy, "a", (const date_t[]){1, 20261125, 0});
	cr_expect_null(certificate_ends(policy, 20261126, &count));
	cr_expect_eq(count, 0);
	policy_free(&policy);
}

/* On a day that nobody knows, what has no end still has none. */
Test(certificate_end, where_the_day_is_unknown)
{
	struct policy *policy = policy_new();
	struct certificate_end *ends;
	size_t count;

	add_ends(policy, "a", (const date_t[]){1, 20261125, 0});
	ends = certificate_ends(policy, 0, &count);
	cr_assert_eq(count, 1);
	cr_expect_eq(ends[0].entry->valid_to, 20261125);
	free(ends);
	policy_free(&policy);
}
