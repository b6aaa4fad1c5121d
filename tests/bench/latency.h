/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_TESTS_BENCH_LATENCY_H
#define FORCEDTLS_TESTS_BENCH_LATENCY_H

/* How long answers took: counted in tenths of a millisecond, what took longer than the last of them with it. */
#define LATENCY_COUNTS 20000

struct latency {
	unsigned long counts[LATENCY_COUNTS];
	unsigned long total;
	double longest; /* s */
};

/* Seconds on a clock that nobody sets. */
double latency_now(void);

void latency_add(struct latency *latency, double seconds);
/* Adds all that is in other. */
void latency_merge(struct latency *latency, const struct latency *other);

/* Milliseconds within which that share of the answers came, share from 0 to 1. */
double latency_ms(const struct latency *latency, double share);

#endif
