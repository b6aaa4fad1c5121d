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
	unsigned char *bytes;
	size_t length;
	char *messages;

	cr_expect_not(file_read(&source, &bytes, &length), "%s", name);
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
		unsigned char *bytes;
		size_t length;

		make_file(name, sizes[i]);
		cr_assert(file_read(&source, &bytes, &length));
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
