/* SPDX-License-Identifier: MIT */
/*
 * Puts lines into the sink, and those that it does not take into the queue. The
 * one owner of both; the lock is held for writes that do not wait. Knows
 * nothing of what a line says.
 */
#include "run/log_writer.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/clock.h"
#include "run/counters.h"
#include "run/log_queue.h"
#include "run/log_sink.h"
#include "run/signals.h"

/* How long those are waited for who start us, and at the end. */
#define START_PATIENCE_MS 1000
#define END_PATIENCE_MS 200
/* How often a sink is tried that does not say when it is back. */
#define RETRY_MS 1000
/* How many lines are written before others have their turn. */
#define TURN_LINES 32

static struct {
	pthread_mutex_t mutex;
	struct log_sink sink;
	struct log_queue queue;
	size_t done; /* bytes of the first queued line that were written */
	size_t lost; /* lines that nobody was told of yet */
	log_writer_lost *lost_line;
	long patience_ms; /* what is left of it, without the thread */
	bool keeping; /* the thread runs */
	bool stopping;
	pthread_t keeper;
	int wake[2];
} writer = {
	.mutex = PTHREAD_MUTEX_INITIALIZER,
	.sink = {.kind = LOG_SINK_FILE, .fd = STDERR_FILENO},
	.wake = {-1, -1},
};

static void log_writer_lose(size_t lines)
{
	writer.lost += lines;
	counters_log_lines_lost(lines);
}

static void log_writer_begin(log_writer_lost *lost)
{
	log_sink_close(&writer.sink);
	log_writer_lose(log_queue_clear(&writer.queue));
	writer.done = 0;
	writer.lost_line = lost;
	writer.patience_ms = START_PATIENCE_MS;
}

void log_writer_to_stderr(log_writer_lost *lost)
{
	log_writer_begin(lost);
	log_sink_open_stderr(&writer.sink);
}

void log_writer_to_syslog(const char *path, log_writer_lost *lost)
{
	log_writer_begin(lost);
	log_sink_open_syslog(&writer.sink, path);
}

/* Puts the line that tells of lost ones where they would have been. False: none were, or it has no room either. */
static bool queue_lost_line(void)
{
	char *line;
	bool queued;

	if (writer.lost == 0 || writer.lost_line == NULL)
		return false;
	line = writer.lost_line(writer.lost);
	queued = log_queue_add(&writer.queue, line, strlen(line));
	if (queued)
		writer.lost = 0;
	free(line);
	return queued;
}

/* LOG_SINK_SENT: what waited was sent, or so many lines of it. */
static enum log_sink_result send_queued(size_t lines)
{
	for (; lines > 0 && (writer.queue.first != NULL || queue_lost_line()); lines--) {
		const struct queued_line *line = writer.queue.first;
		enum log_sink_result result =
			log_sink_send(&writer.sink, line->text, line->length, &writer.done);

		if (result == LOG_SINK_BUSY || result == LOG_SINK_BROKEN)
			return result;
		log_queue_drop(&writer.queue);
		if (result == LOG_SINK_REFUSED) {
			log_writer_lose(1);
			return LOG_SINK_BROKEN;
		}
	}
	return LOG_SINK_SENT;
}

/* Where no thread does it: sends what waits, as long as there is patience and somebody who reads. */
static void send_patiently(void)
{
	int64_t began = clock_monotonic();
	long left = writer.patience_ms;

	while (send_queued(SIZE_MAX) == LOG_SINK_BUSY && left > 0) {
		struct pollfd room = {.fd = writer.sink.fd, .events = POLLOUT};

		(void)poll(&room, 1, (int)left);
		left = writer.patience_ms - (long)((clock_monotonic() - began) / CLOCK_MILLISECOND);
	}
	writer.patience_ms = left > 0 ? left : 0;
}

/* It sleeps without end where nothing waits. A full pipe wakes it as well. */
static void wake_keeper(void)
{
	ssize_t ignored = write(writer.wake[1], "", 1);

	(void)ignored;
}

