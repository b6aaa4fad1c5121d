/* SPDX-License-Identifier: MIT */
/*
 * Preloaded into a private Sendmail, which knows no log but syslog(3): appends
 * each message to LOG_FILE, compiled in because Sendmail empties its environment.
 */
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <syslog.h>
#include <unistd.h>

void vsyslog(int priority, const char *format, va_list arguments)
{
	char line[4096];
	int length = vsnprintf(line, sizeof line - 1, format, arguments);
	int file = open(LOG_FILE, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);

	(void)priority;
	if (file == -1)
		return;
	if (length > (int)sizeof line - 2)
		length = (int)sizeof line - 2;
	if (length > 0) {
		line[length] = '\n';
		/* A line that cannot be written is missed by the test that waits for it. */
		if (write(file, line, (size_t)length + 1) == -1)
			perror(LOG_FILE);
	}
	(void)close(file);
}

void syslog(int priority, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsyslog(priority, format, arguments);
	va_end(arguments);
}

/* What calls become where the headers check them. */
void __vsyslog_chk(int priority, int flag, const char *format, va_list arguments);
void __vsyslog_chk(int priority, int flag, const char *format, va_list arguments)
{
	(void)flag;
	vsyslog(priority, format, arguments);
}

void __syslog_chk(int priority, int flag, const char *format, ...);
void __syslog_chk(int priority, int flag, const char *format, ...)
{
	va_list arguments;

	(void)flag;
	va_start(arguments, format);
	vsyslog(priority, format, arguments);
	va_end(arguments);
}

void openlog(const char *name, int options, int facility)
{
	(void)name;
	(void)options;
	(void)facility;
}

void closelog(void)
{
}
