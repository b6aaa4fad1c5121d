/* SPDX-License-Identifier: MIT */
/*
 * All addresses that one MAIL or RCPT argument may mean, so that no way of
 * writing an address gets past a connector. Decides nothing: whoever judges
 * takes the strictest verdict over all readings. Where the MTA does not say
 * what it made of an address, this file does not guess at the MTA's grammar
 * either: it cuts out every name that could be meant, and gives up where the
 * cuts are not certain (tests/readings holds it to Postfix itself).
 */
#include "mail/address.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "mail/domain.h"
#include "mail/local_part.h"
#include "util/memory.h"
#include "util/utf8.h"

/* Equal, and equal in what hops can be cut out of: full case folding makes "ss" of a letter that a domain keeps. */
static bool is_same(const struct address *a, const struct address *b)
{
	return text_equal(a->local, b->local) && text_equal(a->domain, b->domain) &&
	       (a->written == NULL || b->written == NULL ? a->written == b->written
							 : strcasecmp(a->written, b->written) == 0);
}

/* Takes over storage. False when there is no room. */
static bool readings_keep(struct readings *readings, const struct address *address, char *storage)
{
	for (size_t i = 0; i < readings->count; i++)
		if (is_same(&readings->addresses[i], address)) {
			free(storage);
			return true;
		}
	if (readings->count == READINGS_MAX) {
		free(storage);
		return false;
	}
	readings->addresses[readings->count] = *address;
	readings->storage[readings->count++] = storage;
	return true;
}

/* Drops everything: what is left of the readings cannot be trusted to be all. */
static void spoil(struct readings *readings, enum address_result why)
{
	readings_fini(readings);
	readings->result = why;
}

/* Adds local@domain, or spoils all where there is no room; a domain that is none is left to the caller. */
static enum address_result add_parts(struct readings *readings, const char *local, size_t local_length,
				     const char *domain, size_t domain_length)
{
	struct address address;
	char *storage;
	enum address_result result =
		address_make(local, local_length, domain, domain_length, &address, &storage);

	if (result == ADDRESS_UNCONVERTIBLE)
		spoil(readings, result);
	else if (result == ADDRESS_OK && !readings_keep(readings, &address, storage))
		spoil(readings, ADDRESS_INVALID);
	return result;
}

/*
 * Adds the address behind one mark of a local part. A host that is no domain
 * names no hop, unless it may become one: Postfix reads an unquoted local part
 * once more, without its blanks and quotes, and then who gets it is not known.
 * Where there is no host, Postfix goes on with what stands before the mark.
 */
static void add_hop(struct readings *readings, const struct address *whole, char mark)
{
	enum address_result result;
	struct hop hop;

	if (!local_part_cut(whole->written, mark, &hop))
		return;
	if (hop.host_length == 0) {
		(void)add_parts(readings, hop.user, hop.user_length, whole->domain,
				whole->domain != NULL ? strlen(whole->domain) : 0);
		return;
	}
	result = add_parts(readings, hop.user, hop.user_length, hop.host, hop.host_length);
	if (result == ADDRESS_INVALID && local_part_host_may_change(&hop))
		spoil(readings, ADDRESS_INVALID);
}

/* Where an address without domain is delivered: at the MTA itself. */
static void add_local_hosts(struct readings *readings, const struct address *bare,
			    const struct written_address *written)
{
	const char *const hosts[] = {written->local_host, written->myorigin};

	for (size_t i = 0; i < 2; i++)
		if (hosts[i] != NULL && readings->count > 0)
			(void)add_parts(readings, bare->written, strlen(bare->written), hosts[i],
					strlen(hosts[i]));
}

/* What Postfix makes of user@host with append_dot_mydomain = yes. */
static void add_mydomain(struct readings *readings, const struct address *address, const char *mydomain)
{
	struct strbuf domain = {0};

	strbuf_printf(&domain, "%s.%s", address->domain, mydomain);
	(void)add_parts(readings, address->written, strlen(address->written), strbuf_text(&domain),
			domain.length);
	strbuf_fini(&domain);
}

