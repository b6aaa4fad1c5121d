/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <limits.h>
#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>

#include "tls/trust_anchors.h"
#include "util/memory.h"

#define CERTIFICATE                                                                                          \
	"-----BEGIN CERTIFICATE-----\n"                                                                      \
	"MIIBNDCB56ADAgECAhRwhpJ4RwQToR9mDoack77zP5xqRTAFBgMrZXAwDzENMAsG\n"                                 \
	"A1UEAwwEdGVzdDAgFw0yNjExMjYxNDI1NTFaGA8yMTI2MTEwMjE0MjU1MVowDzEN\n"                                 \
	"MAsGA1UEAwwEdGVzdDAqMAUGAytlcAMhAGxp1tEsPHz7YgruhoKmQNHEfBAqoAYt\n"                                 \
	"Z+jrzq3SHf4No1MwUTAdBgNVHQ4EFgQUP83l0Vd80Pw88LE/Aw4IKoGd8gowHwYD\n"                                 \
	"VR0jBBgwFoAUP83l0Vd80Pw88LE/Aw4IKoGd8gowDwYDVR0TAQH/BAUwAwEB/zAF\n"                                 \
	"BgMrZXADQQAUxJyhhW3F7UbfUHdlIbyCHXBl6X+D944vjS9LxZ2DFIeBCnEbRxc8\n"                                 \
	"48M8kuNw9k1nIwZciw+Pcbitahd6jwMN\n"                                                                 \
	"-----END CERTIFICATE-----\n"
#define PUBLIC_KEY                                                                                           \
	"-----BEGIN PUBLIC KEY-----\n"                                                                       \
	"MCowBQYDK2VwAyEAbGnW0Sw8fPtiCu6GgqZA0cR8ECqgBi1n6OvOrdId/g0=\n"                                     \
	"-----END PUBLIC KEY-----\n"
#define OTHER "-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n"
#define BROKEN_CERTIFICATE "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n"
#define BROKEN_KEY "-----BEGIN PUBLIC KEY-----\nMAA=\n-----END PUBLIC KEY-----\n"

/* A certificate under the name that OpenSSL gave it once. */
static char *under_old_name(void)
{
	const char *body = strchr(CERTIFICATE, '\n');
	struct strbuf text = {0};

	strbuf_puts(&text, "-----BEGIN X509 CERTIFICATE-----");
	strbuf_add(&text, body, (size_t)(strstr(body, "-----END") - body));
	strbuf_puts(&text, "-----END X509 CERTIFICATE-----\n");
	return strbuf_take(&text);
}

Test(trust_anchors, of_a_file)
{
	static const struct {
		const char *text;
		enum trust_anchors want;
	} files[] = {
		{CERTIFICATE, TRUST_ANCHORS_OK},
		{PUBLIC_KEY, TRUST_ANCHORS_OK},
		{CERTIFICATE PUBLIC_KEY, TRUST_ANCHORS_OK},
		{"words before\n" PUBLIC_KEY "and behind\n", TRUST_ANCHORS_OK},
		{"", TRUST_ANCHORS_NONE},
		{"words\n", TRUST_ANCHORS_NONE},
		{OTHER, TRUST_ANCHORS_OTHER},
		{CERTIFICATE OTHER, TRUST_ANCHORS_OTHER},
		{OTHER CERTIFICATE, TRUST_ANCHORS_OTHER},
		{BROKEN_CERTIFICATE, TRUST_ANCHORS_BROKEN},
		{BROKEN_KEY, TRUST_ANCHORS_BROKEN},
		{CERTIFICATE BROKEN_KEY PUBLIC_KEY, TRUST_ANCHORS_BROKEN},
		{PUBLIC_KEY "-----BEGIN CERTIFICATE-----\n", TRUST_ANCHORS_BROKEN},
	};
	char *old = under_old_name();

	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		cr_expect_eq(trust_anchors_check((const unsigned char *)files[i].text, strlen(files[i].text)),
			     files[i].want, "case %zu", i);
		cr_expect_eq(ERR_peek_error(), 0, "case %zu leaves an error to others", i);
	}
	cr_expect_eq(trust_anchors_check((const unsigned char *)old, strlen(old)), TRUST_ANCHORS_OK);
	free(old);
}

/* OpenSSL counts in int. */
Test(trust_anchors, of_a_file_that_is_too_long)
{
	cr_expect_eq(trust_anchors_check((const unsigned char *)CERTIFICATE, (size_t)INT_MAX + 1),
		     TRUST_ANCHORS_BROKEN);
}
