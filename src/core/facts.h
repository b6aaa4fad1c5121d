/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_CORE_FACTS_H
#define FORCEDTLS_CORE_FACTS_H

#include <stdbool.h>

#include "core/address.h"
#include "core/certificate.h"
#include "core/date.h"
#include "core/ip.h"
#include "core/tls_version.h"

/* Which MTA speaks: it decides what a missing fact means (design: local submission, verified certificates). */
enum mta {
	MTA_UNKNOWN,
	MTA_POSTFIX,
	MTA_OTHER, /* one that says who it is and is not Postfix: Sendmail */
};

struct tls_facts {
	bool present; /* the session is encrypted */
	enum tls_version version; /* TLS_VERSION_UNKNOWN: a version we cannot name */
	const char *version_text; /* as the MTA wrote it */
	const char *cipher; /* OpenSSL's name, NULL when unknown */
	int bits; /* used bits, -1 when unknown */
};

/*
 * All that a decision may look at, beside the policy. A door fills one in and
 * keeps everything that it points to until the decision is made and logged.
 */
struct facts {
	struct ip_address client; /* family 0: no address */
	int client_port; /* -1 when unknown */
	const char *client_name; /* for the log; NULL when unknown */
	const char *helo; /* NULL before HELO */
	enum mta mta;
	bool authenticated; /* by {auth_authen} alone */
	struct tls_facts tls;
	struct certificate_facts certificate;
	const struct readings *sender;
	const struct readings *recipient;
	date_t date; /* today */
};

#endif
