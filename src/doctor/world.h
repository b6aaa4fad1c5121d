/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_DOCTOR_WORLD_H
#define FORCEDTLS_DOCTOR_WORLD_H

#include <stdbool.h>

#include "doctor/endpoint.h"

/* What is spoken at a socket. */
enum protocol {
	PROTOCOL_MILTER,
	PROTOCOL_POLICY_SERVICE,
	PROTOCOL_SOCKETMAP,
};

/* What came of going to a socket. */
enum reach {
	REACH_ANSWERS, /* somebody does, in that protocol */
	REACH_NOTHING, /* there is no such file */
	REACH_DENIED,
	REACH_REFUSED, /* nobody serves it any more */
	REACH_SILENT, /* no answer in time */
	REACH_OTHER, /* an answer in another protocol */
	REACH_UNTRIED, /* nobody can tell: we are not root, or the system refused something */
};

/* Who goes there. All borrowed. */
struct visitor {
	const char *user; /* NULL: as we are */
	const char *root; /* changes its root to this directory; NULL: does not */
	const char *directory; /* where relative paths begin, seen from our root */
};

/* What a file with certificates is like. */
enum certificate_file {
	CERTIFICATE_FILE_GOOD,
	CERTIFICATE_FILE_UNTRIED, /* we are not root, and may not read it */
	CERTIFICATE_FILE_MISSING,
	CERTIFICATE_FILE_EMPTY, /* without a certificate that can be read */
};

/* Of a file. */
enum access_state {
	ACCESS_GRANTED,
	ACCESS_DENIED,
	ACCESS_MISSING,
	ACCESS_UNTRIED,
};

/*
 * What checks ask of the system, so that tests can give them another one.
 * Strings are borrowed.
 */
struct world {
	void *context;
	enum reach (*reach)(void *context, const struct visitor *visitor, const struct endpoint *endpoint,
			    enum protocol protocol);
	/* The name of the user's own group, which the caller frees; NULL: there is none. */
	char *(*group)(void *context, const char *user);
	/* count_r: how many certificates are in it, up to some hundred. */
	enum certificate_file (*certificates)(void *context, const char *path, int *count_r);
	bool (*is_directory)(void *context, const char *path);
	/* Whether user, with its groups, can read the file. */
	enum access_state (*readable)(void *context, const char *user, const char *path);
	/* True for two names of one file. */
	bool (*is_same_file)(void *context, const char *path, const char *other);
	/* The permission bits of a file; -1: it cannot be looked at. */
	int (*mode)(void *context, const char *path);
};

#endif
