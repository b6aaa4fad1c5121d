/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_CONFIG_NETWORKS_H
#define FORCEDTLS_CONFIG_NETWORKS_H

#include "config/report.h"
#include "util/ip.h"

/*
 * Networks that are legal and probably not meant. Nothing is said when only
 * errors matter. set: as it was read from the value at path.
 */

/* node: "trusted_networks"; NULL: the default. */
void networks_advise_trusted(const struct source *source, const struct path *path, const struct node *node,
			     const struct cidr_set *set);

/* What a network of all addresses does there. */
enum networks_use {
	NETWORKS_SELECT, /* "clients" of a connector */
	NETWORKS_EXCEPT, /* "clients" of an exception */
	NETWORKS_ALLOW, /* "allowed_clients" */
};

void networks_advise(const struct source *source, const struct path *path, enum networks_use use,
		     const struct cidr_set *set);

#endif
