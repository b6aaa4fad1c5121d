/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_TESTS_UNIT_RUN_FREES_H
#define FORCEDTLS_TESTS_UNIT_RUN_FREES_H

#include <stddef.h>

#include "config/config.h"

/* How often config_free was called from outside its own file: the linker wraps it. */
size_t frees_count(void);
/* How often by the thread that asks. */
size_t frees_count_here(void);

/* What a policy may not be without. */
#define FREES_CONNECTORS "connectors: [{name: x, recipients: [x.example], require: tls}]\n"

/* A configuration from text that has to be right. */
struct config *frees_config(const char *text);

#endif
