/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_CONFIG_YAML_READ_H
#define FORCEDTLS_CONFIG_YAML_READ_H

#include <stdbool.h>
#include <stddef.h>

#include "config/report.h"
#include "config/tree.h"

/* Maps and lists within each other, the outermost included. A policy needs eight. */
#define YAML_DEPTH_MAX 32
#define YAML_ANCHORS_MAX 256
/* Values that aliases may stand for, in all. */
#define YAML_ALIASED_MAX 100000

/*
 * Reads one YAML document into *tree_r, which the caller ends with tree_fini
 * in any case. False when the text cannot be used as it is; why is in the
 * source's diagnostics, or its loading is unfit (config/file.h). Refuses what a
 * policy does not need and a reader could stumble over: NUL, invalid UTF-8,
 * tags, deep nesting, aliases that multiply.
 */
bool yaml_read(const struct source *source, const unsigned char *bytes, size_t length, struct tree *tree_r);

/* Warns of a file whose last line has no end. */
void yaml_warn_unended(const struct source *source, const unsigned char *bytes, size_t length);

#endif
