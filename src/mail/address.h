/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_MAIL_ADDRESS_H
#define FORCEDTLS_MAIL_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>

/* An envelope address in the form in which addresses are compared. */
struct address {
	const char *local; /* without quotes, case folded; NULL for the null sender */
	const char *domain; /* normalised (mail/domain.h); NULL when it has none */
	const char
		*written; /* the local part before its case was folded: a hop in it is another domain then */
	/* The domain beyond ASCII with its case folded in full, normalised: Postfix compares it so. NULL: the same. */
	const char *folded_domain;
	bool null_sender; /* stands for "<>", whatever it is read as */
	bool unqualified; /* the domain has no dot as it was written, be it a number that is an address */
};

enum address_result {
	ADDRESS_OK,
	ADDRESS_INVALID, /* does not parse */
	ADDRESS_UNCONVERTIBLE, /* its domain is beyond ASCII and cannot be converted */
	/* Of readings alone, where no macro says what the MTA makes of it: */
	ADDRESS_ROUTED, /* hops in the local part that cannot be cut apart with certainty */
	ADDRESS_HOMELESS, /* no domain, and nobody says where such an address is delivered */
	ADDRESS_UNQUALIFIED, /* a domain without a dot, and nobody says what is appended to it */
};

/*
 * Reads an address as MTAs still take it: with or without angle brackets, with
 * source route, comments, quoting and white space (RFC 5321, 4.1.2; RFC 822).
 * "<>" and "" are the null sender. Case of the local part is folded, since
 * Postfix and Exchange ignore it (RFC 5321, 2.4 leaves that to the receiver).
 * address_r points into *storage_r, one block that the caller frees; it is
 * NULL unless the result is ADDRESS_OK. Threads: safe.
 */
enum address_result address_parse(const char *text, struct address *address_r, char **storage_r);

/*
 * The same for an address without quotes and brackets, as Postfix hands it to
 * policy servers: all before the last "@" is the local part. "" is the null
 * sender.
 */
enum address_result address_split(const char *text, struct address *address_r, char **storage_r);

/*
 * True when text is an address that no reader of RFC 5321 or RFC 822 can take
 * for another: with or without angle brackets and a source route, the local
 * part bare or in quotes as a whole, no comments, no backslashes but in quotes. Threads: safe.
 */
bool address_is_plain(const char *text);

/* An address from parts that need no unquoting; local NULL is not allowed. domain may be NULL. */
enum address_result address_make(const char *local, size_t local_length, const char *domain,
				 size_t domain_length, struct address *address_r, char **storage_r);

/* More readings of one address than this: unreadable, and so never let in. */
#define READINGS_MAX 8

/*
 * All addresses that one argument of MAIL or RCPT may mean. Filled in by
 * readings_of_sender or readings_of_recipient, ended with readings_fini.
 * count is at least 1 with ADDRESS_OK, and 0 otherwise.
 */
struct readings {
	enum address_result result;
	size_t count;
	struct address addresses[READINGS_MAX];
	char *storage[READINGS_MAX];
};

/*
 * argument: what the client wrote; unquoted: without brackets, route, quotes
 * and comments, as a policy server gets it. macro: {mail_addr} or {rcpt_addr},
 * what the MTA made of it; NULL where the MTA or the door has none.
 * local_host: the MTA's own name ({j}); myorigin: what Postfix appends to an
 * address without domain. At both, as far as known, such an address is read.
 * mydomain: what Postfix appends to a domain without a dot; "": nothing.
 *
 * Each hop that a "%", "!" or "@" in a local part names gives one more reading,
 * whatever the macro says: Sendmail's macro may be the bare user behind the
 * hops, and Postfix looks inside quotes when it routes (postconf(5),
 * resolve_dequoted_address). A backslash in front gives one without it
 * (local(8)). A name that IDNA 2003 maps to another gives one
 * more too (postconf(5), enable_idna2003_compatibility).
 * An argument that does not parse is dropped where the macro does; a macro that
 * is there and does not parse makes the address unreadable. Equal readings are
 * kept once.
 *
 * Without macro nobody says what the MTA makes of the address, and its settings
 * (swap_bangpath, allow_percent_hack, resolve_dequoted_address and others) are
 * not known: then the readings are all that any of them leads to, or none.
 * ADDRESS_ROUTED: a local part with a mark, and with blanks, quotes or other
 * specials; an empty local part, be it behind a hop; no domain and a hop that
 * is empty; a hop too long to be a domain. ADDRESS_HOMELESS: no domain, and myorigin is NULL.
 * ADDRESS_UNQUALIFIED: a domain or a hop without a dot, and mydomain is NULL.
 *
 * The null sender is read as postmaster at helo (RFC 7208, 2.4) and at
 * client_name; either may be NULL, and client_name has to be unless the MTA
 * verified it. With neither usable it stays an address with no parts.
 * Threads: safe.
 */
struct written_address {
	const char *argument;
	const char *macro;
	const char *local_host;
	const char *myorigin;
	const char *mydomain;
	bool unquoted;
};

void readings_of_sender(struct readings *readings_r, const struct written_address *written, const char *helo,
			const char *client_name);
void readings_of_recipient(struct readings *readings_r, const struct written_address *written);

/*
 * Adds a copy of one address to readings that were zeroed before the first;
 * local may be NULL. Equal addresses are kept once. False when there is no room.
 */
bool readings_add(struct readings *readings, const struct address *address);

void readings_fini(struct readings *readings);

#endif
