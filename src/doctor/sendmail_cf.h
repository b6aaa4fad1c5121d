/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_DOCTOR_SENDMAIL_CF_H
#define FORCEDTLS_DOCTOR_SENDMAIL_CF_H

#include <stdbool.h>
#include <stddef.h>

#include "doctor/words.h"

/* A line "Xname, S=socket, F=flag, T=timeouts" of sendmail.cf: a mail filter. */
struct mail_filter {
	char *name;
	char *socket; /* as it is written; "" for none */
	char *flags; /* F=; "" for none */
	char *timeouts; /* T=; "" for none */
};

/* A line "O DaemonPortOptions=Name=MTA, Port=smtp, M=..., InputMailFilters=...". */
struct daemon_port {
	char *name;
	char *address; /* Addr=; "" for all */
	char *modifiers; /* M= */
	bool has_filters; /* it has filters of its own, in the place of all others */
	struct words filters;
};

/* sendmail.cf, as far as checks look at it. Input like any other: what is no line of these is passed over. */
struct sendmail {
	char *file;
	struct mail_filter *filters;
	size_t filter_count;
	size_t filter_capacity;
	struct daemon_port *ports;
	size_t port_count;
	size_t port_capacity;
	struct words input_filters; /* O InputMailFilters */
	struct words options; /* "name=value", the last of a name counts */
	struct words maps; /* names of K lines */
};

/* text: the file. file: its name, copied. Never fails; the caller ends it with sendmail_free. */
struct sendmail *sendmail_read(const char *file, const char *text);
void sendmail_free(struct sendmail **sendmail);

/* The value of an option, without case of its name; "" where there is none. Borrowed. */
const char *sendmail_option(const struct sendmail *sendmail, const char *name);

#endif
