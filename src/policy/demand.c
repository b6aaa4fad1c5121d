/* SPDX-License-Identifier: MIT */
/*
 * What a session must show, one entry a demand, in the order in which they are
 * tried; the certificate is in demand_certificate.c. Knows nothing of which
 * connector demands it. Every fact that is missing counts against the session.
 */
#include "policy/demand.h"

#include <stdlib.h>

#include "policy/demand_certificate.h"
#include "policy/selector.h"

static bool asked_tls(const struct require *require)
{
	return !require->nothing;
}

static enum reason judge_tls(const struct require *require, const struct transaction *transaction)
{
	int cipher = cipher_find(transaction->policy->ciphers, transaction->facts->tls.cipher);

	(void)require;
	/* A cipher without encryption (eNULL) carries plaintext, whatever surrounds it. */
	if (!transaction->facts->tls.present || transaction->facts->tls.bits == 0 ||
	    cipher_bits(transaction->policy->ciphers, cipher) == 0)
		return REASON_PLAINTEXT;
	return REASON_NONE;
}

static void wanted_tls(const struct require *require, struct strbuf *out)
{
	(void)require;
	strbuf_puts(out, "TLS");
}

static void seen_tls(const struct transaction *transaction, struct strbuf *out)
{
	strbuf_puts(out, transaction->facts->tls.present ? "TLS" : "plaintext");
}

static void refused_tls(const struct refusal *refusal, struct strbuf *out)
{
	selectors_print(refusal->policy, refusal->candidate, out);
}

static enum reason judge_version(const struct require *require, const struct transaction *transaction)
{
	return transaction->facts->tls.version >= require->min_version ? REASON_NONE : REASON_VERSION;
}

static void wanted_version(const struct require *require, struct strbuf *out)
{
	strbuf_printf(out, "%s or better", tls_version_name(require->min_version));
}

static void seen_version(const struct transaction *transaction, struct strbuf *out)
{
	strbuf_puts(out, transaction->facts->tls.version_text != NULL ? transaction->facts->tls.version_text
								      : "-");
}

static void refused_version(const struct refusal *refusal, struct strbuf *out)
{
	enum tls_version version = refusal->facts->tls.version;

	wanted_version(&refusal->candidate->connector->require, out);
	strbuf_printf(out, " required, got %s",
		      version != TLS_VERSION_UNKNOWN ? tls_version_name(version) : "an unknown version");
}

static bool asked_ciphers(const struct require *require)
{
	return require->ciphers != NULL;
}

static enum reason judge_ciphers(const struct require *require, const struct transaction *transaction)
{
	if (transaction->facts->tls.version == TLS_VERSION_1_3)
		return REASON_NONE; /* an OpenSSL cipher list says nothing of TLS 1.3 */
	return cipher_set_has(require->ciphers,
			      cipher_find(transaction->policy->ciphers, transaction->facts->tls.cipher))
		       ? REASON_NONE
		       : REASON_CIPHER;
}

static void wanted_ciphers(const struct require *require, struct strbuf *out)
{
	(void)require;
	strbuf_puts(out, "one of ciphers, below TLSv1.3");
}

static bool asked_ciphersuites(const struct require *require)
{
	return require->ciphersuites != NULL;
}

static enum reason judge_ciphersuites(const struct require *require, const struct transaction *transaction)
{
	if (transaction->facts->tls.version != TLS_VERSION_1_3)
		return REASON_NONE;
	return cipher_set_has(require->ciphersuites,
			      cipher_find(transaction->policy->ciphers, transaction->facts->tls.cipher))
		       ? REASON_NONE
		       : REASON_CIPHER;
}

static void wanted_ciphersuites(const struct require *require, struct strbuf *out)
{
	(void)require;
	strbuf_puts(out, "one of ciphersuites, with TLSv1.3");
}

static void seen_cipher(const struct transaction *transaction, struct strbuf *out)
{
	strbuf_puts(out, transaction->facts->tls.cipher != NULL ? transaction->facts->tls.cipher : "-");
}

/* One that we know by name: the peer's side cannot choose our words. */
static void refused_cipher(const struct refusal *refusal, struct strbuf *out)
{
	const char *cipher = refusal->facts->tls.cipher;

	strbuf_puts(out, cipher_find(refusal->policy->ciphers, cipher) >= 0 ? cipher : "an unknown cipher");
}

static bool asked_bits(const struct require *require)
{
	return require->min_cipher_bits > 0;
}

static enum reason judge_bits(const struct require *require, const struct transaction *transaction)
{
	return transaction->facts->tls.bits >= require->min_cipher_bits ? REASON_NONE : REASON_BITS;
}

static void wanted_bits(const struct require *require, struct strbuf *out)
{
	strbuf_printf(out, "%d bits or more", require->min_cipher_bits);
}

static void seen_bits(const struct transaction *transaction, struct strbuf *out)
{
	if (transaction->facts->tls.bits >= 0)
		strbuf_printf(out, "%d", transaction->facts->tls.bits);
	else
		strbuf_puts(out, "-");
}

static void refused_bits(const struct refusal *refusal, struct strbuf *out)
{
	int bits = refusal->facts->tls.bits;

	wanted_bits(&refusal->candidate->connector->require, out);
	if (bits >= 0)
		strbuf_printf(out, " required, got %d", bits);
	else
		strbuf_puts(out, " required, got an unknown number");
}

