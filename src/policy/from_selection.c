/* SPDX-License-Identifier: MIT */
/*
 * What From: selects. Knows which connectors a message may concern, and
 * nothing of what they demand.
 */
#include "policy/from_selection.h"

#include <stdlib.h>
#include <string.h>

#include "mail/domain.h"
#include "util/memory.h"

/* So many connectors are looked at; what is beyond that is not read. */
#define WORK_MAX 20000

struct from_search {
	struct from_selection *selection;
	const struct policy *policy;
	bool selects; /* the address at hand selects a connector */
	bool possible; /* what is found is possible, and not certain */
	bool anyone; /* a "*" counts as well */
	bool mailboxes; /* patterns are those of policy->mailbox_domains */
	bool added; /* a possible match was added */
};

static void add_possible(struct from_search *search, const struct possible_match *possible)
{
	struct from_selection *selection = search->selection;

	if (selection->is_possible == NULL)
		selection->is_possible =
			xcalloc(search->policy->connector_count, sizeof *selection->is_possible);
	if (selection->is_possible[possible->number])
		return;
	selection->is_possible[possible->number] = true;
	selection->possible = vector_grow(selection->possible, selection->possible_count,
					  &selection->possible_capacity, sizeof *selection->possible);
	selection->possible[selection->possible_count++] = *possible;
	search->added = true;
}

/* pattern_found */
static void from_selection_found_connector(void *context, uint32_t owner, pattern_rank rank, pattern_ref ref)
{
	struct from_search *search = context;

	search->selection->work++;
	if (!search->policy->connectors[owner]->header_from || (rank == RANK_ANYONE && !search->anyone))
		return;
	search->selects = true;
	if (!search->possible)
		return;
	if (search->mailboxes)
		add_possible(search, &(struct possible_match){owner, RANK_ANYONE, PATTERN_REF_NONE, false});
	else
		add_possible(search, &(struct possible_match){owner, rank, ref, false});
}

static void match(struct from_search *search, const struct address *address)
{
	const struct policy *policy = search->policy;

	pattern_index_match(policy->senders, address, policy->recipient_delimiter,
			    from_selection_found_connector, search);
}

/* A domain that may be that of an address; which mailbox it is, nobody can tell. "*" is dealt with once a field. */
static void take_domain(struct from_search *search, const struct address *domain)
{
	search->possible = true;
	search->anyone = search->added = false;
	match(search, domain);
	search->mailboxes = true;
	pattern_index_match(search->policy->mailbox_domains, domain, NULL, from_selection_found_connector,
			    search);
	search->mailboxes = false;
	if (search->added)
		(void)readings_add(&search->selection->found, domain);
}

static void from_selection_take_address(struct from_search *search, const struct address *address)
{
	search->selects = search->possible = false;
	search->anyone = true;
	match(search, address);
	if (!search->selects || readings_add(&search->selection->addresses, address))
		return;
	search->possible = true;
	search->added = false;
	match(search, address);
	if (search->added)
		(void)readings_add(&search->selection->found, address);
}

/* from_header_visit */
static void from_selection_take(void *context, const struct address *address)
{
	struct from_search *search = context;
	struct from_selection *selection = search->selection;
	bool is_whole = strpbrk(address->domain, ".[") != NULL;

	selection->shows_address = selection->shows_address || address->local != NULL;
	selection->names_domain = selection->names_domain || is_whole;
	selection->is_unqualified = selection->is_unqualified || (address->local != NULL && !is_whole);
	if (selection->work > WORK_MAX)
		return;
	if (address->local == NULL)
		take_domain(search, address);
	else
		from_selection_take_address(search, address);
}

/* "*" selects whoever it may be. */
static void take_anyone(struct from_search *search)
{
	static const struct address nobody_knows = {0};

	search->possible = search->anyone = true;
	match(search, &nobody_knows);
}

void from_selection_add_unread(struct from_selection *selection, const struct policy *policy)
{
	struct from_search search = {.selection = selection, .policy = policy};

	take_anyone(&search); /* with its pattern */
	for (size_t i = 0; i < policy->connector_count; i++)
		if (policy->connectors[i]->header_from)
			add_possible(&search, &(struct possible_match){(uint32_t)i, RANK_ANYONE,
								       PATTERN_REF_NONE, true});
}

void from_selection_add(struct from_selection *selection, const struct policy *policy, const char *body)
{
	struct from_search search = {.selection = selection, .policy = policy};
	enum from_header_result result;

	if (selection->result == FROM_HEADER_UNKNOWN)
		return; /* it could be no more */
	result = from_header_read(body, from_selection_take, &search);
	selection->result = selection->has_field ? from_header_both(selection->result, result) : result;
	if (selection->work > WORK_MAX)
		selection->result = FROM_HEADER_UNKNOWN;
	selection->has_field = true;
	selection->has_words = selection->has_words || body[strspn(body, " \t\r\n")] != '\0';
	switch (selection->result) {
	case FROM_HEADER_READ:
		break;
	case FROM_HEADER_SEARCHED:
		take_anyone(&search);
		break;
	case FROM_HEADER_UNKNOWN:
		from_selection_add_unread(selection, policy);
		break;
	}
}

void from_selection_add_host(struct from_selection *selection, const struct policy *policy, const char *host)
{
	struct from_search search = {.selection = selection, .policy = policy};
	bool is_bare = selection->has_words && !selection->names_domain; /* an address is unqualified then */
	char domain[DOMAIN_SIZE];

	if (!(is_bare || selection->is_unqualified) || host == NULL ||
	    domain_normalise(host, strlen(host), domain) != DOMAIN_OK)
		return;
	take_domain(&search, &(struct address){.domain = domain});
}

void from_selection_add_sender(struct from_selection *selection, const struct policy *policy,
			       const struct from_selection *sender)
{
	struct from_search search = {.selection = selection, .policy = policy};

	if (selection->shows_address)
		return;
	for (size_t i = 0; i < sender->addresses.count; i++)
		if (!readings_add(&selection->addresses, &sender->addresses.addresses[i])) {
			from_selection_add_unread(selection, policy);
			return;
		}
	for (size_t i = 0; i < sender->found.count; i++)
		(void)readings_add(&selection->found, &sender->found.addresses[i]);
	for (size_t i = 0; i < sender->possible_count; i++)
		add_possible(&search, &sender->possible[i]);
}

bool from_selection_any(const struct from_selection *selection)
{
	return selection->addresses.count > 0 || selection->possible_count > 0;
}

const struct address *from_selection_address(const struct from_selection *selection, size_t number)
{
	const struct readings *addresses = &selection->addresses, *found = &selection->found;

	if (number < addresses->count)
		return &addresses->addresses[number];
	number -= addresses->count;
	return number < found->count ? &found->addresses[number] : NULL;
}

void from_selection_fini(struct from_selection *selection)
{
	readings_fini(&selection->addresses);
	readings_fini(&selection->found);
	free(selection->possible);
	free(selection->is_possible);
	*selection = (struct from_selection){0};
}
