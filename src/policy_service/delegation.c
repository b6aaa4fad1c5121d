/* SPDX-License-Identifier: MIT */
/*
 * What Postfix asks a policy server: the form of a request, and what its
 * attributes mean as facts. Decides nothing and knows no sockets.
 */
#include "policy_service/delegation.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "tls/certificate.h"
#include "util/decimal.h"
#include "util/memory.h"
#include "tls/tls_version.h"
#include "util/xtext.h"

#define ATTRIBUTE(name)                                                                                      \
	{                                                                                                    \
#name, offsetof(struct delegation_request, name)                                             \
	}

static const struct {
	const char *name;
	size_t offset;
} attributes[] = {
	ATTRIBUTE(request),
	ATTRIBUTE(protocol_state),
	ATTRIBUTE(client_address),
	ATTRIBUTE(client_name),
	ATTRIBUTE(client_port),
	ATTRIBUTE(server_address),
	ATTRIBUTE(server_port),
	ATTRIBUTE(helo_name),
	ATTRIBUTE(sender),
	ATTRIBUTE(recipient),
	ATTRIBUTE(queue_id),
	ATTRIBUTE(instance),
	ATTRIBUTE(sasl_method),
	ATTRIBUTE(sasl_username),
	ATTRIBUTE(ccert_subject),
	ATTRIBUTE(ccert_issuer),
	ATTRIBUTE(ccert_fingerprint),
	ATTRIBUTE(ccert_pubkey_fingerprint),
	ATTRIBUTE(encryption_protocol),
	ATTRIBUTE(encryption_cipher),
	ATTRIBUTE(encryption_keysize),
};
#define ATTRIBUTES (sizeof attributes / sizeof *attributes)
_Static_assert(ATTRIBUTES * sizeof(const char *) == sizeof(struct delegation_request),
	       "an attribute is not read");

size_t delegation_length(const char *bytes, size_t length)
{
	const char *end;

	if (length > 0 && bytes[0] == '\n')
		return 1;
	end = memmem(bytes, length, "\n\n", 2);
	return end != NULL ? (size_t)(end - bytes) + 2 : 0;
}

/* Where the value of a known attribute goes, or NULL. */
static const char **find_attribute(struct delegation_request *request, const char *name)
{
	for (size_t i = 0; i < ATTRIBUTES; i++)
		if (strcmp(attributes[i].name, name) == 0)
			return (const char **)(void *)((char *)request + attributes[i].offset);
	return NULL;
}

/* One line, NUL-terminated. NULL when it is fine. */
static const char *delegation_take_line(char *line, struct delegation_request *request)
{
	char *equals = strchr(line, '=');
	const char **value;

	if (equals == NULL)
		return "a line that is no attribute";
	*equals = '\0';
	value = find_attribute(request, line);
	if (value == NULL)
		return NULL;
	if (*value != NULL)
		return "an attribute that is there twice";
	*value = equals + 1;
	return NULL;
}

bool delegation_parse(char *text, size_t length, struct delegation_request *request_r, const char **error_r)
{
	char *line = text, *end = text + length - 1;

	assert(length > 0 && text[length - 1] == '\n');
	*request_r = (struct delegation_request){0};
	*error_r = memchr(text, '\0', length) != NULL ? "a NUL" : NULL;
	while (line < end && *error_r == NULL) {
		char *line_end = memchr(line, '\n', (size_t)(end - line));

		*line_end = '\0';
		*error_r = delegation_take_line(line, request_r);
		line = line_end + 1;
	}
	if (*error_r == NULL &&
	    (request_r->request == NULL || strcmp(request_r->request, "smtpd_access_policy") != 0))
		*error_r = "no smtpd_access_policy request";
	return *error_r == NULL;
}

static const char *value_present(const char *value)
{
	return value != NULL && value[0] != '\0' ? value : NULL;
}

const char *delegation_client_name(const struct delegation_request *request)
{
	const char *name = value_present(request->client_name);

	return name != NULL && strcmp(name, "unknown") != 0 ? name : NULL;
}

