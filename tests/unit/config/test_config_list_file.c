/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "config/list_file.h"
#include "util/memory.h"
#include "load.h"

TestSuite(config_list_file);

#define POLICY "connectors:\n  - {name: a, senders: {file: l}, require: tls}\nrecipient_delimiter: ''\n"
#define ITEM "connectors[0].senders"

/* What a list of these bytes gives; entries_r: how many patterns. The caller frees it. */
static char *read_list(const char *bytes, size_t length, size_t *entries_r)
{
	struct scratch scratch;
	struct config *config;
	char *messages;

	scratch_init(&scratch);
	scratch_puts(&scratch, "p", POLICY);
	scratch_write(&scratch, "l", bytes, length);
	messages = scratch_messages(&scratch, "p", &config);
	*entries_r = config != NULL ? pattern_index_count(config->policy->senders) : 0;
	config_free(&config);
	scratch_fini(&scratch);
	return messages;
}

static void expect_list(const char *bytes, size_t length, size_t entries, const char *expected)
{
	size_t count;
	char *messages = read_list(bytes, length, &count);

	cr_expect_eq(count, entries, "%s gives %zu", bytes, count);
	cr_expect_str_eq(messages, expected, "%s gives %s", bytes, messages);
	free(messages);
}

#define EXPECT(text, entries, expected) expect_list(text, sizeof text - 1, entries, expected)

Test(config_list_file, lines)
{
	EXPECT("a.example\nb.example\n", 2, "");
	EXPECT("a.example\r\n\r\n*.b.example\r\n", 2, "");
	EXPECT("\n\n  \t \n a.example \t\n", 1, "");
	EXPECT("# partners\na.example # the first\n#b.example\n\t# c.example\n", 1, "");
	EXPECT("\xef\xbb\xbf# with a byte order mark\na.example\n", 1, "");
	EXPECT("\xef\xbb\xbf"
	       "a.example\n",
	       1, "");
	EXPECT("b\xc3\xbc"
	       "cher.example\n.a.example\nceo@a.example\n[192.0.2.1]\n*\n",
	       5, "");
	EXPECT("a#b@a.example\n", 1, "");
}

Test(config_list_file, errors_stand_where_they_are)
{
	EXPECT("a.example\n\n  b..example\nc d.example # x\n", 0,
	       "l:3:3: error: " ITEM
	       ": \"b..example\" is not a domain, *.domain, .domain, address, mailbox or *\n"
	       "l:4:1: error: " ITEM
	       ": \"c d.example\" is not a domain, *.domain, .domain, address, mailbox or "
	       "*\n");
	EXPECT("a.example\nA.EXAMPLE.\n", 1, "l:2:1: warning: " ITEM ": \"A.EXAMPLE.\" is there twice\n");
	EXPECT("a.example\nb\0.example\n\xff\n", 0,
	       "l:2:1: error: " ITEM ".file: this line is not text in UTF-8\n"
	       "l:3:1: error: " ITEM ".file: this line is not text in UTF-8\n");
	EXPECT("", 0, "p:2:31: error: " ITEM ".file: \"l\" has no entry\n");
	EXPECT("# nobody\n\r\n", 0, "p:2:31: error: " ITEM ".file: \"l\" has no entry\n");
}

/* Wherever a list is cut, but behind a line, that is no list: not even where what is left of the line says nothing. */
Test(config_list_file, last_line_without_an_end)
{
	static const char list[] = "a.example\n# b\nb.example # and why\n\r\n";
	size_t lines = 0;

	for (size_t length = 1; length < sizeof list; length++) {
		struct strbuf expected = {0};
		size_t entries;
		char *messages = read_list(list, length, &entries);

		if (list[length - 1] == '\n') {
			lines++;
			cr_expect(entries > 0 && messages[0] == '\0', "%zu: %s", length, messages);
		} else {
			strbuf_printf(&expected,
				      "l:%zu:1: error: " ITEM
				      ".file: this last line has no line end: the file may be cut off\n",
				      lines + 1);
			cr_expect_str_eq(messages, expected.text, "%zu: %s", length, messages);
			cr_expect_eq(entries, 0);
		}
		strbuf_fini(&expected);
		free(messages);
	}
	cr_expect_eq(lines, 4);
}

