/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "util/memory.h"

Test(memory, strbuf_grows_and_never_truncates)
{
	struct strbuf buf = {0};

	for (int i = 0; i < 10000; i++)
		strbuf_printf(&buf, "%d,", i % 10);
	cr_assert_eq(buf.length, 20000);
	cr_assert_eq(strlen(buf.text), 20000);
	char *text = strbuf_take(&buf);
	cr_assert_str_eq(text + 19996, "8,9,");
	cr_assert_null(buf.text);
	free(text);
}

Test(memory, empty_strbuf_gives_an_empty_string)
{
	struct strbuf buf = {0};
	char *text = strbuf_take(&buf);

	cr_assert_str_eq(text, "");
	free(text);
	cr_assert_str_eq(strbuf_text(&buf), "");
	strbuf_puts(&buf, "a");
	cr_assert_str_eq(strbuf_text(&buf), "a");
	strbuf_fini(&buf);
}

Test(memory, texts_that_are_equal)
{
	cr_expect(text_equal(NULL, NULL) && text_equal("", "") && text_equal("a", "a"));
	cr_expect_not(text_equal(NULL, "") || text_equal("", NULL) || text_equal("a", "A"));
}

Test(memory, vector_keeps_its_elements)
{
	size_t capacity = 0;
	int *numbers = NULL;

	for (size_t i = 0; i < 1000; i++) {
		numbers = vector_grow(numbers, i, &capacity, sizeof *numbers);
		numbers[i] = (int)i;
	}
	for (size_t i = 0; i < 1000; i++)
		cr_assert_eq(numbers[i], (int)i);
	free(numbers);
}