/*
 * What else a name beyond ASCII may be taken for: by IDNA 2003 (Postfix:
 * enable_idna2003_compatibility = yes), and where Postfix looks it up among its
 * own domains, for which it folds the case of what was written.
 */
static void add_other_names(struct readings *readings, const struct address *address)
{
	char mapped[DOMAIN_SIZE];

	if (address->folded_domain != NULL)
		(void)add_parts(readings, address->written, strlen(address->written), address->folded_domain,
				strlen(address->folded_domain));
	if (readings->count > 0 && domain_map_idna2003(address->domain, mapped))
		(void)add_parts(readings, address->written, strlen(address->written), mapped, strlen(mapped));
}

/* local(8) of Postfix takes a backslash off, and delivers to the user behind it without looking at aliases. */
static void add_without_backslash(struct readings *readings, const struct address *address)
{
	if (address->written[0] == '\\')
		(void)add_parts(readings, address->written + 1, strlen(address->written + 1), address->domain,
				address->domain != NULL ? strlen(address->domain) : 0);
}

/* Readings behind one reading. It may be gone afterwards: each step may spoil them all. */
static void add_behind(struct readings *readings, size_t at, const struct written_address *written)
{
	for (const char *mark = local_part_marks; *mark != '\0' && at < readings->count; mark++)
		if (readings->addresses[at].local != NULL)
			add_hop(readings, &readings->addresses[at], *mark);
	if (at >= readings->count || readings->addresses[at].local == NULL)
		return;
	add_without_backslash(readings, &readings->addresses[at]);
	if (at >= readings->count)
		return;
	if (readings->addresses[at].domain == NULL) {
		add_local_hosts(readings, &readings->addresses[at], written);
		return;
	}
	if (written->mydomain != NULL && written->mydomain[0] != '\0' && readings->addresses[at].unqualified)
		add_mydomain(readings, &readings->addresses[at], written->mydomain);
	if (at < readings->count)
		add_other_names(readings, &readings->addresses[at]);
}

/*
 * False where the macro says all that there is to know. Beyond ASCII it does
 * not: Postfix folds its case, and of two letters that fold alike only one is
 * delivered to.
 */
static bool needs_argument(const struct written_address *written)
{
	return written->macro == NULL || !utf8_is_ascii(written->argument);
}

/* Whether one more reading says where user@host leads; none says so of a number that would become a name. */
static bool knows_what_follows(const struct address *address, const struct written_address *written)
{
	return written->mydomain != NULL && (written->mydomain[0] == '\0' || address->domain[0] != '[');
}

/*
 * Why nobody can be certain of where this reading leads, or ADDRESS_OK. The
 * macro says it all, but for what folding its case has made of other letters.
 */
static enum address_result find_doubt(const struct address *address, const struct written_address *written)
{
	bool is_told = written->macro != NULL;

	if (address->local == NULL || !needs_argument(written))
		return ADDRESS_OK;
	if (!local_part_is_certain(address->written))
		return ADDRESS_ROUTED;
	if (address->domain == NULL && local_part_has_gap(address->written)) /* myhostname, or myorigin */
		return ADDRESS_ROUTED;
	if (address->domain == NULL)
		return is_told || written->myorigin != NULL ? ADDRESS_OK : ADDRESS_HOMELESS;
	if (address->unqualified && !knows_what_follows(address, written) &&
	    (!is_told || strncmp(address->domain, "xn--", 4) == 0))
		return ADDRESS_UNQUALIFIED;
	return ADDRESS_OK;
}

/* Readings behind readings, until no new one turns up; READINGS_MAX bounds it. */
static void add_all_behind(struct readings *readings, const struct written_address *written)
{
	for (size_t i = 0; i < readings->count; i++) {
		enum address_result doubt = find_doubt(&readings->addresses[i], written);

		if (doubt != ADDRESS_OK)
			spoil(readings, doubt);
		else
			add_behind(readings, i, written);
	}
}

typedef enum address_result parse_text(const char *text, struct address *address_r, char **storage_r);

/*
 * Adds what text says, for which there is room: there are two texts at most.
 * False when it does not parse; an address beyond conversion spoils all.
 */
