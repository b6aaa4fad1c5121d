/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_CONFIG_NAMES_H
#define FORCEDTLS_CONFIG_NAMES_H

#include "config/report.h"
#include "tls/certificate.h"
#include "mail/pattern.h"

/*
 * Names without a dot, which are legal and mostly a word that means something
 * else; and of patterns, names that an MTA takes for another. Nothing is said
 * when only errors matter, and of localhost. written: as it stands in the file.
 */
void names_advise_pattern(const struct source *source, const struct path *path, struct place place,
			  const char *written, const struct pattern *pattern);
/* A subject, or a name of "presenting". */
void names_advise_subject(const struct source *source, const struct path *path, const struct node *node,
			  const struct certificate_name *name);
/* An item of "match" as Postfix is told it: a name, or a word that stands for one. */
void names_advise_match(const struct source *source, const struct path *path, const struct node *node,
			const char *item);

#endif
