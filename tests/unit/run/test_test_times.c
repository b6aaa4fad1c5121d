/* SPDX-License-Identifier: MIT */
#include "run/test_times.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "unit/run/frees.h"
#include "unit/run/place.h"

TestSuite(test_times);

#define A "  - {name: a, mode: test, senders: a.example, require: tls}\n"
#define A_ENFORCED "  - {name: a, senders: a.example, require: tls}\n"
#define B "  - {name: b, mode: test, senders: b.example, require: tls}\n"

/* Of a policy that was read from memory: no file says anything. */
static void see(struct test_times *times, const char *policy, time_t now)
{
	struct config *config = frees_config(policy);

	test_times_see(times, config, now);
	config_free(&config);
}

static void expect_since(const struct test_times *times, const char *policy, size_t number, time_t now,
			 time_t want)
{
	struct config *config = frees_config(policy);

	cr_expect_eq(test_times_since(times, config->policy, config->policy->connectors[number], now), want);
	config_free(&config);
}

Test(test_times, from_the_first_policy_on_that_has_it_so)
{
	struct test_times times = {0};

	see(&times, "connectors:\n" A, 1000);
	expect_since(&times, "connectors:\n" A, 0, 5000, 1000);
	see(&times, "connectors:\n" B A, 2000);
	expect_since(&times, "connectors:\n" B A, 0, 5000, 2000);
	expect_since(&times, "connectors:\n" B A, 1, 5000, 1000);
	/* The same policy again is no news. */
	see(&times, "connectors:\n" B A, 3000);
	expect_since(&times, "connectors:\n" B A, 0, 5000, 2000);
	test_times_fini(&times);
}

Test(test_times, an_interruption_begins_anew)
{
	struct test_times times = {0};

	see(&times, "connectors:\n" A B, 1000);
	see(&times, "connectors:\n" A_ENFORCED B, 2000);
	see(&times, "connectors:\n" A B, 3000);
	expect_since(&times, "connectors:\n" A B, 0, 5000, 3000);
	expect_since(&times, "connectors:\n" A B, 1, 5000, 1000);
	see(&times, "connectors:\n" A, 4000);
	see(&times, "connectors:\n" A B, 5000);
	expect_since(&times, "connectors:\n" A B, 1, 6000, 5000);
	test_times_fini(&times);
}

/* The test mode of the policy is one thing, and that of a connector another. */
Test(test_times, policy_as_a_whole)
{
	static const char tested[] = "mode: test\nconnectors:\n" A_ENFORCED B;
	struct test_times times = {0};
	struct config *config = frees_config(tested);

	see(&times, "connectors:\n" A_ENFORCED B, 1000);
	test_times_see(&times, config, 2000);
	cr_expect_eq(test_times_since(&times, config->policy, NULL, 5000), 2000);
	expect_since(&times, tested, 1, 5000, 1000);
	config_free(&config);
	test_times_fini(&times);
}

/* A clock that is set back makes nothing of the future. */
Test(test_times, clock_set_back)
{
	struct test_times times = {0};

	see(&times, "connectors:\n" A, 9000);
	see(&times, "connectors:\n" A B, 1000);
	expect_since(&times, "connectors:\n" A B, 0, 1500, 1000);
	test_times_fini(&times);
}

/* What a process has not seen, the file that says so may: each connector the one that it stands in. */
Test(test_times, files)
{
	char *directory = place_make(), *path = place_path(directory, "forcedtls.yaml"),
	     *included = place_path(directory, "more.yaml");
	struct diagnostics diagnostics = {0};
	struct test_times times = {0};
	struct config *config;
	struct stat st;
	time_t later;

	place_write(path, "include: more.yaml\nconnectors:\n" A);
	place_write(included, "connectors:\n" B);
	config = config_load(path, &diagnostics);
	cr_assert_not_null(config);
	cr_assert(stat(included, &st) == 0);
	later = st.st_ctime + 1000;
	test_times_see(&times, config, later);
	cr_assert_eq(config->policy->connector_count, 2);
	cr_assert(remove(path) == 0);
	cr_expect_eq(test_times_since(&times, config->policy, config->policy->connectors[0], later), later);
	cr_expect_eq(test_times_since(&times, config->policy, config->policy->connectors[1], later),
		     st.st_ctime);
	/* A file of the future proves nothing. */
	cr_expect_eq(test_times_since(&times, config->policy, config->policy->connectors[1], 1000), 1000);
	config_free(&config);
	test_times_fini(&times);
	diagnostics_fini(&diagnostics);
	free(included);
	free(path);
	place_remove(directory);
}
