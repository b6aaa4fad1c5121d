/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_DOCTOR_POSTFIX_H
#define FORCEDTLS_DOCTOR_POSTFIX_H

#include <stdbool.h>
#include <stddef.h>

#include "doctor/words.h"
#include "util/table.h"

/*
 * One Postfix instance as postconf(1) describes it: plain data, which no
 * check changes. What postconf prints is input like any other: lines that are
 * none of its own are passed over, and nothing of them is ever run.
 */
struct setting {
	char *name;
	char *value; /* as it was written */
	UT_hash_handle hh;
};

/* A line of master.cf (master(5)). */
struct service {
	char *name; /* "smtp", "127.0.0.1:10025" */
	char *type; /* "inet", "unix", "pass" */
	char *command; /* "smtpd" */
	bool chroot;
	bool privileged; /* does not become mail_owner */
	struct setting *overrides; /* its -o options, by name */
};

struct postfix {
	char *directory; /* that main.cf is in; NULL: Postfix's own, and commands need no -c */
	struct setting *values; /* that hold: from main.cf, or the defaults; by name, and sorted by it */
	struct setting *written; /* in main.cf; the same */
	struct service *services;
	size_t service_count;
	size_t service_capacity;
};

/*
 * Reads "name = value" lines, as "postconf" and "postconf -n" print them, and
 * sorts them; where one comes twice the later counts.
 */
void postfix_read_values(struct setting **settings, const char *text);
/* Reads what "postconf -M" prints, and what "postconf -P" does, which goes to the services that are there. */
void postfix_read_services(struct postfix *postfix, const char *text);
void postfix_read_overrides(struct postfix *postfix, const char *text);
void postfix_free(struct postfix **postfix);

/* As it was written; NULL: this Postfix has no such parameter. service NULL: main.cf alone. Borrowed. */
const char *postfix_raw(const struct postfix *postfix, const struct service *service, const char *name);

/*
 * The value of a parameter with all others filled in, as that service has it:
 * "" where this Postfix knows none of the name, NULL where nobody can tell.
 * The caller frees it.
 */
char *postfix_value(const struct postfix *postfix, const struct service *service, const char *name);

/* The same, but "" where nobody can tell. */
char *postfix_text(const struct postfix *postfix, const struct service *service, const char *name);

/* True when it is "yes" in one of the ways in which Postfix takes it. */
bool postfix_yes(const struct postfix *postfix, const struct service *service, const char *name);

/* True when it has the value text, without case. */
bool postfix_has_value(const struct postfix *postfix, const struct service *service, const char *name,
		       const char *text);

/* The words of a list; none where nobody can tell. The caller ends it with words_fini. */
void postfix_list(const struct postfix *postfix, const struct service *service, const char *name,
		  struct words *words_r);

/* True when a -o option of the service has it. */
bool postfix_overrides(const struct service *service, const char *name);

/* True when this is that Postfix or a later one: 3.11.7; snapshots count as the release that they lead to. */
bool postfix_is_since(const struct postfix *postfix, int major, int minor, int patch);

/* A service by name and type; NULL: there is none. */
const struct service *postfix_find_service(const struct postfix *postfix, const char *name, const char *type);

/* False for one that master_service_disable leaves out. */
bool postfix_runs(const struct postfix *postfix, const struct service *service);

#endif
