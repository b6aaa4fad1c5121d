/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_CLI_EXPORT_H
#define FORCEDTLS_CLI_EXPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "policy/tls_policy_lookup.h"
#include "util/table.h"

/* A line of a table under construction, by its key. NULL is an empty table. */
struct export_line {
	char *key;
	char *value;
	UT_hash_handle hh;
};

/* Both texts become the table's. Of two with one key the first stays. */
void export_table_add(struct export_line **table, char *key, char *value);
/* In the order of the keys. */
void export_table_sort(struct export_line **table);
/* The value of a key, NULL when it is not there. Borrowed. */
const char *export_table_find(const struct export_line *table, const char *key);
/* One line each: key, tab, value. False when writing failed. */
bool export_table_print(const struct export_line *table);
void export_table_fini(struct export_line **table);

/* What an export is made from, and what came of it. */
struct export_job {
	const struct policy *policy;
	struct export_line *table;
	size_t left_out; /* what the table could not say, told on standard error */
};

/* "FILE:LINE:COLUMN: warning: connector "x": ..." on standard error; counts it as left out. */
void export_warn(struct export_job *job, const struct connector *connector, struct place place,
		 const char *format, ...) __attribute__((format(printf, 4, 5)));

/*
 * The table for postmap(1), with a line for each of next_hops as well. False,
 * told on standard error, when one of them is no next hop.
 */
bool export_postfix(struct export_job *job, char *const *next_hops, size_t count);

/* The lines "TLS_Rcpt:" of Sendmail's access map. */
void export_sendmail(struct export_job *job);

/*
 * Prints rules for sendmail.mc, by which Sendmail looks among the alternative
 * names of a client's certificate for the names that the policy has, and hands
 * the milter those that it finds. False when writing failed.
 */
bool export_altnames(struct export_job *job);

#endif
