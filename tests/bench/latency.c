/* SPDX-License-Identifier: MIT */
/* Counts how long answers took. Knows nothing of what was asked. */
#include "latency.h"

#include <time.h>

#define PER_SECOND 10000.0

double latency_now(void)
{
	struct timespec time;

	(void)clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

void latency_add(struct latency *latency, double seconds)
{
	double place = seconds * PER_SECOND;

	latency->counts[place < LATENCY_COUNTS - 1 ? (unsigned)place : LATENCY_COUNTS - 1]++;
	latency->total++;
	if (seconds > latency->longest)
		latency->longest = seconds;
}

void latency_merge(struct latency *latency, const struct latency *other)
{
	for (unsigned i = 0; i < LATENCY_COUNTS; i++)
		latency->counts[i] += other->counts[i];
	latency->total += other->total;
	if (other->longest > latency->longest)
		latency->longest = other->longest;
}

double latency_ms(const struct latency *latency, double share)
{
	double seen = 0;
	unsigned i = 0;

	while (i < LATENCY_COUNTS - 1 &&
	       (seen += (double)latency->counts[i]) < share * (double)latency->total)
		i++;
	return (i + 1) * 1000 / PER_SECOND;
}
