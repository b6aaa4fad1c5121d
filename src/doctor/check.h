/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_DOCTOR_CHECK_H
#define FORCEDTLS_DOCTOR_CHECK_H

#include "doctor/examination.h"

/* What a check is run for. */
enum check_reads {
	READS_POLICY, /* once, with no MTA */
	READS_POSTFIX, /* once for each instance */
	READS_SMTPD, /* for each service of it that takes mail from outside */
	READS_LIVE, /* for each smtpd that a session was opened to */
	READS_SMTP, /* for each one that delivers to the next hop */
	READS_SENDMAIL, /* once */
};

/*
 * A check: a row here, and a function over the facts. The manual's list is
 * made of these rows (tests/doctor/manual.py compares).
 */
struct check {
	const char *id; /* stable: people filter by it */
	enum check_reads reads;
	enum finding_severity severity; /* the worst that it says */
	void (*run)(struct examination *examination);
	const char *source; /* what it reads, for the manual */
	const char *says; /* what is wrong, and what comes of it: sentences */
	const char *mends; /* sentences, or NULL where the command says all */
};

extern const struct check checks[];
extern const size_t check_count;

/* Runs all of them for the policy alone, an instance of Postfix, a Sendmail. Findings go to examination->findings. */
void checks_run_policy(struct examination *examination);
void checks_run_postfix(struct examination *examination);
/* The same for each inet smtpd that strangers reach, with a session of its own. */
void checks_run_live(struct examination *examination, live_ask *ask, void *context);
void checks_run_sendmail(struct examination *examination);

#endif
