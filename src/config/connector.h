/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_CONFIG_CONNECTOR_H
#define FORCEDTLS_CONFIG_CONNECTOR_H

#include "config/build.h"

/* Reads a list of connectors, "connectors" of the build's source, and adds them to the build. */
void connectors_read(struct build *build, const struct node *list);

#endif
