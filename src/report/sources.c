/* SPDX-License-Identifier: MIT */
/*
 * Reads all logs, one behind the other.
 */
#include "report/sources.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "report/log_input.h"
#include "report/program.h"
#include "report/progress.h"
#include "util/memory.h"
#include "util/utf8.h"

/* How many lines are read between two looks at the clock. */
#define PROGRESS_LINES 16384

void sources_complain(const char *command, const char *name, const char *why)
{
	char *shown = utf8_printable(name), *reason = utf8_printable(why);

	fprintf(stderr, "forcedtls %s: %s: %s\n", command, shown, reason);
	free(shown);
	free(reason);
}

/* Closes the input. */
static int read_lines(const struct sources *sources, struct log_input *input, const char *name,
		      sources_line *add, void *context)
{
	struct progress progress;
	unsigned long long lines = 0;
	int status = EX_OK;
	size_t length;
	char *text;
	bool cut;

	progress_init(&progress);
	while ((text = log_input_line(input, &length, &cut)) != NULL) {
		if (++lines % PROGRESS_LINES == 0)
			progress_show(&progress, name, log_input_progress(input), lines);
		add(context, text, length, cut);
	}
	progress_end(&progress);
	if (log_input_error(input) != NULL) {
		sources_complain(sources->command, name, log_input_error(input));
		status = EX_NOINPUT;
	}
	log_input_close(&input);
	return status;
}

static struct log_input *open_file(const struct sources *sources, const char *path)
{
	int fd;

	if (strcmp(path, "-") != 0 || sources->standard_input < 0)
		return log_input_open(path);
	fd = dup(sources->standard_input);
	if (fd < 0 || lseek(fd, 0, SEEK_SET) != 0) {
		if (fd >= 0)
			(void)close(fd);
		return NULL;
	}
	return log_input_from_fd(fd);
}

static int read_file(const struct sources *sources, const char *path, sources_line *add, void *context)
{
	struct log_input *input = open_file(sources, path);

	if (input != NULL)
		return read_lines(sources, input, path, add, context);
	sources_complain(sources->command, path, strerror(errno));
	return EX_NOINPUT;
}

/* The facility of mail(2) whoever logs, and our own lines wherever they go. False: it was told why it cannot be run. */
static bool start_journalctl(const struct sources *sources, struct running *running_r)
{
	static const char *const paths[] = {"/usr/bin/journalctl", "/bin/journalctl", NULL};
	static const struct program journalctl = {"journalctl", paths,
						  "there is no journalctl(1); name the log files"};
	const char *words[] = {"journalctl",
			       "--quiet",
			       "--no-pager",
			       "--output=json",
			       "--output-fields=MESSAGE,SYSLOG_IDENTIFIER,SYSLOG_PID,_PID,_HOSTNAME",
			       "SYSLOG_FACILITY=2",
			       "+",
			       "SYSLOG_IDENTIFIER=forcedtlsd",
			       NULL,
			       NULL,
			       NULL};
	struct strbuf since = {0}, until = {0};
	size_t count = 8;
	bool started;

	if (sources->since != 0) {
		strbuf_printf(&since, "--since=@%lld", (long long)sources->since);
		words[count++] = since.text;
	}
	if (sources->until != 0) {
		strbuf_printf(&until, "--until=@%lld", (long long)sources->until);
		words[count++] = until.text;
	}
	started = program_start(&journalctl, words, sources->command, running_r);
	strbuf_fini(&since);
	strbuf_fini(&until);
	return started;
}

static int read_journal(const struct sources *sources, sources_line *add, void *context)
{
	struct running journalctl;
	struct log_input *input;
	int status = EX_UNAVAILABLE;

	if (!start_journalctl(sources, &journalctl))
		return EX_UNAVAILABLE;
	input = log_input_from_fd(journalctl.fd);
	if (input != NULL)
		status = read_lines(sources, input, "journal", add, context);
	return program_end(&journalctl) ? status : EX_UNAVAILABLE;
}

static bool copy_standard_input(FILE *copy)
{
	char block[65536];
	ssize_t count;

	while ((count = read(STDIN_FILENO, block, sizeof block)) > 0 || (count < 0 && errno == EINTR))
		if (count > 0 && fwrite(block, 1, (size_t)count, copy) != (size_t)count)
			return false;
	return count == 0 && fflush(copy) == 0;
}

int sources_keep_standard_input(struct sources *sources)
{
	bool named = false, copied;
	FILE *copy;

	for (size_t i = 0; i < sources->file_count; i++)
		named = named || strcmp(sources->files[i], "-") == 0;
	if (!named)
		return EX_OK;
	copy = tmpfile();
	copied = copy != NULL && copy_standard_input(copy);
	sources->standard_input = copied ? dup(fileno(copy)) : -1;
	if (sources->standard_input < 0)
		sources_complain(sources->command, "standard input", strerror(errno));
	if (copy != NULL)
		(void)fclose(copy);
	return sources->standard_input < 0 ? EX_IOERR : EX_OK;
}

int sources_read(const struct sources *sources, sources_line *add, void *context)
{
	int status = EX_OK;

	if (sources->file_count == 0)
		return read_journal(sources, add, context);
	for (size_t i = 0; i < sources->file_count; i++) {
		int one = read_file(sources, sources->files[i], add, context);

		status = one != EX_OK ? one : status;
	}
	return status;
}
