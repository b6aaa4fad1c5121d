/* SPDX-License-Identifier: MIT */
/*
 * From a message to a line of standard error, the journal or syslog: what
 * stands before it, and what is escaped in it. Knows nothing of how lines are
 * written. Whoever wants to say something says it here, libmilter too.
 */
#include "run/log.h"

#include <assert.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>
#include <unistr.h>

#include "verdict/log_value.h"
#include "util/memory.h"
#include "run/gate.h"
#include "run/journal.h"
#include "run/log_writer.h"

/* What stands before a line, and behind it. */
enum form {
	FORM_STDERR, /* "forcedtlsd[811]: ", and a line feed */
	FORM_JOURNAL, /* systemd's "<6>" (sd-daemon(3)), and a line feed */
	FORM_ENTRY, /* of the journal, with fields (run/journal.h) */
	FORM_SYSLOG, /* "<22>Nov 23 12:00:00 forcedtlsd[811]: " (RFC 3164, as syslog(3) has it locally) */
};

static const char *log_program = "forcedtlsd";
static enum form log_form;
static int log_facility = LOG_MAIL;
static bool fatal_is_warning;

static const struct {
	const char *label;
	int priority;
} severities[] = {
	[LOG_SEVERITY_INFO] = {"", LOG_INFO},
	[LOG_SEVERITY_WARNING] = {"warning: ", LOG_WARNING},
	[LOG_SEVERITY_FATAL] = {"fatal: ", LOG_CRIT},
};

bool log_first(enum log_first what)
{
	static atomic_uint said;

	return (atomic_fetch_or(&said, 1u << what) & 1u << what) == 0;
}

/* Local time in the C locale, as all of syslog has it. */
static void add_time(struct strbuf *out)
{
	char text[sizeof "Nov 23 12:00:00 "];
	time_t now = time(NULL);
	struct tm local;

	if (localtime_r(&now, &local) != NULL && strftime(text, sizeof text, "%b %e %H:%M:%S ", &local) > 0)
		strbuf_puts(out, text);
}

void log_fatal_as_warning(bool as_warning)
{
	fatal_is_warning = as_warning;
}

/* text with all that belongs to a line. fields: NULL for none. */
static void make_line(struct strbuf *line, enum log_severity severity, const char *text, const char *fields)
{
	if (severity == LOG_SEVERITY_FATAL && fatal_is_warning)
		severity = LOG_SEVERITY_WARNING;
	if (log_form == FORM_ENTRY) {
		journal_add_entry(line, &(struct journal_entry){.program = log_program,
								.facility = log_facility,
								.priority = severities[severity].priority,
								.label = severities[severity].label,
								.message = text,
								.fields = fields});
		return;
	}
	if (log_form == FORM_JOURNAL)
		strbuf_printf(line, "<%d>", severities[severity].priority);
	if (log_form == FORM_SYSLOG) {
		strbuf_printf(line, "<%d>", log_facility | severities[severity].priority);
		add_time(line);
	}
	if (log_form != FORM_JOURNAL)
		strbuf_printf(line, "%s[%ld]: ", log_program, (long)getpid());
	strbuf_puts(line, severities[severity].label);
	strbuf_puts(line, text);
	if (log_form != FORM_SYSLOG)
		strbuf_putc(line, '\n');
}

/* A finished text. */
static void emit(enum log_severity severity, const char *text, const char *fields)
{
	struct strbuf line = {0};

	make_line(&line, severity, text, fields);
	log_writer_put(line.text, line.length);
	strbuf_fini(&line);
}

/* log_writer_lost */
static char *lost_line(size_t lines)
{
	struct strbuf text = {0}, line = {0};

	strbuf_printf(&text, "%zu log line%s lost: %s did not take %s", lines, lines == 1 ? " was" : "s were",
		      log_form == FORM_SYSLOG   ? "syslog"
		      : log_form == FORM_STDERR ? "standard error"
						: "the journal",
		      lines == 1 ? "it" : "them");
	make_line(&line, LOG_SEVERITY_WARNING, text.text, NULL);
	strbuf_fini(&text);
	return strbuf_take(&line);
}

