/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_CONFIG_CONNECTOR_H
#define FORCEDTLS_CONFIG_CONNECTOR_H

#include "config/build.h"

/* Reads a connector and adds it to the build. node: a map; path: an item of a list. */
void connector_read(struct build *build, const struct path *path, const struct node *node);

#endif
