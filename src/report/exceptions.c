/* SPDX-License-Identifier: MIT */
/*
 * What is too seldom to be taken for a partner's: anyone can send with a
 * partner's address, and one session must not decide what is asked of all.
 */
#include "report/exceptions.h"

#define RARE_OF ((unsigned long long)20)
#define MINOR_OF ((unsigned long long)10)
#define SPAN_DAYS ((time_t)3)
#define DAY ((time_t)86400)

static bool counts(const struct session_kind *kind)
{
	return kind->count > 0 && kind->left_out != LEFT_OUT_REFUSED && kind->left_out != LEFT_OUT_PLAINTEXT;
}

static bool exceptions_is_kept(const struct session_kind *kind)
{
	return kind->count > 0 && kind->left_out == LEFT_OUT_NOT;
}

static bool is_minor(unsigned long long count, const struct tally_entry *all)
{
	return count * MINOR_OF <= all->count;
}

static bool is_rare(const struct tally_entry *entry, const struct tally_entry *all)
{
	return entry->count * RARE_OF < all->count || (entry->first / DAY == entry->last / DAY &&
						       all->last / DAY - all->first / DAY + 1 >= SPAN_DAYS);
}

/* A trait as a number: the lower, the weaker. */
typedef int trait_number(const struct session_traits *traits);

static int number_of_version(const struct session_traits *traits)
{
	return (int)traits->version;
}

static int number_of_bits(const struct session_traits *traits)
{
	return traits->bits;
}

static int number_of_forward_secrecy(const struct session_traits *traits)
{
	return traits->forward_secrecy;
}

static bool is_exception_up_to(const struct session_kind *kinds, trait_number *number, int most,
			       const struct tally_entry *all)
{
	struct tally tally = {0};
	bool exception;

	for (const struct session_kind *at = kinds; at != NULL; at = at->hh.next)
		if (counts(at) && number(&at->traits) <= most)
			session_kind_tally(at, "", &tally);
	exception =
		tally.count > 0 && is_rare(&tally.entries[0], all) && is_minor(tally.entries[0].count, all);
	tally_fini(&tally);
	return exception;
}

/* Leaves out the weakest sessions, as many as are exceptions together. */
static void leave_out_weak(struct session_kind *kinds, trait_number *number, enum left_out why,
			   const struct tally_entry *all)
{
	bool found = false;
	int most = 0;

	for (const struct session_kind *at = kinds; at != NULL; at = at->hh.next) {
		int candidate = number(&at->traits);

		if (counts(at) && (!found || candidate > most) &&
		    is_exception_up_to(kinds, number, candidate, all)) {
			found = true;
			most = candidate;
		}
	}
	for (struct session_kind *at = kinds; at != NULL; at = at->hh.next)
		if (found && exceptions_is_kept(at) && number(&at->traits) <= most)
			at->left_out = why;
}

const char *trait_client(const struct session_traits *traits)
{
	return traits->client;
}

const char *trait_pin(const struct session_traits *traits)
{
	return traits->pin;
}

const char *trait_name(const struct session_traits *traits)
{
	return traits->name;
}

static const char *text_of_verified(const struct session_traits *traits)
{
	return traits->verified ? "any" : NULL;
}

static trait_text *text_of_form(enum certificate_form form)
{
	switch (form) {
	case CERTIFICATE_FORM_PIN:
		return trait_pin;
	case CERTIFICATE_FORM_NAME:
		return trait_name;
	case CERTIFICATE_FORM_ANY:
	case CERTIFICATE_FORM_NONE:
		break;
	}
	return text_of_verified;
}

const char *certificate_form_text(enum certificate_form form, const struct session_traits *traits)
{
	return text_of_form(form)(traits);
}

/* The values of a trait; lacking_r: the sessions that have none. */
static void count_values(const struct session_kind *kinds, trait_text *text, struct tally *values,
			 struct tally *lacking)
{
	for (const struct session_kind *at = kinds; at != NULL; at = at->hh.next) {
		const char *value = text(&at->traits);

		if (counts(at))
			session_kind_tally(at, value != NULL ? value : "", value != NULL ? values : lacking);
	}
}