static bool asked_forward_secrecy(const struct require *require)
{
	return require->forward_secrecy;
}

static enum reason judge_forward_secrecy(const struct require *require, const struct transaction *transaction)
{
	(void)require;
	return cipher_has_forward_secrecy(
		       transaction->policy->ciphers,
		       cipher_find(transaction->policy->ciphers, transaction->facts->tls.cipher))
		       ? REASON_NONE
		       : REASON_FORWARD_SECRECY;
}

static void wanted_forward_secrecy(const struct require *require, struct strbuf *out)
{
	(void)require;
	strbuf_puts(out, "a cipher with forward secrecy");
}

static bool asked_client(const struct require *require)
{
	return require->has_allowed_clients;
}

static enum reason judge_client(const struct require *require, const struct transaction *transaction)
{
	return cidr_set_find(&require->allowed_clients, &transaction->facts->client) != NULL ? REASON_NONE
											     : REASON_CLIENT;
}

/* A list of a million partners is not worth a line of a million names. */
#define ITEMS_SHOWN ((size_t)8)

static void wanted_client(const struct require *require, struct strbuf *out)
{
	size_t count = require->allowed_clients.count;

	for (size_t i = 0; i < count && i < ITEMS_SHOWN; i++) {
		char network[CIDR_TEXT_SIZE];

		strbuf_printf(out, "%s%s", i > 0 ? ", " : "",
			      cidr_print(&require->allowed_clients.networks[i], network));
	}
	if (count > ITEMS_SHOWN)
		strbuf_printf(out, ", and %zu more", count - ITEMS_SHOWN);
}

static void seen_client(const struct transaction *transaction, struct strbuf *out)
{
	char address[IP_TEXT_SIZE];

	strbuf_puts(out, ip_print(&transaction->facts->client, address));
}

static bool asked_sender(const struct require *require)
{
	return require->allowed_senders != NULL;
}

static enum reason judge_sender(const struct require *require, const struct transaction *transaction)
{
	const struct address *sender = transaction->envelope->sender;

	if (sender->null_sender ||
	    pattern_index_holds(require->allowed_senders, sender, transaction->policy->recipient_delimiter))
		return REASON_NONE;
	return REASON_SENDER;
}

struct sender_list {
	const struct pattern_index *patterns;
	struct strbuf *out;
	size_t count;
};

static bool add_sender(void *context, pattern_ref ref, uint64_t hash, struct pattern_claim *claims,
		       size_t count)
{
	struct sender_list *list = context;
	char *pattern;

	(void)hash;
	(void)claims;
	(void)count;
	if (list->count++ == ITEMS_SHOWN) {
		strbuf_printf(list->out, ", and %zu more", pattern_index_count(list->patterns) - ITEMS_SHOWN);
		return false;
	}
	pattern = pattern_index_text(list->patterns, ref);
	strbuf_printf(list->out, "%s%s", list->count > 1 ? ", " : "", pattern);
	free(pattern);
	return true;
}

static void wanted_sender(const struct require *require, struct strbuf *out)
{
	struct sender_list list = {.patterns = require->allowed_senders, .out = out};

	pattern_index_each(require->allowed_senders, add_sender, &list);
}

static void seen_sender(const struct transaction *transaction, struct strbuf *out)
{
	const struct address *sender = transaction->envelope->sender;

	if (sender->null_sender)
		strbuf_puts(out, "<>");
	else if (sender->domain == NULL)
		strbuf_puts(out, "no domain");
	else
		strbuf_printf(out, "%s@%s", sender->local, sender->domain);
}

const struct demand demands[] = {
	{"tls", asked_tls, judge_tls, wanted_tls, seen_tls, "TLS required for ", refused_tls},
	{"min_version", asked_tls, judge_version, wanted_version, seen_version, "", refused_version},
	{"ciphers", asked_ciphers, judge_ciphers, wanted_ciphers, seen_cipher,
	 "another cipher required, got ", refused_cipher},
	{"ciphersuites", asked_ciphersuites, judge_ciphersuites, wanted_ciphersuites, seen_cipher,
	 "another cipher required, got ", refused_cipher},
	{"min_cipher_bits", asked_bits, judge_bits, wanted_bits, seen_bits, "cipher with ", refused_bits},
	{"forward_secrecy", asked_forward_secrecy, judge_forward_secrecy, wanted_forward_secrecy, seen_cipher,
	 "cipher with forward secrecy required, got ", refused_cipher},
	{"certificate", demand_certificate_asked, demand_certificate_judge, demand_certificate_wanted,
	 demand_certificate_seen, "", demand_certificate_refused},
	{"allowed_clients", asked_client, judge_client, wanted_client, seen_client,
	 "mail not accepted from this host", NULL},
	{"allowed_senders", asked_sender, judge_sender, wanted_sender, seen_sender,
	 "sender not accepted from this host", NULL},
};

const size_t demand_count = sizeof demands / sizeof demands[0];

enum reason demands_judge(const struct require *require, const struct transaction *transaction,
			  const struct demand **unmet_r)
{
	*unmet_r = NULL;
	for (size_t i = 0; i < demand_count; i++) {
		enum reason reason =
			demands[i].asked(require) ? demands[i].judge(require, transaction) : REASON_NONE;

		if (reason == REASON_NONE)
			continue;
		*unmet_r = &demands[i];
		return reason;
	}
	return REASON_NONE;
}
