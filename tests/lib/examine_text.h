/* SPDX-License-Identifier: MIT */
#ifndef TESTS_LIB_EXAMINE_TEXT_H
#define TESTS_LIB_EXAMINE_TEXT_H

#include "config/config.h"
#include "doctor/examination.h"

/* A policy with a connector for each thing that checks look for. The caller frees it with config_free. */
struct config *examine_policy(void);

/*
 * Runs all checks over a Postfix without one: text is what "postconf",
 * "postconf -n", "postconf -M" and "postconf -P" print, each followed by a line
 * "===". Every socket answers, every file is there. Findings are added to
 * findings_r, which borrows from config and is ended with findings_fini.
 */
void examine_text(const char *text, const struct config *config, struct findings *findings_r);

/* The checks of the policy alone, where a running daemon says of its policy what it was read from, and its digest. */
void examine_daemon(const char *running_file, const char *running_digest, const struct config *config,
		    struct findings *findings_r);

/* The same over a sendmail.cf. */
void examine_sendmail_text(const char *text, const struct config *config, struct findings *findings_r);

/* The ids of findings and where they are, one a line. The caller frees it. */
char *findings_text(const struct findings *findings);

#endif
