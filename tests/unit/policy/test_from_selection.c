/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "unit/policy/build.h"
#include "policy/from_selection.h"
#include "util/memory.h"

static struct policy *policy;
static struct from_selection selection;

/* a to d have header_from, e has not. */
static void open_case(void)
{
	static const char *const senders[] = {"contoso.com", "*.contoso.com",
					      "ceo@fabrikam.com x@fabrikam.com", "*", "other.example"};

	policy = policy_new();
	cr_assert_not_null(policy);
	for (int i = 0; i < 5; i++) {
		char name[] = {(char)('a' + i), '\0'};

		build_connector(policy, name, senders[i], NULL, NULL)->header_from = i < 4;
	}
	policy_finish(policy);
	selection = (struct from_selection){0};
}

static void close_case(void)
{
	from_selection_fini(&selection);
	policy_free(&policy);
}

TestSuite(from_selection, .init = open_case, .fini = close_case);

static int compare_possible(const void *a, const void *b)
{
	const struct possible_match *x = a, *y = b;

	return (x->number > y->number) - (x->number < y->number);
}

/* As they were found; in the order of the file it can be written down what is expected. */
static void sort_possible(void)
{
	if (selection.possible_count > 0)
		qsort(selection.possible, selection.possible_count, sizeof *selection.possible,
		      compare_possible);
}

/* "x@contoso.com | @domain | a? b*": what selects, what makes some possible, and which; "!": anybody, "*": no pattern. */
static void expect(const char *what, const char *want)
{
	struct strbuf text = {0};
	char *got;

	for (size_t i = 0; from_selection_address(&selection, i) != NULL; i++) {
		const struct address *address = from_selection_address(&selection, i);

		strbuf_printf(&text, "%s%s@%s ", i == selection.addresses.count ? "| " : "",
			      address->local != NULL ? address->local : "", address->domain);
	}
	strbuf_puts(&text, "|");
	sort_possible();
	for (size_t i = 0; i < selection.possible_count; i++) {
		const struct possible_match *possible = &selection.possible[i];

		strbuf_printf(&text, " %s%s%s", policy->connectors[possible->number]->name,
			      possible->pattern == PATTERN_REF_NONE ? "*" : "", possible->anybody ? "!" : "");
		cr_expect_eq(possible->rank == RANK_ANYONE,
			     possible->pattern == PATTERN_REF_NONE ||
				     pattern_index_kind(policy->senders, possible->pattern) ==
					     PATTERN_ANYONE);
	}
	cr_expect_eq(from_selection_any(&selection), text.length > 1, "%s", what);
	got = strbuf_take(&text);
	cr_expect_str_eq(got, want, "%s: got %s, want %s", what, got, want);
	free(got);
}

static void read_field(const char *body)
{
	from_selection_fini(&selection);
	from_selection_add(&selection, policy, body);
}

Test(from_selection, of_one_field)
{
	static const struct {
		const char *body, *want;
		enum from_header_result result;
	} fields[] = {
		{"x@contoso.com", "x@contoso.com |", FROM_HEADER_READ},
		{"ceo@fabrikam.com", "ceo@fabrikam.com |", FROM_HEADER_READ},
		{"y@nobody.example", "y@nobody.example |", FROM_HEADER_READ}, /* "*" */
		{"x@contoso.com, y@nobody.example", "x@contoso.com y@nobody.example |", FROM_HEADER_READ},
		{"Words", "|", FROM_HEADER_READ},
		{"", "|", FROM_HEADER_READ},
		{"\"x@contoso.com", "| @contoso.com | a b d", FROM_HEADER_SEARCHED},
		{"\"x@sales.contoso.com", "| @sales.contoso.com | b d", FROM_HEADER_SEARCHED},
		{"\"x@fabrikam.com", "| @fabrikam.com | c* d", FROM_HEADER_SEARCHED},
		{"\"x@other.example", "| d", FROM_HEADER_SEARCHED},
		{"x@contoso.com\xff", "| @contoso.com | a b c*! d", FROM_HEADER_UNKNOWN},
	};

	for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
		read_field(fields[i].body);
		expect(fields[i].body, fields[i].want);
		cr_expect_eq(selection.result, fields[i].result, "%s", fields[i].body);
		cr_expect(selection.has_field);
		cr_expect_gt(selection.work + 1, 0);
	}
}

/* Without "*", who selects nobody is not kept. */
Test(from_selection, of_those_who_select_nobody)
{
	policy->connectors[3]->header_from = false;
	read_field("y@nobody.example, z@other.example");
	expect("nobody", "|");
	cr_expect(selection.shows_address);
	read_field("\"x@nobody.example");
	expect("nobody in doubt", "|");
}

/* Beyond eight, addresses only make connectors possible. */
Test(from_selection, of_more_addresses_than_have_room)
{
	policy->connectors[3]->header_from = false;
	read_field("1@contoso.com,2@contoso.com,3@contoso.com,4@contoso.com,5@contoso.com,6@contoso.com,"
		   "7@contoso.com,8@contoso.com,ceo@fabrikam.com,9@contoso.com,1@contoso.com,10@contoso.com");
	cr_expect_eq(selection.addresses.count, READINGS_MAX);
	cr_expect_eq(selection.found.count, 2);
	cr_assert_eq(selection.possible_count, 3);
	sort_possible();
	cr_expect_eq(selection.possible[0].number, 0);
	cr_expect_eq(selection.possible[2].number, 2);
	cr_expect_neq(selection.possible[2].pattern, PATTERN_REF_NONE);
}

