/* SPDX-License-Identifier: MIT */
/*
 * Counts verdicts. What a line says is taken as it is: whether the verdict was
 * right is for explain, and for --policy.
 */
#include "report/incoming.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tls/tls_version.h"
#include "util/memory.h"

/* Lines of one recipient stand together, but for the end of a long message. */
#define SAME_RECIPIENT_SECONDS ((time_t)300)

/* What a verdict means for the report. */
enum outcome {
	OUTCOME_PASS = 1,
	OUTCOME_REFUSED = 2,
	OUTCOME_WOULD_REFUSE = 4,
	OUTCOME_WOULD_PASS = 8,
};
#define OUTCOME_BITS 4

static const struct {
	const char *word;
	enum outcome outcome;
} outcomes[] = {
	{"pass", OUTCOME_PASS},
	{"reject", OUTCOME_REFUSED},
	{"tempfail", OUTCOME_REFUSED},
	{"quarantine", OUTCOME_REFUSED},
	{"would-pass", OUTCOME_WOULD_PASS},
	{"would-reject", OUTCOME_WOULD_REFUSE},
	{"would-tempfail", OUTCOME_WOULD_REFUSE},
	{"would-quarantine", OUTCOME_WOULD_REFUSE},
};

/* One recipient of one message, by the hash of what its lines have in common. */
struct judged {
	uint64_t hash;
	time_t when;
	unsigned outcomes; /* OUTCOME_BITS bits for each door: the milter, the policy service */
};

void incoming_init(struct incoming *incoming_r, const struct scope *scope, struct days *days, size_t *budget)
{
	*incoming_r = (struct incoming){.scope = scope, .days = days, .parties = {.budget = budget}};
	incoming_r->judged = xcalloc(INCOMING_PLACES, sizeof *incoming_r->judged);
}

/* FNV-1a, with a byte behind each text so that two of them are not one. */
static uint64_t hash_text(uint64_t hash, const char *text)
{
	for (; text != NULL && *text != '\0'; text++)
		hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
	return (hash ^ 0xff) * UINT64_C(0x100000001b3);
}

static uint64_t hash_recipient(const struct log_line *line, const struct verdict_line *verdict)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	hash = hash_text(hash, line->host);
	hash = hash_text(hash, verdict->values[FIELD_CLIENT_ADDRESS]);
	hash = hash_text(hash, verdict->values[FIELD_FROM]);
	return hash_text(hash, verdict->values[FIELD_TO]);
}

/* What is new about the recipient. */
struct news {
	bool recipient; /* it was not counted before */
	bool outcome; /* this outcome was not */
	size_t place;
};

static struct news incoming_look_up(struct incoming *incoming, const struct log_line *line,
				    const struct verdict_line *verdict, enum outcome outcome)
{
	const char *door = verdict->values[FIELD_DOOR];
	bool is_policy_service = door != NULL && strcmp(door, "policy-service") == 0;
	unsigned bit = (unsigned)outcome << (is_policy_service ? OUTCOME_BITS : 0);
	unsigned of_any_door = (unsigned)outcome | (unsigned)outcome << OUTCOME_BITS;
	uint64_t hash = hash_recipient(line, verdict);
	struct news news = {.place = hash & (INCOMING_PLACES - 1)};
	struct judged *judged = &incoming->judged[news.place];

	/* The same door does not say the same thing twice of one recipient. */
	news.recipient = judged->hash != hash || (judged->outcomes & bit) != 0 ||
			 line->time - judged->when > SAME_RECIPIENT_SECONDS ||
			 judged->when - line->time > SAME_RECIPIENT_SECONDS;
	news.outcome = news.recipient || (judged->outcomes & of_any_door) == 0;
	if (news.recipient)
		*judged = (struct judged){.hash = hash, .when = line->time};
	judged->outcomes |= bit;
	return news;
}

static const char *version_of(const struct verdict_line *verdict)
{
	const char *text = verdict->values[FIELD_TLS];

	return text == NULL ? "plaintext" : tls_version_name(tls_version_from_name(text));
}

