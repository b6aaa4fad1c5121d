/* SPDX-License-Identifier: MIT */
#include "policy/name_index.h"

#include <criterion/criterion.h>

static const char *const names[] = {
	"example",         "x.example",          "a.x.example", "b.a.x.example", "*.example",
	"*.x.example",     "*.a.x.example",      ".example",    ".x.example",    ".a.x.example",
	"/CN=a.x.example", "/C=DE/CN=b\xc3\xbc", "/C=DE",
};
#define NAMES (sizeof names / sizeof *names)

static const char *const shown[] = {
	"",
	"example",
	"X.Example",
	"a.x.example.",
	"b.a.x.example",
	"c.x.example",
	"*.example",
	"*.x.example",
	"*.a.x.example",
	"*.b.a.x.example",
	"*",
	"*.",
	"xx.example",
	"a..x.example",
	"other.test",
	"*.other.test",
	".x.example",
	"[192.0.2.1]",
};

static const char *const shown_dns[] = {
	NULL,
	"",
	"/CN=a.x.example",
	"/cn=A.X.example",
	"/C=DE/CN=b\\xC3\\xBC",
	"/CN=other",
	"CN=a.x.example",
	"/C=DE",
};

static const char *const shown_altnames[] = {NULL, "b.a.x.example", "x.example,*.a.x.example", ","};

static void note(void *context, uint32_t owner, pattern_rank rank, pattern_ref ref)
{
	bool *found = context;

	(void)rank;
	(void)ref;
	found[owner] = true;
}

#define CNS (sizeof shown / sizeof *shown)
#define DNS (sizeof shown_dns / sizeof *shown_dns)
#define SHOWN (CNS * DNS * (sizeof shown_altnames / sizeof *shown_altnames))

/* One of each with each. */
static struct certificate_facts shown_certificate(size_t n)
{
	return (struct certificate_facts){.subject_cn = shown[n % CNS],
					  .subject_dn = shown_dns[n / CNS % DNS],
					  .altnames = shown_altnames[n / CNS / DNS]};
}

/* What the index does not find, nothing is compared with. */
Test(name_index, finds_what_matches)
{
	struct pattern_index *index = pattern_index_new();
	struct certificate_name parsed[NAMES];
	const char *error;
	size_t found_in_all = 0, matching = 0;

	for (size_t i = 0; i < NAMES; i++) {
		cr_assert(certificate_subject_parse(names[i], &parsed[i], &error), "%s", names[i]);
		name_index_add(index, &parsed[i], (uint32_t)i, (struct place){0});
	}
	for (size_t n = 0; n < SHOWN; n++) {
		const struct certificate_facts certificate = shown_certificate(n);
		struct certificate_host host;
		bool found[NAMES] = {false};

		certificate_host_read(certificate.subject_cn, &host);
		name_index_match(index, &host, &certificate, note, found);
		for (size_t i = 0; i < NAMES; i++) {
			bool matches = certificate_subject_matches(&parsed[i], &host, &certificate);

			cr_expect(found[i] || !matches, "%s is not found by %s, %s", names[i],
				  certificate.subject_cn, certificate.altnames);
			found_in_all += found[i];
			matching += matches;
		}
	}
	/* Few more than match: "*.example" is no wildcard that counts, and what begins with no "/" no name. */
	cr_expect_leq(found_in_all, matching + matching / 2, "%zu found, %zu match", found_in_all, matching);
	for (size_t i = 0; i < NAMES; i++)
		certificate_name_fini(&parsed[i]);
	pattern_index_free(&index);
}

/* What is no host finds none, whatever it was read from. */
Test(name_index, no_host)
{
	struct certificate_host host = {.usable = false, .domain = "x.example"};
	struct pattern_index *index = pattern_index_new();
	struct certificate_name name;
	const char *error;
	bool found = false;

	cr_assert(certificate_subject_parse("x.example", &name, &error));
	name_index_add(index, &name, 0, (struct place){0});
	name_index_match(index, &host, &(struct certificate_facts){0}, note, &found);
	cr_expect_not(found);
	host.usable = true;
	name_index_match(index, &host, &(struct certificate_facts){0}, note, &found);
	cr_expect(found);
	certificate_name_fini(&name);
	pattern_index_free(&index);
}
