/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_DOCTOR_EXAMINATION_H
#define FORCEDTLS_DOCTOR_EXAMINATION_H

#include <stdbool.h>
#include <stddef.h>

#include "config/config.h"
#include "doctor/live.h"
#include "doctor/postfix.h"
#include "doctor/sendmail_cf.h"
#include "doctor/words.h"
#include "doctor/world.h"
#include "policy/policy.h"

/* How bad it is. The worst comes last. */
enum finding_severity {
	FINDING_NOTE, /* what nobody can tell, and what is good to know */
	FINDING_WARNING,
	FINDING_ERROR, /* a connector is not enforced, or mail that it is for gets stuck */
};

struct check;

/* One thing that is wrong. Owned by its findings. */
struct finding {
	const struct check *check;
	enum finding_severity severity;
	char *where; /* "main.cf", "master.cf: smtp/inet" */
	char *text;
	struct words commands; /* that mend it, for a shell */
	struct words edits; /* of files, where no command can: "FILE: what to write" */
	const struct connector **connectors; /* that are not enforced; borrowed from the policy */
	size_t connector_count;
	size_t connector_capacity;
};

struct kept {
	void *memory;
	void (*end)(void *memory);
};

/* What was found. Zeroed memory is nothing. */
struct findings {
	struct finding *list;
	size_t count;
	size_t capacity;
	struct kept
		*kept; /* what the check under way works with, and what ends with it (findings_end_check) */
	size_t kept_count;
	size_t kept_capacity;
};

void findings_end_check(struct findings *findings);
void findings_fini(struct findings *findings);
/* The worst of all; FINDING_NOTE where there is nothing. */
enum finding_severity findings_worst(const struct findings *findings);

/* What a check looks at. postfix or sendmail is set, and service where the check is of one. All borrowed. */
struct examination {
	const struct config *config;
	const char *policy_file; /* its name */
	const char *running_file, *running_digest; /* of the policy in force; NULL: no daemon was asked */
	const struct postfix *postfix;
	const struct service *service;
	bool for_anybody; /* strangers get through the restrictions of that smtpd */
	const struct sendmail *sendmail;
	const struct live_session *live; /* one that was opened to that service; NULL: none was */
	const struct world *world;
	const struct check *check;
	struct findings *findings;
};

/* Which connectors something is about. */
typedef bool connector_filter(const struct connector *connector);

bool any_connector(const struct examination *examination, connector_filter *filter);

/*
 * A finding of examination->check, with its severity, about those connectors;
 * filter NULL: none yet. where NULL: the service, or main.cf where there is
 * none. Where the same was found before, at the same place and in the same
 * words, it is that. Valid until the next one.
 */
struct finding *find(struct examination *examination, const char *where, connector_filter *filter,
		     const char *format, ...) __attribute__((format(printf, 4, 5)));
/* The same where the service has that parameter from: main.cf, or its own -o. */
struct finding *find_set(struct examination *examination, const char *name, connector_filter *filter,
			 const char *format, ...) __attribute__((format(printf, 4, 5)));
void finding_name_connector(struct finding *finding, const struct connector *connector);

/*
 * What a parameter comes to for the service, or in main.cf where there is
 * none, and in main.cf alone: "" where nobody can tell. Valid until the check
 * ends.
 */
const char *setting(const struct examination *examination, const char *name);
const char *main_setting(const struct examination *examination, const char *name);
bool setting_is(const struct examination *examination, const char *name, const char *value);
/* Its words, which may be changed. */
struct words *setting_list(const struct examination *examination, const char *name);
/* Gives memory away, which ends with the check. */
void *keep(const struct examination *examination, void *memory, void (*end)(void *memory));

/* Connectors in test mode are among them: one wants to know before they enforce. */
bool connector_arrives(const struct connector *connector); /* it demands something of mail that arrives */
bool connector_selects(const struct connector *connector); /* it has "require", be it none */
bool connector_wants_certificate(const struct connector *connector); /* of any kind */
bool connector_wants_verified(const struct connector *connector); /* one that the MTA vouches for */
bool connector_wants_fingerprint(const struct connector *connector);
bool connector_takes_any_certificate(const struct connector *connector);
bool connector_wants_headers(const struct connector *connector); /* header_from */
bool connector_wants_content(const struct connector *connector); /* header_from or quarantine */
bool connector_leaves(const struct connector *connector); /* it demands something of mail that leaves */
bool connector_judges_users(const struct connector *connector); /* also sessions that have logged in */

/* A command, ready to paste: its words, up to a NULL, each quoted where a shell would make something of it. */
void fix_command_words(struct finding *finding, const char *const *words);
/* fix_command(finding, "chmod", "g+r", file) */
#define fix_command(finding, ...) fix_command_words((finding), (const char *const[]){__VA_ARGS__, NULL})
/* text as one word of a shell. The caller frees it. */
char *shell_word(const char *text);
/* What to write into a file. */
void fix_edit(struct finding *finding, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Sets a parameter where the service has it from: main.cf, or its own -o. */
void fix_set(const struct examination *examination, struct finding *finding, const char *name,
	     const char *value);
/* The same in main.cf whatever the service has. */
void fix_set_main(const struct examination *examination, struct finding *finding, const char *name,
		  const char *value);
/* Sets a list. */
void fix_set_list(const struct examination *examination, struct finding *finding, const char *name,
		  const struct words *words);
/* Takes a parameter out of where the service has it from. */
void fix_unset(const struct examination *examination, struct finding *finding, const char *name);
/* Takes the service out of its chroot. */
void fix_chroot(const struct examination *examination, struct finding *finding);

#endif
