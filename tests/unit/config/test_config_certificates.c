/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>

#include "util/memory.h"
#include "load.h"

TestSuite(config_certificates);

static struct config *load_certificate(const char *certificate)
{
	struct strbuf text = {0};
	struct config *config;

	strbuf_printf(&text, "connectors:\n  - {name: a, senders: a.example, require: {certificate: %s}}\n",
		      certificate);
	config = load(text.text);
	strbuf_fini(&text);
	return config;
}

Test(config_certificates, any)
{
	static const char *const texts[] = {"any", "[any]", "'any'"};

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct config *config = load_certificate(texts[i]);

		cr_expect(config->policy->connectors[0]->require.any_certificate, "%s", texts[i]);
		cr_expect_eq(config->policy->connectors[0]->require.certificate_count, 0);
		config_free(&config);
	}
}

Test(config_certificates, one_name_is_a_list)
{
	struct config *config = load_certificate("Mail.Contoso.com.");
	const struct require *require = &config->policy->connectors[0]->require;

	cr_expect_not(require->any_certificate);
	cr_assert_eq(require->certificate_count, 1);
	cr_expect(require->certificates[0].has_subject);
	cr_expect_not(require->certificates[0].has_issuer);
	cr_expect_eq(require->certificates[0].subject.kind, CERTIFICATE_NAME_HOST);
	cr_expect_str_eq(require->certificates[0].subject.text, "mail.contoso.com");
	config_free(&config);
}

Test(config_certificates, entries)
{
	struct config *config = load_certificate(
		"[a.example, {subject: '*.b.example', issuer: Some CA, valid_from: 2027-02-01,"
		" valid_to: 2027-02-01}, {issuer: /C=DE/CN=CA}]");
	const struct require *require = &config->policy->connectors[0]->require;

	cr_assert_eq(require->certificate_count, 3);
	cr_expect_eq(require->certificates[1].subject.kind, CERTIFICATE_NAME_TREE);
	cr_expect_eq(require->certificates[1].issuer.kind, CERTIFICATE_NAME_TEXT);
	cr_expect_eq(require->certificates[1].valid_from, 20270201);
	cr_expect_eq(require->certificates[1].valid_to, 20270201);
	cr_expect_not(require->certificates[2].has_subject);
	cr_expect_eq(require->certificates[2].issuer.kind, CERTIFICATE_NAME_DN);
	cr_expect_eq(require->certificates[2].valid_from, 0);
	config_free(&config);
}

Test(config_certificates, messages)
{
#define CERTIFICATE(text) "connectors:\n  - {name: a, senders: a.example, require: {certificate: " text "}}\n"
#define PATH "connectors[0].require.certificate"
	expect_messages(CERTIFICATE("[]"), "p:2:58: error: " PATH ": is an empty list\n");
	expect_messages(CERTIFICATE("{}"),
			"p:2:58: error: " PATH
			": is an empty entry; \"certificate: any\" asks for any certificate\n");
	expect_messages(CERTIFICATE("[any, any]"),
			"p:2:59: error: " PATH "[0]: \"any\" makes the other entries pointless\n"
			"p:2:64: error: " PATH "[1]: \"any\" makes the other entries pointless\n");
	expect_messages(CERTIFICATE("{valid_to: 2027-01-01}"),
			"p:2:58: warning: " PATH
			": names neither subject nor issuer: any certificate will do\n");
	/* An error in one of the days is said once. */
	expect_messages(CERTIFICATE("{subject: a.example, valid_from: x, valid_to: 2027-01-01}"),
			"p:2:91: error: " PATH ".valid_from: \"x\" is not a day such as 2027-03-01\n");
	expect_messages(CERTIFICATE("{subject: a.example, valid_from: 2027-01-02, valid_to: 2027-01-01}"),
			"p:2:113: error: " PATH
			".valid_to: ends on 2027-01-01, before it begins on 2027-01-02\n");
	expect_messages(CERTIFICATE("{fingerprint: x}"),
			"p:2:72: error: " PATH
			".fingerprint: \"x\" is not 64 hexadecimal digits, with a colon "
			"between all pairs or none\n");
	expect_messages(CERTIFICATE("'*'"),
			"p:2:58: error: " PATH ": \"*\" would be met by every name; for any "
			"verified certificate write \"any\"\n");
}
