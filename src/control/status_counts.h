/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_CONTROL_STATUS_COUNTS_H
#define FORCEDTLS_CONTROL_STATUS_COUNTS_H

#include <jansson.h>

/* Verdicts since the start: [{"verdict": "would-reject", "reason": "plaintext", "count": 3}]; null reason: it passed. */
json_t *status_verdicts(void);

/*
 * Sessions at the milter by who the MTA is, and what it has handed over in
 * some of them: [{"mta": "postfix", "sessions": 811, "hands_over":
 * ["{tls_version}", ...]}]. "unknown": nobody can tell, as without TLS.
 */
json_t *status_mtas(void);

#endif
