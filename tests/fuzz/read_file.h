/* SPDX-License-Identifier: MIT */
#ifndef TESTS_FUZZ_READ_FILE_H
#define TESTS_FUZZ_READ_FILE_H

#include <stdbool.h>

#include "util/memory.h"

/* Adds all of a file to text, which then is not NULL. False, with a message on standard error, when it cannot. */
bool read_file(const char *name, struct strbuf *text);

#endif
