/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/file.h"
#include "load.h"

TestSuite(config_file);

static void expect_refusal(const char *name, const char *what)
{
	struct diagnostics d = {0};
	const struct source source = {.diagnostics = &d, .name = name};
	const struct file_reference reference = {.name = name, .source = &source};
	struct file_identity identity;
	unsigned char *bytes;
	size_t length;
	char *messages;

	cr_expect_not(file_read(&reference, &bytes, &length, &identity), "%s", name);
	messages = take_messages(&d);
	cr_expect_not_null(strstr(messages, what), "%s gives %s", name, messages);
	free(messages);
}

/* A file of that length that ends in "x"; holes before it. name: a template for mkstemp(3). */
static void make_file(char *name, size_t length)
{
	int fd = mkstemp(name);

	cr_assert_geq(fd, 0);
	cr_assert_eq(ftruncate(fd, (off_t)length), 0);
	if (length > 0)
		cr_assert_eq(pwrite(fd, "x", 1, (off_t)length - 1), 1);
	(void)close(fd);
}

Test(config_file, sizes)
{
	static const size_t sizes[] = {0, 1, 65535, 65536, 65537, 131072, FILE_SIZE_MAX - 1, FILE_SIZE_MAX};

	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		char name[] = "/tmp/config_file_XXXXXX";
		struct diagnostics d = {0};
		const struct source source = {.diagnostics = &d, .name = name};
		const struct file_reference reference = {.name = name, .source = &source};
		struct file_identity identity;
		unsigned char *bytes;
		size_t length;

		make_file(name, sizes[i]);
		cr_assert(file_read(&reference, &bytes, &length, &identity));
		(void)unlink(name);
		cr_expect_eq(length, sizes[i]);
		if (length > 0)
			cr_expect_eq(bytes[length - 1], 'x');
		cr_expect_eq(d.count, 0);
		free(bytes);
	}
}

Test(config_file, refusals)
{
	char name[] = "/tmp/config_file_XXXXXX";

	expect_refusal("/nonexistent/forcedtls.yaml", "cannot be opened: ");
	expect_refusal("/", "/: error: is not a regular file");
	expect_refusal("/dev/null", "is not a regular file");
	make_file(name, FILE_SIZE_MAX + 1);
	expect_refusal(name, "has more than 67108864 bytes");
	(void)unlink(name);
	cr_assert_eq(mkfifo(name, 0600), 0);
	expect_refusal(name, "is not a regular file");
	(void)unlink(name);
}

/* A file that another one names is complained of there. */
Test(config_file, named_by_another)
{
	struct diagnostics d = {0};
	const struct source source = {.diagnostics = &d, .name = "p"};
	const struct path path = {.key = "k"};
	const struct node node = {.line = 3, .column = 4};
	const struct file_reference reference = {
		.name = "/nonexistent/x", .source = &source, .path = &path, .node = &node};
	struct file_identity identity;
	char *messages;

	cr_expect_eq(file_open(&reference, &identity), -1);
	messages = take_messages(&d);
	cr_expect_str_eq(messages,
			 "p:3:4: error: k: \"/nonexistent/x\" cannot be opened: No such file or directory\n");
	free(messages);
}

/* All files together have limits as well. */
Test(config_file, limits_of_a_policy)
{
	struct diagnostics d = {0};
	struct loading loading = {.files_left = 2, .bytes_left = 15, .memory_left = UINT64_MAX};
	const struct source source = {.diagnostics = &d, .name = "p", .loading = &loading};
	char name[] = "/tmp/config_file_XXXXXX";
	const struct file_reference reference = {.name = name, .source = &source};
	struct file_identity identity;
	unsigned char *bytes;
	size_t length;
	char *messages;

	make_file(name, 10);
	cr_assert(file_read(&reference, &bytes, &length, &identity));
	free(bytes);
	cr_expect_eq(loading.bytes_left, 5);
	cr_expect_not(file_read(&reference, &bytes, &length, &identity));
	cr_expect_not(file_read(&reference, &bytes, &length, &identity));
	(void)unlink(name);
	messages = take_messages(&d);
	cr_expect_str_eq(messages,
			 "p: error: is too much: all files of a policy may have 268435456 bytes\n"
			 "p: error: is one file too many; a policy may have 10000\n",
			 "%s", messages);
	free(messages);
}

Test(config_file, names_are_relative_to_the_file_that_names)
{
	static const char *const cases[][3] = {
		{"forcedtls.yaml", "a.txt", "a.txt"},
		{"/etc/forcedtls.yaml", "a.txt", "/etc/a.txt"},
		{"/etc/forcedtls.yaml", "d/a.txt", "/etc/d/a.txt"},
		{"/etc/forcedtls.yaml", "/srv/a.txt", "/srv/a.txt"},
		{"d/p.yaml", "../a.txt", "d/../a.txt"},
		{"/p.yaml", "a.txt", "/a.txt"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char *name = file_resolve(cases[i][0], cases[i][1]);

		cr_expect_str_eq(name, cases[i][2], "%s", name);
		free(name);
	}
}
