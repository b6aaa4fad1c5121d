/* SPDX-License-Identifier: MIT */
/*
 * All addresses that one MAIL or RCPT argument may mean, so that no way of
 * writing an address gets past a connector. Decides nothing: whoever judges
 * takes the strictest verdict over all readings.
 */
#include "core/address.h"

#include <stdlib.h>
#include <string.h>

#include "core/memory.h"

/* The marks in a local part that name a further hop. */
static const char hop_marks[] = "@%!";

/* What an MTA that reads a local part anew drops, or takes the text apart by (RFC 5322, 3.2.3). */
static const char hop_specials[] = " \t\r\n\v\f\"\\()[]";

static bool same_text(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* Takes over storage. False when there is no room. */
static bool keep(struct readings *readings, const struct address *address, char *storage)
{
	for (size_t i = 0; i < readings->count; i++) {
		const struct address *known = &readings->addresses[i];

		if (same_text(known->local, address->local) && same_text(known->domain, address->domain)) {
			free(storage);
			return true;
		}
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

static bool has_specials(const char *text, size_t length)
{
	return strcspn(text, hop_specials) < length;
}

/*
 * Adds the address behind one mark of a local part: user%host and user@host
 * split at the last mark, host!user at the first. A host that is no domain
 * names no hop, unless it may become one: Postfix reads an unquoted local part
 * once more, without its blanks and quotes, and then who gets it is not known.
 */
static void add_hop(struct readings *readings, const char *local, char mark)
{
	const char *at = mark == '!' ? strchr(local, mark) : strrchr(local, mark);
	const char *user = mark == '!' && at != NULL ? at + 1 : local;
	const char *host = mark == '!' || at == NULL ? local : at + 1;
	struct address hop;
	char *storage;
	enum address_result result;
	size_t host_length;

	if (at == NULL)
		return;
	host_length = mark == '!' ? (size_t)(at - local) : strlen(host);
	result = address_make(user, mark == '!' ? strlen(user) : (size_t)(at - local), host, host_length,
			      &hop, &storage);
	if (result == ADDRESS_UNCONVERTIBLE)
		spoil(readings, result);
	else if (result == ADDRESS_OK ? !keep(readings, &hop, storage) : has_specials(host, host_length))
		spoil(readings, ADDRESS_INVALID);
}

/* Readings behind readings, until no new one turns up; READINGS_MAX bounds it. */
static void add_hops(struct readings *readings)
{
	for (size_t i = 0; i < readings->count; i++)
		for (const char *mark = hop_marks; *mark != '\0' && i < readings->count; mark++)
			if (readings->addresses[i].local != NULL)
				add_hop(readings, readings->addresses[i].local, *mark);
}

typedef enum address_result parse_text(const char *text, struct address *address_r, char **storage_r);

/* Adds what text says. False when it does not parse; an address beyond conversion spoils all. */
static bool add_text(struct readings *readings, const char *text, parse_text *parse)
{
	struct address address;
	char *storage;
	enum address_result result = parse(text, &address, &storage);

	if (result == ADDRESS_OK && !keep(readings, &address, storage))
		result = ADDRESS_INVALID;
	if (result == ADDRESS_UNCONVERTIBLE)
		spoil(readings, result);
	return result == ADDRESS_OK;
}

/* Where an address without domain is delivered: at the MTA itself. */
static void add_local_host(struct readings *readings, const char *local_host)
{
	for (size_t i = 0; i < readings->count; i++) {
		const struct address *bare = &readings->addresses[i];
		struct address address;
		char *storage;

		if (bare->local == NULL || bare->domain != NULL ||
		    address_make(bare->local, strlen(bare->local), local_host, strlen(local_host), &address,
				 &storage) != ADDRESS_OK)
			continue;
		if (!keep(readings, &address, storage))
			spoil(readings, ADDRESS_INVALID);
	}
}

static void read_address(struct readings *readings, const struct written_address *written)
{
	bool argument_read, macro_read = true;

	*readings = (struct readings){.result = ADDRESS_OK};
	argument_read =
		add_text(readings, written->argument, written->unquoted ? address_split : address_parse);
	if (written->macro != NULL && readings->result == ADDRESS_OK)
		macro_read = add_text(readings, written->macro, address_parse);
	if (readings->result == ADDRESS_OK && (!macro_read || (!argument_read && written->macro == NULL)))
		spoil(readings, ADDRESS_INVALID);
	add_hops(readings);
	if (written->local_host != NULL)
		add_local_host(readings, written->local_host);
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
	if (!keep(readings, &address, storage))
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
	return keep(readings, &copy, storage);
}

void readings_fini(struct readings *readings)
{
	for (size_t i = 0; i < readings->count; i++)
		free(readings->storage[i]);
	readings->count = 0;
}
