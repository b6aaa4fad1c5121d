/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "config/values.h"
#include "load.h"

TestSuite(config_values);

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* A source whose messages go into d, and the path "k" for all of them. */
static struct source source_for(struct diagnostics *d)
{
	return (struct source){.diagnostics = d, .name = "p", .file = 2};
}

static const struct path path = {.key = "k"};

typedef bool check_text(const struct source *source, const struct path *where, const struct node *node);

/* Calls check with text; the messages are expected to begin with what (behind the place and the path). */
static void expect(check_text *check, const char *text, const char *what)
{
	struct diagnostics d = {0};
	const struct source source = source_for(&d);
	const struct node node = {.line = 1, .column = 1, .count = strlen(text), .text = text};
	bool done = check(&source, &path, &node);
	char *messages;

	cr_expect_eq(done, d.errors == 0, "%s", text);
	messages = take_messages(&d);
	if (what == NULL)
		cr_expect_str_eq(messages, "", "%s gives %s", text, messages);
	else
		cr_expect_not_null(strstr(messages, what), "%s gives %s", text, messages);
	free(messages);
}

Test(config_values, milter_sockets)
{
	static const char *const good[] = {
		"unix:/run/forcedtls/milter.sock",
		"local:/a",
		"UNIX:/a",
		"inet:8891@127.0.0.1",
		"inet:1@localhost",
		"inet:65535@mail.example.org",
		"inet6:8891@::1",
		"inet6:8891@[2001:db8::1]",
	};
	static const char *const bad[] = {
		"",
		"unix",
		"unix:",
		"unix:a",
		"local:./a",
		"/a",
		"unix :/a",
		"inet",
		"inet:",
		"inet:@127.0.0.1",
		"inet:0@a",
		"inet:01@a",
		"inet:65536@a",
		"inet:-1@a",
		"inet:8891x@a",
		"inet:8891@",
		"inet:8891@a b",
		"inet:8891@a@b",
		"inet:8891@fe80::1%eth0",
		"inet7:8891@a",
		"inet:999999@a",
		"smtp:8891@a",
	};

	for (size_t i = 0; i < COUNT(good); i++)
		expect(values_socket, good[i], NULL);
	for (size_t i = 0; i < COUNT(bad); i++)
		expect(values_socket, bad[i], "p:1:1: error: k: ");
	expect(values_socket, "inet:127.0.0.1:8891",
	       "p:1:1: error: k: the port comes first: write inet:8891@127.0.0.1\n");
	expect(values_socket, "inet:localhost:25", "write inet:25@localhost\n");
	expect(values_socket, "inet:[::1]:8891", "write inet6:8891@[::1]\n");
	expect(values_socket, "inet6:::1:8891", "write inet6:8891@[::1]\n");
	expect(values_socket, "inet:127.0.0.1:0", "must be a number from 1 to 65535");
	expect(values_socket, "inet:8891", "p:1:1: warning: k: without a host");
	expect(values_socket, "inet6:8891", "p:1:1: warning: k: without a host");
}

Test(config_values, socket_path_length)
{
	char text[5 + 109] = "unix:/";

	memset(text + 6, 's', 106);
	expect(values_socket, text, NULL);
	memset(text + 6, 's', 107);
	expect(values_socket, text, "the path of the socket has 108 bytes; 107 is the most");
}

Test(config_values, same_sockets)
{
	static const struct {
		const char *one, *other;
		bool same;
	} cases[] = {
		{"unix:/run/a", "unix:/run/a", true},
		{"unix:/run/a", "local:/run/a", true},
		{"unix:/run/a", "unix:/run/b", false},
		{"unix:/run/a", "unix:/run/A", false},
		{"unix:/1@a", "inet:1@a", false},
		{"inet:1@127.0.0.1", "inet:1@127.0.0.1", true},
		{"inet:1@localhost", "inet:1@LocalHost", true},
		{"inet:1@127.0.0.1", "inet:2@127.0.0.1", false},
		{"inet:1@127.0.0.1", "inet:11@127.0.0.1", false},
		{"inet:1@127.0.0.1", "inet:1@127.0.0.2", false},
		{"inet:1", "inet:1@127.0.0.1", true},
		{"inet:1", "inet:1", true},
		{"inet:1", "inet:2", false},
		{"inet:1@a", "inet6:1@a", false},
		{"inet6:1@[::1]", "inet6:1@[::1]", true},
		{"inet6:1@[::1]", "inet6:1@::1", true},
		{"nonsense", "unix:/run/a", false},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		cr_expect(values_same_socket(cases[i].one, cases[i].other) == cases[i].same, "%s, %s",
			  cases[i].one, cases[i].other);
		cr_expect(values_same_socket(cases[i].other, cases[i].one) == cases[i].same, "%s, %s",
			  cases[i].other, cases[i].one);
	}
}

Test(config_values, socket_modes)
{
	static const char *const bad[] = {"",     "0",    "660", "1660", "00660",
					  "0888", "0o66", "rw",  "-660", " 660"};
	mode_t mode = 0;

	cr_expect(values_parse_socket_mode("0660", &mode));
	cr_expect_eq(mode, 0660);
	cr_expect(values_parse_socket_mode("0777", &mode));
	cr_expect_eq(mode, 0777);
	for (size_t i = 0; i < COUNT(bad); i++)
		cr_expect_not(values_parse_socket_mode(bad[i], &mode), "%s", bad[i]);
}

static bool check_date(const struct source *source, const struct path *where, const struct node *node)
{
	date_t date = 0;
	bool done = values_date(source, where, node, &date);

	cr_expect_eq(done, date != 0);
	return done;
}

Test(config_values, dates)
{
	static const char *const bad[] = {"",           "2027-3-1", "2027-02-29",
					  "2027-13-01", "tomorrow", "2027-03-01T00:00"};

	expect(check_date, "2027-03-01", NULL);
	expect(check_date, "2028-02-29", NULL);
	for (size_t i = 0; i < COUNT(bad); i++)
		expect(check_date, bad[i], "is not a day such as 2027-03-01");
}

Test(config_values, delimiters)
{
	static const char *const good[] = {"", "+", "-", "+-", "=", ".", "#!$%&'*/?^_`{|}~"};
	static const char *const bad[] = {"a", "+Z", "5", "@", "\"", "\\", " ", "+ -"};

	for (size_t i = 0; i < COUNT(good); i++)
		expect(values_delimiter, good[i], NULL);
	for (size_t i = 0; i < COUNT(bad); i++)
		expect(values_delimiter, bad[i], "p:1:1: error: k: ");
}
