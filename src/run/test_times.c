/* SPDX-License-Identifier: MIT */
/* Remembers when a test began. Says nothing of it to anybody. */
#include "run/test_times.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "util/memory.h"

struct test_time {
	char *name; /* of the connector; "" for the policy as a whole, which no connector is called */
	time_t since;
};

static void test_times_free_list(struct test_time *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(list[i].name);
	free(list);
}

void test_times_fini(struct test_times *times)
{
	test_times_free_list(times->list, times->count);
	*times = (struct test_times){0};
}

static int test_times_compare(const void *a, const void *b)
{
	return strcmp(((const struct test_time *)a)->name, ((const struct test_time *)b)->name);
}

static int compare_name(const void *name, const void *time)
{
	return strcmp(name, ((const struct test_time *)time)->name);
}

/* NULL: not in test mode, or not seen yet. */
static const struct test_time *test_times_find(const struct test_times *times, const char *name)
{
	return times->count > 0 ? bsearch(name, times->list, times->count, sizeof *times->list, compare_name)
				: NULL;
}

static void test_times_add(struct test_times *now_tested, const struct test_times *before, const char *name,
			   time_t now)
{
	const struct test_time *was = test_times_find(before, name);

	now_tested->list[now_tested->count++] = (struct test_time){
		.name = xstrdup(name), .since = was != NULL && was->since < now ? was->since : now};
}

void test_times_see(struct test_times *times, const struct config *config, time_t now)
{
	const struct policy *policy = config->policy;
	struct test_times seen = {0};

	if (strcmp(times->digest, config->digest) == 0)
		return;
	memcpy(seen.digest, config->digest, sizeof seen.digest);
	seen.list = xcalloc(policy->connector_count + 1, sizeof *seen.list);
	if (policy->mode == MODE_TEST)
		test_times_add(&seen, times, "", now);
	for (size_t i = 0; i < policy->connector_count; i++)
		if (policy->connectors[i]->mode == MODE_TEST)
			test_times_add(&seen, times, policy->connectors[i]->name, now);
	qsort(seen.list, seen.count, sizeof *seen.list, test_times_compare);
	test_times_fini(times);
	*times = seen;
}

/* When the file was changed last; now where there is no telling. */
static time_t unchanged_since(const char *path, time_t now)
{
	struct stat st;

	return stat(path, &st) == 0 && st.st_ctime < now ? st.st_ctime : now;
}

time_t test_times_since(const struct test_times *times, const struct policy *policy,
			const struct connector *connector, time_t now)
{
	const struct test_time *seen = test_times_find(times, connector != NULL ? connector->name : "");
	time_t changed = unchanged_since(policy->files[connector != NULL ? connector->place.file : 0], now);

	return seen != NULL && seen->since < changed ? seen->since : changed;
}