struct ip_endpoint delegation_server(const struct delegation_request *request)
{
	struct ip_endpoint server;

	(void)ip_endpoint_parse(request->server_address, request->server_port, &server);
	return server;
}

static struct tls_facts delegation_tls(const struct delegation_request *request)
{
	const char *version = value_present(request->encryption_protocol);

	return (struct tls_facts){
		.present = version != NULL,
		.version = tls_version_from_name(version),
		.version_text = version,
		.cipher = value_present(request->encryption_cipher),
		.bits = version != NULL ? decimal_parse(request->encryption_keysize) : -1,
	};
}

static struct fingerprints fingerprints_of(const struct delegation_request *request)
{
	const char *const texts[FINGERPRINTS_MAX] = {value_present(request->ccert_fingerprint),
						     value_present(request->ccert_pubkey_fingerprint)};
	bool told = request->ccert_fingerprint != NULL || request->ccert_pubkey_fingerprint != NULL;
	struct fingerprints shown = {.seen = told ? FINGERPRINTS_NONE : FINGERPRINTS_UNSEEN};

	for (size_t i = 0; i < FINGERPRINTS_MAX; i++) {
		if (texts[i] == NULL)
			continue;
		if (fingerprint_parse(texts[i], &shown.list[shown.count]) != FINGERPRINT_OK)
			return (struct fingerprints){.seen = FINGERPRINTS_FOREIGN};
		shown.seen = FINGERPRINTS_SHOWN;
		shown.count++;
	}
	return shown;
}

const char *delegation_foreign_fingerprint(const struct delegation_request *request)
{
	const char *const texts[] = {value_present(request->ccert_fingerprint),
				     value_present(request->ccert_pubkey_fingerprint)};
	struct fingerprint fingerprint;

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (texts[i] != NULL && fingerprint_parse(texts[i], &fingerprint) != FINGERPRINT_OK)
			return texts[i];
	return NULL;
}

/* Names are sent as xtext (RFC 3461, 4), and of a verified certificate alone. */
static struct certificate_facts delegation_certificate(const struct delegation_request *request,
						       struct delegation_storage *storage)
{
	const char *subject = value_present(request->ccert_subject),
		   *issuer = value_present(request->ccert_issuer);
	const struct fingerprints shown = fingerprints_of(request);
	bool verified = subject != NULL || issuer != NULL;

	/* A verified certificate without that name has an empty one. */
	storage->subject = verified ? xtext_decode(subject != NULL ? subject : "") : NULL;
	storage->issuer = verified ? xtext_decode(issuer != NULL ? issuer : "") : NULL;
	return (struct certificate_facts){
		.state = verified ? CERTIFICATE_VERIFIED
			 : shown.seen == FINGERPRINTS_SHOWN || shown.seen == FINGERPRINTS_FOREIGN
				 ? CERTIFICATE_UNVERIFIED
				 : CERTIFICATE_NONE,
		.fingerprints = shown,
		.subject_cn = storage->subject,
		.issuer_cn = storage->issuer,
	};
}

void delegation_to_facts(const struct delegation_request *request, struct facts *facts_r,
			 struct delegation_storage *storage)
{
	if (request->client_address != NULL)
		facts_r->told |= FACT_BIT(FACT_CLIENT);
	if (request->client_address == NULL || !ip_parse(request->client_address, &facts_r->client))
		facts_r->client = (struct ip_address){0};
	facts_r->client_port = decimal_parse(request->client_port);
	facts_r->client_name = delegation_client_name(request);
	facts_r->helo = value_present(request->helo_name);
	facts_r->authenticated = facts_login(request->sasl_method, request->sasl_username);
	facts_r->tls = delegation_tls(request);
	facts_r->certificate = delegation_certificate(request, storage);
}

void delegation_storage_fini(struct delegation_storage *storage)
{
	free(storage->subject);
	free(storage->issuer);
	*storage = (struct delegation_storage){0};
}
