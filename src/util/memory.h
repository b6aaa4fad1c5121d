/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_UTIL_MEMORY_H
#define FORCEDTLS_UTIL_MEMORY_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * Allocation that succeeds or ends the process: a daemon that cannot allocate
 * cannot judge, and an MTA whose milter is gone defers the mail. None of these
 * returns NULL; a size of 0 is a valid block. Results are freed with free().
 * Threads: safe.
 */
void *xmalloc(size_t size);
void *xcalloc(size_t count, size_t size);
void *xreallocarray(void *block, size_t count, size_t size);
char *xstrdup(const char *text);
/* NULL for NULL. */
char *xstrdup_or_null(const char *text);
/* The first length bytes of text, with a NUL behind them. */
char *xstrndup(const char *text, size_t length);
/* Ends the process as they do: for what a library could not do for want of memory. */
_Noreturn void memory_gone(void);

/* What printf(3) makes of it. */
char *xvasprintf(const char *format, va_list ap) __attribute__((format(printf, 1, 0)));

/* True when two texts are equal, or both NULL. Threads: safe. */
bool text_equal(const char *a, const char *b);

/*
 * Makes room for one more element in a vector that grows by doubling.
 * vector: the address of the element pointer; capacity: in elements.
 */
void *vector_grow(void *elements, size_t used, size_t *capacity, size_t element_size);
/*
 * The address of one more element of such a vector, of pointers as well. What
 * is assigned to it must not read the count, which changes.
 */
#define VECTOR_ADD(vector, count, capacity)                                                                  \
	((vector) = vector_grow((vector), (count), &(capacity),                                              \
				sizeof *(vector)), /* NOLINT(bugprone-sizeof-expression) */                  \
	 &(vector)[(count)++])

/*
 * A string under construction: a growing block that never truncates.
 * text is always NUL-terminated once something was added, NULL before.
 */
struct strbuf {
	char *text;
	size_t length;
	size_t capacity;
};

void strbuf_add(struct strbuf *buf, const char *bytes, size_t length);
void strbuf_puts(struct strbuf *buf, const char *text);
void strbuf_putc(struct strbuf *buf, char c);
void strbuf_printf(struct strbuf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
void strbuf_vprintf(struct strbuf *buf, const char *format, va_list ap) __attribute__((format(printf, 2, 0)));
/* Keeps the first length bytes, of which there are as many. */
void strbuf_cut(struct strbuf *buf, size_t length);
/* The text so far, never NULL. Borrowed, and valid until something is added. */
const char *strbuf_text(const struct strbuf *buf);
/* Hands over the text (never NULL; the caller frees it) and empties the buffer. */
char *strbuf_take(struct strbuf *buf);
void strbuf_fini(struct strbuf *buf);

#endif
