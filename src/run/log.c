/* SPDX-License-Identifier: MIT */
/*
 * Where messages go: standard error or syslog. Knows nothing of what they say;
 * every line of the daemon leaves through here.
 */
#include "run/log.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>
#include <unistr.h>

#include "core/log_value.h"
#include "core/memory.h"

static const char *log_program = "forcedtlsd";
static bool log_is_syslog;
static bool log_is_journal;
/* Held for the write of one line alone: a pipe would mix lines longer than PIPE_BUF. */
static pthread_mutex_t log_mutex = PTHREAD_MUTEX_INITIALIZER;

static const struct {
	const char *label;
	int priority;
} severities[] = {
	[LOG_SEVERITY_INFO] = {"", LOG_INFO},
	[LOG_SEVERITY_WARNING] = {"warning: ", LOG_WARNING},
	[LOG_SEVERITY_FATAL] = {"fatal: ", LOG_CRIT},
};

/* True when standard error is systemd's stream to the journal (systemd.exec(5), $JOURNAL_STREAM). */
static bool stderr_is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	struct strbuf ours = {0};
	struct stat st;
	bool same;

	if (stream == NULL || fstat(STDERR_FILENO, &st) < 0)
		return false;
	strbuf_printf(&ours, "%ju:%ju", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino);
	same = strcmp(ours.text, stream) == 0;
	strbuf_fini(&ours);
	return same;
}

bool log_first(enum log_first what)
{
	static atomic_uint said;

	return (atomic_fetch_or(&said, 1u << what) & 1u << what) == 0;
}

void log_to_stderr(const char *program)
{
	log_program = program;
	log_is_syslog = false;
	log_is_journal = stderr_is_journal();
	/* libmilter knows syslog(3) alone; with LOG_PERROR its reasons are seen here too. */
	openlog(program, log_is_journal ? LOG_PID : LOG_PID | LOG_PERROR, LOG_MAIL);
}

void log_to_syslog(const char *program, int facility)
{
	log_program = program;
	log_is_syslog = true;
	openlog(program, LOG_PID | LOG_NDELAY, facility);
}

/* The length of the character at text if it is printable UTF-8, else 0. */
static size_t printable_length(const char *text)
{
	ucs4_t character;
	int length = u8_strmbtouc(&character, (const uint8_t *)text);

	if (length <= 0 || character < 0x20 || (character >= 0x7f && character < 0xa0))
		return 0;
	return (size_t)length;
}

/* Control characters go: no line feed can forge a line, and no escape sequence reach a terminal. */
static void add_escaped(struct strbuf *out, const char *text)
{
	while (*text != '\0') {
		size_t length = printable_length(text);

		if (length > 0)
			strbuf_add(out, text, length);
		else
			strbuf_printf(out, "\\x%02X", (unsigned char)*text);
		text += length > 0 ? length : 1;
	}
}

/* A log that cannot be written must not stop mail: nothing is left to do then. */
static void write_line(const struct strbuf *line)
{
	size_t done = 0;

	pthread_mutex_lock(&log_mutex);
	while (done < line->length) {
		ssize_t written = write(STDERR_FILENO, line->text + done, line->length - done);

		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			break;
		done += (size_t)written;
	}
	pthread_mutex_unlock(&log_mutex);
}

static char *format_text(const char *format, va_list ap) __attribute__((format(printf, 1, 0)));
static char *format_text(const char *format, va_list ap)
{
	va_list again;
	int length;
	char *text;

	va_copy(again, ap);
	length = vsnprintf(NULL, 0, format, again);
	va_end(again);
	if (length < 0)
		return xstrdup(format);
	text = xmalloc((size_t)length + 1);
	if (vsnprintf(text, (size_t)length + 1, format, ap) < 0)
		text[0] = '\0';
	return text;
}

/* A finished line, with what stands before it. */
static void emit(enum log_severity severity, const char *text)
{
	struct strbuf line = {0};

	if (!log_is_syslog && log_is_journal)
		strbuf_printf(&line, "<%d>", severities[severity].priority);
	else if (!log_is_syslog)
		strbuf_printf(&line, "%s[%ld]: ", log_program, (long)getpid());
	strbuf_puts(&line, severities[severity].label);
	strbuf_puts(&line, text);
	if (log_is_syslog) {
		syslog(severities[severity].priority, "%s", line.text);
	} else {
		strbuf_putc(&line, '\n');
		write_line(&line);
	}
	strbuf_fini(&line);
}

void log_line(enum log_severity severity, const char *format, ...)
{
	struct strbuf line = {0};
	va_list ap;
	char *text;

	va_start(ap, format);
	text = format_text(format, ap);
	va_end(ap);
	strbuf_puts(&line, "");
	add_escaped(&line, text);
	emit(severity, line.text);
	strbuf_fini(&line);
	free(text);
}

static bool is_finished(const char *line)
{
	while (*line >= 0x20 && *line < 0x7f)
		line++;
	return *line == '\0';
}

void log_finished(enum log_severity severity, const char *line)
{
	assert(is_finished(line) && strlen(line) <= LOG_VALUE_LINE_MAX);
	emit(severity, line);
}