void log_to_stderr(const char *program)
{
	log_program = program;
	log_form = journal_is_stderr() ? FORM_JOURNAL : FORM_STDERR;
	log_writer_to_stderr(lost_line);
}

/* It takes entries as a syslog daemon takes lines. socket: NULL where there is none. */
static bool to_journal(const char *program, int facility, const char *socket)
{
	if (socket == NULL || !journal_is_at(socket))
		return false;
	log_program = program;
	log_facility = facility;
	log_form = FORM_ENTRY;
	log_writer_to_syslog(socket, lost_line);
	return true;
}

bool log_to_journal(const char *program, const char *socket, int facility)
{
	return journal_is_stderr() && to_journal(program, facility, socket);
}

void log_to_syslog(const char *program, const char *path, int facility)
{
	static char *journal;

	free(journal);
	journal = journal_behind_syslog(path);
	if (to_journal(program, facility, journal))
		return;
	log_program = program;
	log_facility = facility;
	log_form = FORM_SYSLOG;
	log_writer_to_syslog(path, lost_line);
}

bool log_takes_fields(void)
{
	return log_form == FORM_ENTRY;
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

		if (out->length + (length > 0 ? length : 4) > LOG_VALUE_LINE_MAX) {
			strbuf_puts(out, "...");
			break;
		}
		if (length > 0)
			strbuf_add(out, text, length);
		else
			strbuf_printf(out, "\\x%02X", (unsigned char)*text);
		text += length > 0 ? length : 1;
	}
}

static void log_text(enum log_severity severity, const char *prefix, const char *format, va_list ap)
	__attribute__((format(printf, 3, 0)));
static void log_text(enum log_severity severity, const char *prefix, const char *format, va_list ap)
{
	char *text = xvasprintf(format, ap);
	struct strbuf line = {0};

	strbuf_puts(&line, prefix);
	add_escaped(&line, text);
	emit(severity, line.text, NULL);
	strbuf_fini(&line);
	free(text);
}

void log_line(enum log_severity severity, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	log_text(severity, "", format, ap);
	va_end(ap);
}

static bool is_finished(const char *line)
{
	while (*line >= 0x20 && *line < 0x7f)
		line++;
	return *line == '\0';
}

void log_finished(enum log_severity severity, const char *line, const char *fields)
{
	assert(is_finished(line) && strlen(line) <= LOG_VALUE_LINE_MAX);
	assert(fields == NULL || log_takes_fields());
	emit(severity, line, fields);
}

/*
 * libmilter knows syslog(3) alone, which waits where the syslog daemon does not
 * read, and with it all its workers would. These two take the place of the C
 * library's: the linker lets libmilter find them in the program.
 */
void log_libmilter(int priority, const char *format, ...) __asm__("syslog")
	__attribute__((format(printf, 2, 3), used));
void log_libmilter_checked(int priority, int flag, const char *format, ...) __asm__("__syslog_chk")
	__attribute__((format(printf, 3, 4), used));

static enum log_severity severity_of(int priority)
{
	return LOG_PRI(priority) <= LOG_WARNING ? LOG_SEVERITY_WARNING : LOG_SEVERITY_INFO;
}

/*
 * Told to stop, libmilter closes its socket in one thread while another looks
 * at it, and may call that an error. At the end we asked for, it is none.
 */
static void log_libmilter_text(int priority, const char *format, va_list ap)
	__attribute__((format(printf, 2, 0)));
static void log_libmilter_text(int priority, const char *format, va_list ap)
{
	if (!gate_is_shut())
		log_text(severity_of(priority), "libmilter: ", format, ap);
}

void log_libmilter(int priority, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	log_libmilter_text(priority, format, ap);
	va_end(ap);
}

void log_libmilter_checked(int priority, int flag, const char *format, ...)
{
	va_list ap;

	(void)flag;
	va_start(ap, format);
	log_libmilter_text(priority, format, ap);
	va_end(ap);
}

bool log_start(void)
{
	int error = log_writer_start();

	if (error != 0)
		log_line(LOG_SEVERITY_FATAL, "cannot start the thread of the log: %s", strerror(error));
	return error == 0;
}

void log_stop(void)
{
	log_writer_stop();
}
