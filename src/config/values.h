/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_CONFIG_VALUES_H
#define FORCEDTLS_CONFIG_VALUES_H

#include <stdbool.h>
#include <sys/types.h>

#include "config/report.h"
#include "util/date.h"
#include "mail/domain.h"
#include "tls/fingerprint.h"

/* What texts of a policy file mean. All of these report what is wrong. */

/* The functions below take scalars; false: reported. */
bool values_date(const struct source *source, const struct path *path, const struct node *node,
		 date_t *date_r);
bool values_socket_mode(const struct source *source, const struct path *path, const struct node *node,
			mode_t *mode_r);
/* "0660" as a number; false when text is nothing like it. */
bool values_parse_socket_mode(const char *text, mode_t *mode_r);
bool values_fingerprint(const struct source *source, const struct path *path, const struct node *node,
			struct fingerprint *fingerprint_r);
/* A host or domain name, normalised. */
bool values_domain(const struct source *source, const struct path *path, const struct node *node,
		   char domain_r[DOMAIN_SIZE]);
/* unix:PATH, inet:PORT@HOST or inet6:PORT@HOST. */
bool values_socket(const struct source *source, const struct path *path, const struct node *node);
/* True when only one of two such texts can be served; false where that cannot be told from the texts alone. */
bool values_same_socket(const char *one, const char *other);
/* Characters that can separate a mailbox from its extension, or none. */
bool values_is_delimiter(const char *text);
bool values_delimiter(const struct source *source, const struct path *path, const struct node *node);

#endif
