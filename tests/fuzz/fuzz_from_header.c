/* SPDX-License-Identifier: MIT */
/* A fuzzer (tests/README.md). From: fields. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mail/domain.h"
#include "mail/from_header.h"
#include "util/memory.h"
#include "fuzz/fields.h"
#include "fuzz/must.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct visits {
	size_t searched; /* domains without mailbox */
	struct strbuf list; /* all addresses, as a field of their own */
};

/* As RFC 5322 writes it: quoted, whatever it holds. */
static void add_mailbox(struct strbuf *list, const struct address *address)
{
	strbuf_puts(list, list->length > 0 ? ", \"" : "\"");
	for (const char *c = address->local; *c != '\0'; c++) {
		if (*c == '"' || *c == '\\')
			strbuf_putc(list, '\\');
		strbuf_putc(list, *c);
	}
	strbuf_printf(list, "\"@%s", address->domain);
}

static void visit(void *context, const struct address *address)
{
	struct visits *visits = context;
	char normalised[DOMAIN_SIZE];

	MUST(address->domain != NULL && !address->null_sender);
	MUST(domain_normalise(address->domain, strlen(address->domain), normalised) == DOMAIN_OK);
	MUST(strcmp(address->domain, normalised) == 0);
	/* Which of two "@" a mail program shows, nobody knows. */
	MUST(address->local == NULL || strchr(address->local, '@') == NULL);
	if (address->local == NULL)
		visits->searched++;
	else if (address->local[0] != '\0') /* what is left of "!@a.example" is nothing to quote */
		add_mailbox(&visits->list, address);
}

/* What was read, written down plainly, is read as well. */
static void check_again(const struct visits *visits)
{
	struct visits again = {0};

	if (visits->list.length == 0)
		return;
	MUST(from_header_read(visits->list.text, visit, &again) == FROM_HEADER_READ);
	MUST(again.searched == 0 && again.list.length >= visits->list.length);
	strbuf_fini(&again.list);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct visits all = {0};
	struct fields fields;

	fields_init(&fields, data, size);
	if (from_header_read(fields.texts[0], visit, &all) == FROM_HEADER_READ)
		check_again(&all);
	strbuf_fini(&all.list);
	fields_fini(&fields);
	return 0;
}
