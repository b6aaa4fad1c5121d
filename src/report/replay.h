/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_REPORT_REPLAY_H
#define FORCEDTLS_REPORT_REPLAY_H

#include <stdbool.h>

#include "policy/decision.h"
#include "policy/policy.h"
#include "report/verdict_reader.h"

/* What a line of the log says of a session, as facts for the decision. Points into the line's values. */
struct replay {
	struct facts facts;
	struct readings sender;
	struct readings recipient;
	char *subject_cn;
	char *issuer_cn;
};

/*
 * Facts of a recipient that was judged at RCPT. The log has not all that the
 * daemon knew: who authenticated is not in it, and addresses are taken as they
 * are written. A name of a certificate counts as verified unless
 * "certificate=" says otherwise. policy: for its ciphers, and where addresses
 * without domain are at home. False for any other line, and where the daemon
 * judged nothing (a trusted network, local submission). To be ended with
 * replay_fini either way; the line must outlive it.
 */
bool replay_init(struct replay *replay_r, const struct policy *policy, const struct log_line *line,
		 const struct verdict_line *verdict);
void replay_fini(struct replay *replay);

/*
 * What the daemon would log of that session with the policy, in its own form,
 * of the strictest of what is enforced. The caller frees it.
 */
char *replay_text(const struct replay *replay, const struct policy *policy,
		  const struct verdict_line *verdict);

#endif
