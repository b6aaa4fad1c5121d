/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_POLICY_FACTS_H
#define FORCEDTLS_POLICY_FACTS_H

#include <assert.h>
#include <stdbool.h>

#include "mail/address.h"
#include "tls/certificate.h"
#include "util/date.h"
#include "policy/from_selection.h"
#include "util/ip.h"
#include "tls/tls_version.h"

struct tls_facts {
	bool present; /* the session is encrypted */
	enum tls_version version; /* TLS_VERSION_UNKNOWN: a version we cannot name */
	const char *version_text; /* as the MTA wrote it */
	const char *cipher; /* OpenSSL's name, NULL when unknown */
	int bits; /* used bits, -1 when unknown */
};

/*
 * What a decision has to know before it can let anything in. Each is untold
 * until a door says that it found it out: the sender, the recipient, the policy
 * and mydomain (which the readings have used) by handing them over, the others,
 * but the last, by their bit in facts.told. Where
 * several are untold, the first here is the one that is named.
 */
enum fact {
	FACT_NONE, /* of a decision that lacked nothing */
	FACT_EDITS, /* all that earlier verdicts on this message asked for was done, as far as it was due */
	FACT_CLIENT, /* whence the session comes, be it from no address at all */
	FACT_SENDER,
	FACT_RECIPIENT,
	FACT_POLICY,
	FACT_DOMAIN, /* where an address without domain is delivered: it is among its readings */
	FACT_MYDOMAIN, /* what is appended to a domain without a dot: it is among the readings */
	FACT_HEADERS, /* From: is shown, and the end of the headers; or it is another door's to judge */
	FACT_ROOM, /* what is to be judged at the end of the headers is kept until then */
	FACT_TRACE, /* trace headers are shown, and can be removed and added */
	FACT_CONTENT, /* nothing says that the MTA keeps what follows DATA to itself */
	FACT_READINGS, /* every way of reading the addresses was judged: it is the decision that may leave some */
};

/* The bit of a fact in facts.told. */
#define FACT_BIT(fact) (1u << (fact))
#define FACT_BITS_ALL (~0u) /* for who asks about a session and knows all of it */

/*
 * All that a decision may look at, beside the policy. A door fills one in and
 * keeps everything that it points to until the decision is made and logged.
 * Zeroed memory tells nothing, and is refused.
 */
struct facts {
	unsigned told; /* FACT_BIT of each fact that has one and that was found out */
	struct ip_address client; /* family 0: no address */
	int client_port; /* -1 when unknown */
	const char *client_name; /* for the log; NULL when unknown */
	const char *helo; /* NULL before HELO */
	bool from_local_program; /* the MTA shows that it took the message from no SMTP client */
	bool authenticated; /* by the MTA's word for a user, and not as nobody (facts_login) */
	bool is_held; /* an earlier verdict holds this message, at its end */
	bool at_data; /* all recipients are judged: what is left is whether the rest of the message will be */
	bool can_quarantine; /* the MTA can hold a message; false: quarantine becomes tempfail */
	struct tls_facts tls;
	struct certificate_facts certificate;
	const struct readings *sender; /* NULL: untold */
	const struct readings *recipient; /* NULL: untold */
	/* At the end of the headers: what From: selects, which is not nothing. NULL at RCPT. */
	const struct from_selection *header_from;
	date_t date; /* today */
	size_t work; /* what earlier decisions on the same header have taken (struct decision) */
};

/*
 * True when the MTA names a user, and how that one proved it: a login by the
 * mechanism ANONYMOUS (RFC 4505) proves nothing. mechanism, user: NULL where
 * the MTA does not say.
 */
bool facts_login(const char *mechanism, const char *user);

/*
 * One reading of each address: what connectors are matched against, and
 * judged for. The addresses are borrowed.
 */
struct envelope {
	const struct address *sender;
	const struct address *recipient;
	bool from_header; /* sender stands in From:, and selects connectors with header_from and exceptions */
	/* Whom the sender selects, where nobody can tell who it is: these, whatever their senders. Else NULL. */
	const struct from_selection *possible;
};

/* How many senders there are to be judged for: of the envelope, or of From: and, as one, those in doubt there. */
static inline size_t facts_sender_count(const struct facts *facts)
{
	const struct from_selection *from = facts->header_from;

	return from != NULL ? from->addresses.count + (from->possible_count > 0) : facts->sender->count;
}

/* The envelope of one of these and one reading of the recipient, by number. */
static inline struct envelope facts_envelope(const struct facts *facts, size_t sender, size_t recipient)
{
	static const struct address nobody_knows = {0};
	const struct from_selection *from = facts->header_from;
	bool possible = from != NULL && sender == from->addresses.count;
	const struct readings *senders = from != NULL ? &from->addresses : facts->sender;

	assert(sender < facts_sender_count(facts) && recipient < facts->recipient->count);

	return (struct envelope){
		.sender = possible ? &nobody_knows : &senders->addresses[sender],
		.recipient = &facts->recipient->addresses[recipient],
		.from_header = from != NULL,
		.possible = possible ? from : NULL,
	};
}

#endif
