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

struct selector {
	struct from_selection *selection;
	const struct policy *policy;
	bool selects; /* the address at hand selects a connector */
	bool suspects; /* what is found is a suspect */
	bool anyone; /* a "*" counts as well */
	bool mailboxes; /* patterns are those of policy->mailbox_domains */
	bool new; /* a suspect was added */
};

static void suspect(struct selector *selector, const struct suspect *suspect)
{
	struct from_selection *selection = selector->selection;

	if (selection->suspected == NULL)
		selection->suspected =
			xcalloc(selector->policy->connector_count, sizeof *selection->suspected);
	if (selection->suspected[suspect->number])
		return;
	selection->suspected[suspect->number] = true;
	selection->suspects = vector_grow(selection->suspects, selection->suspect_count,
					  &selection->suspect_capacity, sizeof *selection->suspects);
	selection->suspects[selection->suspect_count++] = *suspect;
	selector->new = true;
}

/* pattern_found */
static void found_connector(void *context, uint32_t owner, pattern_rank rank, pattern_ref ref)
{
	struct selector *selector = context;

	selector->selection->work++;
	if (!selector->policy->connectors[owner]->header_from || (rank == RANK_ANYONE && !selector->anyone))
		return;
	selector->selects = true;
	if (!selector->suspects)
		return;
	if (selector->mailboxes)
		suspect(selector, &(struct suspect){owner, RANK_ANYONE, PATTERN_REF_NONE, false});
	else
		suspect(selector, &(struct suspect){owner, rank, ref, false});
}

static void match(struct selector *selector, const struct address *address)
{
	const struct policy *policy = selector->policy;

	pattern_index_match(policy->senders, address, policy->recipient_delimiter, found_connector, selector);
}

/* A domain that may be that of an address; which mailbox it is, nobody can tell. "*" is dealt with once a field. */
static void take_domain(struct selector *selector, const struct address *domain)
{
	selector->suspects = true;
	selector->anyone = selector->new = false;
	match(selector, domain);
	selector->mailboxes = true;
	pattern_index_match(selector->policy->mailbox_domains, domain, NULL, found_connector, selector);
	selector->mailboxes = false;
	if (selector->new)
		(void)readings_add(&selector->selection->found, domain);
}

static void take_address(struct selector *selector, const struct address *address)
{
	selector->selects = selector->suspects = false;
	selector->anyone = true;
	match(selector, address);
	if (!selector->selects || readings_add(&selector->selection->addresses, address))
		return;
	selector->suspects = true;
	selector->new = false;
	match(selector, address);
	if (selector->new)
		(void)readings_add(&selector->selection->found, address);
}

/* from_header_visit */
static void take(void *context, const struct address *address)
{
	struct selector *selector = context;
	struct from_selection *selection = selector->selection;
	bool is_whole = strpbrk(address->domain, ".[") != NULL;

	selection->shows_address = selection->shows_address || address->local != NULL;
	selection->names_domain = selection->names_domain || is_whole;
	selection->is_unqualified = selection->is_unqualified || (address->local != NULL && !is_whole);
	if (selection->work > WORK_MAX)
		return;
	if (address->local == NULL)
		take_domain(selector, address);
	else
		take_address(selector, address);
}

/* "*" selects whoever it may be. */
static void take_anyone(struct selector *selector)
{
	static const struct address nobody_knows = {0};

	selector->suspects = selector->anyone = true;
	match(selector, &nobody_knows);
}

/* In the order of the file, in which candidates are kept. */
static int compare_suspects(const void *a, const void *b)
{
	const struct suspect *x = a, *y = b;

	return (x->number > y->number) - (x->number < y->number);
}

static void sort_suspects(struct from_selection *selection)
{
	if (selection->suspect_count > 1)
		qsort(selection->suspects, selection->suspect_count, sizeof *selection->suspects,
		      compare_suspects);
}

void from_selection_add_unread(struct from_selection *selection, const struct policy *policy)
{
	struct selector selector = {.selection = selection, .policy = policy};

	take_anyone(&selector); /* with its pattern */
	for (size_t i = 0; i < policy->connector_count; i++)
		if (policy->connectors[i]->header_from)
			suspect(&selector,
				&(struct suspect){(uint32_t)i, RANK_ANYONE, PATTERN_REF_NONE, true});
	sort_suspects(selection);
}

void from_selection_add(struct from_selection *selection, const struct policy *policy, const char *body)
{
	struct selector selector = {.selection = selection, .policy = policy};
	enum from_header_result result;

	if (selection->has_field && selection->result == FROM_HEADER_UNKNOWN)
		return; /* it could be no more */
	result = from_header_read(body, take, &selector);
	selection->result = selection->has_field ? from_header_both(selection->result, result) : result;
	if (selection->work > WORK_MAX)
		selection->result = FROM_HEADER_UNKNOWN;
	selection->has_field = true;
	selection->has_words = selection->has_words || body[strspn(body, " \t\r\n")] != '\0';
	switch (selection->result) {
	case FROM_HEADER_READ:
		break;
	case FROM_HEADER_SEARCHED:
		take_anyone(&selector);
		break;
	case FROM_HEADER_UNKNOWN:
		from_selection_add_unread(selection, policy);
		break;
	}
	sort_suspects(selection);
}

void from_selection_add_host(struct from_selection *selection, const struct policy *policy, const char *host)
{
	struct selector selector = {.selection = selection, .policy = policy};
	bool is_bare = selection->has_words && !selection->shows_address && !selection->names_domain;
	char domain[DOMAIN_SIZE];

	if (!(is_bare || selection->is_unqualified) || host == NULL ||
	    domain_normalise(host, strlen(host), domain) != DOMAIN_OK)
		return;
	take_domain(&selector, &(struct address){.domain = domain});
	sort_suspects(selection);
}

void from_selection_add_sender(struct from_selection *selection, const struct policy *policy,
			       const struct from_selection *sender)
{
	struct selector selector = {.selection = selection, .policy = policy};

	if (selection->shows_address)
		return;
	for (size_t i = 0; i < sender->addresses.count; i++)
		if (!readings_add(&selection->addresses, &sender->addresses.addresses[i])) {
			from_selection_add_unread(selection, policy);
			return;
		}
	for (size_t i = 0; i < sender->found.count; i++)
		(void)readings_add(&selection->found, &sender->found.addresses[i]);
	for (size_t i = 0; i < sender->suspect_count; i++)
		suspect(&selector, &sender->suspects[i]);
	sort_suspects(selection);
}

bool from_selection_any(const struct from_selection *selection)
{
	return selection->addresses.count > 0 || selection->suspect_count > 0;
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
	free(selection->suspects);
	free(selection->suspected);
	*selection = (struct from_selection){0};
}
