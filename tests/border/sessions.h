/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_TESTS_BORDER_SESSIONS_H
#define FORCEDTLS_TESTS_BORDER_SESSIONS_H

#include <stddef.h>

/* What an MTA, an administrator and a scraper ask of each service, and what is right. */

/* The daemon's sockets: milter as libmilter writes it, the others as paths. */
struct sockets {
	const char *milter;
	const char *policy_service;
	const char *tls_policy;
	const char *metrics;
	const char *control;
};

enum answer {
	ANSWER_RIGHT,
	ANSWER_NONE, /* none, or to try again: the MTA defers, or the user reads an error */
	ANSWER_LOST, /* refused for good for what libmilter did not hand over */
	ANSWER_WRONG, /* another verdict, or no error and not all */
};

struct question {
	const char *name;
	enum answer (*ask)(const struct sockets *sockets, int timeout_ms);
};

extern const struct question questions[];
extern const size_t question_count;

/* The policy that they are about. tls_policy, metrics: paths. The caller frees it. */
char *sessions_policy(const char *tls_policy, const char *metrics);

#endif
