/* SPDX-License-Identifier: MIT */
/* Standard error as a text. Must not know what is written there. */
#include "unit/run/captured.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "unit/run/place.h"

char *captured(void (*run)(void *context), void *context)
{
	char *directory = place_make(), *path = place_path(directory, "log"), *text;
	int before = dup(STDERR_FILENO);

	cr_assert(before >= 0);
	cr_assert_not_null(freopen(path, "a", stderr));
	run(context);
	cr_assert(dup2(before, STDERR_FILENO) >= 0 && close(before) == 0);
	text = place_read(path);
	free(path);
	place_remove(directory);
	return text;
}
