/* SPDX-License-Identifier: MIT */
#ifndef TESTS_PROPERTY_ORACLE_H
#define TESTS_PROPERTY_ORACLE_H

#include "policy/decision.h"
#include "property/model.h"

/*
 * The decision as the manual describes it, in loops over the model: no index,
 * no shortcut, no code of the core. Slow, and easy to compare with the text.
 */
#define NOBODY UINT32_MAX /* no connector speaks */

struct oracle_judgement {
	enum verdict verdict;
	enum reason reason;
	unsigned speaker; /* id of the connector that speaks, NOBODY */
	size_t speakers; /* connectors with this verdict: only the file order tells them apart */
};

struct oracle_decision {
	bool judged;
	struct oracle_judgement enforced;
	struct oracle_judgement tested;
};

struct oracle_decision oracle_decide(const struct model_policy *policy, const struct model_session *session);

/* One reading of the envelope, or of From: and the recipient. */
struct oracle_mail {
	const struct model_policy *policy;
	const struct model_session *session;
	struct model_reading sender;
	struct model_reading recipient;
	bool null_sender;
	bool from_header;
};

/* All of them; READINGS_MAX each way. Returns how many; 0: an address cannot be read. */
#define MAILS_MAX 16
size_t oracle_mails(const struct model_policy *policy, const struct model_session *session,
		    struct oracle_mail mails_r[MAILS_MAX]);

/* The connector matches: its selectors do, and no exception does. */
bool oracle_matches(const struct model_connector *connector, const struct oracle_mail *mail);

/* a is a true refinement of b for that mail; both match. */
bool oracle_refines(const struct model_connector *a, const struct model_connector *b,
		    const struct oracle_mail *mail);

/* The connector applies: it matches, and none displaces it. with_tests: connectors in test mode count. */
bool oracle_applies(const struct model_connector *connector, const struct oracle_mail *mail, bool with_tests);

/* The reason of the first demand that is not met. */
enum reason oracle_demands(const struct model_connector *connector, const struct oracle_mail *mail);

/* What the connector makes of mail that does not meet it for that reason. */
enum verdict oracle_action(const struct model_connector *connector, enum reason reason,
			   const struct oracle_mail *mail);

/* The door could not find it out. */
bool oracle_is_untold(const struct model_session *session, enum fact fact);

/* Some connector that counts is for From: as well. */
bool oracle_hears_header(const struct model_policy *policy, bool with_tests);

/* "A message that selects none is untouched": there is a From:, and no address in it selects. */
bool oracle_is_untouched(const struct model_policy *policy, const struct model_session *session);

/* The address selects a connector by From:. */
bool oracle_selects_header(const struct model_policy *policy, const struct model_reading *address);

#endif
