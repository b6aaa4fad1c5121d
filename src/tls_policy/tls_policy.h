/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_TLS_POLICY_TLS_POLICY_H
#define FORCEDTLS_TLS_POLICY_TLS_POLICY_H

#include "server/service.h"

/*
 * Tells Postfix's SMTP client what a destination must show: a table for
 * smtp_tls_policy_maps (postconf(5)), over the socketmap protocol. Each
 * request is answered from the policy in force (run/snapshot.h), by the name of
 * the map (policy/tls_policy_lookup.h), and logged.
 */
extern const struct service service_tls_policy;

#endif
