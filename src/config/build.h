/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_CONFIG_BUILD_H
#define FORCEDTLS_CONFIG_BUILD_H

#include <stddef.h>

#include "config/file.h"
#include "config/origin.h"
#include "config/report.h"
#include "policy/policy.h"

/* A policy that grows, with the origin of each of its connectors. */
struct policy_draft {
	struct policy *policy;
	struct origin *origins; /* by connector number */
	size_t origin_capacity;
};

/* A file with connectors that has been read. */
struct read_file {
	struct file_identity identity;
	struct place named; /* where it is included; line 0: the policy file */
};

/* A configuration under construction. */
struct build {
	struct source source; /* the file that is being read */
	struct read_file *files;
	size_t file_count;
	size_t file_capacity;
	enum mode mode; /* of the whole policy */
	/* What "defaults" says. */
	enum tls_version min_version;
	enum on_failure on_failure;
	struct policy_draft enabled;
	struct policy_draft disabled; /* "enabled: false": checked as the others are, and then dropped */
};

#endif
