/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_CONFIG_POSTFIX_SETTINGS_H
#define FORCEDTLS_CONFIG_POSTFIX_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

/* What Postfix makes of addresses, by its own word. NULL: it did not say, or nothing that can be used. */
struct postfix_settings {
	char *myorigin; /* what it appends to an address without domain, normalised */
	char *mydomain; /* what it appends to a domain without a dot, normalised; "": nothing */
	char *recipient_delimiter; /* "": none */
};

/*
 * How long it may take, and how much it may say. With a main.cf that was just
 * written it waits itself, for some two seconds, lest it reads a part of it.
 */
#define POSTFIX_SETTINGS_PATIENCE_MS 10000
#define POSTFIX_SETTINGS_SIZE_MAX ((size_t)4096)

/*
 * Asks postconf(1), in a process of its own and without a shell: as nobody
 * where we are root, with nothing of our environment but MAIL_CONFIG, which
 * names Postfix's directory. False where there is no answer. *settings_r is
 * ended with postfix_settings_fini either way. Not for the way of the mail: it waits.
 */
bool postfix_settings_ask(struct postfix_settings *settings_r);

/* The same from what postconf(1) printed: "name = value" a line. */
void postfix_settings_read(char *text, struct postfix_settings *settings_r);

void postfix_settings_fini(struct postfix_settings *settings);

#endif
