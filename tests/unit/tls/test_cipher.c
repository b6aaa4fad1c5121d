/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <openssl/err.h>

#include "tls/cipher.h"

static struct cipher_catalogue *catalogue;

static void open_catalogue(void)
{
	catalogue = cipher_catalogue_new();
	cr_assert_not_null(catalogue);
}

static void close_catalogue(void)
{
	cipher_catalogue_free(&catalogue);
}

TestSuite(cipher, .init = open_catalogue, .fini = close_catalogue);

Test(cipher, forward_secrecy_as_openssl_has_it)
{
	static const struct {
		const char *name;
		bool want;
	} cases[] = {
		{"TLS_AES_256_GCM_SHA384", true},
		{"TLS_CHACHA20_POLY1305_SHA256", true},
		{"ECDHE-RSA-AES256-GCM-SHA384", true},
		{"DHE-RSA-AES128-SHA", true},
		{"ECDHE-ECDSA-AES128-SHA256", true},
		{"DHE-PSK-AES128-CBC-SHA", true},
		{"AES128-SHA", false},
		{"AES256-GCM-SHA384", false},
		{"PSK-AES128-CBC-SHA", false},
		{"RSA-PSK-AES128-CBC-SHA", false},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		int cipher = cipher_find(catalogue, cases[i].name);

		cr_expect_geq(cipher, 0, "%s is not known", cases[i].name);
		cr_expect_eq(cipher_has_forward_secrecy(catalogue, cipher), cases[i].want, "%s",
			     cases[i].name);
	}
}

Test(cipher, unknown_has_nothing)
{
	cr_expect_eq(cipher_find(catalogue, NULL), -1);
	cr_expect_eq(cipher_find(catalogue, ""), -1);
	cr_expect_eq(cipher_find(catalogue, "ECDHE-MADE-UP"), -1);
	cr_expect_eq(cipher_find(catalogue, "aes128-sha"), -1);
	cr_expect_not(cipher_has_forward_secrecy(catalogue, -1));
	cr_expect_eq(cipher_bits(catalogue, -1), -1);
}

Test(cipher, bits)
{
	cr_expect_eq(cipher_bits(catalogue, cipher_find(catalogue, "TLS_AES_256_GCM_SHA384")), 256);
	cr_expect_eq(cipher_bits(catalogue, cipher_find(catalogue, "AES128-SHA")), 128);
}

Test(cipher, lists)
{
	struct cipher_set *set = cipher_set_from_list(catalogue, "ECDHE+AESGCM:!AES128");

	cr_assert_not_null(set);
	cr_expect(cipher_set_has(set, cipher_find(catalogue, "ECDHE-RSA-AES256-GCM-SHA384")));
	cr_expect_not(cipher_set_has(set, cipher_find(catalogue, "ECDHE-RSA-AES128-GCM-SHA256")));
	cr_expect_not(cipher_set_has(set, cipher_find(catalogue, "AES128-SHA")));
	cr_expect_not(cipher_set_has(set, cipher_find(catalogue, "TLS_AES_256_GCM_SHA384")),
		      "says nothing of TLS 1.3");
	cr_expect_not(cipher_set_has(set, -1));
	cipher_set_free(&set);
	cr_expect_null(cipher_set_from_list(catalogue, "NONSENSE"));
	cr_expect_null(cipher_set_from_list(catalogue, ""));
	cr_expect_null(cipher_set_from_list(catalogue, "HIGH:!aNUL"),
		       "a misspelt exclusion excludes nothing");
	cr_expect_null(cipher_set_from_list(catalogue, "ECDHE-RSA-AES256-GCM-SHA384:TYPO"));
	set = cipher_set_from_list(catalogue, "HIGH:!aNULL:!MD5:!RC4:!EXPORT:-PSK:+kRSA:@STRENGTH");
	cr_expect_not_null(set);
	cipher_set_free(&set);
}

