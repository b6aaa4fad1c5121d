/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_POLICY_SERVICE_DELEGATION_H
#define FORCEDTLS_POLICY_SERVICE_DELEGATION_H

#include <stdbool.h>
#include <stddef.h>

#include "policy/facts.h"

/*
 * Postfix's SMTP access policy delegation (SMTPD_POLICY_README): a request is
 * lines of "name=value" with an empty line behind them, and so is the answer.
 */

/* Bytes of one request: what Postfix sends is bounded by its line_length_limit (2048) for each value. */
#define DELEGATION_REQUEST_MAX ((size_t)64 * 1024)

/* The attributes that we read, as Postfix sends them: "" is a fact that is not there. NULL: not sent. */
struct delegation_request {
	const char *request;
	const char *protocol_state;
	const char *client_address;
	const char *client_name;
	const char *client_port;
	const char *server_address;
	const char *server_port;
	const char *helo_name;
	const char *sender;
	const char *recipient;
	const char *queue_id;
	const char *instance;
	const char *sasl_method;
	const char *sasl_username;
	const char *ccert_subject;
	const char *ccert_issuer;
	const char *ccert_fingerprint;
	const char *ccert_pubkey_fingerprint;
	const char *encryption_protocol;
	const char *encryption_cipher;
	const char *encryption_keysize;
};

/* The length of the request at the front of bytes, with its empty line; 0 while it is not whole. */
size_t delegation_length(const char *bytes, size_t length);

/*
 * Takes a whole request of that length apart, in place; request_r points into
 * text. False with *error_r (static text) when it is none: a line that is no
 * attribute, a NUL, an attribute of ours twice, or another kind of request.
 */
bool delegation_parse(char *text, size_t length, struct delegation_request *request_r, const char **error_r);

/* Decoded text that facts point to. Zeroed memory is empty. */
struct delegation_storage {
	char *subject;
	char *issuer;
};

/*
 * Fills in what the request says of client, HELO, TLS, certificate and
 * authentication; the other members of facts_r stay as they are. facts_r
 * points into request and storage: keep both, end storage with
 * delegation_storage_fini. Verified is a certificate of which Postfix names
 * the subject or the issuer. FACT_CLIENT is told with client_address, and one
 * that cannot be read ("unknown") is none.
 */
void delegation_to_facts(const struct delegation_request *request, struct facts *facts_r,
			 struct delegation_storage *storage);
void delegation_storage_fini(struct delegation_storage *storage);

/*
 * The fingerprint of the certificate or of its key when it is of another
 * digest than SHA-256 (smtpd_tls_fingerprint_digest), for the log; else NULL.
 */
const char *delegation_foreign_fingerprint(const struct delegation_request *request);

/* Where the client connected to; zero when it is not told. Since Postfix 3.2. */
struct ip_endpoint delegation_server(const struct delegation_request *request);

/* The client's name where Postfix has verified it, else NULL. */
const char *delegation_client_name(const struct delegation_request *request);

#endif
