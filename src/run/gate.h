/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_RUN_GATE_H
#define FORCEDTLS_RUN_GATE_H

#include <stdbool.h>

/*
 * The gate that threads go through which are not ours to join: libmilter's
 * run callbacks of ours even after smfi_main has returned, while the process
 * frees what they use. Threads: safe.
 */

/* Before anything of ours is used. Once the gate is shut it does not return: the thread waits for the process to end. */
void gate_enter(void);

/* For each gate_enter that returned. */
void gate_leave(void);

/* Shuts the gate for good and waits until all have left, patience_ms at most. False: somebody is still inside. */
bool gate_shut(unsigned patience_ms);

/* Whether the end has begun. */
bool gate_is_shut(void);

#endif
