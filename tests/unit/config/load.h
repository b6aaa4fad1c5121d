/* SPDX-License-Identifier: MIT */
#ifndef TESTS_UNIT_CONFIG_LOAD_H
#define TESTS_UNIT_CONFIG_LOAD_H

#include <time.h>

#include "config/config.h"
#include "config/report.h"
#include "config/tree.h"

/* Policies from texts, for the tests of the config layer. The file is called "p". */

/* The configuration of a text that is valid; the test ends when it is not. To be freed with config_free. */
struct config *load(const char *text);

/* All messages of a text, one a line. The caller frees them. */
char *messages_of(const char *text);

/* The messages are exactly these. */
void expect_messages(const char *text, const char *expected);

/* The same as "forcedtls check" has it on that day. */
void expect_advice(const char *text, date_t today, const char *expected);

/* The same where nothing is to be said of mail that leaves, nor of extensions. text: ends within the list of connectors. */
void expect_advice_on_arrivals(const char *text, date_t today, const char *expected);

/* A new folder with files, for policies of more than one file. */
struct scratch {
	char folder[32];
	char names[8][64];
	size_t count;
};

void scratch_init(struct scratch *scratch);
/* name: without folder. */
void scratch_write(struct scratch *scratch, const char *name, const char *bytes, size_t length);
void scratch_puts(struct scratch *scratch, const char *name, const char *text);
/* What loading a file of the folder gives, with the folder's name left out. The caller frees it. */
char *scratch_messages(const struct scratch *scratch, const char *name, struct config **config_r);
void scratch_expect(const struct scratch *scratch, const char *name, const char *expected);
/* Removes the folder with all files. */
void scratch_fini(struct scratch *scratch);

/* What was found so far, one a line; empties the list. The caller frees it. */
char *take_messages(struct diagnostics *diagnostics);

/* The tree of a valid text. Ended with tree_fini. */
struct tree read_tree(const char *text);

/* By how many seconds clock_gettime(2) goes on with each call, beside what it does by itself. */
extern time_t clock_flies;

/* The value of a key of a map. The test ends when it is not there. */
const struct node *node_at(const struct node *map, const char *key);

#endif
