/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_POLICY_SERVICE_POLICY_SERVICE_H
#define FORCEDTLS_POLICY_SERVICE_POLICY_SERVICE_H

#include "server/service.h"

/*
 * The policy service: Postfix asks for each recipient (postconf(5),
 * check_policy_service; SMTPD_POLICY_README), and is answered DUNNO, "451 ..."
 * or "550 ...", HOLD, or PREPEND with the trace header. One decision engine,
 * replies and log lines as at the milter. It alone is told of fingerprints,
 * and notes them for the milter (run/fingerprint_cache.h). Reads the configuration
 * from run/snapshot.
 */
extern const struct service service_policy_service;

#endif
