/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit/policy/build.h"
#include "util/memory.h"
#include "verdict/trace_header.h"

Test(trace_header, value)
{
	struct session session;
	const struct connector a = {.name = (char[]){"a"}}, b = {.name = (char[]){"b"}};
	const struct connector *const both[] = {&a, &b};
	char *value;

	build_session(&session, "<a@contoso.com>", "<b@finance.example>");
	session.facts.certificate =
		(struct certificate_facts){.state = CERTIFICATE_VERIFIED, .subject_cn = "mail.contoso.com"};
	value = trace_header_folded(VERDICT_PASS, both, 2, &session.facts);
	cr_expect_str_eq(value, "pass;\n\tconnector=a,b;\n\tclient=192.0.2.25;\n\ttls=TLSv1.2;\n\t"
				"cipher=ECDHE-RSA-AES256-GCM-SHA384 bits=256;\n\tverified=yes;\n\t"
				"subject=mail.contoso.com;\n\tissuer=-");
	free(value);
	build_session_fini(&session);
}

Test(trace_header, lines_are_short_and_cannot_be_forged)
{
	struct session session;
	struct connector long_name = {.name = (char[65]){0}};
	const struct connector *many[40];
	char evil[3000], *value;
	size_t line = 0;

	memset(long_name.name, 'n', 64);
	for (size_t i = 0; i < 40; i++)
		many[i] = &long_name;
	for (size_t i = 0; i < sizeof evil; i++)
		evil[i] = (char)(i % 255 + 1);
	evil[sizeof evil - 1] = '\0';
	build_session(&session, "<a@contoso.com>", "<b@finance.example>");
	session.facts.tls.version_text = session.facts.tls.cipher = evil;
	session.facts.certificate.subject_cn = session.facts.certificate.issuer_cn = evil;
	value = trace_header_folded(VERDICT_QUARANTINE, many, 40, &session.facts);
	for (const char *at = value; *at != '\0'; at++) {
		line = *at == '\n' ? 0 : line + 1;
		cr_assert_lt(line, 998);
		cr_assert(*at != '\n' || at[1] == '\t', "a line that is no continuation");
		cr_assert((*at >= 0x20 && *at < 0x7f) || *at == '\n' || *at == '\t');
	}
	free(value);
	value = trace_header_line(VERDICT_QUARANTINE, &long_name, &session.facts);
	cr_expect_lt(strlen(TRACE_HEADER_NAME ": ") + strlen(value), 998);
	for (const char *at = value; *at != '\0'; at++)
		cr_assert(*at >= 0x20 && *at < 0x7f);
	free(value);
	build_session_fini(&session);
}

/* Up to twelve are named, and what is beyond that is counted. */
Test(trace_header, names_as_many_as_have_room)
{
	const struct connector a = {.name = (char[]){"a"}};
	const struct connector *many[14];
	static const char *const want[] = {"pass;\n\tconnector=-;", "pass;\n\tconnector=a;",
					   "pass;\n\tconnector=a,a,a,a,a,a,a,a,a,a,a,a;",
					   "pass;\n\tconnector=a,a,a,a,a,a,a,a,a,a,a,a,+1;",
					   "pass;\n\tconnector=a,a,a,a,a,a,a,a,a,a,a,a,+2;"};
	static const size_t counts[] = {0, 1, 12, 13, 14};
	struct session session;

	for (size_t i = 0; i < 14; i++)
		many[i] = &a;
	build_session(&session, "<a@contoso.com>", "<b@finance.example>");
	for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
		char *value = trace_header_folded(VERDICT_PASS, many, counts[i], &session.facts);

		cr_expect_eq(strncmp(value, want[i], strlen(want[i])), 0, "%s", value);
		free(value);
	}
	build_session_fini(&session);
}

/* On one line there is less room for each value. */
Test(trace_header, values_are_cut_where_their_form_has_no_room)
{
	const struct connector a = {.name = (char[]){"a"}};
	struct session session;
	char name[300], want[300];

	build_session(&session, "<a@contoso.com>", "<b@finance.example>");
	session.facts.certificate.subject_cn = name;
	for (int folded = 0; folded <= 1; folded++) {
		size_t room = folded ? 200 : 46;

		for (size_t length = room; length <= room + 1; length++) {
			const struct connector *const one = &a;
			char *value;

			memset(name, 'n', length);
			name[length] = '\0';
			(void)snprintf(want, sizeof want, "subject=%.*s%s;", (int)room, name,
				       length > room ? "..." : "");
			value = folded ? trace_header_folded(VERDICT_PASS, &one, 1, &session.facts)
				       : trace_header_line(VERDICT_PASS, one, &session.facts);
			cr_expect(strstr(value, want) != NULL, "%zu: %s", length, value);
			free(value);
		}
	}
	build_session_fini(&session);
}

/* On one line there is one connector, or none. */
Test(trace_header, names_the_one_that_a_line_is_of)
{
	const struct connector a = {.name = (char[]){"a"}};
	static const char *const want[] = {"pass; connector=-; client=", "pass; connector=a; client="};
	struct session session;

	build_session(&session, "<a@contoso.com>", "<b@finance.example>");
	for (int named = 0; named <= 1; named++) {
		char *value = trace_header_line(VERDICT_PASS, named ? &a : NULL, &session.facts);

		cr_expect_eq(strncmp(value, want[named], strlen(want[named])), 0, "%s", value);
		free(value);
	}
	build_session_fini(&session);
}