/* Comments of the longest line fit, and one byte more does not; lines behind a long one are read again. */
Test(config_list_file, long_lines)
{
	static const size_t lengths[] = {LIST_LINE_MAX + 1, 65535, 65536, 65537, 200000};
	struct strbuf text = {0};

	strbuf_puts(&text, "a.example #");
	while (text.length < LIST_LINE_MAX)
		strbuf_putc(&text, 'x');
	strbuf_putc(&text, '\n');
	expect_list(text.text, text.length, 1, "");
	strbuf_fini(&text);
	for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
		strbuf_puts(&text, "a.example\n");
		while (text.length < 10 + lengths[i])
			strbuf_putc(&text, 'x');
		strbuf_puts(&text, "\nb..example\n");
		expect_list(text.text, text.length, 0,
			    "l:2:1: error: " ITEM ".file: this line has more than 2000 bytes\n"
			    "l:3:1: error: " ITEM
			    ": \"b..example\" is not a domain, *.domain, .domain, address, "
			    "mailbox or *\n");
		strbuf_fini(&text);
	}
}

/* Wherever a part of the file ends that is read at once, no line is lost or cut. */
Test(config_list_file, many_lines)
{
	struct strbuf text = {0};

	for (unsigned i = 0; i < 20000; i++)
		strbuf_printf(&text, "d%u.example%s", i, i % 3 == 0 ? "\r\n" : "\n");
	cr_assert_gt(text.length, 4 * 65536);
	expect_list(text.text, text.length, 20000, "");
	strbuf_puts(&text, "d19999.example\n");
	expect_list(text.text, text.length, 20000,
		    "l:20001:1: warning: " ITEM ": \"d19999.example\" is there twice\n");
	strbuf_fini(&text);
}

Test(config_list_file, every_list_takes_files)
{
	struct scratch scratch;
	struct config *config;
	char *messages;
	const struct connector *connector;

	scratch_init(&scratch);
	scratch_puts(&scratch, "d", "a.example\nb.example\n");
	scratch_puts(&scratch, "n", "192.0.2.0/24\n2001:db8::/32 # documentation\n");
	scratch_puts(&scratch, "p",
		     "trusted_networks: [127.0.0.1, {file: n}]\n"
		     "connectors:\n"
		     "  - name: a\n"
		     "    senders: [c.example, {file: d}, d.example]\n"
		     "    recipients: {file: d}\n"
		     "    clients: [{file: n}, 198.51.100.1]\n"
		     "    except:\n"
		     "      - {senders: {file: d}, recipients: {file: d}, clients: {file: n}}\n"
		     "    require: {allowed_clients: {file: n}, allowed_senders: [{file: d}]}\n");
	messages = scratch_messages(&scratch, "p", &config);
	cr_assert_str_eq(messages, "", "%s", messages);
	free(messages);
	connector = config->policy->connectors[0];
	cr_expect_eq(config->policy->trusted_networks.count, 3);
	cr_expect_eq(pattern_index_count(config->policy->senders), 4);
	cr_expect_eq(pattern_index_count(config->policy->recipients), 2);
	cr_expect_eq(connector->clients.count, 3);
	cr_expect_eq(pattern_index_count(connector->exceptions[0].senders), 2);
	cr_expect_eq(pattern_index_count(connector->exceptions[0].recipients), 2);
	cr_expect_eq(connector->exceptions[0].clients.count, 2);
	cr_expect_eq(connector->require.allowed_clients.count, 2);
	cr_expect_eq(pattern_index_count(connector->require.allowed_senders), 2);
	config_free(&config);
	scratch_fini(&scratch);
}

/* Networks: errors and what is there twice, also across files. */
Test(config_list_file, networks)
{
	struct scratch scratch;

	scratch_init(&scratch);
	scratch_puts(&scratch, "n", "192.0.2.0/24\n192.0.2.1/24\n\n  ::ffff:192.0.2.0/120\n198.51.100.1\n");
	scratch_puts(&scratch, "p",
		     "connectors:\n  - {name: a, clients: [198.51.100.1, {file: n}], require: tls}\n");
	scratch_expect(
		&scratch, "p",
		"n:2:1: error: connectors[0].clients[1]: \"192.0.2.1/24\" has bits set beyond its prefix "
		"length\n"
		"n:4:3: warning: connectors[0].clients: \"192.0.2.0/24\" is there twice\n"
		"n:5:1: warning: connectors[0].clients: \"198.51.100.1\" is there twice\n");
	scratch_fini(&scratch);
}

/* Who claims one pattern twice is told both places, whatever file they are in. */
Test(config_list_file, claims_across_files)
{
	struct scratch scratch;

	scratch_init(&scratch);
	scratch_puts(&scratch, "d", "x.example\na.example\n");
	scratch_puts(&scratch, "p",
		     "connectors:\n"
		     "  - {name: a, senders: [a.example], require: tls}\n"
		     "  - {name: b, senders: {file: d}, require: tls}\n");
	scratch_expect(
		&scratch, "p",
		"d:2:1: error: connectors[1].senders: connector \"a\" (p:2:25) has \"a.example\" as well; "
		"the two differ in no other selector\n");
	scratch_fini(&scratch);
}
