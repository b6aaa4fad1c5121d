/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_POLICY_DEMAND_CERTIFICATE_H
#define FORCEDTLS_POLICY_DEMAND_CERTIFICATE_H

#include "policy/demand.h"

/*
 * The members of struct demand for "certificate". One entry suffices. Of
 * several none of which is met, the one that got furthest gives the reason:
 * fingerprint, subject, issuer, days. REASON_INTERNAL: one would do, but for a
 * fingerprint that nobody has seen.
 */
bool demand_certificate_asked(const struct require *require);
enum reason demand_certificate_judge(const struct require *require, const struct transaction *transaction);
void demand_certificate_wanted(const struct require *require, struct strbuf *out);
void demand_certificate_seen(const struct transaction *transaction, struct strbuf *out);
void demand_certificate_refused(const struct refusal *refusal, struct strbuf *out);

#endif
