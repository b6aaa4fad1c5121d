/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_RUN_SIGNALS_H
#define FORCEDTLS_RUN_SIGNALS_H

#include <pthread.h>

/* Blocks SIGUSR1, for the thread that waits for it. First thing in main: until then it ends the process. */
void signals_block_reload(void);

/*
 * Blocks what ends the daemon (SIGTERM, SIGINT, SIGHUP) until libmilter's own
 * thread takes it, so that one that comes while we start is a clean stop as
 * well; ignores SIGPIPE. Before threads start.
 */
void signals_leave_to_libmilter(void);

/* Asks the process to stop as SIGTERM does: what failed cannot go on, and nothing may hang because of it. */
void signals_stop_process(void);

/* Waits for the next SIGUSR1. */
void signals_wait_reload(void);

/* As pthread_create(3), for a thread that no signal finds unless it waits for one. */
int signals_create_thread(pthread_t *thread_r, void *(*serve)(void *), void *argument);

#endif
