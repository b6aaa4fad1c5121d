/* SPDX-License-Identifier: MIT */
/*
 * Names of TLS versions and their order. Knows nothing of sessions or
 * policies: one table, read in both directions.
 */
#include "tls/tls_version.h"

#include <stddef.h>
#include <string.h>

/* The first name of a version is the one that we write. */
static const struct {
	const char *name;
	enum tls_version version;
} names[] = {
	{"TLSv1.3", TLS_VERSION_1_3}, {"TLSv1.2", TLS_VERSION_1_2}, {"TLSv1.1", TLS_VERSION_1_1},
	{"TLSv1", TLS_VERSION_1_0},   {"SSLv3", TLS_VERSION_SSL3},  {"TLSv1/SSLv3", TLS_VERSION_SSL3},
	{"SSLv2", TLS_VERSION_SSL2},
};

#define NAME_COUNT (sizeof names / sizeof names[0])

enum tls_version tls_version_from_name(const char *name)
{
	if (name != NULL)
		for (size_t i = 0; i < NAME_COUNT; i++)
			if (strcmp(names[i].name, name) == 0)
				return names[i].version;
	return TLS_VERSION_UNKNOWN;
}

const char *tls_version_name(enum tls_version version)
{
	for (size_t i = 0; i < NAME_COUNT; i++)
		if (names[i].version == version)
			return names[i].name;
	return "unknown";
}
