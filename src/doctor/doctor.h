/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_DOCTOR_DOCTOR_H
#define FORCEDTLS_DOCTOR_DOCTOR_H

#include <stdbool.h>
#include <stddef.h>

#include "config/config.h"
#include "doctor/examination.h"
#include "doctor/live.h"

/* What is to be looked at. All borrowed. */
struct patient {
	const char *policy_file;
	char *const *postfix_directories; /* of main.cf; none: Postfix's own, and all that it knows of */
	size_t postfix_directory_count;
	const char *sendmail_file; /* NULL: the system's, where there is no Postfix */
	const char *running_file, *running_digest; /* of the policy in force; NULL: no daemon was asked */
	live_ask *ask; /* NULL: no session is opened */
	void *ask_context;
};

/* An MTA that was looked at. */
struct seen_mta {
	char *name; /* "postfix", "sendmail" */
	char *config; /* the directory of main.cf, or sendmail.cf */
	char *version; /* "" where it is not known */
	bool is_default; /* Postfix's own: commands need no -c */
};

struct diagnosis {
	struct findings findings;
	struct seen_mta *mtas;
	size_t mta_count;
	size_t mta_capacity;
};

/*
 * Reads what the MTAs say of themselves, and runs all checks. False, with a
 * message on standard error, where there is no MTA, or one says nothing.
 * Forks; not to be called with threads about. Ended with diagnosis_fini.
 */
bool doctor_examine(const struct patient *patient, const struct config *config,
		    struct diagnosis *diagnosis_r);
void diagnosis_fini(struct diagnosis *diagnosis);

#endif
