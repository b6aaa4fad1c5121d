/* SPDX-License-Identifier: MIT */
/*
 * The one place that holds the configuration in force. Knows nothing of what
 * is in it; the lock covers a pointer and a counter, never a load or a free.
 */
#include "run/snapshot.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "core/memory.h"

struct snapshot {
	atomic_size_t references;
	struct config *config;
};

/* Between reading the pointer and counting the reference nobody may give back the last one. */
static pthread_mutex_t current_mutex = PTHREAD_MUTEX_INITIALIZER;
static struct snapshot *current;

static struct snapshot *exchange_current(struct snapshot *next)
{
	struct snapshot *previous;

	pthread_mutex_lock(&current_mutex);
	previous = current;
	current = next;
	pthread_mutex_unlock(&current_mutex);
	return previous;
}

void snapshot_publish(struct config *config)
{
	struct snapshot *next = xmalloc(sizeof *next);
	struct snapshot *previous;

	assert(config != NULL);
	next->config = config;
	atomic_init(&next->references, 1);
	previous = exchange_current(next);
	snapshot_release(&previous);
}

struct snapshot *snapshot_acquire(void)
{
	struct snapshot *snapshot;

	pthread_mutex_lock(&current_mutex);
	snapshot = current;
	if (snapshot != NULL)
		atomic_fetch_add_explicit(&snapshot->references, 1, memory_order_relaxed);
	pthread_mutex_unlock(&current_mutex);
	return snapshot;
}

const struct config *snapshot_config(const struct snapshot *snapshot)
{
	return snapshot->config;
}

void snapshot_release(struct snapshot **snapshot)
{
	struct snapshot *held = *snapshot;

	*snapshot = NULL;
	/* Acquire and release: whoever frees sees all that others did with it. */
	if (held == NULL || atomic_fetch_sub_explicit(&held->references, 1, memory_order_acq_rel) != 1)
		return;
	config_free(&held->config);
	free(held);
}

void snapshot_retire(void)
{
	struct snapshot *previous = exchange_current(NULL);

	snapshot_release(&previous);
}
