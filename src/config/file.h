/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_CONFIG_FILE_H
#define FORCEDTLS_CONFIG_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "config/report.h"

/* Far more than a policy needs, and less than would hurt. */
#define FILE_SIZE_MAX ((size_t)64 * 1024 * 1024)

/*
 * Reads a regular file of at most FILE_SIZE_MAX bytes, named by the source.
 * The caller frees *bytes_r. False: why is in the source's diagnostics.
 */
bool file_read(const struct source *source, unsigned char **bytes_r, size_t *length_r);

#endif
