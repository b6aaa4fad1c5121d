/* SPDX-License-Identifier: MIT */
#ifndef TESTS_PROPERTY_MODEL_H
#define TESTS_PROPERTY_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tls/certificate.h"
#include "policy/facts.h"
#include "util/memory.h"
#include "policy/policy.h"

/*
 * A policy and a session as the generator has them: plain arrays over static
 * texts, copied by assignment. The policy becomes YAML for the real loader,
 * and the oracle reads it as it is.
 */
#define WORDS_MAX 3
#define CONNECTORS_MAX 48 /* more than the core keeps without the heap */

struct words {
	const char *items[WORDS_MAX];
	size_t count; /* 0: the key is not written */
};

struct model_exception {
	struct words senders;
	struct words recipients;
	struct words clients;
	bool authenticated;
};

struct model_entry {
	const char *fingerprint; /* NULL: not written */
	const char *subject;
	const char *issuer;
	date_t valid_from; /* 0: not written */
	date_t valid_to;
};

enum model_demand {
	DEMAND_NONE,
	DEMAND_TLS,
	DEMAND_MAP,
};

struct model_require {
	enum model_demand kind;
	const char *min_version; /* NULL: not written, as with all that follow */
	const char *ciphers;
	const char *ciphersuites;
	int min_cipher_bits;
	bool forward_secrecy;
	bool any_certificate;
	struct model_entry entries[WORDS_MAX];
	size_t entry_count;
	struct words allowed_clients;
	struct words allowed_senders;
};

struct model_connector {
	unsigned id; /* its name is "c" and this, wherever it stands */
	bool test;
	const char *on_failure; /* NULL: not written */
	struct words senders;
	struct words recipients;
	struct words clients;
	struct words presenting;
	bool header_from;
	struct model_exception exceptions[3];
	size_t exception_count;
	struct model_require require;
};

struct model_policy {
	bool test;
	bool trusts_nobody;
	struct words trusted_networks; /* none: the default, unless trusts_nobody */
	const char *delimiter; /* "": mailboxes have no extensions */
	const char *default_version;
	const char *default_on_failure;
	bool trace_header;
	struct model_connector connectors[CONNECTORS_MAX];
	size_t count;
};

/* What the policy service was told of a session's certificate and its key, as Postfix writes it. */
struct model_fingerprints {
	enum fingerprints_seen seen;
	const char *texts[FINGERPRINTS_MAX]; /* of whatever digest */
	size_t count; /* 0 but with FINGERPRINTS_SHOWN, which may turn out to be FINGERPRINTS_FOREIGN */
};

/* An address as a client writes it, and all that it may mean. */
struct model_reading {
	const char *local; /* NULL: none */
	const char *domain;
};
struct model_address {
	const char *written;
	struct model_reading readings[3];
	size_t count; /* 0: it cannot be read, but for the null sender */
	bool null_sender;
};

struct model_session {
	unsigned untold; /* FACT_BIT of what the door could not find out, whatever is below */
	const char *client; /* NULL: no address */
	int port;
	bool from_local_program;
	bool authenticated;
	bool is_held; /* by a verdict on another recipient */
	bool at_data;
	bool can_quarantine;
	struct tls_facts tls;
	struct certificate_facts certificate; /* but for its fingerprints */
	struct model_fingerprints fingerprints;
	const char *helo;
	const char *client_name; /* verified */
	const struct model_address *sender;
	const struct model_address *recipient;
	const struct model_reading *from[2]; /* of From: */
	size_t from_count; /* 0: judged at RCPT */
	date_t date;
};

/* SplitMix64 (Steele, Lea, Flood 2014). */
uint64_t random_next(uint64_t *state);
/* 0 to limit - 1. */
size_t random_below(uint64_t *state, size_t limit);
/* True in one of n cases. */
bool random_one_in(uint64_t *state, size_t n);

void random_policy(uint64_t *state, struct model_policy *policy_r);
void random_connector(uint64_t *state, unsigned id, struct model_connector *connector_r);
void random_session(uint64_t *state, struct model_session *session_r);

/* A cipher of the version's kind that OpenSSL knows and that encrypts. */
const char *random_cipher(uint64_t *state, enum tls_version version);

/* A verified certificate. */
void random_certificate(uint64_t *state, struct certificate_facts *certificate_r);

/* What a door can fail to find out: FACT_EDITS to FACT_CONTENT. */
#define FACTS_TO_TELL ((size_t)FACT_CONTENT)
enum fact random_fact(uint64_t *state);

/* Fingerprints of some certificate. */
void random_fingerprints(uint64_t *state, struct model_fingerprints *fingerprints_r);

/* The policy as a user would write it. */
void print_policy(const struct model_policy *policy, struct strbuf *out);
/* One line for whoever reads a failure. */
void print_session(const struct model_session *session, struct strbuf *out);

#endif
