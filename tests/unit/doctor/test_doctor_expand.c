/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "doctor/expand.h"
#include "util/memory.h"

static const char *const values[][2] = {
	{"empty", ""},
	{"a", "1"},
	{"b", "$a/$a"},
	{"loop", "x$loop"},
	{"one", "${two}"},
	{"two", "$one"},
	{"compatibility_level", "3.6"},
	{"broken", "${a"},
	{"dollar", "$$a"},
};

static const char *look_up(const void *context, const char *name)
{
	(void)context;
	for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
		if (strcmp(values[i][0], name) == 0)
			return values[i][1];
	return NULL;
}

/* wanted NULL: nobody can tell. What postconf -x prints of each (3.7 and 3.11). */
static const struct {
	const char *text, *wanted;
} cases[] = {
	{"", ""},
	{"plain text", "plain text"},
	{"$a", "1"},
	{"${a}", "1"},
	{"$(a)", "1"},
	{"x$a.y", "x1.y"},
	{"$b", "1/1"},
	{"$nothing", ""},
	{"$$a", "$a"},
	{"$dollar", "$a"},
	{"${a?yes}", "yes"},
	{"${empty?yes}", ""},
	{"${nothing?yes}", ""},
	{"${a:no}", ""},
	{"${empty:no}", "no"},
	{"${nothing:$a}", "1"},
	{"${a?{$b}:{no}}", "1/1"},
	{"${empty?{yes}:{$b}}", "1/1"},
	{"${a ? {yes} : {no}}", "yes"},
	{"${a?${b?inner}}", "inner"},
	{"${{$a} == {1} ? {same} : {other}}", "same"},
	{"${{$a} != {1} ? {other} : {same}}", "same"},
	{".${domain_to_ascii{$a.Example}}!", ".1.Example!"},
	{"${ domain_to_ascii { x y } }", "x y"},
	{"${domain_to_ascii{}}", NULL},
	{"${domain_to_ascii{b\303\274ro.example}}", NULL},
	{"${domain_to_ascii{x}{y}}", NULL},
	{"${domain_to_ascii{x}", NULL},
	{"${domain_to_utf8{x}}", NULL},
	{"${{x} == {x} ? {same}}", "same"},
	{"${{x} == {y} ? {same}}", ""},
	{"${{10} > {9} ? {number} : {text}}", "number"},
	{"${{b} > {a9} ? {after} : {before}}", "after"},
	{"${{$compatibility_level} <level {3.6} ? {md5} : {sha256}}", "sha256"},
	{"${{$compatibility_level} <=level {3.6} ? {md5} : {sha256}}", "md5"},
	{"${{3.10} >level {3.9} ? {later} : {earlier}}", "later"},
	{"${{4295.0} >level {3.9} ? {later} : {earlier}}", "later"},
	{"${a", NULL},
	{"$broken", NULL},
	{"${a?{x}", NULL},
	{"${{a} ~ {b} ? {x} : {y}}", NULL},
	{"$", NULL},
	{"$loop", NULL},
	{"$one", NULL},
};

Test(doctor_expand, as_postfix_does)
{
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char *text = expand(cases[i].text, look_up, NULL);

		if (cases[i].wanted == NULL)
			cr_expect_null(text, "%s: got %s", cases[i].text, text);
		else
			cr_expect(text != NULL && strcmp(text, cases[i].wanted) == 0, "%s: got %s, want %s",
				  cases[i].text, text != NULL ? text : "nothing", cases[i].wanted);
		free(text);
	}
}

Test(doctor_expand, ends)
{
	struct strbuf deep = {0};
	char *text;

	for (int i = 0; i < 10000; i++)
		strbuf_puts(&deep, "${a?");
	for (int i = 0; i < 10000; i++)
		strbuf_putc(&deep, '}');
	text = expand(deep.text, look_up, NULL);
	cr_expect_null(text);
	free(text);
	strbuf_fini(&deep);
}
