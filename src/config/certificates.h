/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_CONFIG_CERTIFICATES_H
#define FORCEDTLS_CONFIG_CERTIFICATES_H

#include "config/report.h"
#include "policy/policy.h"

/* Reads "certificate" ("any", names, maps, or a list of those) into require. */
void certificates_read(const struct source *source, const struct path *path, const struct node *list,
		       struct require *require);

/* Reads "presenting", a list of names of certificates, into connector. */
void certificates_read_names(const struct source *source, const struct path *path, const struct node *list,
			     struct connector *connector);

#endif
