/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_CONFIG_DAEMON_SETTINGS_H
#define FORCEDTLS_CONFIG_DAEMON_SETTINGS_H

#include <stdbool.h>
#include <sys/types.h>

#include "policy/mta.h"

enum log_format {
	LOG_FORMAT_TEXT,
	LOG_FORMAT_JSON,
};

#define CONTROL_DEFAULT_SOCKET "unix:/run/forcedtls/control.sock"

/*
 * "daemon:" of the policy file, a row for each key: X(KIND, key, type, EFFECT,
 * what the schema has of it). All else that is done with each of them is made
 * of these rows: the keys of the schema, the struct, how it is read and freed,
 * which sockets are served (daemon/services.c), and what a reload cannot
 * change. DAEMON_SERVICES has the rows of KIND SERVICE alone.
 *
 *   KIND     SERVICE: the socket of the service of that name, as
 *            smfi_setconn(3) takes it; NULL: it is not served
 *            NAME: of a user or a group; NULL: leave it as it is
 *            SOCKET_MODE, WORD, BOOLEAN: what their names say
 *   EFFECT   AT_START: done once, as root or before threads start
 *            AT_RELOAD: as the policy in force has it
 */
/* clang-format off */
#define DAEMON_SERVICES(X)                                                                                     \
	X(SERVICE, milter, char *, AT_START, .default_text = "unix:/run/forcedtls/milter.sock",                \
	  .summary = "Where the MTA reaches the milter: unix:PATH, inet:PORT@HOST or inet6:PORT@HOST")         \
	X(SERVICE, tls_policy, char *, AT_START,                                                               \
	  .summary = "Where Postfix asks what a destination must show (smtp_tls_policy_maps)")                 \
	X(SERVICE, policy_service, char *, AT_START,                                                           \
	  .summary = "Where Postfix asks about a recipient (check_policy_service)")                            \
	X(SERVICE, control, char *, AT_START, .default_text = CONTROL_DEFAULT_SOCKET,                          \
	  .summary = "Where forcedtls reload and forcedtls status ask; for root and the user of the daemon")   \
	X(SERVICE, metrics, char *, AT_START,                                                                  \
	  .summary = "Where a Prometheus server reads metrics, such as inet:9465@127.0.0.1")
#define DAEMON_SETTINGS(X)                                                                                     \
	DAEMON_SERVICES(X)                                                                                     \
	X(NAME, user, char *, AT_START, .default_text = "forcedtls",                                           \
	  .summary = "The user that the daemon becomes when it is started by root")                            \
	X(NAME, socket_group, char *, AT_START,                                                                \
	  .summary = "The group that the sockets are given to, such as postfix")                               \
	X(SOCKET_MODE, socket_mode, mode_t, AT_START, .default_text = "0660",                                  \
	  .summary = "The permissions of the sockets: four octal digits, the first of them 0")                 \
	X(WORD, syslog_facility, int, AT_START, .words = &facilities, .default_text = "mail",                  \
	  .summary = "The syslog(3) facility that the daemon logs to")                                         \
	X(WORD, mta, enum mta, AT_RELOAD, .words = &mtas, .default_text = "auto",                              \
	  .summary = "Whose rules tell whether a certificate was verified; auto: by what the MTA hands over")  \
	X(WORD, log_format, enum log_format, AT_RELOAD, .words = &log_formats, .default_text = "text",         \
	  .summary = "How verdicts are logged: one line of text, or one JSON object")                          \
	X(BOOLEAN, log_accepted, bool, AT_RELOAD, .default_text = "false",                                     \
	  .summary = "Also log each recipient that was judged and let in")
/* clang-format on */

/* For DAEMON_SETTINGS: a member for each key. */
#define DAEMON_SETTING_MEMBER(kind, key, type, effect, ...) type key;

struct daemon_settings {
	DAEMON_SETTINGS(DAEMON_SETTING_MEMBER)
};

/* True when something differs that changes at the next start only. */
bool daemon_settings_need_restart(const struct daemon_settings *in_force,
				  const struct daemon_settings *wanted);

/* Those settings, for a message: "the sockets, user, socket_group and socket_mode". The caller frees it. */
char *daemon_settings_at_start(void);

#endif
