/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_POLICY_NAME_INDEX_H
#define FORCEDTLS_POLICY_NAME_INDEX_H

#include <stdint.h>

#include "policy/pattern_index.h"
#include "tls/certificate.h"

/*
 * Names of certificates of many owners (connectors) in a pattern index that
 * holds nothing else, so that the cost of a lookup depends on the labels of the
 * name that is shown and not on the number of names.
 */

/* Adds a subject's name for owner, by the rules of pattern_index_add. */
void name_index_add(struct pattern_index *index, const struct certificate_name *name, uint32_t owner,
		    struct place place);

/*
 * Calls found at least once for each owner of a name that
 * certificate_subject_matches, and perhaps for some more. host: of the
 * subject's CN. Threads: safe.
 */
void name_index_match(const struct pattern_index *index, const struct certificate_host *host,
		      const struct certificate_facts *shown, pattern_found *found, void *context);

#endif
