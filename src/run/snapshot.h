/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_RUN_SNAPSHOT_H
#define FORCEDTLS_RUN_SNAPSHOT_H

#include "config/config.h"

/*
 * The configuration in force. A message takes a reference at MAIL and gives it
 * back when it ends, so that one message is judged by one policy; a reload
 * puts a whole new one in place, and the old is freed with its last reference.
 */
struct snapshot;

/* Takes over config and makes it the one in force. Threads: safe. */
void snapshot_publish(struct config *config);

/* A reference to the one in force; NULL before the first publish. Threads: safe, never blocks for long. */
struct snapshot *snapshot_acquire(void);
const struct config *snapshot_config(const struct snapshot *snapshot);
/*
 * Gives a reference back and sets *snapshot to NULL. A NULL in *snapshot is
 * fine. Threads: safe; with a reaper it never blocks for long.
 */
void snapshot_release(struct snapshot **snapshot);

/* Gives back the reference of the place itself, at the end of the process. */
void snapshot_retire(void);

/*
 * Between start and stop a thread of its own frees what nobody has any more;
 * before and after, whoever gives back the last reference does. stop returns
 * when all that was given back is freed. Start it after the last fork, and
 * once at a time. Both return 0 or an error number (pthread_create(3),
 * pthread_join(3)).
 */
int snapshot_reaper_start(void);
int snapshot_reaper_stop(void);

#endif
