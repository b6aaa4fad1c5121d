/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_CONFIG_CONFIG_H
#define FORCEDTLS_CONFIG_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/daemon_settings.h"
#include "config/diagnostics.h"
#include "config/digest.h"
#include "config/postfix_settings.h"
#include "util/date.h"
#include "policy/policy.h"

#define CONFIG_DEFAULT_PATH "/etc/forcedtls/forcedtls.yaml"

struct origin;

/* A policy file, read and checked. Immutable. */
struct config {
	struct daemon_settings daemon;
	struct policy *policy;
	struct origin *origins; /* of its connectors, by number (config/origin.h) */
	char **disabled; /* names of connectors that are not in the policy: "enabled: false" */
	size_t disabled_count;
	uint16_t *
		counter_places; /* of its connectors, by number (run/verdict_counters.h); NULL: not yet in force */
	char *from_postfix; /* what the policy file leaves out and Postfix said, "myorigin=example.org"; NULL: nothing */
	struct postfix_settings taken; /* the same, each by itself */
	char digest[DIGEST_TEXT_SIZE]; /* of all files that it was read from (config/digest.h) */
};

/* How often files are read that change meanwhile. */
#define CONFIG_READ_ATTEMPTS 3

/*
 * Reads and checks a policy file, and the files that it names. NULL when there
 * is at least one error; all of them, and the warnings, are in diagnostics,
 * sorted. Files that are changed while they are read, or were just before
 * (config/seen.h), are read again after 20 ms, all of them; still changing,
 * they are an error. What the policy needs and the file leaves out of
 * "myorigin", "mydomain" and "recipient_delimiter" Postfix is asked for
 * (config/postfix_settings.h). Does no other I/O. The caller frees the result with
 * config_free. Threads: safe.
 */
struct config *config_load(const char *path, struct diagnostics *diagnostics);

/*
 * The same while before is in force, which is NULL at first. What it took from
 * Postfix stays, with a warning, where Postfix gives no answer now: postconf(1)
 * that fails once keeps no mail waiting.
 */
struct config *config_reload(const char *path, const struct config *before, struct diagnostics *diagnostics);

/*
 * The same for who has no more than these bytes of memory to spare. Where the
 * files have so much in them that it might take more (config/file.h), they are
 * not read to the end; there, and where the system or a library had no memory,
 * the result is NULL, *takes_r is UINT64_MAX, and nothing is added to
 * diagnostics. Otherwise *takes_r is what they might take at the most, which is
 * the same for the same files, with errors in them or without.
 */
struct config *config_reload_within(const char *path, const struct config *before, uint64_t memory,
				    struct diagnostics *diagnostics, uint64_t *takes_r);

/*
 * As config_load, from memory; name stands for the file in messages, relative names
 * are relative to it. Postfix is not asked.
 */
struct config *config_load_bytes(const char *name, const unsigned char *bytes, size_t length,
				 struct diagnostics *diagnostics);

/*
 * The same with more warnings, for the administrator who asks: of single values
 * that are legal and probably wrong, and of certificate entries as they stand
 * today. What is said of the policy as a whole is lint's (lint/lint.h).
 */
struct config *config_check(const char *path, date_t today, struct diagnostics *diagnostics);
struct config *config_check_bytes(const char *name, const unsigned char *bytes, size_t length, date_t today,
				  struct diagnostics *diagnostics);

void config_free(struct config **config);

#endif
