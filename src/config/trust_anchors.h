/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_CONFIG_TRUST_ANCHORS_H
#define FORCEDTLS_CONFIG_TRUST_ANCHORS_H

#include "config/report.h"
#include "policy/tls_policy.h"

/*
 * Reads "trust_anchors" into deliver: the files are looked at, and their names
 * are kept from the root directory on, as Postfix needs them. list: the value
 * of the key, which has the given path.
 */
void trust_anchors_read(const struct source *source, const struct path *path, const struct node *list,
			struct tls_policy *tls_policy);

#endif
