/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_POLICY_REASON_H
#define FORCEDTLS_POLICY_REASON_H

/* Why mail was not let in: the closed list that the log, the replies and the tools share. */
enum reason {
	REASON_NONE = 0,
	REASON_PLAINTEXT,
	REASON_VERSION,
	REASON_CIPHER,
	REASON_BITS,
	REASON_FORWARD_SECRECY,
	REASON_NO_CERTIFICATE,
	REASON_FINGERPRINT,
	REASON_SUBJECT,
	REASON_ISSUER,
	REASON_EXPIRED_ENTRY,
	REASON_CLIENT,
	REASON_SENDER,
	REASON_INTERNAL,
};

/* The stable word, such as "forward-secrecy"; "-" for REASON_NONE. A static string. */
const char *reason_name(enum reason reason);

#endif