/* "mail.contoso.com[192.0.2.25]"; the caller frees it. */
static char *incoming_host(const struct verdict_line *verdict)
{
	struct strbuf out = {0};

	strbuf_printf(&out, "%s[%s]",
		      verdict->values[FIELD_CLIENT_NAME] != NULL ? verdict->values[FIELD_CLIENT_NAME]
								 : "unknown",
		      verdict->values[FIELD_CLIENT_ADDRESS] != NULL ? verdict->values[FIELD_CLIENT_ADDRESS]
								    : "unknown");
	return strbuf_take(&out);
}

/* Of the certificate; where its key has one too that stands behind a comma, and is the one that lasts. */
static void incoming_add_session(struct party *party, const struct verdict_line *verdict, time_t when,
				 size_t *budget)
{
	party->counts[COUNT_MESSAGES]++;
	party->counts[COUNT_TLS] += verdict->values[FIELD_TLS] != NULL;
	party_add(party, ASPECT_VERSIONS, version_of(verdict), when, budget);
	party_add(party, ASPECT_SUBJECTS, verdict->values[FIELD_SUBJECT], when, budget);
	party_add(party, ASPECT_FINGERPRINTS, verdict->values[FIELD_FINGERPRINT], when, budget);
}

static void add_refusal(struct party *party, enum outcome outcome, const struct verdict_line *verdict,
			time_t when, size_t *budget)
{
	bool would = outcome == OUTCOME_WOULD_REFUSE;
	char *host = incoming_host(verdict);

	party->counts[would ? COUNT_WOULD_REFUSE : COUNT_REFUSED]++;
	party_add(party, would ? ASPECT_WOULD_REASONS : ASPECT_REASONS, verdict->values[FIELD_REASON], when,
		  budget);
	party_add(party, would ? ASPECT_WOULD_HOSTS : ASPECT_REFUSED_HOSTS, host, when, budget);
	free(host);
}

static struct incoming_news incoming_count(struct incoming *incoming, const struct log_line *line,
					   const struct verdict_line *verdict, enum outcome outcome)
{
	bool header = verdict->values[FIELD_HEADER_FROM] != NULL;
	const char *sender = verdict->values[header ? FIELD_HEADER_FROM : FIELD_FROM];
	const char *domain = domain_cache_find(&incoming->domains, sender);
	const char *connector = verdict->values[FIELD_CONNECTOR];
	struct news news = incoming_look_up(incoming, line, verdict, outcome);
	struct incoming_news told = {.is_verdict = true,
				     .is_first = news.recipient,
				     .passed = outcome == OUTCOME_PASS,
				     .place = news.place};
	size_t *budget = incoming->parties.budget;
	struct party *party;

	if (outcome == OUTCOME_PASS)
		incoming->passes_logged = true;
	if ((!news.recipient && !news.outcome) || !scope_has(incoming->scope, connector, domain))
		return told;
	party = party_find(&incoming->parties, connector, domain);
	if (news.recipient) {
		incoming_add_session(party, verdict, line->time, budget);
		days_add(incoming->days, line->time, DAY_MESSAGES);
		if (verdict->values[FIELD_TLS] != NULL)
			days_add(incoming->days, line->time, DAY_TLS);
	}
	if (news.outcome && (outcome == OUTCOME_REFUSED || outcome == OUTCOME_WOULD_REFUSE)) {
		add_refusal(party, outcome, verdict, line->time, budget);
		days_add(incoming->days, line->time,
			 outcome == OUTCOME_REFUSED ? DAY_REFUSED : DAY_WOULD_REFUSE);
	}
	return told;
}

struct incoming_news incoming_add(struct incoming *incoming, const struct log_line *line,
				  const struct verdict_line *verdict)
{
	for (size_t i = 0; i < sizeof outcomes / sizeof *outcomes; i++)
		if (strcmp(verdict->values[FIELD_VERDICT], outcomes[i].word) == 0)
			return incoming_count(incoming, line, verdict, outcomes[i].outcome);
	return (struct incoming_news){0};
}

void incoming_fini(struct incoming *incoming)
{
	parties_fini(&incoming->parties);
	free(incoming->judged);
	incoming->judged = NULL;
}
