/* SPDX-License-Identifier: MIT */
/*
 * The demand for a certificate: names, days and fingerprints of each entry,
 * and how far one gets. Knows nothing of who verified what: that is a fact.
 */
#include "policy/demand_certificate.h"

bool demand_certificate_asked(const struct require *require)
{
	return require->any_certificate || require->certificate_count > 0;
}

static enum reason judge_fingerprint(const struct fingerprint *wanted, const struct fingerprints *shown)
{
	if (shown->seen == FINGERPRINTS_NONE)
		return REASON_NO_CERTIFICATE;
	for (size_t i = 0; i < shown->count; i++)
		if (fingerprint_equal(wanted, &shown->list[i]))
			return REASON_NONE;
	return REASON_FINGERPRINT;
}

/* A certificate that is pinned by its fingerprint needs nobody's word; all else does. */
static bool needs_verification(const struct certificate_entry *entry)
{
	return !entry->has_fingerprint || entry->has_subject || entry->has_issuer;
}

/* Whether nobody here can tell which fingerprints the client's certificate has. */
static bool is_unseen(const struct fingerprints *shown)
{
	return shown->seen == FINGERPRINTS_UNSEEN || shown->seen == FINGERPRINTS_FOREIGN;
}

/*
 * How far one entry gets: the fingerprint first, then names, then the days on
 * which it counts. REASON_INTERNAL: it may be met, but for a fingerprint that
 * nobody here has seen.
 */
static enum reason judge_entry(const struct certificate_entry *entry, const struct certificate_host *host,
			       const struct facts *facts)
{
	const struct certificate_facts *shown = &facts->certificate;
	bool unseen = entry->has_fingerprint && is_unseen(&shown->fingerprints);

	if (entry->has_fingerprint && !unseen) {
		enum reason reason = judge_fingerprint(&entry->fingerprint, &shown->fingerprints);

		if (reason != REASON_NONE)
			return reason;
	}
	if (needs_verification(entry) && shown->state != CERTIFICATE_VERIFIED)
		return REASON_NO_CERTIFICATE;
	if (entry->has_subject && !certificate_subject_matches(&entry->subject, host, shown))
		return REASON_SUBJECT;
	if (entry->has_issuer &&
	    !certificate_issuer_matches(&entry->issuer, shown->issuer_cn, shown->issuer_dn))
		return REASON_ISSUER;
	if (facts->date < entry->valid_from || /* 0: nobody said, and no day is before it */
	    (entry->valid_to != 0 && (facts->date == 0 || facts->date > entry->valid_to)))
		return REASON_EXPIRED_ENTRY;
	return unseen ? REASON_INTERNAL : REASON_NONE;
}

/*
 * Reasons of certificates in the order in which they are tried: the later, the
 * further an entry got. An entry that may be met after all goes before any.
 */
_Static_assert(REASON_NO_CERTIFICATE < REASON_FINGERPRINT && REASON_FINGERPRINT < REASON_SUBJECT &&
		       REASON_SUBJECT < REASON_ISSUER && REASON_ISSUER < REASON_EXPIRED_ENTRY &&
		       REASON_EXPIRED_ENTRY < REASON_INTERNAL,
	       "reasons tell how far");

enum reason demand_certificate_judge(const struct require *require, const struct transaction *transaction)
{
	enum reason furthest = REASON_NO_CERTIFICATE;
	struct certificate_host host;

	if (require->any_certificate)
		return transaction->facts->certificate.state == CERTIFICATE_VERIFIED ? REASON_NONE
										     : REASON_NO_CERTIFICATE;
	certificate_host_read(transaction->facts->certificate.subject_cn, &host);
	for (size_t i = 0; i < require->certificate_count; i++) {
		enum reason reason = judge_entry(&require->certificates[i], &host, transaction->facts);

		if (reason == REASON_NONE)
			return REASON_NONE;
		if (reason > furthest)
			furthest = reason;
	}
	return furthest;
}

static void wanted_date(const char *word, date_t date, struct strbuf *out)
{
	char text[DATE_TEXT_SIZE];

	if (date != 0)
		strbuf_printf(out, " %s %s", word, date_print(date, text));
}

static void wanted_entry(const struct certificate_entry *entry, struct strbuf *out)
{
	char fingerprint[FINGERPRINT_TEXT_SIZE];

	if (needs_verification(entry))
		strbuf_puts(out, entry->has_fingerprint ? "verified, " : "verified");
	if (entry->has_fingerprint)
		strbuf_printf(out, "fingerprint %s", fingerprint_print(&entry->fingerprint, fingerprint));
	if (entry->has_subject)
		strbuf_printf(out, " subject %s", entry->subject.written);
	if (entry->has_issuer)
		strbuf_printf(out, " issuer %s", entry->issuer.written);
	wanted_date("from", entry->valid_from, out);
	wanted_date("to", entry->valid_to, out);
}

void demand_certificate_wanted(const struct require *require, struct strbuf *out)
{
	if (require->any_certificate)
		strbuf_puts(out, "verified");
	for (size_t i = 0; i < require->certificate_count; i++) {
		strbuf_puts(out, i == 0 ? "" : ", or ");
		wanted_entry(&require->certificates[i], out);
	}
}

static void seen_fingerprints(const struct fingerprints *shown, struct strbuf *out)
{
	for (size_t i = 0; i < shown->count; i++) {
		char fingerprint[FINGERPRINT_TEXT_SIZE];

		strbuf_printf(out, ", fingerprint %s", fingerprint_print(&shown->list[i], fingerprint));
	}
}

void demand_certificate_seen(const struct transaction *transaction, struct strbuf *out)
{
	const struct certificate_facts *shown = &transaction->facts->certificate;
	const char *subject = shown->subject_dn != NULL ? shown->subject_dn : shown->subject_cn;
	const char *issuer = shown->issuer_dn != NULL ? shown->issuer_dn : shown->issuer_cn;

	strbuf_puts(out, shown->state == CERTIFICATE_VERIFIED ? "verified" : "none verified");
	if (subject != NULL)
		strbuf_printf(out, ", subject %s", subject);
	if (shown->altnames != NULL)
		strbuf_printf(out, ", alternative names %s", shown->altnames);
	if (issuer != NULL)
		strbuf_printf(out, ", issuer %s", issuer);
	seen_fingerprints(&shown->fingerprints, out);
}

/* Which one is expected is not for the peer to know. */
void demand_certificate_refused(const struct refusal *refusal, struct strbuf *out)
{
	strbuf_puts(out, refusal->reason == REASON_NO_CERTIFICATE ? "verified certificate required"
								  : "certificate is not the one expected");
}
