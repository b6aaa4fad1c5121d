/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_CONFIG_VALIDITY_H
#define FORCEDTLS_CONFIG_VALIDITY_H

#include "config/report.h"
#include "policy/policy.h"

/* Days before the end of an entry on which it is time to agree on the next one. */
#define VALIDITY_NOTICE_DAYS 30

/*
 * Says which entries of a "certificate" list end soon, on which days none
 * counts, and when none counts today (of source's loading; without one it
 * says nothing). list: what require was read from, free of errors.
 */
void validity_advise(const struct source *source, const struct path *path, const struct node *list,
		     const struct require *require);

#endif
