/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_REPORT_SCOPE_H
#define FORCEDTLS_REPORT_SCOPE_H

#include <stdbool.h>
#include <time.h>

#include "mail/domain.h"
#include "mail/pattern.h"

/* What a report is about. Zeroed memory: everything. */
struct scope {
	time_t since; /* 0: from the beginning */
	time_t until; /* 0: to the end; not part of it */
	const char *connector; /* NULL: all */
	bool has_domain;
	struct pattern domain;
};

/* A line without a time belongs to no period. Threads: all safe. */
bool scope_has_time(const struct scope *scope, time_t when);
bool scope_has(const struct scope *scope, const char *connector, const char *domain);

/* The domain of an address as a log has it, "<>" for the null sender, and what was found last. */
struct domain_cache {
	char address[256];
	char domain[DOMAIN_SIZE];
};

/*
 * The normalised domain; what stands behind the last "@" in lower case where
 * the address is none to us; "-" where there is no address. Valid until the
 * next call.
 */
const char *domain_cache_find(struct domain_cache *cache, const char *address);

#endif
