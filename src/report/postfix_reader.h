/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_REPORT_POSTFIX_READER_H
#define FORCEDTLS_REPORT_POSTFIX_READER_H

#include <stdbool.h>

#include "report/log_line.h"

/* Lines of Postfix's SMTP client, 3.7 to 3.11 and later. All texts lie in the line's message. */

/* "Verified TLS connection established to mx.contoso.com[192.0.2.1]:25: TLSv1.3 with cipher ..." (smtp_tls_loglevel = 1) */
struct postfix_session {
	const char *trust; /* "Anonymous", "Untrusted", "Trusted", "Verified" */
	const char *relay; /* "mx.contoso.com[192.0.2.1]:25" */
	const char *version; /* "TLSv1.3" */
	const char *cipher;
	const char *key_exchange; /* "X25519", "ECDHE (prime256v1)"; "" where it is not logged */
};

/* "4XYZ: to=<b@contoso.com>, relay=mx.contoso.com[192.0.2.1]:25, ..., tls=secure, dsn=2.0.0, status=sent (...)" */
struct postfix_delivery {
	const char *queue_id;
	const char *to; /* as Postfix logs it: quoted, not escaped */
	const char *relay; /* "none" where no server was reached */
	const char *tls; /* smtp_log_tls_feature_status (3.11); NULL: not logged */
	const char *status; /* "sent", "deferred", "bounced" */
};

/* True when the line is of a program of that name of Postfix's, whatever syslog_name is: "postfix-out/relay/smtp". */
bool postfix_is(const struct log_line *line, const char *program);

/* Each changes the line's message when it returns true, and leaves it alone otherwise. Threads: safe. */
bool postfix_session_read(const struct log_line *line, struct postfix_session *session_r);
bool postfix_delivery_read(const struct log_line *line, struct postfix_delivery *delivery_r);

/* The queue id, in either form, that a message of Postfix's begins with; its length, 0 for none. */
size_t postfix_queue_id(const char *message);

#endif
