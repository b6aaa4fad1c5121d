/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_CONFIG_INCLUDE_H
#define FORCEDTLS_CONFIG_INCLUDE_H

#include "config/build.h"

/* Notes which file the policy file is, so that it cannot be included in itself. */
void include_note_policy(struct build *build, const struct file_identity *identity);

/* Reads the connectors of all files that "include" names, each list item's sorted by name. */
void include_read(struct build *build, const struct node *list);

#endif
