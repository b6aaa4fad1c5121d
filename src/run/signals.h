/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_RUN_SIGNALS_H
#define FORCEDTLS_RUN_SIGNALS_H

#include <pthread.h>
#include <stdbool.h>

/* Blocks SIGUSR1, for the thread that waits for it. First thing in main: until then it ends the process. */
void signals_block_reload(void);

/*
 * Blocks what ends the daemon (SIGTERM, SIGINT, SIGHUP) until somebody waits
 * for it, so that one that comes while we start is a clean stop as well;
 * ignores SIGPIPE, and no longer SIGCHLD: who starts us may have ignored that,
 * and nobody would learn how a child ended. Before threads start.
 */
void signals_block_stop(void);

/*
 * From now on what ends the daemon is taken by the calling thread, which has
 * to be the main one: Linux prefers it to others that want a signal as well.
 * Once, before libmilter's own thread is there. False: the reason is in the log.
 */
bool signals_take_stop(void);

/* Waits for a signal that ends the daemon; that one, or 0 after patience_ms. In the main thread. */
int signals_wait_stop(int patience_ms);

/* Leaves it, and all that come later, to libmilter's thread. In the main thread. */
void signals_pass_on(int number);

/* Asks the process to stop as SIGTERM does: what failed cannot go on, and nothing may hang because of it. */
void signals_stop_process(void);

/* The same for the one thread that is known to wait for it. */
void signals_stop_thread(pthread_t thread);

/*
 * A descriptor that is readable when a SIGUSR1 has come (signalfd(2)); it does
 * not block. The caller closes it. -1: errno says why.
 */
int signals_open_reload(void);

/* Takes the SIGUSR1 from there: all that have come count as one. False: there is none. */
bool signals_take_reload(int fd);

/* As pthread_create(3), for a thread that no signal finds unless it waits for one, or is nudged. */
int signals_create_thread(pthread_t *thread_r, void *(*serve)(void *), void *argument);

/* Ends the system call that the thread waits in, if that is one that a signal ends (signal(7), EINTR). */
void signals_nudge(pthread_t thread);

#endif
