/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>

#include "tls/tls_version.h"

Test(tls_version, names)
{
	static const struct {
		const char *name;
		enum tls_version want;
	} cases[] = {
		{"TLSv1", TLS_VERSION_1_0},       {"TLSv1.1", TLS_VERSION_1_1},
		{"TLSv1.2", TLS_VERSION_1_2},     {"TLSv1.3", TLS_VERSION_1_3},
		{"SSLv3", TLS_VERSION_SSL3},      {"TLSv1/SSLv3", TLS_VERSION_SSL3},
		{"TLSv1.0", TLS_VERSION_UNKNOWN}, {"TLSv1.4", TLS_VERSION_UNKNOWN},
		{"tlsv1.2", TLS_VERSION_UNKNOWN}, {"TLSv1.2 ", TLS_VERSION_UNKNOWN},
		{"", TLS_VERSION_UNKNOWN},        {"TLS", TLS_VERSION_UNKNOWN},
		{"TLSv1.", TLS_VERSION_UNKNOWN},  {"DTLSv1.2", TLS_VERSION_UNKNOWN},
		{"unknown", TLS_VERSION_UNKNOWN}, {"SSLv2", TLS_VERSION_SSL2},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		cr_expect_eq(tls_version_from_name(cases[i].name), cases[i].want, "%s", cases[i].name);
	cr_expect_eq(tls_version_from_name(NULL), TLS_VERSION_UNKNOWN);
}

Test(tls_version, order_is_age)
{
	cr_assert_lt(TLS_VERSION_UNKNOWN, TLS_VERSION_SSL2);
	cr_assert_lt(TLS_VERSION_SSL3, TLS_VERSION_1_0);
	cr_assert_lt(TLS_VERSION_1_0, TLS_VERSION_1_1);
	cr_assert_lt(TLS_VERSION_1_1, TLS_VERSION_1_2);
	cr_assert_lt(TLS_VERSION_1_2, TLS_VERSION_1_3);
}

Test(tls_version, names_come_back)
{
	for (enum tls_version v = TLS_VERSION_SSL2; v <= TLS_VERSION_1_3; v++)
		cr_expect_eq(tls_version_from_name(tls_version_name(v)), v);
	cr_expect_str_eq(tls_version_name(TLS_VERSION_UNKNOWN), "unknown");
	cr_expect_str_eq(tls_version_name(TLS_VERSION_SSL3), "SSLv3");
}
