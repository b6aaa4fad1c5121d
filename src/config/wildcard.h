/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_CONFIG_WILDCARD_H
#define FORCEDTLS_CONFIG_WILDCARD_H

#include <stdbool.h>
#include <stddef.h>

/* Names, sorted by their bytes. */
struct names {
	char **list;
	size_t count;
	size_t capacity;
};

/*
 * Finds what a glob(7) pattern names; a leading dot is to be written. folder
 * (taken as it is, with its slash, or "") goes before a pattern that is not
 * absolute. What is not there is not found. False when something could not be
 * looked at, whatever it may be: then nothing is found, errno says why, and
 * *trouble_r where (the caller frees it). glob(3) is not enough: it takes a
 * name behind a wildcard that it may not look at, and a folder that cannot be
 * read to its end, for one that is not there. Ended with names_fini.
 */
bool wildcard_find(const char *folder, const char *pattern, struct names *names_r, char **trouble_r);
void names_fini(struct names *names);

/* True for a pattern, false for a name. */
bool wildcard_is_pattern(const char *text);

#endif
