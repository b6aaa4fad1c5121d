/* SPDX-License-Identifier: MIT */
/*
 * Policies of the model as YAML, and sessions for the eye. Writes what the
 * manual says; knows nothing of how it is read.
 */
#include "property/model.h"

static void print_words(const char *indent, const char *key, const struct words *words, struct strbuf *out)
{
	if (words->count == 0)
		return;
	strbuf_printf(out, "%s%s: [", indent, key);
	for (size_t i = 0; i < words->count; i++)
		strbuf_printf(out, "%s\"%s\"", i > 0 ? ", " : "", words->items[i]);
	strbuf_puts(out, "]\n");
}

static void print_text(const char *indent, const char *key, const char *text, struct strbuf *out)
{
	if (text != NULL)
		strbuf_printf(out, "%s%s: \"%s\"\n", indent, key, text);
}

static void print_date(const char *key, date_t date, struct strbuf *out)
{
	if (date != 0)
		strbuf_printf(out, "%s: %04d-%02d-%02d, ", key, (int)date / 10000, (int)date / 100 % 100,
			      (int)date % 100);
}

static void print_entry(const struct model_entry *entry, struct strbuf *out)
{
	/* A name alone may be written without a map. */
	if (entry->subject != NULL && entry->fingerprint == NULL && entry->issuer == NULL &&
	    entry->valid_from == 0 && entry->valid_to == 0) {
		strbuf_printf(out, "        - \"%s\"\n", entry->subject);
		return;
	}
	strbuf_puts(out, "        - {");
	if (entry->fingerprint != NULL)
		strbuf_printf(out, "fingerprint: \"%s\", ", entry->fingerprint);
	if (entry->subject != NULL)
		strbuf_printf(out, "subject: \"%s\", ", entry->subject);
	if (entry->issuer != NULL)
		strbuf_printf(out, "issuer: \"%s\", ", entry->issuer);
	print_date("valid_from", entry->valid_from, out);
	print_date("valid_to", entry->valid_to, out);
	strbuf_puts(out, "}\n");
}

static void print_require(const struct model_require *require, struct strbuf *out)
{
	static const char indent[] = "      ";

	if (require->kind != DEMAND_MAP) {
		strbuf_printf(out, "    require: %s\n", require->kind == DEMAND_NONE ? "none" : "tls");
		return;
	}
	/* Said in any case, so that the map is not empty; false is the default. */
	strbuf_printf(out, "    require:\n%sforward_secrecy: %s\n", indent,
		      require->forward_secrecy ? "true" : "false");
	print_text(indent, "min_version", require->min_version, out);
	print_text(indent, "ciphers", require->ciphers, out);
	print_text(indent, "ciphersuites", require->ciphersuites, out);
	if (require->min_cipher_bits > 0)
		strbuf_printf(out, "%smin_cipher_bits: %d\n", indent, require->min_cipher_bits);
	print_text(indent, "certificate", require->any_certificate ? "any" : NULL, out);
	if (require->entry_count > 0)
		strbuf_printf(out, "%scertificate:\n", indent);
	for (size_t i = 0; i < require->entry_count; i++)
		print_entry(&require->entries[i], out);
	print_words(indent, "allowed_clients", &require->allowed_clients, out);
	print_words(indent, "allowed_senders", &require->allowed_senders, out);
}

static void print_exception(const struct model_exception *exception, struct strbuf *out)
{
	static const char indent[] = "        ";

	strbuf_puts(out, "      -\n");
	if (exception->authenticated)
		strbuf_printf(out, "%sauthenticated: true\n", indent);
	print_words(indent, "senders", &exception->senders, out);
	print_words(indent, "recipients", &exception->recipients, out);
	print_words(indent, "clients", &exception->clients, out);
}

