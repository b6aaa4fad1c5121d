/* SPDX-License-Identifier: MIT */
/*
 * The text of the trace header. Writes nothing into a message: a door does.
 * Values that a peer chose are escaped as in the log, so that none can end the
 * header or begin another.
 */
#include "verdict/trace.h"

#include <stdint.h>
#include <stdio.h>

#include "verdict/log_field.h"
#include "util/memory.h"

/* How the fields are laid out. Escaped, a value has four bytes for one: a line stays under 998. */
struct layout {
	const char *separator;
	size_t value_max;
};

static const struct layout folded = {";\n\t", 200};
static const struct layout one_line = {"; ", 46};

/* More names than this are counted, not listed: a name has up to 64 bytes. */
#define TRACE_CONNECTORS_MAX 12

static void add_field(struct strbuf *out, const struct layout *layout, const char *key, const char *value)
{
	const struct log_value_room room = {.bytes = layout->value_max, .width = SIZE_MAX};

	strbuf_printf(out, "%s%s=", layout->separator, key);
	log_field_add_value(out, value, room);
}

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

static char *print(const struct layout *layout, enum verdict verdict,
		   const struct connector *const *connectors, size_t count, const struct facts *facts)
{
	const struct certificate_facts *certificate = &facts->certificate;
	char address[IP_TEXT_SIZE], bits[16] = "-";
	struct strbuf out = {0};

	strbuf_puts(&out, verdict_name(verdict));
	add_connectors(&out, layout, connectors, count);
	add_field(&out, layout, "client", ip_print(&facts->client, address));
	add_field(&out, layout, "tls", facts->tls.version_text);
	add_field(&out, layout, "cipher", facts->tls.cipher);
	if (facts->tls.bits >= 0)
		(void)snprintf(bits, sizeof bits, "%d", facts->tls.bits);
	strbuf_printf(&out, " bits=%s", bits);
	strbuf_printf(&out, "%sverified=%s", layout->separator,
		      certificate->state == CERTIFICATE_VERIFIED ? "yes" : "no");
	add_field(&out, layout, "subject",
		  certificate->subject_cn != NULL ? certificate->subject_cn : certificate->subject_dn);
	add_field(&out, layout, "issuer",
		  certificate->issuer_cn != NULL ? certificate->issuer_cn : certificate->issuer_dn);
	return strbuf_take(&out);
}

char *trace_header_value(enum verdict verdict, const struct connector *const *connectors, size_t count,
			 const struct facts *facts)
{
	return print(&folded, verdict, connectors, count, facts);
}

char *trace_header_line(enum verdict verdict, const struct connector *connector, const struct facts *facts)
{
	return print(&one_line, verdict, &connector, connector != NULL ? 1 : 0, facts);
}
