/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <stdio.h>

#include "util/memory.h"
#include "load.h"

TestSuite(config_require);

/* The configuration of one connector with that "require", with "defaults" behind it. */
static struct config *load_require(const char *require, const char *defaults)
{
	struct strbuf text = {0};
	struct config *config;

	strbuf_printf(&text, "connectors:\n  - {name: a, senders: a.example, require: %s}\n%s", require,
		      defaults);
	config = load(text.text);
	strbuf_fini(&text);
	return config;
}

static const struct require *require_of(const struct config *config)
{
	cr_assert_eq(config->policy->connector_count, 1);
	cr_expect(config->policy->connectors[0]->has_require);
	return &config->policy->connectors[0]->require;
}

static void expect_bare(const struct require *require, enum tls_version min_version)
{
	cr_expect_not(require->nothing);
	cr_expect_eq(require->min_version, min_version);
	cr_expect_null(require->ciphers);
	cr_expect_null(require->ciphersuites);
	cr_expect_eq(require->min_cipher_bits, 0);
	cr_expect_not(require->forward_secrecy);
	cr_expect_not(require->any_certificate);
	cr_expect_eq(require->certificate_count, 0);
	cr_expect_not(require->has_allowed_clients);
}

Test(config_require, tls_takes_the_default_version)
{
	struct config *config = load_require("tls", "");

	expect_bare(require_of(config), TLS_VERSION_1_2);
	config_free(&config);
	config = load_require("tls", "defaults: {min_version: TLSv1.3}\n");
	expect_bare(require_of(config), TLS_VERSION_1_3);
	config_free(&config);
}

Test(config_require, none)
{
	struct config *config = load_require("none", "");

	cr_expect(require_of(config)->nothing);
	config_free(&config);
}

Test(config_require, a_map_inherits_the_version_or_has_its_own)
{
	struct config *config =
		load_require("{forward_secrecy: false}", "defaults: {min_version: TLSv1.3}\n");

	expect_bare(require_of(config), TLS_VERSION_1_3);
	config_free(&config);
	config = load_require("{min_version: TLSv1.2}", "defaults: {min_version: TLSv1.3}\n");
	expect_bare(require_of(config), TLS_VERSION_1_2);
	config_free(&config);
}

Test(config_require, all)
{
	struct config *config = load_require("{min_version: TLSv1.3, ciphers: ECDHE-RSA-AES128-GCM-SHA256,"
					     " ciphersuites: TLS_AES_256_GCM_SHA384, min_cipher_bits: 256,"
					     " forward_secrecy: true, certificate: any,"
					     " allowed_clients: [192.0.2.1, 10.0.0.0/8]}",
					     "");
	const struct require *require = require_of(config);
	const struct cipher_catalogue *catalogue = config->policy->ciphers;

	cr_expect_eq(require->min_version, TLS_VERSION_1_3);
	cr_expect(cipher_set_has(require->ciphers, cipher_find(catalogue, "ECDHE-RSA-AES128-GCM-SHA256")));
	cr_expect_not(
		cipher_set_has(require->ciphers, cipher_find(catalogue, "ECDHE-RSA-AES256-GCM-SHA384")));
	cr_expect(cipher_set_has(require->ciphersuites, cipher_find(catalogue, "TLS_AES_256_GCM_SHA384")));
	cr_expect_not(
		cipher_set_has(require->ciphersuites, cipher_find(catalogue, "TLS_AES_128_GCM_SHA256")));
	cr_expect_eq(require->min_cipher_bits, 256);
	cr_expect(require->forward_secrecy);
	cr_expect(require->any_certificate);
	cr_expect(require->has_allowed_clients);
	cr_expect_eq(require->allowed_clients.count, 2);
	config_free(&config);
}

Test(config_require, messages)
{
#define REQUIRE(text) "connectors:\n  - {name: a, senders: a.example, require: " text "}\n"
	expect_messages(REQUIRE("{}"),
			"p:2:44: error: connectors[0].require: says nothing; to ask for TLS alone, "
			"write \"require: tls\"\n");
	expect_messages(REQUIRE("[none, tls]"),
			"p:2:44: error: connectors[0].require: must be a map, not a list\n");
	expect_messages(REQUIRE("{none: true}"),
			"p:2:45: error: connectors[0].require: unknown key \"none\" in \"require\"\n");
	expect_messages(
		REQUIRE("{min_version: TLSv1.1}"),
		"p:2:58: warning: connectors[0].require.min_version: TLSv1.1 is deprecated (RFC 8996); ask "
		"for TLSv1.2 or better\n");
	expect_messages(
		REQUIRE("tls") "defaults: {min_version: TLSv1}\n",
		"p:3:25: warning: defaults.min_version: TLSv1 is deprecated (RFC 8996); ask for TLSv1.2 or "
		"better\n");
	/* TLS 1.3 suites are no part of a cipher list, nor the other way round. */
	expect_messages(REQUIRE("{ciphers: ''}"),
			"p:2:54: error: connectors[0].require.ciphers: must not be empty\n");
	expect_messages(REQUIRE("{ciphersuites: ECDHE-RSA-AES128-GCM-SHA256}"),
			"p:2:59: error: connectors[0].require.ciphersuites: OpenSSL does not take "
			"\"ECDHE-RSA-AES128-GCM-SHA256\" for a list of TLS 1.3 cipher suites\n");
}
