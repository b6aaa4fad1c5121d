/* SPDX-License-Identifier: MIT */
/*
 * The text of the trace header. Writes nothing into a message: a service does.
 * Values that a peer chose are escaped as in the log, so that none can end the
 * header or begin another.
 */
#include "verdict/trace_header.h"

#include <assert.h>
#include <stdint.h>

#include "util/memory.h"
#include "verdict/verdict_line.h"

/* How the fields are laid out. Escaped, a value has four bytes for one: a line stays under 998. */
struct layout {
	const char *separator;
	size_t value_max;
};

static const struct layout folded = {";\n\t", 200};
static const struct layout one_line = {"; ", 46};

/* More names than this are counted, not listed: a name has up to 64 bytes. */
#define TRACE_CONNECTORS_MAX 12

static void add_connectors(struct strbuf *out, const struct layout *layout,
			   const struct connector *const *connectors, size_t count)
{
	strbuf_printf(out, "%sconnector=", layout->separator);
	if (count == 0)
		strbuf_putc(out, '-');
	for (size_t i = 0; i < count && i < TRACE_CONNECTORS_MAX; i++)
		strbuf_printf(out, "%s%s", i > 0 ? "," : "", connectors[i]->name);
	if (count > TRACE_CONNECTORS_MAX)
		strbuf_printf(out, ",+%zu", count - TRACE_CONNECTORS_MAX);
}

/* No line of the log has it. */
static void trace_field_verified(const void *subject, struct log_field_value *value_r)
{
	const struct verdict_view *line = subject;
	const struct certificate_facts *certificate = &line->event->facts->certificate;

	log_field_set(value_r, certificate->state == CERTIFICATE_VERIFIED ? "yes" : "no");
}

static const struct log_field verified = {"verified", LOG_FIELD_WORD, LOG_FIELD_SHOWN, trace_field_verified};

/* What it has of a verdict line, with its key here, and what stands before each. */
static const struct {
	const char *key;
	const char *field; /* its key in the line; NULL: verified */
	const char *before; /* NULL: the separator */
} parts[] = {
	{"client", "client_address", NULL}, {"tls", "tls", NULL},
	{"cipher", "cipher", NULL},         {"bits", "bits", " "},
	{"verified", NULL, NULL},           {"subject", "subject", NULL},
	{"issuer", "issuer", NULL},
};

static const struct log_field *field_of_part(const char *field)
{
	return field != NULL ? log_form_field(&verdict_line_form, field) : &verified;
}

static char *trace_header_print(const struct layout *layout, enum verdict verdict,
				const struct connector *const *connectors, size_t count,
				const struct facts *facts)
{
	const struct log_value_room room = {.bytes = layout->value_max, .width = SIZE_MAX};
	const struct event event = {.facts = facts};
	const struct verdict_view line = {.event = &event};
	struct strbuf out = {0};

	assert(count == 0 || connectors != NULL);
	strbuf_puts(&out, verdict_name(verdict));
	add_connectors(&out, layout, connectors, count);
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		strbuf_printf(&out, "%s%s=", parts[i].before != NULL ? parts[i].before : layout->separator,
			      parts[i].key);
		log_field_add(&out, field_of_part(parts[i].field), &line, room);
	}
	return strbuf_take(&out);
}

char *trace_header_folded(enum verdict verdict, const struct connector *const *connectors, size_t count,
			  const struct facts *facts)
{
	return trace_header_print(&folded, verdict, connectors, count, facts);
}

char *trace_header_line(enum verdict verdict, const struct connector *connector, const struct facts *facts)
{
	return trace_header_print(&one_line, verdict, &connector, connector != NULL ? 1 : 0, facts);
}
