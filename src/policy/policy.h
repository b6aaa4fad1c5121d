/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_POLICY_POLICY_H
#define FORCEDTLS_POLICY_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tls/certificate.h"
#include "tls/cipher.h"
#include "policy/tls_policy.h"
#include "util/ip.h"
#include "policy/network_index.h"
#include "policy/pattern_index.h"
#include "util/place.h"
#include "tls/tls_version.h"

/*
 * The policy: connectors and what finds them. The config layer builds one and
 * ends with policy_finish; from then on it never changes, and any number of
 * threads may read it. The words are those of the policy file.
 */
enum mode {
	MODE_ENFORCE,
	MODE_TEST,
};

/* What becomes of mail that does not meet a demand. The one that is safe without being chosen comes first. */
enum on_failure {
	ON_FAILURE_TEMPFAIL,
	ON_FAILURE_REJECT,
	ON_FAILURE_QUARANTINE, /* accept, and hold the message as a whole */
};

/* What a session must show. The order of the members is the order in which demands are tried. */
struct require {
	bool nothing; /* "require: none": an exception from a wider connector; all else is then unset */
	enum tls_version min_version;
	struct cipher_set *ciphers; /* below TLS 1.3; NULL: any */
	struct cipher_set *ciphersuites; /* TLS 1.3; NULL: any */
	int min_cipher_bits; /* 0: any */
	bool forward_secrecy;
	bool any_certificate; /* one that the MTA verified, whatever its names */
	struct certificate_entry *certificates;
	size_t certificate_count; /* one of them must be met; 0: no demand, or any_certificate */
	bool has_allowed_clients;
	struct cidr_set allowed_clients;
	struct pattern_index *allowed_senders; /* NULL: any; the null sender always may */
};

/* One item of "except": all of its keys must hold. */
struct exception {
	struct pattern_index *senders; /* NULL: not a condition */
	struct pattern_index *recipients; /* NULL: not a condition */
	bool has_clients;
	struct cidr_set clients;
	bool authenticated; /* true: the session must be; false: not a condition */
	struct place place;
};

/*
 * What a connector selects by (policy/selector.h): first whom a message names,
 * then what the session shows.
 */
enum selector_key {
	SELECTOR_SENDERS,
	SELECTOR_RECIPIENTS,
	SELECTOR_CLIENTS,
	SELECTOR_PRESENTING,
	SELECTOR_COUNT,
	SELECTOR_SESSION = SELECTOR_CLIENTS, /* the first that the session decides */
};

struct connector {
	char *name;
	char *description; /* NULL: none */
	struct place place;
	uint32_t number; /* position in the policy, from 0 */
	enum mode mode; /* as written; MODE_TEST of the whole policy overrides it */
	enum on_failure on_failure;
	char *message; /* NULL: none */
	bool has[SELECTOR_COUNT]; /* the patterns of senders and recipients are in the policy's indexes */
	bool has_session_selector; /* set by policy_finish */
	struct cidr_set clients;
	struct certificate_name *presenting; /* names of verified certificates */
	size_t presenting_count;
	size_t entries; /* patterns, networks and names that it selects by */
	bool header_from; /* the addresses of From: select as senders do; needs senders */
	struct exception *exceptions;
	size_t exception_count;
	bool has_require;
	struct require require;
	bool has_tls_policy; /* for mail that leaves; recipients are then the only selector */
	struct tls_policy tls_policy;
};

struct policy {
	char **files; /* names for struct place */
	size_t file_count;
	enum mode mode;
	bool trace_header; /* record the verdict in the message (verdict/trace_header.h) */
	struct cidr_set trusted_networks;
	char *recipient_delimiter; /* a set of characters; "" for none */
	char *myorigin; /* the domain of an address without one, where no MTA says it; NULL when unknown */
	char *mydomain; /* what is appended to a domain without a dot; "": nothing, NULL when unknown */
	struct cipher_catalogue *ciphers;
	struct connector **connectors; /* the enabled ones, in the order of the file */
	size_t connector_count;
	size_t connector_capacity;
	struct pattern_index *senders; /* owners are connector numbers */
	struct pattern_index *recipients;
	/* Set by policy_finish. */
	bool is_finished;
	bool has_test_connectors;
	bool has_header_from; /* some connector has header_from */
	bool enforces_header_from; /* ... and is not in test mode by itself */
	bool has_quarantine; /* some "require" holds messages */
	bool has_fingerprints; /* some "require" names a fingerprint */
	bool has_tls_policy; /* some connector has "deliver" */
	struct pattern_index
		*mailbox_domains; /* domains of the mailboxes that connectors with header_from name */
	size_t header_from_count; /* connectors that From: may concern (connector_counts_in_from) */
	struct pattern_index *excepted_recipients; /* of their exceptions; owners are numbers of these */
	struct network_index networks; /* of connectors that have clients, but no senders and no recipients */
	struct pattern_index *names; /* of connectors that have "presenting" alone (policy/name_index.h) */
};

/* An empty policy; NULL when OpenSSL cannot tell its ciphers. Freed with policy_free. */
struct policy *policy_new(void);
void policy_free(struct policy **policy);

/* The index that a place takes for that file name; the name is copied. */
uint32_t policy_add_file(struct policy *policy, const char *name);

/* A new connector at the end; the policy owns it. Its strings and sets become the policy's. */
struct connector *policy_add_connector(struct policy *policy);

/* Sorts what lookups need sorted. To be called once, when all connectors are complete. */
void policy_finish(struct policy *policy);

/*
 * Calls conflict for each pattern or network that two connectors of the same
 * mode claim in the same selector with the same other selectors and the same
 * kind of demand (exceptions do not count). pattern is valid for the call.
 * To be called after policy_finish. Stops when it returns false.
 */
typedef bool policy_conflict(void *context, const char *selector, const char *pattern,
			     const struct connector *a, struct place place_a, const struct connector *b,
			     struct place place_b);
void policy_each_conflict(const struct policy *policy, policy_conflict *conflict, void *context);

/*
 * True for connectors that From: may select, and for exceptions from them: what
 * frees at RCPT frees there as well.
 */
bool connector_counts_in_from(const struct connector *connector);

/* True when an entry of "certificate" names a fingerprint. */
bool require_names_fingerprint(const struct require *require);

/* The last day on which some entry of "certificate" counts; 0: one counts without end, or there are none. */
date_t require_last_day(const struct require *require);

/* True when a connector of that policy enforces nothing: it is in test mode, or the whole policy is. */
bool policy_tests(const struct policy *policy, const struct connector *connector);

/* "reject", "tempfail", "quarantine"; "enforce", "test". Static strings. */
const char *on_failure_name(enum on_failure on_failure);
const char *mode_name(enum mode mode);

#endif
