/* SPDX-License-Identifier: MIT */
/*
 * The one place that holds the configuration in force, and the thread that
 * frees those that were. Knows nothing of what is in one; the locks cover
 * pointers and a counter, never a load or a free.
 */
#include "run/snapshot.h"

#include <assert.h>
#include <malloc.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

#include "util/memory.h"
#include "run/signals.h"
#include "run/verdict_counters.h"

struct snapshot {
	atomic_size_t references;
	struct config *config;
	struct snapshot *next; /* among those to be freed */
};

/* Between reading the pointer and counting the reference nobody may give back the last one. */
static pthread_mutex_t current_mutex = PTHREAD_MUTEX_INITIALIZER;
static struct snapshot *current;

/* To free a large policy takes longer than any mail should wait. */
static struct {
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	pthread_t thread;
	bool running;
	struct snapshot *unused; /* to be freed; empty unless it is running */
} reaper = {.mutex = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

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
	verdict_counters_place(config);
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

static void free_snapshot(struct snapshot *unused)
{
	config_free(&unused->config);
	free(unused);
}

/* False when there is no reaper. */
static bool hand_to_reaper(struct snapshot *unused)
{
	bool running;

	pthread_mutex_lock(&reaper.mutex);
	running = reaper.running;
	if (running) {
		unused->next = reaper.unused;
		reaper.unused = unused;
		pthread_cond_signal(&reaper.changed);
	}
	pthread_mutex_unlock(&reaper.mutex);
	return running;
}

void snapshot_release(struct snapshot **snapshot)
{
	struct snapshot *held = *snapshot;
	size_t references;

	*snapshot = NULL;
	if (held == NULL)
		return;
	/* Acquire and release: whoever frees sees all that others did with it. */
	references = atomic_fetch_sub_explicit(&held->references, 1, memory_order_acq_rel);
	assert(references > 0);
	if (references > 1)
		return;
	if (!hand_to_reaper(held))
		free_snapshot(held);
}

void snapshot_retire(void)
{
	struct snapshot *previous = exchange_current(NULL);

	snapshot_release(&previous);
}

/* Waits for one to free. NULL: there is none, and none will come. */
static struct snapshot *next_unused(void)
{
	struct snapshot *unused;

	pthread_mutex_lock(&reaper.mutex);
	while (reaper.unused == NULL && reaper.running)
		pthread_cond_wait(&reaper.changed, &reaper.mutex);
	unused = reaper.unused;
	if (unused != NULL)
		reaper.unused = unused->next;
	pthread_mutex_unlock(&reaper.mutex);
	return unused;
}

static void *reap(void *argument)
{
	struct snapshot *unused;

	(void)argument;
	while ((unused = next_unused()) != NULL) {
		free_snapshot(unused);
		(void)malloc_trim(
			0); /* or what a large one took stays ours, beside the one that came in its place */
	}
	return NULL;
}

int snapshot_reaper_start(void)
{
	int error;

	pthread_mutex_lock(&reaper.mutex);
	assert(!reaper.running);
	error = signals_create_thread(&reaper.thread, reap, NULL);
	reaper.running = error == 0;
	pthread_mutex_unlock(&reaper.mutex);
	return error;
}

int snapshot_reaper_stop(void)
{
	pthread_mutex_lock(&reaper.mutex);
	assert(reaper.running);
	reaper.running = false;
	pthread_cond_signal(&reaper.changed);
	pthread_mutex_unlock(&reaper.mutex);
	return pthread_join(reaper.thread, NULL);
}
