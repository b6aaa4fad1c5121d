/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_CONFIG_TYPECHECK_H
#define FORCEDTLS_CONFIG_TYPECHECK_H

#include "config/report.h"
#include "config/schema.h"

/* What is being read: one key of one map. */
struct reading {
	const struct source *source;
	const struct path *path;
	const struct key *key;
	struct value *value; /* has the default */
};

/* Puts what node says into the value, or reports what is wrong with it. */
void typecheck_value(const struct reading *reading, const struct node *node);

/* What a value is where its key is missing. */
void typecheck_default(const struct key *key, struct value *value);

/* "text", "a list", "a map". A static string. */
const char *typecheck_kind(const struct node *node);

/* "must be text, not a list". expected: what the key takes. */
void typecheck_refuse(const struct source *source, const struct path *path, const struct node *node,
		      const char *expected);

#endif
