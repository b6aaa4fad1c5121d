/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <stdint.h>
#include <string.h>

#include "config/suggest.h"

TestSuite(config_suggest);

Test(config_suggest, distance)
{
	static const struct {
		const char *a;
		const char *b;
		size_t distance;
	} cases[] = {
		{"", "", 0},
		{"", "abc", 3},
		{"abc", "", 3},
		{"senders", "senders", 0},
		{"Senders", "sENDERS", 0},
		{"sender", "senders", 1},
		{"sendres", "senders", 1},
		{"snders", "senders", 1},
		{"sanders", "senders", 1},
		{"TLS1.2", "TLSv1.2", 1},
		{"on-failure", "on_failure", 1},
		{"kitten", "sitting", 3},
		{"ca", "abc", 3},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		cr_expect_eq(suggest_distance(cases[i].a, cases[i].b), cases[i].distance, "%s %s", cases[i].a,
			     cases[i].b);
		cr_expect_eq(suggest_distance(cases[i].b, cases[i].a), cases[i].distance, "%s %s", cases[i].b,
			     cases[i].a);
	}
}

Test(config_suggest, words_beyond_the_limit_are_far)
{
	char word[SUGGEST_LENGTH_MAX + 2];

	memset(word, 'a', sizeof word);
	word[SUGGEST_LENGTH_MAX + 1] = '\0';
	cr_expect_eq(suggest_distance(word, "a"), SIZE_MAX);
	cr_expect_eq(suggest_distance("a", word), SIZE_MAX);
	word[SUGGEST_LENGTH_MAX] = '\0';
	cr_expect_eq(suggest_distance(word, word), 0);
	cr_expect_eq(suggest_distance("", word), SUGGEST_LENGTH_MAX);
}

static const char *best_of(const char *written, const char *const *words)
{
	struct suggestion suggestion;

	suggest_begin(&suggestion, written);
	for (; *words != NULL; words++)
		suggest_offer(&suggestion, *words);
	return suggestion.best;
}

Test(config_suggest, offers)
{
	static const char *const versions[] = {"TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3", NULL};
	static const char *const keys[] = {"senders", "recipients", "require", "to", NULL};

	cr_expect_str_eq(best_of("TLS1.2", versions), "TLSv1.2");
	cr_expect_str_eq(best_of("tlsv1.3", versions), "TLSv1.3");
	cr_expect_null(best_of("TLSv1.4", versions), "as near to one as to the other");
	cr_expect_null(best_of("SSLv3", versions));
	cr_expect_str_eq(best_of("sender", keys), "senders");
	cr_expect_str_eq(best_of("reqiure", keys), "require");
	cr_expect_null(best_of("ab", keys), "nothing in common");
	cr_expect_null(best_of("", keys));
	cr_expect_null(best_of("colour", keys));
}
