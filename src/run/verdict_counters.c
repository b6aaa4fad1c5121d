/* SPDX-License-Identifier: MIT */
/*
 * Numbers of verdicts by connector. Places are given and never taken back, so
 * that a number never goes down, whatever policies come and go. Knows nothing
 * of who reads them.
 */
#include "run/verdict_counters.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "util/memory.h"
#include "util/table.h"

enum { PLACE_NONE, PLACE_OTHER, PLACE_FIRST_NAME, PLACES = PLACE_FIRST_NAME + VERDICT_COUNTERS_NAMES_MAX };

#define VERDICTS (VERDICT_REJECT + 1)
#define REASONS (REASON_INTERNAL + 1)
#define MODES (MODE_TEST + 1)
#define RESULTS (TLS_POLICY_TEMP + 1)

/* The services that give verdicts. */
enum judge { JUDGE_MILTER, JUDGE_POLICY_SERVICE, JUDGES };

struct place_counters {
	atomic_ullong verdicts[JUDGES][2][VERDICTS][REASONS][MODES]; /* the second: tested */
	atomic_ullong answers[RESULTS];
};

/* Most of it is never touched, and takes no memory then. */
static struct place_counters places[PLACES];

/* Which name has which place; the lock is held where policies come into force, and where numbers are read. */
struct place_name {
	char *name;
	uint16_t place;
	UT_hash_handle hh;
};
static pthread_mutex_t places_mutex = PTHREAD_MUTEX_INITIALIZER;
static struct place_name *places_by_name; /* names that come from the policy alone */
static const char *place_names[PLACES] = {[PLACE_NONE] = "-", [PLACE_OTHER] = "other"};
static uint16_t places_used = PLACE_FIRST_NAME;

static uint16_t verdict_counters_place_of(const char *name)
{
	struct place_name *known;

	HASH_FIND_STR(places_by_name, name, known);
	if (known != NULL)
		return known->place;
	if (places_used == PLACES)
		return PLACE_OTHER;
	known = xcalloc(1, sizeof *known);
	known->name = xstrdup(name);
	known->place = places_used++;
	place_names[known->place] = known->name;
	HASH_ADD_KEYPTR(hh, places_by_name, known->name, strlen(known->name), known);
	return known->place;
}

void verdict_counters_place(struct config *config)
{
	const struct policy *policy = config->policy;

	assert(config->counter_places == NULL);
	if (policy == NULL)
		return;
	config->counter_places = xcalloc(policy->connector_count, sizeof *config->counter_places);
	pthread_mutex_lock(&places_mutex);
	for (size_t i = 0; i < policy->connector_count; i++)
		config->counter_places[i] = verdict_counters_place_of(policy->connectors[i]->name);
	pthread_mutex_unlock(&places_mutex);
}

static struct place_counters *counters_at(const struct config *config, const struct connector *connector)
{
	if (config == NULL || config->counter_places == NULL || connector == NULL)
		return &places[PLACE_NONE];
	assert(connector->number < config->policy->connector_count);
	return &places[config->counter_places[connector->number]];
}

static void count_one(atomic_ullong *counter)
{
	(void)atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
}

void verdict_counters_add(const struct config *config, enum counted_service service,
			  const struct judgement *judgement, bool tested, enum mode mode)
{
	enum judge judge = service == COUNTED_milter ? JUDGE_MILTER : JUDGE_POLICY_SERVICE;
	const struct connector *connector = judgement->has_connector ? judgement->decisive.connector : NULL;

	assert(service == COUNTED_milter || service == COUNTED_policy_service);
	count_one(&counters_at(config, connector)
			   ->verdicts[judge][tested][judgement->verdict][judgement->reason][mode]);
}

void verdict_counters_add_answer(const struct config *config, const struct tls_policy_answer *answer)
{
	count_one(&counters_at(config, answer->connector)->answers[answer->result]);
}

/* How many places may have something. */
static uint16_t used_places(void)
{
	uint16_t used;

	pthread_mutex_lock(&places_mutex);
	used = places_used;
	pthread_mutex_unlock(&places_mutex);
	return used;
}

/* The numbers of a place, in the order of its array; count and connector are filled in by now. */
static void visit_place(struct place_counters *counters, struct verdict_count *found,
			verdict_counters_visit *visit, void *context)
{
	atomic_ullong *at = &counters->verdicts[0][0][0][0][0];

	for (size_t i = 0; i < sizeof counters->verdicts / sizeof *at; i++) {
		size_t rest = i;

		found->count = atomic_load_explicit(&at[i], memory_order_relaxed);
		if (found->count == 0)
			continue;
		found->mode = (enum mode)(rest % MODES);
		rest /= MODES;
		found->reason = (enum reason)(rest % REASONS);
		rest /= REASONS;
		found->verdict = (enum verdict)(rest % VERDICTS);
		rest /= VERDICTS;
		found->tested = rest % 2 != 0;
		found->service = rest / 2 == JUDGE_MILTER ? COUNTED_milter : COUNTED_policy_service;
		visit(context, found);
	}
}

void verdict_counters_each(verdict_counters_visit *visit, void *context)
{
	uint16_t used = used_places();

	for (uint16_t i = 0; i < used; i++) {
		struct verdict_count found = {.connector = place_names[i]};

		visit_place(&places[i], &found, visit, context);
	}
}

void verdict_counters_each_answer(answer_counters_visit *visit, void *context)
{
	uint16_t used = used_places();

	for (uint16_t i = 0; i < used; i++)
		for (size_t j = 0; j < RESULTS; j++) {
			struct answer_count found = {.connector = place_names[i],
						     .result = (enum tls_policy_result)j};

			found.count = atomic_load_explicit(&places[i].answers[j], memory_order_relaxed);
			if (found.count > 0)
				visit(context, &found);
		}
}
