/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_MAIL_LOCAL_PART_H
#define FORCEDTLS_MAIL_LOCAL_PART_H

#include <stdbool.h>
#include <stddef.h>

/* The marks in a local part that name a further hop (postconf(5), swap_bangpath, allow_percent_hack). */
extern const char local_part_marks[];

/* A local part cut at one of its marks: user%host and user@host at the last, host!user at the first. */
struct hop {
	const char *user;
	size_t user_length;
	const char *host;
	size_t host_length;
};

/* Cuts local, without quotes, at mark. The hop points into local. False when there is no such mark. Threads: safe. */
bool local_part_cut(const char *local, char mark, struct hop *hop_r);

/* True when the host has blanks, quotes or the like: read anew without them, it may become a domain. Threads: safe. */
bool local_part_host_may_change(const struct hop *hop);

/* True when a hop or a user is missing beside one of the marks: "!host!user", "user%". Threads: safe. */
bool local_part_has_gap(const char *local);

/*
 * True when every MTA cuts the same names out of local, if any: no mark, or
 * words between the marks that have nothing in them by which a reader takes
 * text apart (RFC 5322, 3.2.3); and no host that only looks like one to some,
 * such as a name of 254 bytes. False for an empty one: who is meant is a setting
 * of the MTA (postconf(5), empty_address_recipient). Threads: safe.
 */
bool local_part_is_certain(const char *local);

#endif
