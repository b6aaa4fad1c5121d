/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_POLICY_MTA_H
#define FORCEDTLS_POLICY_MTA_H

/*
 * Whose rules hold for what an MTA says of certificates. Never told from its
 * banner ({v}), which sites change, but from what it hands over, or by
 * "daemon.mta".
 */
enum mta {
	MTA_UNKNOWN, /* in the policy file: auto */
	MTA_POSTFIX,
	MTA_SENDMAIL,
};

#endif