/* False: it, or a part of it, has to wait. */
static bool put_at_once(const char *line, size_t length)
{
	enum log_sink_result result;

	if (writer.queue.first != NULL || writer.lost > 0)
		return false;
	result = log_sink_send(&writer.sink, line, length, &writer.done);
	if (result == LOG_SINK_REFUSED)
		log_writer_lose(1);
	return result == LOG_SINK_SENT || result == LOG_SINK_REFUSED;
}

/* Once lines were lost none is kept until there is room for many: or each of them had a word about the one before. */
static void keep_line(const char *line, size_t length)
{
	if (writer.lost > 0 && writer.queue.bytes <= LOG_QUEUE_BYTES_MAX / 2)
		(void)queue_lost_line();
	if (writer.lost > 0 || !log_queue_add(&writer.queue, line, length))
		log_writer_lose(1);
}

void log_writer_put(const char *line, size_t length)
{
	bool was_idle;

	pthread_mutex_lock(&writer.mutex);
	was_idle = writer.queue.first == NULL;
	if (!put_at_once(line, length)) {
		keep_line(line, length);
		if (!writer.keeping)
			send_patiently();
		else if (was_idle)
			wake_keeper();
	}
	pthread_mutex_unlock(&writer.mutex);
}

/* Until there is something to do, or it is time to try again. True: the sink said that it takes something. */
static bool keeper_wait(enum log_sink_result result, int fd, bool listens)
{
	struct pollfd events[] = {{.fd = writer.wake[0], .events = POLLIN}, {.fd = fd, .events = POLLOUT}};
	char bytes[64];

	(void)poll(events, listens ? 2 : 1, result == LOG_SINK_SENT ? -1 : RETRY_MS);
	while (read(writer.wake[0], bytes, sizeof bytes) > 0)
		;
	return events[1].revents != 0;
}

static void *log_writer_keep(void *argument)
{
	bool said_ready = false;

	(void)argument;
	for (;;) {
		enum log_sink_result result = LOG_SINK_SENT;
		size_t bytes, done;
		bool stopping, progress, more;
		int fd;

		pthread_mutex_lock(&writer.mutex);
		bytes = writer.queue.bytes;
		done = writer.done;
		stopping = writer.stopping;
		if (!stopping)
			result = send_queued(TURN_LINES);
		progress = writer.queue.bytes != bytes || writer.done != done;
		more = result == LOG_SINK_SENT && (writer.queue.first != NULL || writer.lost > 0);
		fd = writer.sink.fd;
		pthread_mutex_unlock(&writer.mutex);
		if (stopping)
			return NULL;
		if (more)
			continue;
		/* One that said so and took nothing is tried again later: this must not spin. */
		said_ready = keeper_wait(result, fd, result == LOG_SINK_BUSY && (progress || !said_ready));
	}
}

int log_writer_start(void)
{
	int error = 0;

	if (pipe2(writer.wake, O_CLOEXEC | O_NONBLOCK) < 0)
		return errno;
	pthread_mutex_lock(&writer.mutex);
	assert(!writer.keeping);
	writer.stopping = false;
	error = signals_create_thread(&writer.keeper, log_writer_keep, NULL);
	writer.keeping = error == 0;
	pthread_mutex_unlock(&writer.mutex);
	return error;
}

/* What nobody took in time is lost, but for a line that is half written; the last line says how many. */
static void give_up_queue(void)
{
	if (writer.queue.first == NULL)
		return;
	log_writer_lose(writer.done > 0 ? log_queue_cut(&writer.queue) : log_queue_clear(&writer.queue));
	writer.patience_ms = END_PATIENCE_MS;
	send_patiently();
}

void log_writer_stop(void)
{
	int error;

	pthread_mutex_lock(&writer.mutex);
	assert(writer.keeping);
	writer.stopping = true;
	wake_keeper();
	pthread_mutex_unlock(&writer.mutex);
	error = pthread_join(writer.keeper, NULL);
	assert(error == 0);
	pthread_mutex_lock(&writer.mutex);
	writer.keeping = false;
	for (size_t i = 0; i < 2; i++) {
		(void)close(writer.wake[i]);
		writer.wake[i] = -1;
	}
	writer.patience_ms = END_PATIENCE_MS;
	send_patiently();
	give_up_queue();
	writer.patience_ms = 0;
	pthread_mutex_unlock(&writer.mutex);
}