static bool add_text(struct readings *readings, const char *text, parse_text *parse)
{
	struct address address;
	char *storage;
	enum address_result result = parse(text, &address, &storage);

	if (result == ADDRESS_OK)
		(void)readings_keep(readings, &address, storage);
	else if (result == ADDRESS_UNCONVERTIBLE)
		spoil(readings, result);
	return result == ADDRESS_OK;
}

static void read_address(struct readings *readings, const struct written_address *written)
{
	bool argument_read, macro_read = true;

	*readings = (struct readings){.result = ADDRESS_OK};
	argument_read =
		add_text(readings, written->argument, written->unquoted ? address_split : address_parse);
	if (written->macro != NULL && readings->result == ADDRESS_OK)
		macro_read = add_text(readings, written->macro, address_parse);
	if (readings->result == ADDRESS_OK && needs_argument(written) && !written->unquoted &&
	    !address_is_plain(written->argument))
		spoil(readings, ADDRESS_ROUTED);
	if (readings->result == ADDRESS_OK && (!macro_read || (!argument_read && needs_argument(written))))
		spoil(readings, ADDRESS_INVALID);
	add_all_behind(readings, written);
}

/* Adds postmaster at host; a host that is no domain adds nothing. */
static void add_postmaster(struct readings *readings, const char *host)
{
	static const char postmaster[] = "postmaster";
	struct address address;
	char *storage;

	if (readings->result != ADDRESS_OK || host == NULL ||
	    address_make(postmaster, sizeof postmaster - 1, host, strlen(host), &address, &storage) !=
		    ADDRESS_OK)
		return;
	address.null_sender = true;
	if (!readings_keep(readings, &address, storage))
		spoil(readings, ADDRESS_INVALID);
}

static void remove_reading(struct readings *readings, size_t at)
{
	free(readings->storage[at]);
	readings->count--;
	for (; at < readings->count; at++) {
		readings->addresses[at] = readings->addresses[at + 1];
		readings->storage[at] = readings->storage[at + 1];
	}
}

/* The place of the null sender among the readings, or count. Equal readings are kept once, so there is one at most. */
static size_t find_null_sender(const struct readings *readings)
{
	size_t at = 0;

	while (at < readings->count && readings->addresses[at].local != NULL)
		at++;
	return at;
}

void readings_of_sender(struct readings *readings_r, const struct written_address *written, const char *helo,
			const char *client_name)
{
	size_t null_sender, others;

	read_address(readings_r, written);
	null_sender = find_null_sender(readings_r);
	if (null_sender == readings_r->count)
		return;
	others = readings_r->count;
	add_postmaster(readings_r, helo);
	add_postmaster(readings_r, client_name);
	if (readings_r->count > others)
		remove_reading(readings_r, null_sender);
}

void readings_of_recipient(struct readings *readings_r, const struct written_address *written)
{
	size_t null_address;

	read_address(readings_r, written);
	null_address = find_null_sender(readings_r);
	if (null_address < readings_r->count) /* nobody can be the recipient */
		remove_reading(readings_r, null_address);
	if (readings_r->count == 0 && readings_r->result == ADDRESS_OK)
		readings_r->result = ADDRESS_INVALID;
}

bool readings_add(struct readings *readings, const struct address *address)
{
	const char *const parts[] = {address->local, address->domain};
	struct address copy = {.null_sender = address->null_sender};
	struct strbuf text = {0};
	size_t local_size = address->local != NULL ? strlen(address->local) + 1 : 0;
	char *storage;

	for (size_t i = 0; i < 2; i++)
		if (parts[i] != NULL)
			strbuf_add(&text, parts[i], strlen(parts[i]) + 1);
	storage = strbuf_take(&text);
	copy.local = address->local != NULL ? storage : NULL;
	copy.domain = address->domain != NULL ? storage + local_size : NULL;
	return readings_keep(readings, &copy, storage);
}

void readings_fini(struct readings *readings)
{
	for (size_t i = 0; i < readings->count; i++)
		free(readings->storage[i]);
	readings->count = 0;
}
