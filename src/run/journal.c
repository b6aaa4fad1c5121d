/* SPDX-License-Identifier: MIT */
/* Where the journal is, and what an entry of it looks like. Sends nothing, and does not know what is said. */
#include "run/journal.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "run/unix_socket.h"

bool journal_is_stderr(void)
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

bool journal_is_at(const char *socket_path)
{
	int fd = unix_socket_connect(socket_path, SOCK_DGRAM);

	if (fd >= 0)
		(void)close(fd);
	return fd >= 0;
}

/* journald has both sockets in one directory, and /dev/log is a link to the one for syslog. */
char *journal_behind_syslog(const char *path)
{
	static const char name[] = "/journal/dev-log";
	char *real = realpath(path, NULL), *socket_path = NULL;
	size_t length = real != NULL ? strlen(real) : 0;
	struct strbuf text = {0};

	if (length >= sizeof name - 1 && strcmp(real + length - (sizeof name - 1), name) == 0) {
		strbuf_add(&text, real, length - strlen("dev-log"));
		strbuf_puts(&text, "socket");
		socket_path = strbuf_take(&text);
	}
	free(real);
	if (socket_path != NULL && !journal_is_at(socket_path)) {
		free(socket_path);
		socket_path = NULL;
	}
	return socket_path;
}

void journal_add_entry(struct strbuf *out, const struct journal_entry *entry)
{
	strbuf_printf(
		out,
		"MESSAGE=%s%s\nPRIORITY=%d\nSYSLOG_FACILITY=%d\nSYSLOG_IDENTIFIER=%s\nSYSLOG_PID=%ld\n%s",
		entry->label, entry->message, entry->priority, LOG_FAC(entry->facility), entry->program,
		(long)getpid(), entry->fields != NULL ? entry->fields : "");
}
