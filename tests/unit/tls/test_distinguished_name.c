/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "tls/distinguished_name.h"
#include "util/memory.h"

Test(distinguished_name, valid)
{
	static const char *const valid[] = {"/CN=a",  "/C=DE/O=x/CN=a", "/CN=",      "/CN=a=b", "/CN=a\\/b",
					    "/CN=\\", "/C=\\x2F",       "/CN=a\\+b", "/A=/B="};
	static const char *const others[] = {
		"", "CN=a", "/", "/CN", "/=a", "//CN=a", "/C=DE/", "/C=DE/O/CN=a", "/C=DE/=x", "/C=a//O=b"};

	for (size_t i = 0; i < sizeof valid / sizeof valid[0]; i++)
		cr_expect(distinguished_name_valid(valid[i]), "%s", valid[i]);
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		cr_expect_not(distinguished_name_valid(others[i]), "%s", others[i]);
}

Test(distinguished_name, equal)
{
	static const char *const equal[][2] = {
		{"/CN=a", "/cn=A"},
		{"/O=AZaz/CN=M", "/o=azAZ/cn=m"},
		{"/CN=\\xC3\\xB6", "/CN=\xc3\xb6"},
		{"/CN=\\x1F", "/CN=\x1f"},
		{"/CN=\\x7F", "/CN=\x7f"},
		{"/CN=\\+", "/CN=+"},
		{"/CN=\\x", "/CN=\\X"},
	};
	static const char *const differ[][2] = {
		{"/CN=a", "/CN=b"},
		{"/CN=a", "/CN=a/O=b"},
		{"/CN=a", "/O=a"},
		{"/CN=a\\/O=b", "/CN=a/O=b"},
		{"/CN=@", "/CN=`"},
		{"/CN=[", "/CN={"},
		{"/CN=\\x20", "/CN= "},
		{"/CN=\\x7E", "/CN=~"},
		{"/CN=\\x2", "/CN=\x02"},
		{"/CN=\\xC3\\xB6", "/CN=\\xC3\\xB7"},
		{"/CN=\\a", "/CN=a"},
		{"/CN=\\x00", "/CN=\\X00"},
		{"CN=a", "CN=a"},
		{"/CN", "/CN"},
		{"", ""},
	};

	for (size_t i = 0; i < sizeof equal / sizeof equal[0]; i++) {
		cr_expect(distinguished_name_equal(equal[i][0], equal[i][1]), "%s %s", equal[i][0],
			  equal[i][1]);
		cr_expect_eq(distinguished_name_hash(equal[i][0]), distinguished_name_hash(equal[i][1]), "%s",
			     equal[i][0]);
	}
	for (size_t i = 0; i < sizeof differ / sizeof differ[0]; i++)
		cr_expect_not(distinguished_name_equal(differ[i][0], differ[i][1]), "%s %s", differ[i][0],
			      differ[i][1]);
}

Test(distinguished_name, hash_tells_names_apart)
{
	static const char *const names[] = {"/CN=a",  "/CN=b",     "/O=a",     "/CN=ab",
					    "/CN=ba", "/CN=a/O=b", "/O=b/CN=a"};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		for (size_t k = 0; k < i; k++)
			cr_expect_neq(distinguished_name_hash(names[i]), distinguished_name_hash(names[k]),
				      "%s %s", names[i], names[k]);
}

Test(distinguished_name, common_name)
{
	static const char *const names[][2] = {
		{"/CN=Mail.a", "Mail.a"},
		{"/C=DE/CN=a/O=b", "a"},
		{"/cN=a", "a"},
		{"/CN=a/CN=b", "a"},
		{"/CN=", ""},
		{"/CNN=a/CN=b", "b"},
		{"/C=CN=x/CN=b", "b"},
		{"/CNx=a", NULL},
		{"/xCN=a", NULL},
		{"/C=cn=a", NULL},
		{"/O=CN", NULL},
		{"/DN=a/CM=b/C=c", NULL},
		{"/CN=a\\/b\\+c\\xC3\\xB6", "a/b+c\xc3\xb6"},
		{"/CN=axffb", "axffb"},
		{"CN=a", NULL},
		{"/CN=a/b", NULL},
		{"/O=a/CN", NULL},
		{"/CN=good.example\\x00.evil.example", NULL},
		{"/CN=\\x00", NULL},
		{"/CN=a\\x01b", "a\001b"},
		{"", NULL},
	};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		char *got = distinguished_name_common_name(names[i][0]);

		if (names[i][1] == NULL)
			cr_expect_null(got, "%s", names[i][0]);
		else
			cr_expect_str_eq(got, names[i][1], "%s", names[i][0]);
		free(got);
	}
}

/* What a certificate is expected to have: a name, a distinguished name with its common name, or nothing. */
Test(distinguished_name, read)
{
	static const char *const cases[][3] = {
		{NULL, NULL, NULL},     {"Mail.a", "Mail.a", NULL},
		{"", "", NULL},         {"/O=a/CN=Mail.a", "Mail.a", "/O=a/CN=Mail.a"},
		{"/O=a", NULL, "/O=a"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const char *cn = NULL, *dn = NULL;
		char *storage = NULL;

		distinguished_name_read(cases[i][0], &cn, &dn, &storage);
		cr_expect(text_equal(cn, cases[i][1]), "%zu", i);
		cr_expect(text_equal(dn, cases[i][2]), "%zu", i);
		free(storage);
	}
}
