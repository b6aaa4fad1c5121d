/* SPDX-License-Identifier: MIT */
#include "tls/fingerprint.h"

#include <criterion/criterion.h>
#include <string.h>

TestSuite(fingerprint);

#define PLAIN "00112233445566778899aabbccddeeff102132435465768798a9bacbdcedfe0f"
#define COLONS                                                                                               \
	"00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:10:21:32:43:54:65:76:87:98:A9:BA:CB:DC:ED:FE:0F"

Test(fingerprint, is_read_with_and_without_colons_in_any_case)
{
	struct fingerprint plain, colons;
	char text[FINGERPRINT_TEXT_SIZE];

	cr_assert_eq(fingerprint_parse(PLAIN, &plain), FINGERPRINT_OK);
	cr_assert_eq(fingerprint_parse(COLONS, &colons), FINGERPRINT_OK);
	cr_expect(fingerprint_equal(&plain, &colons));
	cr_expect_eq(plain.bytes[0], 0x00);
	cr_expect_eq(plain.bytes[31], 0x0f);
	cr_expect_str_eq(fingerprint_print(&plain, text), COLONS);
}

Test(fingerprint, differs_in_one_bit)
{
	struct fingerprint a, b;

	cr_assert_eq(fingerprint_parse(PLAIN, &a), FINGERPRINT_OK);
	b = a;
	b.bytes[31] ^= 1;
	cr_expect_not(fingerprint_equal(&a, &b));
}

Test(fingerprint, of_another_digest_is_told_from_rubbish)
{
	static const struct {
		const char *text;
		enum fingerprint_result result;
	} cases[] = {
		{"d41d8cd98f00b204e9800998ecf8427e", FINGERPRINT_LENGTH}, /* MD5 */
		{"da:39:a3:ee:5e:6b:4b:0d:32:55:bf:ef:95:60:18:90:af:d8:07:09",
		 FINGERPRINT_LENGTH}, /* SHA-1 */
		{PLAIN PLAIN, FINGERPRINT_LENGTH}, /* SHA-512 */
		{PLAIN "00", FINGERPRINT_LENGTH},
		{"0", FINGERPRINT_INVALID},
		{"", FINGERPRINT_INVALID},
		{":", FINGERPRINT_INVALID},
		{PLAIN "0", FINGERPRINT_INVALID},
		{PLAIN ":", FINGERPRINT_INVALID},
		{":" PLAIN, FINGERPRINT_INVALID},
		{" " PLAIN, FINGERPRINT_INVALID},
		{PLAIN " ", FINGERPRINT_INVALID},
		{"00:1122", FINGERPRINT_INVALID},
		{"0011:22", FINGERPRINT_INVALID},
		{"00::11", FINGERPRINT_INVALID},
		{"00:11-22", FINGERPRINT_INVALID},
		{"0x", FINGERPRINT_INVALID},
		{"SHA256:00", FINGERPRINT_INVALID},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct fingerprint fingerprint;

		memset(&fingerprint, 0x5a, sizeof fingerprint);
		cr_expect_eq(fingerprint_parse(cases[i].text, &fingerprint), cases[i].result, "%s",
			     cases[i].text);
		cr_expect_eq(fingerprint.bytes[0], 0x5a, "%s: it was written", cases[i].text);
	}
}
