/* SPDX-License-Identifier: MIT */
/*
 * Allocation that cannot fail, and strings that grow. Knows nothing of mail;
 * the one place where running out of memory is answered.
 */
#include "util/memory.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void memory_gone(void)
{
	static const char message[] = "forcedtls: out of memory\n";

	(void)fwrite(message, 1, sizeof message - 1, stderr);
	abort();
}

static void *must(void *block)
{
	if (block == NULL)
		memory_gone();
	return block;
}

void *xmalloc(size_t size)
{
	return must(malloc(size > 0 ? size : 1));
}

void *xcalloc(size_t count, size_t size)
{
	return must(count > 0 && size > 0 ? calloc(count, size) : calloc(1, 1));
}

void *xreallocarray(void *block, size_t count, size_t size)
{
	return must(count > 0 && size > 0 ? reallocarray(block, count, size) : realloc(block, 1));
}

char *xstrdup(const char *text)
{
	return xstrndup(text, strlen(text));
}

char *xstrdup_or_null(const char *text)
{
	return text != NULL ? xstrdup(text) : NULL;
}

char *xstrndup(const char *text, size_t length)
{
	char *copy = xmalloc(length + 1);

	memcpy(copy, text, length);
	copy[length] = '\0';
	return copy;
}

char *xvasprintf(const char *format, va_list ap)
{
	char *text;

	return must(vasprintf(&text, format, ap) >= 0 ? text : NULL);
}

bool text_equal(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

void *vector_grow(void *elements, size_t used, size_t *capacity, size_t element_size)
{
	assert(used <= *capacity);
	if (used < *capacity)
		return elements;
	*capacity = *capacity > 0 ? *capacity * 2 : 8;
	return xreallocarray(elements, *capacity, element_size);
}

/* Makes room for more bytes and a NUL. */
static void strbuf_reserve(struct strbuf *buf, size_t more)
{
	size_t wanted;

	if (more >= SIZE_MAX / 2 - buf->length)
		memory_gone();
	wanted = buf->length + more + 1;
	if (wanted <= buf->capacity)
		return;
	buf->capacity = wanted < 64 ? 64 : wanted * 2;
	buf->text = xreallocarray(buf->text, buf->capacity, 1);
}

void strbuf_add(struct strbuf *buf, const char *bytes, size_t length)
{
	strbuf_reserve(buf, length);
	memcpy(buf->text + buf->length, bytes, length);
	buf->length += length;
	buf->text[buf->length] = '\0';
}

void strbuf_puts(struct strbuf *buf, const char *text)
{
	strbuf_add(buf, text, strlen(text));
}

void strbuf_putc(struct strbuf *buf, char c)
{
	strbuf_add(buf, &c, 1);
}

void strbuf_printf(struct strbuf *buf, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	strbuf_vprintf(buf, format, ap);
	va_end(ap);
}

void strbuf_vprintf(struct strbuf *buf, const char *format, va_list ap)
{
	va_list again;
	int length;

	va_copy(again, ap);
	length = vsnprintf(NULL, 0, format, again);
	va_end(again);
	if (length < 0)
		memory_gone();
	strbuf_reserve(buf, (size_t)length);
	length = vsnprintf(buf->text + buf->length, (size_t)length + 1, format, ap);
	if (length < 0)
		memory_gone();
	buf->length += (size_t)length;
}

void strbuf_cut(struct strbuf *buf, size_t length)
{
	assert(length <= buf->length);
	if (buf->text != NULL)
		buf->text[length] = '\0';
	buf->length = length;
}

const char *strbuf_text(const struct strbuf *buf)
{
	assert(buf->text == NULL || buf->length < buf->capacity);
	return buf->text != NULL ? buf->text : "";
}

char *strbuf_take(struct strbuf *buf)
{
	char *text = buf->text != NULL ? buf->text : xstrdup("");

	*buf = (struct strbuf){0};
	return text;
}

void strbuf_fini(struct strbuf *buf)
{
	free(buf->text);
	*buf = (struct strbuf){0};
}
