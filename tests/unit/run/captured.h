/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_TESTS_UNIT_DOOR_CAPTURED_H
#define FORCEDTLS_TESTS_UNIT_DOOR_CAPTURED_H

/* What run writes to standard error, where the log goes in tests. The caller frees it. */
char *captured(void (*run)(void *context), void *context);

#endif
