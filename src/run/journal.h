/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_RUN_JOURNAL_H
#define FORCEDTLS_RUN_JOURNAL_H

#include <stdbool.h>

#include "util/memory.h"

/*
 * systemd's journal, by its native protocol: one datagram an entry, of lines
 * "NAME=value" (systemd.io, JOURNAL_NATIVE_PROTOCOL). Spoken by hand, since
 * sd_journal_send(3) waits where the journal does not read, and mail would.
 */
#define JOURNAL_SOCKET "/run/systemd/journal/socket"

/* True when standard error is systemd's stream to the journal (systemd.exec(5), $JOURNAL_STREAM). */
bool journal_is_stderr(void);

/* True when somebody listens at that socket. */
bool journal_is_at(const char *socket);

/*
 * The socket of the journal that also listens at path, a syslog daemon's, as
 * /dev/log is where journald is that daemon; NULL where it is another one. The
 * caller frees it.
 */
char *journal_behind_syslog(const char *path);

/* What stands in an entry beside what was said. All borrowed. */
struct journal_entry {
	const char *program;
	int facility, priority; /* of syslog(3) */
	const char *label; /* before the message */
	const char *message; /* one line */
	const char *fields; /* further lines "NAME=value", each with a line feed; NULL: none */
};
void journal_add_entry(struct strbuf *out, const struct journal_entry *entry);

#endif