Test(cipher, suites)
{
	struct cipher_set *set =
		cipher_set_from_suites(catalogue, "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256");

	cr_assert_not_null(set);
	cr_expect(cipher_set_has(set, cipher_find(catalogue, "TLS_AES_256_GCM_SHA384")));
	cr_expect_not(cipher_set_has(set, cipher_find(catalogue, "TLS_AES_128_GCM_SHA256")));
	cipher_set_free(&set);
	cr_expect_null(cipher_set_from_suites(catalogue, "AES128-SHA"));
	cr_expect_null(cipher_set_from_suites(catalogue, ""));
}

Test(cipher, words_that_take_something_out)
{
	static const char *const can[] = {"aNULL", "MD5",  "3DES", "RC4",        "eNULL",
					  "kRSA",  "SHA1", "HIGH", "EXPORT",     "ECDHE+AESGCM",
					  "PSK",   "DHE",  "AES",  "AES128-SHA", "ECDHE-RSA-AES128-SHA"};
	static const char *const cannot[] = {"",
					     "aNUL",
					     "DEFAULT",
					     "SUITEB128",
					     "!aNULL",
					     "-MD5",
					     "+MD5",
					     "@STRENGTH",
					     "@SECLEVEL=0",
					     "aNULL:MD5",
					     "aNULL MD5",
					     "aNULL,MD5",
					     "aNULL;MD5",
					     "aNULL\n",
					     "aNULL\xc3\xa4",
					     "{aNULL}",
					     "NONE-SUCH",
					     "TLS_AES_128_GCM_SHA256",
					     "ECDHE+NONESUCH",
					     "AES+_X"};

	for (size_t i = 0; i < sizeof can / sizeof can[0]; i++)
		cr_expect(cipher_can_exclude(can[i]), "%s", can[i]);
	for (size_t i = 0; i < sizeof cannot / sizeof cannot[0]; i++)
		cr_expect_not(cipher_can_exclude(cannot[i]), "%s", cannot[i]);
}

/* The first and the last of the catalogue are ciphers as any. */
Test(cipher, at_the_ends_of_the_catalogue)
{
	int first = cipher_find(catalogue, "ADH-AES128-GCM-SHA256");
	struct cipher_set *set = cipher_set_from_words(catalogue, "ADH-AES128-GCM-SHA256:@SECLEVEL=0");

	cr_assert_eq(first, 0);
	cr_expect(cipher_has_forward_secrecy(catalogue, first));
	cr_expect_eq(cipher_bits(catalogue, first), 128);
	cr_assert_not_null(set);
	cr_expect(cipher_set_has(set, first));
	cr_expect_not(cipher_set_has(set, first + 1));
	cr_expect_not(cipher_set_has(set, -1));
	cr_expect_not(cipher_set_has(set, (int)cipher_count(catalogue)));
	cipher_set_free(&set);
	cr_expect_null(set);
}

Test(cipher, words_leave_no_error_to_others)
{
	ERR_clear_error();
	cr_expect_null(cipher_set_from_words(catalogue, "NONE-SUCH"));
	cr_expect_eq(ERR_peek_error(), 0);
}

Test(cipher, words_and_what_is_in_no_set)
{
	struct cipher_catalogue *none = NULL;
	struct cipher_set *set = cipher_set_from_words(catalogue, "NONSENSE:AES128-SHA");

	cr_assert_not_null(set);
	cr_expect(cipher_set_has(set, cipher_find(catalogue, "AES128-SHA")));
	cr_expect_not(cipher_set_has(set, (int)cipher_count(catalogue)));
	cipher_set_free(&set);
	cr_expect_null(cipher_set_from_words(catalogue, "NONSENSE"));
	set = cipher_set_from_list(catalogue, ":AES128-SHA");
	cr_expect_not_null(set, "nothing is before it");
	cipher_set_free(&set);
	cr_expect_null(cipher_set_from_list(catalogue, "!"));
	cr_expect(cipher_can_exclude("ALL"));
	cipher_catalogue_free(&none);
}

/* The beginning of a word is none, nor is a letter. */
Test(cipher, words_that_are_no_words)
{
	struct cipher_catalogue *of_all = cipher_catalogue_new();

	cr_expect_null(cipher_set_from_list(of_all, "ALL:!RC"));
	cr_expect_null(cipher_set_from_list(of_all, "ALL:X"));
	cipher_catalogue_free(&of_all);
}
