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

static void note(void *context, uint32_t owner, pattern_rank rank, pattern_ref ref)
{
	bool *found = context;

	(void)rank;
	(void)ref;
	found[owner] = true;
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
	for (size_t cn = 0; cn < sizeof shown / sizeof *shown; cn++)
		for (size_t dn = 0; dn < sizeof shown_dns / sizeof *shown_dns; dn++) {
			struct certificate_host host;
			bool found[NAMES] = {false};

			certificate_host_read(shown[cn], &host);
			name_index_match(index, &host, shown_dns[dn], note, found);
			for (size_t i = 0; i < NAMES; i++) {
				bool matches = certificate_subject_matches(&parsed[i], &host, shown_dns[dn]);

				cr_expect(found[i] || !matches, "%s is not found by %s", names[i], shown[cn]);
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
