/* SPDX-License-Identifier: MIT */
#ifndef TESTS_PROPERTY_NAIVE_H
#define TESTS_PROPERTY_NAIVE_H

#include "property/model.h"

/*
 * Patterns, networks and names compared in the plainest way, straight from the
 * texts of the policy: for the oracle.
 */
enum fit_class {
	FIT_NONE,
	FIT_ANYONE, /* "*" */
	FIT_PART, /* a suffix, a network: length tells */
	FIT_EXACT, /* the domain, the name */
	FIT_MAILBOX, /* but for the extension of the address */
	FIT_MAILBOX_WHOLE,
};

/* How a selector fits; fits of one selector and one mail can be compared. */
struct fit {
	enum fit_class class;
	size_t length;
};

bool fit_is_better(struct fit a, struct fit b);

/* The best of the patterns. delimiter: "" for none. */
struct fit fit_address(const struct words *patterns, const struct model_reading *address,
		       const char *delimiter);
struct fit fit_client(const struct words *networks, const char *client);
struct fit fit_presented(const struct words *names, const struct certificate_facts *certificate);

/* A "subject" of the policy against a certificate, an "issuer" likewise. */
bool naive_subject_met(const char *subject, const struct certificate_facts *certificate);
bool naive_issuer_met(const char *issuer, const struct certificate_facts *certificate);

/* The fingerprint of the policy against one that is shown: digits of SHA-256, in either case, with or without colons. */
bool naive_fingerprint_met(const char *wanted, const char *shown);

/* Whether nobody can tell which certificate was shown: nobody was told, or of a digest of another length. */
bool naive_is_unseen(const struct model_fingerprints *told);

/* Whether name is an item of a list with colons between. */
bool naive_list_has(const char *list, const char *name);

#endif
