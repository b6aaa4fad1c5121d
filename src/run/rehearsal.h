/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_RUN_REHEARSAL_H
#define FORCEDTLS_RUN_REHEARSAL_H

#include <stdbool.h>

#include "util/memory.h"

/* Longer than this nothing takes that comes to an end. */
#define REHEARSAL_MS (300 * 1000)

/*
 * Does in a process of its own what is about to be done here: whether memory
 * suffices for it, nobody can tell before, and where it does not this one would
 * end. act writes nowhere, and leaves nothing to be ended; where memory runs
 * out for the whole system or the control group, that process goes first
 * (proc(5), oom_score_adj). False: it did not come to its end, and why is
 * appended; or there could be no such process.
 * Threads: safe, but for what other threads lock and act needs: the one that
 * calls is the only one in that process, and waits for it for patience_ms at most.
 */
bool rehearsal_ends(void (*act)(void *context), void *context, int patience_ms, struct strbuf *why);

#endif
