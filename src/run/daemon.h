/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_RUN_DAEMON_H
#define FORCEDTLS_RUN_DAEMON_H

#include <stdbool.h>

/*
 * Makes sure that descriptors 0, 1 and 2 are open, be it on /dev/null, so that
 * no socket of ours ends up as one of them. To be called first. False: no way.
 */
bool daemon_open_standard_descriptors(void);

/*
 * Goes to the background. Returns in the child alone, with a descriptor for
 * daemon_ready. The parent waits: it exits with 0 once the child is ready, and
 * with the child's status when that ends before; until then the child's
 * standard error is the parent's. False (in the parent) when there is no child;
 * the reason is in the log. Before threads start.
 */
bool daemon_detach(int *ready_r);

/* Lets the parent go and gives up the terminal: standard input, output and error become /dev/null. */
void daemon_ready(int ready);

#endif
