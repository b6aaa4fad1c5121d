/* SPDX-License-Identifier: MIT */
/* A fuzzer (tests/README.md). Envelope addresses. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mail/address.h"
#include "mail/domain.h"
#include "fuzz/fields.h"
#include "fuzz/must.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool same_text(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* Made of its own parts again it stays as it is: there is one form in which addresses are compared. */
static void check_normal(const struct address *address)
{
	struct address again;
	char *storage;

	MUST(address->local != NULL || address->domain == NULL);
	if (address->local == NULL)
		return;
	MUST(address->domain == NULL ||
	     (address->domain[0] != '\0' && strlen(address->domain) < DOMAIN_SIZE));
	MUST(address_make(address->local, strlen(address->local), address->domain,
			  address->domain != NULL ? strlen(address->domain) : 0, &again,
			  &storage) == ADDRESS_OK);
	MUST(same_text(address->local, again.local) && same_text(address->domain, again.domain));
	/* Whatever else folding does. */
	MUST(strpbrk(address->local, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == NULL);
	free(storage);
}

static void check_parse(const char *text)
{
	struct address address;
	char *storage;
	enum address_result result = address_parse(text, &address, &storage);

	if (result == ADDRESS_OK) {
		MUST(address.null_sender == (address.local == NULL));
		MUST((storage == NULL) == address.null_sender);
		check_normal(&address);
	} else {
		MUST(storage == NULL && address.local == NULL && address.domain == NULL);
	}
	free(storage);
}

static void check_readings(const struct readings *readings)
{
	MUST(readings->result == ADDRESS_OK ? readings->count >= 1 && readings->count <= READINGS_MAX
					    : readings->count == 0);
	for (size_t i = 0; i < readings->count; i++) {
		check_normal(&readings->addresses[i]);
		for (size_t k = 0; k < i; k++)
			MUST(!same_text(readings->addresses[i].local, readings->addresses[k].local) ||
			     !same_text(readings->addresses[i].domain, readings->addresses[k].domain) ||
			     !same_text(readings->addresses[i].written, readings->addresses[k].written));
	}
}

/* No reading of a text is lost by what else is known of it: what it says itself is always among them. */
static void check_holds(const struct readings *readings, const char *text)
{
	struct address address;
	char *storage;
	bool found = false;

	if (readings->result == ADDRESS_OK && address_parse(text, &address, &storage) == ADDRESS_OK) {
		for (size_t i = 0; i < readings->count; i++)
			found = found || (same_text(readings->addresses[i].local, address.local) &&
					  same_text(readings->addresses[i].domain, address.domain));
		MUST(found || address.null_sender);
		free(storage);
	}
}

/* Fields: argument, macro, local host, HELO name, client name. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct readings sender, recipient;
	struct written_address written;
	struct fields fields;

	fields_init(&fields, data, size);
	written = (struct written_address){
		.argument = fields.texts[0], .macro = fields.texts[1], .local_host = fields.texts[2]};
	check_parse(written.argument);
	readings_of_sender(&sender, &written, fields.texts[3], fields.texts[4]);
	readings_of_recipient(&recipient, &written);
	check_readings(&sender);
	check_readings(&recipient);
	check_holds(&sender, written.argument);
	check_holds(&recipient, written.argument);
	if (written.macro != NULL) {
		check_holds(&sender, written.macro);
		check_holds(&recipient, written.macro);
	}
	for (size_t i = 0; i < recipient.count; i++)
		MUST(recipient.addresses[i].local != NULL && !recipient.addresses[i].null_sender);
	readings_fini(&sender);
	readings_fini(&recipient);
	fields_fini(&fields);
	return 0;
}
