/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_REPORT_REPLAYED_H
#define FORCEDTLS_REPORT_REPLAYED_H

#include "report/party.h"
#include "report/replay.h"
#include "report/scope.h"

/* What a policy would have said of the sessions of a log, by its connectors and the sender's domain. */
struct replayed {
	const struct policy *policy; /* borrowed; NULL: nothing is replayed */
	const struct scope *scope; /* borrowed */
	struct parties parties;
	struct domain_cache domains;
};

/* One session, as it would be judged with everything enforced that the policy enforces. */
void replayed_add(struct replayed *replayed, const struct replay *replay, const struct verdict_line *verdict,
		  time_t when);

void replayed_fini(struct replayed *replayed);

#endif
