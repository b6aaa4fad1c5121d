/* SPDX-License-Identifier: MIT */
/*
 * The demands on the session that brings the mail: "require" in its forms.
 * Certificates are in certificates.c.
 */
#include "config/require.h"

#include "config/advice.h"
#include "config/certificates.h"
#include "config/lists.h"
#include "config/networks.h"
#include "config/reader.h"

void require_warn_old_version(const struct source *source, const struct path *path, const struct value *value)
{
	if (value->node != NULL && value->number < TLS_VERSION_1_2)
		report_warning(source, path, value->node,
			       "%s is deprecated (RFC 8996); ask for TLSv1.2 or better", value->text);
}

static void read_ciphers(const struct build *build, const struct path *path, const struct raw_require *raw,
			 struct require *require)
{
	const struct cipher_catalogue *catalogue = build->enabled.policy->ciphers;
	char quoted[REPORT_QUOTE_SIZE];

	if (raw->ciphers.node != NULL) {
		require->ciphers = cipher_set_from_list(catalogue, raw->ciphers.text);
		if (require->ciphers == NULL)
			report_error(&build->source, PATH_KEY(path, "ciphers"), raw->ciphers.node,
				     "OpenSSL finds no cipher below TLS 1.3 in %s, or does not know each "
				     "word of it",
				     report_quote(raw->ciphers.text, quoted));
	}
	if (raw->ciphersuites.node != NULL) {
		require->ciphersuites = cipher_set_from_suites(catalogue, raw->ciphersuites.text);
		if (require->ciphersuites == NULL)
			report_error(&build->source, PATH_KEY(path, "ciphersuites"), raw->ciphersuites.node,
				     "OpenSSL does not take %s for a list of TLS 1.3 cipher suites",
				     report_quote(raw->ciphersuites.text, quoted));
	}
}

static void require_read_map(const struct build *build, const struct path *path, const struct node *node,
			     struct require *require)
{
	const struct path clients = {.parent = path, .key = "allowed_clients"};
	const struct path senders = {.parent = path, .key = "allowed_senders"};
	struct raw_require raw;

	if (node->count == 0) {
		report_error(&build->source, path, node,
			     "says nothing; to ask for TLS alone, write \"require: tls\"");
		return;
	}
	(void)reader_map(&build->source, path, node, &schema_require, &raw);
	if (raw.min_version.node != NULL)
		require->min_version = (enum tls_version)raw.min_version.number;
	require_warn_old_version(&build->source, PATH_KEY(path, "min_version"), &raw.min_version);
	read_ciphers(build, path, &raw, require);
	advice_ciphers(&build->source, PATH_KEY(path, "ciphers"), raw.ciphers.node, require->min_version,
		       "write ciphersuites");
	require->min_cipher_bits = (int)raw.min_cipher_bits.number;
	require->forward_secrecy = raw.forward_secrecy.number != 0;
	if (raw.certificate.node != NULL)
		certificates_read(&build->source, PATH_KEY(path, "certificate"), raw.certificate.node,
				  require);
	if (raw.allowed_clients.node != NULL) {
		require->has_allowed_clients = true;
		lists_networks(&build->source, &clients, raw.allowed_clients.node, &require->allowed_clients);
		networks_advise(&build->source, &clients, NETWORKS_ALLOW, &require->allowed_clients);
	}
	require->allowed_senders = lists_own_patterns(&build->source, &senders, raw.allowed_senders.node);
	if (require->allowed_senders != NULL)
		advice_allowed_senders(&build->source, &senders, raw.allowed_senders.node,
				       require->allowed_senders);
}

void require_read(const struct build *build, const struct path *path, const struct value *value,
		  struct require *require_r)
{
	require_r->nothing = value->node->kind == NODE_SCALAR && value->number == REQUIRE_NONE;
	if (require_r->nothing)
		return;
	require_r->min_version = build->min_version;
	if (value->node->kind == NODE_MAP)
		require_read_map(build, path, value->node, require_r);
}