Test(from_selection, what_a_field_shows)
{
	static const struct {
		const char *body;
		bool has_words, shows_address, names_domain, is_unqualified;
	} fields[] = {
		{"x@y, z@w.example", true, true, true, true}, {"z@w.example, x@y", true, true, true, true},
		{" \t\r\n", false, false, false, false},      {"Words", true, false, false, false},
		{"x@y.example", true, true, true, false},     {"x@y", true, true, false, true},
		{"\"x@y.example", true, false, true, false},  {"\"x@y", true, false, false, false},
	};

	for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
		read_field(fields[i].body);
		cr_expect_eq(selection.has_words, fields[i].has_words, "%s", fields[i].body);
		cr_expect_eq(selection.shows_address, fields[i].shows_address, "%s", fields[i].body);
		cr_expect_eq(selection.names_domain, fields[i].names_domain, "%s", fields[i].body);
		cr_expect_eq(selection.is_unqualified, fields[i].is_unqualified, "%s", fields[i].body);
	}
	/* Of several fields, what one of them shows. */
	from_selection_add(&selection, policy, "Words");
	read_field("x@y.example");
	from_selection_add(&selection, policy, "");
	cr_expect(selection.has_words && selection.shows_address && selection.names_domain);
	from_selection_add(&selection, policy, "\"x@y.example");
	cr_expect(selection.shows_address);
	cr_expect_eq(selection.result, FROM_HEADER_UNKNOWN);
}

Test(from_selection, of_a_host)
{
	policy->connectors[3]->header_from = false;
	read_field("Words");
	from_selection_add_host(&selection, policy, NULL);
	from_selection_add_host(&selection, policy, "no domain");
	expect("none", "|");
	from_selection_add_host(&selection, policy, "Contoso.com");
	expect("words", "| @contoso.com | a b");
	read_field("x@y");
	from_selection_add_host(&selection, policy, "contoso.com");
	expect("without a dot", "| @contoso.com | a b");
	read_field("x@y, x@y.example");
	from_selection_add_host(&selection, policy, "contoso.com");
	expect("one of two without a dot", "| @contoso.com | a b");
	read_field("");
	from_selection_add_host(&selection, policy, "contoso.com");
	expect("blank", "|");
	read_field("x@y.example");
	from_selection_add_host(&selection, policy, "contoso.com");
	expect("an address", "|");
	read_field("\"x@y.example");
	from_selection_add_host(&selection, policy, "contoso.com");
	expect("a domain", "|");
}

Test(from_selection, of_a_sender_where_from_has_none)
{
	struct from_selection sender = {0};

	policy->connectors[3]->header_from = false;
	from_selection_add(&sender, policy, "x@contoso.com, y@contoso.com");
	read_field("x@nobody.example");
	from_selection_add_sender(&selection, policy, &sender);
	expect("From: has one", "|");
	read_field("Words");
	from_selection_add_sender(&selection, policy, &sender);
	expect("From: has none", "x@contoso.com y@contoso.com |");
	from_selection_fini(&sender);
	from_selection_add(&sender, policy, "\"x@fabrikam.com");
	read_field("Words");
	from_selection_add_sender(&selection, policy, &sender);
	expect("in doubt", "| @fabrikam.com | c*");
	from_selection_fini(&sender);
	/* No room for what it selects. */
	from_selection_add(&sender, policy, "x@contoso.com");
	read_field("Words");
	for (char local[] = "a"; local[0] <= 'h'; local[0]++)
		cr_assert(readings_add(&selection.addresses,
				       &(struct address){.local = local, .domain = (char[]){"n.example"}}));
	from_selection_add_sender(&selection, policy, &sender);
	cr_assert_eq(selection.possible_count, 3);
	sort_possible();
	cr_expect(selection.possible[0].anybody && selection.possible[2].anybody);
	from_selection_fini(&sender);
}

Test(from_selection, what_is_not_read_may_be_anybody)
{
	from_selection_add_unread(&selection, policy);
	expect("unread", "| a*! b*! c*! d");
	from_selection_add_unread(&selection, policy);
	expect("twice", "| a*! b*! c*! d");
	/* It could be no more. */
	read_field("x@contoso.com\xff");
	from_selection_add(&selection, policy, "ceo@fabrikam.com");
	expect("and one more", "| @contoso.com | a b c*! d");
	cr_expect_eq(selection.result, FROM_HEADER_UNKNOWN);
}

/* As many connectors are looked at as there may be, and what is beyond that may be anybody. */
Test(from_selection, up_to_the_work_that_is_left)
{
	enum { WORK_MAX = 20000 };
	size_t one;

	read_field("x@contoso.com");
	one = selection.work;
	cr_assert_gt(one, 0);
	for (size_t more = 0; more <= 1; more++) {
		from_selection_fini(&selection);
		selection.work = WORK_MAX - one + more;
		from_selection_add(&selection, policy, "x@contoso.com");
		cr_expect_eq(selection.result, more == 0 ? FROM_HEADER_READ : FROM_HEADER_UNKNOWN);
		expect("one", more == 0 ? "x@contoso.com |" : "x@contoso.com | a*! b*! c*! d");
		from_selection_fini(&selection);
		selection.work = WORK_MAX + more;
		from_selection_add(&selection, policy, "x@contoso.com");
		cr_expect_eq(selection.result, FROM_HEADER_UNKNOWN);
		expect("the last", more == 0 ? "x@contoso.com | a*! b*! c*! d" : "| a*! b*! c*! d");
	}
}
