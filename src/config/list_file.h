/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_CONFIG_LIST_FILE_H
#define FORCEDTLS_CONFIG_LIST_FILE_H

#include "config/file.h"

/* Bytes of a line, its comment included. */
#define LIST_LINE_MAX ((size_t)2000)

/*
 * Reads a list file: one entry a line; blank lines, and what follows a "#" at
 * the beginning of a line or after a blank, do not count. The last line has to
 * end as the others do. Calls take for each
 * entry; source is the list file, for messages. text is valid for the call.
 * Never holds more than a part of the file. Reports what is wrong with it.
 */
typedef void list_entry(void *context, const struct source *source, const char *text, struct place place);
void list_file_read(const struct file_reference *reference, list_entry *take, void *context);

#endif
