/* SPDX-License-Identifier: MIT */
#include "policy_service/delegation.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/memory.h"

TestSuite(delegation);

#define HEAD "request=smtpd_access_policy\nprotocol_state=RCPT\n"

Test(delegation, a_request_ends_with_an_empty_line)
{
	static const struct {
		const char *bytes;
		size_t length;
	} cases[] = {
		{"", 0},
		{"a=b", 0},
		{"a=b\n", 0},
		{"a=b\n\n", 5},
		{"a=b\nc=d\n\nnext=request\n\n", 9},
		{"\n", 1},
		{"a=b\r\n\r\n", 0},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		cr_expect_eq(delegation_length(cases[i].bytes, strlen(cases[i].bytes)), cases[i].length, "%s",
			     cases[i].bytes);
}

/* The error, or NULL. request: points into what is leaked to the end of the test. */
static const char *parse(char *text, struct delegation_request *request)
{
	const char *error;

	return delegation_parse(text, strlen(text), request, &error) ? NULL : error;
}

Test(delegation, what_is_no_request_is_told)
{
	static const struct {
		const char *text, *error;
	} cases[] = {
		{HEAD "\n", NULL},
		{HEAD "some_future_attribute=x\nsome_future_attribute=y\n\n", NULL},
		{HEAD "sender=a=b\n\n", NULL},
		{"\n", "no smtpd_access_policy request"},
		{"protocol_state=RCPT\n\n", "no smtpd_access_policy request"},
		{"request=junk\n\n", "no smtpd_access_policy request"},
		{HEAD "sender\n\n", "a line that is no attribute"},
		{HEAD "sender=a\nsender=b\n\n", "an attribute that is there twice"},
		{"GET / HTTP/1.0\r\n\n", "a line that is no attribute"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct delegation_request request;
		char *text = xstrdup(cases[i].text);
		const char *error = parse(text, &request);

		cr_expect((error == NULL) == (cases[i].error == NULL), "%s", cases[i].text);
		if (error != NULL && cases[i].error != NULL)
			cr_expect_str_eq(error, cases[i].error, "%s: %s", cases[i].text, error);
		free(text);
	}
}

Test(delegation, a_nul_is_malformed)
{
	char text[] = HEAD "sender=a\0b\n\n";
	struct delegation_request request;
	const char *error;

	cr_assert_not(delegation_parse(text, sizeof text - 1, &request, &error));
	cr_expect_str_eq(error, "a NUL");
}

static struct facts facts;
static struct delegation_request request;
static struct delegation_storage storage;

/* Facts of a request with these lines. */
static void read_facts(const char *lines)
{
	static char text[4096];

	delegation_storage_fini(&storage);
	facts = (struct facts){0};
	(void)snprintf(text, sizeof text, HEAD "%s\n", lines);
	cr_assert_null(parse(text, &request), "%s", lines);
	delegation_to_facts(&request, &facts, &storage);
}

#define PRINT                                                                                                \
	"A9:6D:20:14:0F:A4:0C:2A:97:88:69:6C:F5:B6:55:15:F9:B8:DE:A5:19:23:BD:49:D5:1A:34:E9:E7:6C:5A:65"

Test(delegation, facts_of_a_session_with_tls_and_certificate)
{
	char address[IP_TEXT_SIZE], print[FINGERPRINT_TEXT_SIZE];
	struct ip_endpoint server;

	read_facts("client_address=2001:db8::1\nclient_name=mail.contoso.com\nclient_port=40000\n"
		   "server_address=::ffff:192.0.2.25\nserver_port=25\nhelo_name=mail.contoso.com\nsasl_"
		   "method=PLAIN\nsasl_username=bob\nccert_subject=m+C3+BCller.contoso.example\n"
		   "ccert_issuer=Lab+20Root+20CA\nccert_fingerprint=" PRINT
		   "\nccert_pubkey_fingerprint=" PRINT
		   "\nencryption_protocol=TLSv1.2\nencryption_cipher=ECDHE-RSA-AES256-GCM-SHA384\n"
		   "encryption_keysize=256\n");
	cr_expect_str_eq(ip_print(&facts.client, address), "2001:db8::1");
	cr_expect_eq(facts.client_port, 40000);
	server = delegation_server(&request);
	cr_expect_str_eq(ip_print(&server.address, address), "192.0.2.25");
	cr_expect_eq(server.port, 25);
	cr_expect_str_eq(facts.client_name, "mail.contoso.com");
	cr_expect_str_eq(facts.helo, "mail.contoso.com");
	cr_expect(facts.authenticated);
	cr_expect(facts.tls.present);
	cr_expect_eq(facts.tls.version, TLS_VERSION_1_2);
	cr_expect_str_eq(facts.tls.cipher, "ECDHE-RSA-AES256-GCM-SHA384");
	cr_expect_eq(facts.tls.bits, 256);
	cr_expect_eq(facts.certificate.state, CERTIFICATE_VERIFIED);
	cr_expect_str_eq(facts.certificate.subject_cn, "m\xc3\xbcller.contoso.example");
	cr_expect_str_eq(facts.certificate.issuer_cn, "Lab Root CA");
	cr_expect_eq(facts.certificate.fingerprints.seen, FINGERPRINTS_SHOWN);
	cr_assert_eq(facts.certificate.fingerprints.count, 2);
	cr_expect_str_eq(fingerprint_print(&facts.certificate.fingerprints.list[1], print), PRINT);
	cr_expect_null(delegation_foreign_fingerprint(&request));
	delegation_storage_fini(&storage);
}

Test(delegation, facts_that_are_not_there)
{
	/* Postfix sends all attributes, empty; what a request does not have nobody told. */
	static const char *const requests[] = {
		"client_address=192.0.2.1\nclient_name=unknown\nclient_port=unknown\nserver_address="
		"unknown\nserver_port=unknown\nhelo_name=\nsender=\n"
		"recipient=\nsasl_username=\nccert_subject=\nccert_issuer=\nccert_fingerprint=\n"
		"ccert_pubkey_fingerprint=\nencryption_protocol=\nencryption_cipher=\nencryption_keysize=0\n",
		"",
	};

	for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
		read_facts(requests[i]);
		cr_expect_eq(facts.client.family, i == 0 ? 4 : 0);
		cr_expect_eq(facts.client_port, -1);
		cr_expect_eq(delegation_server(&request).address.family, 0);
		cr_expect_null(facts.client_name);
		cr_expect_null(facts.helo);
		cr_expect_not(facts.authenticated);
		cr_expect_not(facts.tls.present);
		cr_expect_null(facts.tls.version_text);
		cr_expect_null(facts.tls.cipher);
		cr_expect_eq(facts.tls.bits, -1);
		cr_expect_eq(facts.certificate.state, CERTIFICATE_NONE);
		cr_expect_null(facts.certificate.subject_cn);
		cr_expect_null(facts.certificate.issuer_cn);
		cr_expect_eq(facts.certificate.fingerprints.seen,
			     i == 0 ? FINGERPRINTS_NONE : FINGERPRINTS_UNSEEN);
	}
	delegation_storage_fini(&storage);
}

Test(delegation, an_unverified_certificate_has_fingerprints_and_no_names)
{
	read_facts("ccert_subject=\nccert_issuer=\nccert_fingerprint=" PRINT "\nccert_pubkey_fingerprint=\n");
	cr_expect_eq(facts.certificate.state, CERTIFICATE_UNVERIFIED);
	cr_expect_null(facts.certificate.subject_cn);
	cr_expect_eq(facts.certificate.fingerprints.seen, FINGERPRINTS_SHOWN);
	cr_expect_eq(facts.certificate.fingerprints.count, 1);
	delegation_storage_fini(&storage);
}

Test(delegation, a_verified_certificate_may_have_no_common_name)
{
	read_facts("ccert_subject=\nccert_issuer=Lab+20Root+20CA\n");
	cr_expect_eq(facts.certificate.state, CERTIFICATE_VERIFIED);
	cr_expect_str_eq(facts.certificate.subject_cn, "");
	delegation_storage_fini(&storage);
}

Test(delegation, of_a_foreign_digest_nobody_can_tell_whose_it_is)
{
	read_facts("ccert_fingerprint=D4:1D:8C:D9:8F:00:B2:04:E9:80:09:98:EC:F8:42:7E\n");
	cr_expect_eq(facts.certificate.state, CERTIFICATE_UNVERIFIED);
	cr_expect_eq(facts.certificate.fingerprints.seen, FINGERPRINTS_FOREIGN);
	cr_expect_eq(facts.certificate.fingerprints.count, 0);
	cr_expect_str_eq(delegation_foreign_fingerprint(&request),
			 "D4:1D:8C:D9:8F:00:B2:04:E9:80:09:98:EC:F8:42:7E");
	delegation_storage_fini(&storage);
	read_facts("ccert_fingerprint=" PRINT "\nccert_pubkey_fingerprint=D4:1D\n");
	cr_expect_eq(facts.certificate.fingerprints.seen, FINGERPRINTS_FOREIGN);
	cr_expect_eq(facts.certificate.fingerprints.count, 0);
	delegation_storage_fini(&storage);
}

Test(delegation, what_is_odd_is_not_taken_for_a_fact)
{
	read_facts("client_address=unknown\nclient_port=0x50\nencryption_protocol=TLSv1.2\n"
		   "encryption_keysize= 256\nccert_fingerprint=zz\n");
	cr_expect_eq(facts.client.family, 0);
	cr_expect_eq(facts.client_port, -1);
	cr_expect_eq(facts.tls.bits, -1);
	cr_expect_eq(facts.certificate.fingerprints.count, 0);
	delegation_storage_fini(&storage);
}
