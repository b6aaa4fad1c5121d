/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_TLS_TLS_VERSION_H
#define FORCEDTLS_TLS_TLS_VERSION_H

/*
 * Versions of TLS in ascending order, so that "at least" is a plain >=.
 * TLS_VERSION_UNKNOWN is below all others: a version that we cannot name
 * never meets a minimum. SSLv2 and SSLv3 are known, to be named in the log,
 * but no policy can ask for them.
 */
enum tls_version {
	TLS_VERSION_UNKNOWN = 0,
	TLS_VERSION_SSL2,
	TLS_VERSION_SSL3,
	TLS_VERSION_1_0,
	TLS_VERSION_1_1,
	TLS_VERSION_1_2,
	TLS_VERSION_1_3,
};

/*
 * The version that a {tls_version} macro names, as SSL_get_version(3) writes
 * it: "TLSv1" is 1.0 alone, never a prefix. "TLSv1/SSLv3" (old Sendmail) does
 * not say which of the two it is and counts as SSLv3. Anything else, NULL
 * included: TLS_VERSION_UNKNOWN.
 */
enum tls_version tls_version_from_name(const char *name);

/* "TLSv1.2" and so on; "unknown" for TLS_VERSION_UNKNOWN. A static string. */
const char *tls_version_name(enum tls_version version);

#endif
