/* SPDX-License-Identifier: MIT */
/*
 * The closed list of reasons: their words and their status codes (RFC 3463,
 * RFC 5248). Knows nothing of how a reason comes about.
 */
#include "policy/reason.h"

static const struct {
	const char *name;
	const char *status_detail;
} reasons[] = {
	[REASON_NONE] = {"-", ""},
	[REASON_PLAINTEXT] = {"plaintext", "7.10"},
	[REASON_VERSION] = {"version", "7.6"},
	[REASON_CIPHER] = {"cipher", "7.6"},
	[REASON_BITS] = {"bits", "7.6"},
	[REASON_FORWARD_SECRECY] = {"forward-secrecy", "7.6"},
	[REASON_NO_CERTIFICATE] = {"no-certificate", "7.5"},
	[REASON_FINGERPRINT] = {"fingerprint", "7.5"},
	[REASON_SUBJECT] = {"subject", "7.5"},
	[REASON_ISSUER] = {"issuer", "7.5"},
	[REASON_EXPIRED_ENTRY] = {"expired-entry", "7.5"},
	[REASON_CLIENT] = {"client", "7.1"},
	[REASON_SENDER] = {"sender", "7.1"},
	[REASON_INTERNAL] = {"internal", "3.0"},
};

const char *reason_name(enum reason reason)
{
	return reasons[reason].name;
}

const char *reason_status_detail(enum reason reason)
{
	return reasons[reason].status_detail;
}
