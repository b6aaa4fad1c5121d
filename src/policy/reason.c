/* SPDX-License-Identifier: MIT */
/* The closed list of reasons: their words. Knows nothing of how a reason comes about. */
#include "policy/reason.h"

static const char *const names[] = {
	[REASON_NONE] = "-",
	[REASON_PLAINTEXT] = "plaintext",
	[REASON_VERSION] = "version",
	[REASON_CIPHER] = "cipher",
	[REASON_BITS] = "bits",
	[REASON_FORWARD_SECRECY] = "forward-secrecy",
	[REASON_NO_CERTIFICATE] = "no-certificate",
	[REASON_FINGERPRINT] = "fingerprint",
	[REASON_SUBJECT] = "subject",
	[REASON_ISSUER] = "issuer",
	[REASON_EXPIRED_ENTRY] = "expired-entry",
	[REASON_CLIENT] = "client",
	[REASON_SENDER] = "sender",
	[REASON_INTERNAL] = "internal",
};

const char *reason_name(enum reason reason)
{
	return names[reason];
}