static bool is_rare_value(const struct tally *values, const char *text, const struct tally_entry *all)
{
	for (size_t i = 0; i < values->count; i++)
		if (strcmp(values->entries[i].text, text) == 0)
			return is_rare(&values->entries[i], all);
	return false;
}

/* Leaves out the sessions without a value, and with rare: those whose value is rare. */
static void leave_out_values(struct session_kind *kinds, trait_text *text, const struct tally *values,
			     bool rare, enum left_out why, const struct tally_entry *all)
{
	for (struct session_kind *at = kinds; at != NULL; at = at->hh.next) {
		const char *value = text(&at->traits);

		if (exceptions_is_kept(at) && (value == NULL || (rare && is_rare_value(values, value, all))))
			at->left_out = why;
	}
}

/* False, and nothing is left out, where the sessions do not come to a list. */
static bool leave_out_odd(struct session_kind *kinds, trait_text *text, enum left_out why,
			  const struct tally_entry *all)
{
	struct tally values = {0}, lacking = {0};
	unsigned long long odd = 0;
	size_t frequent = 0;
	bool listed, rare;

	count_values(kinds, text, &values, &lacking);
	for (size_t i = 0; i < values.count; i++) {
		odd += is_rare(&values.entries[i], all) ? values.entries[i].count : 0;
		frequent += !is_rare(&values.entries[i], all);
	}
	listed = lacking.count == 0 ||
		 (is_rare(&lacking.entries[0], all) && is_minor(lacking.entries[0].count, all));
	rare = is_minor(odd + (lacking.count > 0 ? lacking.entries[0].count : 0), all);
	listed = listed && values.count > 0 && (rare ? frequent : values.count) <= EXCEPTIONS_ENTRIES_MAX;
	if (listed)
		leave_out_values(kinds, text, &values, rare, why, all);
	tally_fini(&values);
	tally_fini(&lacking);
	return listed;
}

static void add_up(const struct session_kind *kinds, struct common *common_r)
{
	for (const struct session_kind *at = kinds; at != NULL; at = at->hh.next) {
		const struct session_traits *traits = &at->traits;
		bool is_first = common_r->kept == 0;

		common_r->sessions += at->count;
		if (!exceptions_is_kept(at))
			continue;
		common_r->kept += at->count;
		if (is_first || traits->version < common_r->version)
			common_r->version = traits->version;
		if (is_first || traits->bits < common_r->bits)
			common_r->bits = traits->bits;
		common_r->forward_secrecy =
			traits->forward_secrecy && (is_first || common_r->forward_secrecy);
	}
}

void exceptions_find(struct session_kind *kinds, struct common *common_r)
{
	struct tally tally = {0};
	const struct tally_entry *all;

	*common_r = (struct common){.certificate = CERTIFICATE_FORM_NONE};
	for (const struct session_kind *at = kinds; at != NULL; at = at->hh.next)
		if (counts(at))
			session_kind_tally(at, "", &tally);
	if (tally.count > 0) {
		enum certificate_form form = CERTIFICATE_FORM_PIN;

		all = &tally.entries[0];
		leave_out_weak(kinds, number_of_version, LEFT_OUT_VERSION, all);
		leave_out_weak(kinds, number_of_bits, LEFT_OUT_BITS, all);
		leave_out_weak(kinds, number_of_forward_secrecy, LEFT_OUT_FORWARD_SECRECY, all);
		while (form < CERTIFICATE_FORM_NONE &&
		       !leave_out_odd(kinds, text_of_form(form), LEFT_OUT_CERTIFICATE, all))
			form++;
		common_r->certificate = form;
		common_r->lists_clients = leave_out_odd(kinds, trait_client, LEFT_OUT_CLIENT, all);
	}
	tally_fini(&tally);
	add_up(kinds, common_r);
}
