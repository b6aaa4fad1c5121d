/* SPDX-License-Identifier: MIT */
/* Lines that wait, within bounds. Knows nothing of what they wait for. */
#include "run/log_queue.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "util/memory.h"

static size_t log_queue_size_of(size_t length)
{
	return sizeof(struct queued_line) + length + 1;
}

bool log_queue_add(struct log_queue *queue, const char *text, size_t length)
{
	size_t size = log_queue_size_of(length);
	struct queued_line *line;

	assert(queue->bytes <= LOG_QUEUE_BYTES_MAX && (queue->first == NULL) == (queue->last == NULL));
	if (size > LOG_QUEUE_BYTES_MAX - queue->bytes)
		return false;
	line = xmalloc(size);
	line->next = NULL;
	line->length = length;
	memcpy(line->text, text, length);
	line->text[length] = '\0';
	if (queue->last != NULL)
		queue->last->next = line;
	else
		queue->first = line;
	queue->last = line;
	queue->bytes += size;
	return true;
}

void log_queue_drop(struct log_queue *queue)
{
	struct queued_line *line = queue->first;

	assert(line != NULL);
	queue->first = line->next;
	if (queue->first == NULL)
		queue->last = NULL;
	assert(queue->bytes >= log_queue_size_of(line->length));
	queue->bytes -= log_queue_size_of(line->length);
	assert((queue->bytes == 0) == (queue->first == NULL));
	free(line);
}

size_t log_queue_clear(struct log_queue *queue)
{
	size_t count = 0;

	for (; queue->first != NULL; count++)
		log_queue_drop(queue);
	return count;
}

size_t log_queue_cut(struct log_queue *queue)
{
	struct log_queue rest = {0};

	if (queue->first == NULL || queue->first->next == NULL)
		return 0;
	rest = (struct log_queue){.first = queue->first->next,
				  .last = queue->last,
				  .bytes = queue->bytes - log_queue_size_of(queue->first->length)};
	queue->first->next = NULL;
	queue->last = queue->first;
	queue->bytes = log_queue_size_of(queue->first->length);
	return log_queue_clear(&rest);
}
