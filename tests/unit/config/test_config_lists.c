/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "config/lists.h"
#include "util/memory.h"
#include "load.h"

TestSuite(config_lists);

/* A source whose messages go into d, and the path "k" for all of them. */
static struct source source_for(struct diagnostics *d)
{
	return (struct source){.diagnostics = d, .name = "p", .file = 2};
}

static const struct path path = {.key = "k"};

struct owners {
	size_t count;
	struct pattern_claim last;
};

static bool note_claims(void *context, pattern_ref ref, uint64_t hash, struct pattern_claim *claims,
			size_t count)
{
	struct owners *owners = context;

	(void)ref;
	(void)hash;
	owners->count++;
	owners->last = claims[count - 1];
	return true;
}

Test(config_lists, patterns)
{
	struct diagnostics d = {0};
	const struct source source = source_for(&d);
	struct tree tree = read_tree("[a.example, A.Example., 'b*', {fil: x}, {}, ~, [c], d@e.example]");
	struct pattern_index *index = pattern_index_new();
	struct owners owners = {0};
	char *messages;

	lists_patterns(&source, &path, tree.root, index, 7);
	cr_expect_eq(pattern_index_count(index), 2);
	pattern_index_each(index, note_claims, &owners);
	cr_expect_eq(owners.count, 2);
	cr_expect_eq(owners.last.owner, 7);
	cr_expect_eq(owners.last.place.file, 2);
	cr_expect_eq(owners.last.place.line, 1);
	cr_expect_eq(owners.last.place.column, 53);
	messages = take_messages(&d);
	cr_expect_str_eq(messages,
			 "p:1:13: warning: k[1]: \"A.Example.\" is there twice\n"
			 "p:1:25: error: k[2]: \"b*\" has a \"*\" where none may stand; it stands alone, or "
			 "first as in "
			 "*.contoso.com\n"
			 "p:1:32: error: k[3]: unknown key \"fil\"; did you mean \"file\"?\n"
			 "p:1:41: error: k[4]: must be text, not a map\n",
			 "%s", messages);
	free(messages);
	pattern_index_free(&index);
	tree_fini(&tree);
}

Test(config_lists, networks)
{
	struct diagnostics d = {0};
	const struct source source = source_for(&d);
	struct tree tree = read_tree("- 192.0.2.0/24\n- 2001:db8::/32\n- 192.0.2.1/24\n- 192.0.2.0/25\n"
				     "- ::ffff:192.0.2.0/120\n- 192.0.2.0/24\n- {fil: x}\n- ~\n");
	struct cidr_set set = {0};
	struct ip_address ip;
	char *messages;

	lists_networks(&source, &path, tree.root, &set);
	cr_expect_eq(set.count, 3);
	cr_assert(ip_parse("192.0.2.200", &ip));
	cr_expect_eq(cidr_set_find(&set, &ip)->prefix, 24);
	cr_expect_eq(cidr_set_find(&set, &ip)->place.line, 1);
	cr_expect_eq(cidr_set_find(&set, &ip)->place.column, 3);
	cr_expect_eq(cidr_set_find(&set, &ip)->place.file, 2);
	diagnostics_sort(&d);
	messages = take_messages(&d);
	cr_expect_str_eq(messages,
			 "p:3:3: error: k[2]: \"192.0.2.1/24\" has bits set beyond its prefix length\n"
			 "p:5:3: warning: k: \"192.0.2.0/24\" is there twice\n"
			 "p:6:3: warning: k: \"192.0.2.0/24\" is there twice\n"
			 "p:7:4: error: k[6]: unknown key \"fil\"; did you mean \"file\"?\n",
			 "%s", messages);
	free(messages);
	cidr_set_fini(&set);
	tree_fini(&tree);
}

Test(config_lists, default_networks)
{
	struct cidr_set set = {0};
	struct ip_address ip;

	lists_default_networks("127.0.0.0/8, ::1", &set);
	cr_expect_eq(set.count, 2);
	cr_assert(ip_parse("127.1.2.3", &ip));
	cr_expect_not_null(cidr_set_find(&set, &ip));
	cr_assert(ip_parse("::1", &ip));
	cr_expect_not_null(cidr_set_find(&set, &ip));
	cr_assert(ip_parse("::2", &ip));
	cr_expect_null(cidr_set_find(&set, &ip));
	cidr_set_fini(&set);
}

#define NEEDS                                                                                                \
	"\"boss@x.example\" is a mailbox, which needs recipient_delimiter: write what \"postconf "           \
	"recipient_delimiter\" shows, such as \"+\", or \"\" for none; otherwise mail to an extension of "   \
	"it may pass\n"
#define MAILBOX(place, path) "p:" place ": error: connectors[0]." path ": " NEEDS

/* Wherever it stands, and once: with an extension mail would pass what is meant for the mailbox. */
Test(config_lists, a_mailbox_needs_the_delimiter)
{
	static const struct {
		const char *connector, *expected;
	} cases[] = {
		{"senders: boss@x.example, require: tls", MAILBOX("2:24", "senders")},
		{"recipients: [x.example, boss@x.example, b@y.example], require: tls",
		 MAILBOX("2:39", "recipients[1]")},
		{"senders: x.example, enabled: false, recipients: boss@x.example, require: none",
		 MAILBOX("2:63", "recipients")},
		{"senders: x.example, except: [{senders: boss@x.example}], require: tls",
		 MAILBOX("2:54", "except[0].senders")},
		{"senders: x.example, except: [{recipients: boss@x.example}], require: tls",
		 MAILBOX("2:57", "except[0].recipients")},
		{"senders: x.example, require: {allowed_senders: boss@x.example}",
		 MAILBOX("2:62", "require.allowed_senders")},
		{"senders: x.example, recipients: y.example, require: tls", ""},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct strbuf text = {0};

		strbuf_printf(
			&text,
			"connectors:\n  - {name: a, %s}\n  - {name: z, senders: z.example, require: tls}\n",
			cases[i].connector);
		expect_messages(text.text, cases[i].expected);
		strbuf_puts(&text, "recipient_delimiter: ''\n");
		expect_messages(text.text, "");
		strbuf_fini(&text);
	}
	/* One that is wrong is there all the same. */
	expect_messages(
		"recipient_delimiter: x\nconnectors:\n  - {name: a, senders: boss@x.example, require: tls}\n",
		"p:1:22: error: recipient_delimiter: \"x\" has a letter, a digit, a blank, or one of @ \" \\ "
		"in it\n");
}

Test(config_lists, a_mailbox_of_a_list_file_needs_the_delimiter)
{
	struct scratch scratch;

	scratch_init(&scratch);
	scratch_puts(&scratch, "i", "connectors: [{name: a, senders: {file: l}, require: tls}]\n");
	scratch_puts(&scratch, "l", "x.example\nboss@x.example\nb@x.example\n");
	scratch_puts(&scratch, "p", "include: i\n");
	scratch_puts(&scratch, "q", "include: i\nrecipient_delimiter: '+'\n");
	scratch_expect(&scratch, "p", "l:2:1: error: connectors[0].senders: " NEEDS);
	scratch_expect(&scratch, "q", "");
	scratch_fini(&scratch);
}
