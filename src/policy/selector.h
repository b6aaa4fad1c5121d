/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_POLICY_SELECTOR_H
#define FORCEDTLS_POLICY_SELECTOR_H

#include "policy/match.h"
#include "util/memory.h"

/* The session that asks, as selectors see it. */
struct client {
	const struct facts *facts;
	bool host_read; /* only where some connector asks */
	struct certificate_host host;
};

/* number: of a connector; it may be found more than once. */
typedef void selector_found(void *context, uint32_t number);

/*
 * One thing that a connector can select by. The entries of some are patterns
 * of addresses, which stand in an index of the policy; it leads from an
 * address to its connectors, and says how well they fit. The entries of all
 * others stand in the connector, and the session is compared with them.
 */
struct selector {
	const char *key; /* as the policy file has it */
	const char *preposition; /* before the entry that matched, in a reply; NULL: no reply shows it */
	struct pattern_index *(*patterns)(const struct policy *policy); /* NULL: not in an index */
	/* The following: NULL where there are patterns. */
	/* Adds the entries of a connector to an index of the policy: nothing before this selector finds it. */
	void (*index)(struct policy *policy, const struct connector *connector);
	/* Calls found for each connector of that index which may match; match says which do. */
	void (*find)(const struct policy *policy, struct client *client, selector_found *found,
		     void *context);
	void (*match)(struct candidate *candidate, struct client *client); /* sets its fit */
	size_t (*count)(const struct connector *connector); /* of entries */
	/* Adds an entry as it was written, and as it is compared: equal entries have equal texts. */
	void (*print)(const struct connector *connector, size_t entry, struct strbuf *out);
	void (*print_compared)(const struct connector *connector, size_t entry, struct strbuf *out);
	struct place (*place)(const struct connector *connector, size_t entry); /* NULL: the connector's */
	void (*fini)(struct connector *connector);
};

/* By enum selector_key. */
extern const struct selector selectors[SELECTOR_COUNT];

/* Matches the selectors that are not in an index. Threads: safe. */
void selectors_match_session(struct candidate *candidate, struct client *client);

/* The entry that matched, to be shown; NULL where there is no single one. The caller frees it. */
char *selector_matched_text(const struct policy *policy, const struct candidate *candidate,
			    enum selector_key key);

/*
 * Adds "mail from PATTERN to PATTERN": by which the connector was selected. Of
 * what is no address only where no address says it, and of nothing but "*" one.
 */
void selectors_print(const struct policy *policy, const struct candidate *candidate, struct strbuf *out);

#endif
