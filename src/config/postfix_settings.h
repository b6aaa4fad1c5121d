/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_CONFIG_POSTFIX_SETTINGS_H
#define FORCEDTLS_CONFIG_POSTFIX_SETTINGS_H

#include <stddef.h>

/* What Postfix makes of addresses, by its own word. NULL: it did not say, or nothing that can be used. */
struct postfix_settings {
	char *myorigin; /* what it appends to an address without domain, normalised */
	char *mydomain; /* what it appends to a domain without a dot, normalised; "": nothing */
	char *recipient_delimiter; /* "": none */
};

/* What becomes of a question. */
enum postfix_answer {
	POSTFIX_NOT_ASKED, /* there is none here, or its word is not wanted */
	POSTFIX_FAILED, /* it is here, and says nothing, or not in time: another time it may */
	POSTFIX_SEVERAL, /* there are several instances here, or that cannot be told: whose word it would be neither */
	POSTFIX_ANSWERED,
};

/*
 * How long it may take, and how much it may say. With a main.cf that was just
 * written it waits itself, for some two seconds, lest it reads a part of it.
 */
#define POSTFIX_SETTINGS_PATIENCE_MS 10000
#define POSTFIX_SETTINGS_SIZE_MAX ((size_t)4096)

/* Where postconf(1) is: as it was found when this was built, or where it is elsewhere; NULL: there is none. A static string. */
const char *postconf_find(void);

/*
 * Asks postconf(1), in a process of its own and without a shell: as nobody
 * where we are root, with nothing of our environment but MAIL_CONFIG, which
 * names Postfix's directory. *settings_r is zeroed but with POSTFIX_ANSWERED,
 * and ended with postfix_settings_fini either way. Not for the way of the mail: it waits.
 */
enum postfix_answer postfix_settings_ask(struct postfix_settings *settings_r);

/*
 * The same from what postconf(1) printed: "name = value" a line. A Postfix that
 * knows of others (multi_instance_directories, alternate_config_directories)
 * speaks for itself alone, and the mail may be another's.
 */
enum postfix_answer postfix_settings_read(char *text, struct postfix_settings *settings_r);

void postfix_settings_fini(struct postfix_settings *settings);

#endif