static void print_connector(const struct model_connector *connector, struct strbuf *out)
{
	static const char indent[] = "    ";

	strbuf_printf(out, "  - name: c%u\n", connector->id);
	if (connector->test)
		strbuf_puts(out, "    mode: test\n");
	print_text(indent, "on_failure", connector->on_failure, out);
	print_words(indent, "senders", &connector->senders, out);
	print_words(indent, "recipients", &connector->recipients, out);
	print_words(indent, "clients", &connector->clients, out);
	print_words(indent, "presenting", &connector->presenting, out);
	if (connector->header_from)
		strbuf_puts(out, "    header_from: true\n");
	if (connector->exception_count > 0)
		strbuf_puts(out, "    except:\n");
	for (size_t i = 0; i < connector->exception_count; i++)
		print_exception(&connector->exceptions[i], out);
	print_require(&connector->require, out);
}

void print_policy(const struct model_policy *policy, struct strbuf *out)
{
	if (policy->test)
		strbuf_puts(out, "mode: test\n");
	if (policy->trace_header)
		strbuf_puts(out, "trace_header: true\n");
	if (policy->trusts_nobody)
		strbuf_puts(out, "trusted_networks: []\n");
	print_words("", "trusted_networks", &policy->trusted_networks, out);
	print_text("", "recipient_delimiter", policy->delimiter, out);
	if (policy->default_version != NULL || policy->default_on_failure != NULL)
		strbuf_puts(out, "defaults:\n");
	print_text("  ", "min_version", policy->default_version, out);
	print_text("  ", "on_failure", policy->default_on_failure, out);
	strbuf_puts(out, "connectors:\n");
	for (size_t i = 0; i < policy->count; i++)
		print_connector(&policy->connectors[i], out);
}

static const char *or_dash(const char *text)
{
	return text != NULL ? text : "-";
}

static void print_fingerprints(const struct model_fingerprints *fingerprints, struct strbuf *out)
{
	static const char *const seen[] = {
		[FINGERPRINTS_UNSEEN] = "unseen",
		[FINGERPRINTS_NONE] = "none",
		[FINGERPRINTS_FOREIGN] = "foreign",
		[FINGERPRINTS_SHOWN] = "shown",
	};

	strbuf_printf(out, " fingerprints=%s", seen[fingerprints->seen]);
	for (size_t i = 0; i < fingerprints->count; i++)
		strbuf_printf(out, ",%s", fingerprints->texts[i]);
}

static void print_untold(unsigned untold, struct strbuf *out)
{
	static const char *const facts[] = {NULL,        "edits",  "client", "sender",
					    "recipient", "policy", "domain", "mydomain",
					    "headers",   "room",   "trace",  "content"};
	_Static_assert(sizeof facts / sizeof *facts == FACTS_TO_TELL + 1, "a fact has no name");

	for (size_t i = 1; i <= FACTS_TO_TELL; i++)
		if ((untold & FACT_BIT(i)) != 0)
			strbuf_printf(out, " untold=%s", facts[i]);
}

void print_session(const struct model_session *session, struct strbuf *out)
{
	strbuf_printf(out, "client=%s:%d local=%d held=%d data=%d helo=%s name=%s from=%s to=%s",
		      or_dash(session->client), session->port, session->from_local_program, session->is_held,
		      session->at_data, or_dash(session->helo), or_dash(session->client_name),
		      session->sender->written, session->recipient->written);
	for (size_t i = 0; i < session->from_count; i++)
		strbuf_printf(out, " header=%s@%s", or_dash(session->from[i]->local),
			      session->from[i]->domain);
	strbuf_printf(out, " tls=%s cipher=%s bits=%d",
		      session->tls.present ? session->tls.version_text : "none", or_dash(session->tls.cipher),
		      session->tls.bits);
	strbuf_printf(out, " certificate=%s cn=%s dn=%s issuer=%s issuer_dn=%s altnames=%s",
		      certificate_state_name(session->certificate.state),
		      or_dash(session->certificate.subject_cn), or_dash(session->certificate.subject_dn),
		      or_dash(session->certificate.issuer_cn), or_dash(session->certificate.issuer_dn),
		      or_dash(session->certificate.altnames));
	print_fingerprints(&session->fingerprints, out);
	print_untold(session->untold, out);
	strbuf_printf(out, " authenticated=%d quarantine=%d date=%d", session->authenticated,
		      session->can_quarantine, (int)session->date);
}
