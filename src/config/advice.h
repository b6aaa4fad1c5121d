/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_CONFIG_ADVICE_H
#define FORCEDTLS_CONFIG_ADVICE_H

#include "config/build.h"
#include "config/schema.h"

/*
 * What is legal and probably wrong. Nothing is said when only errors matter
 * (loading.today is 0).
 */

/* value: "mode" of a connector; path: the connector. */
void advice_mode(const struct build *build, const struct path *path, const struct value *value);

void advice_exception(const struct source *source, const struct path *path, const struct node *node,
		      const struct exception *exception);

/*
 * Ciphers below TLS 1.3, where no session below it will do. node: NULL where
 * nothing is said of them; instead: what to do about it.
 */
void advice_ciphers(const struct source *source, const struct path *path, const struct node *node,
		    enum tls_version min_version, const char *instead);

/* node: "message". */
void advice_message(const struct source *source, const struct path *path, const struct node *node);

/* node: "allowed_senders". */
void advice_allowed_senders(const struct source *source, const struct path *path, const struct node *node,
			    const struct pattern_index *senders);

#endif
