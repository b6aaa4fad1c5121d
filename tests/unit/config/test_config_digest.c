/* SPDX-License-Identifier: MIT */
#include "config/digest.h"

#include <criterion/criterion.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "load.h"

TestSuite(config_digest);

#define POLICY "include: a\nconnectors:\n  - {name: l, senders: {file: l}, require: tls}\n"
#define INCLUDED "connectors: [{name: a, senders: a.example, require: tls}]\n"

static void add_digest(const char *text, unsigned char *bytes_r)
{
	size_t length = 32;

	cr_assert(EVP_Q_digest(NULL, "SHA256", NULL, text, strlen(text), bytes_r, &length) == 1 &&
		  length == 32);
}

/* What the header promises, of texts in the order in which they are opened. */
static void expect(const struct config *config, const char *const *texts, size_t count)
{
	unsigned char bytes[3 * 32], all[32];
	char want[DIGEST_TEXT_SIZE];
	size_t length = 32;

	for (size_t i = 0; i < count; i++)
		add_digest(texts[i], bytes + 32 * i);
	cr_assert(EVP_Q_digest(NULL, "SHA256", NULL, bytes, 32 * count, all, &length) == 1);
	for (size_t i = 0; i < sizeof all; i++)
		(void)snprintf(want + 2 * i, 3, "%02x", all[i]);
	cr_expect_str_eq(config->digest, want);
}

Test(config_digest, of_all_files)
{
	static const char list[] = "# partners\nb.example\n", other[] = "# partners\nc.example\n";
	struct config *config;
	struct scratch scratch;

	scratch_init(&scratch);
	scratch_puts(&scratch, "p", POLICY);
	scratch_puts(&scratch, "a", INCLUDED);
	scratch_puts(&scratch, "l", list);
	free(scratch_messages(&scratch, "p", &config));
	cr_assert_not_null(config);
	expect(config, (const char *const[]){POLICY, list, INCLUDED}, 3);
	config_free(&config);
	scratch_puts(&scratch, "l", other);
	free(scratch_messages(&scratch, "p", &config));
	expect(config, (const char *const[]){POLICY, other, INCLUDED}, 3);
	config_free(&config);
	scratch_fini(&scratch);
}

Test(config_digest, of_a_text)
{
	struct config *config = load(INCLUDED);

	expect(config, (const char *const[]){INCLUDED}, 1);
	config_free(&config);
}

Test(config_digest, nobody_wants_one)
{
	struct digest *none = NULL;

	digest_begin_file(none);
	digest_add(none, "a", 1);
	digest_end_file(none);
	digest_free(&none);
}
