/* SPDX-License-Identifier: MIT */
/*
 * Counts what Postfix sent. Before 3.11 a delivery does not say whether it was
 * over TLS: the line about the session before it does, of the same process, to
 * the same server, and for one message alone. Postfix says again when it uses
 * a TLS session for the next one, and says nothing of plaintext.
 */
#include "report/outgoing.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "policy/tls_policy_lookup.h"
#include "report/asked.h"
#include "util/memory.h"

#define PROCESS_COUNT ((size_t)4096) /* a power of two */
#define HOST_COUNT ((size_t)1024)

/* What is known of the last session of a process of Postfix's. */
struct smtp_process {
	uint64_t hash; /* of host and process; 0: none */
	enum tls_version version;
	bool verified;
	char relay[256];
	char key_exchange[48];
	char queue_id[40]; /* of the message that it carries; "" before its first recipient */
};

/* A host that logs sessions, by its hash; 0: none. */
struct host_log {
	uint64_t hash;
};

void outgoing_init(struct outgoing *outgoing_r, const struct scope *scope, const struct policy *policy,
		   struct days *days, size_t *budget)
{
	*outgoing_r = (struct outgoing){
		.scope = scope, .days = days, .policy = policy, .parties = {.budget = budget}};
	outgoing_r->processes = xcalloc(PROCESS_COUNT, sizeof *outgoing_r->processes);
	outgoing_r->hosts = xcalloc(HOST_COUNT, sizeof *outgoing_r->hosts);
}

/* FNV-1a, never 0. */
static uint64_t hash_of(const char *host, const char *pid)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (; *host != '\0'; host++)
		hash = (hash ^ (unsigned char)*host) * UINT64_C(0x100000001b3);
	hash = (hash ^ 0xff) * UINT64_C(0x100000001b3);
	for (; *pid != '\0'; pid++)
		hash = (hash ^ (unsigned char)*pid) * UINT64_C(0x100000001b3);
	return hash != 0 ? hash : 1;
}

static struct smtp_process *process_of(struct outgoing *outgoing, uint64_t hash)
{
	return &outgoing->processes[hash & (PROCESS_COUNT - 1)];
}

static struct host_log *outgoing_host(struct outgoing *outgoing, uint64_t hash)
{
	return &outgoing->hosts[hash % HOST_COUNT];
}

static void copy(char *to, size_t size, const char *from)
{
	(void)snprintf(to, size, "%s", from);
}

void outgoing_add_session(struct outgoing *outgoing, const struct log_line *line,
			  const struct postfix_session *session)
{
	uint64_t hash = hash_of(line->host, line->pid), host = hash_of(line->host, "");
	struct smtp_process *process = process_of(outgoing, hash);

	*process = (struct smtp_process){.hash = hash,
					 .version = tls_version_from_name(session->version),
					 .verified = strcmp(session->trust, "Verified") == 0};
	copy(process->relay, sizeof process->relay, session->relay);
	copy(process->key_exchange, sizeof process->key_exchange, session->key_exchange);
	outgoing_host(outgoing, host)->hash = host;
}

/* The session that carried the delivery; NULL: none that was logged. */
static const struct smtp_process *session_of(struct outgoing *outgoing, const struct log_line *line,
					     const struct postfix_delivery *delivery)
{
	uint64_t hash = hash_of(line->host, line->pid);
	struct smtp_process *process = process_of(outgoing, hash);

	if (process->hash != hash || strncmp(process->relay, delivery->relay, sizeof process->relay - 1) != 0)
		return NULL;
	if (process->queue_id[0] == '\0')
		copy(process->queue_id, sizeof process->queue_id, delivery->queue_id);
	return strcmp(process->queue_id, delivery->queue_id) == 0 ? process : NULL;
}

/* The level that Postfix says it kept to counts before what is worked out from the session. */
static struct sent sent_of(const struct smtp_process *process, bool sessions_logged,
			   const struct postfix_delivery *delivery, char word_r[ASKED_WORD_SIZE],
			   bool *downgraded_r)
{
	struct sent sent = {.security = sessions_logged ? SENT_PLAINTEXT : SENT_UNKNOWN};

	*downgraded_r = false;
	if (process != NULL) {
		sent.security = process->verified ? SENT_VERIFIED : SENT_ENCRYPTED;
		sent.version = process->version;
	}
	if (delivery->tls != NULL) {
		enum sent_security security = asked_level_read(delivery->tls, word_r, downgraded_r);

		if (security != SENT_UNKNOWN) {
			sent.security = security;
			sent.level = word_r;
		}
	}
	return sent;
}

/* The connector that asks something of deliveries to that domain; one in test mode would. */
static const struct connector *ask_policy(struct outgoing *outgoing, const char *domain)
{
	struct tls_policy_lookup lookup;
	const struct tls_policy_answer *answer = &lookup.enforced;

	if (outgoing->policy == NULL)
		return NULL;
	if (strcmp(outgoing->asked_domain, domain) == 0)
		return outgoing->asked;
	tls_policy_look_up(outgoing->policy, TLS_POLICY_MAP_ALL, domain, &lookup);
	if (answer->result != TLS_POLICY_FOUND)
		answer = &lookup.tested;
	outgoing->asked = answer->result == TLS_POLICY_FOUND ? answer->connector : NULL;
	copy(outgoing->asked_domain, sizeof outgoing->asked_domain, domain);
	return outgoing->asked;
}

static bool contains(const char *text, const char *word)
{
	size_t length = strlen(word);

	for (; *text != '\0'; text++)
		if (strncasecmp(text, word, length) == 0)
			return true;
	return false;
}

/* Hybrid groups with ML-KEM (RFC-to-be draft-ietf-tls-ecdhe-mlkem), and Kyber before it was named so. */
static bool is_post_quantum(const char *key_exchange)
{
	return contains(key_exchange, "mlkem") || contains(key_exchange, "kyber");
}

static void count_key_exchange(struct party *party, const char *key_exchange, time_t when, size_t *budget)
{
	if (key_exchange[0] == '\0')
		return;
	party->counts[COUNT_KEY_EXCHANGE_KNOWN]++;
	party->counts[COUNT_POST_QUANTUM] += is_post_quantum(key_exchange);
	party_add(party, ASPECT_KEY_EXCHANGES, key_exchange, when, budget);
}

/* Weaker than what went there before, or than what Postfix set out to do. */
static void count_downgrade(struct party *party, const struct sent *sent, bool downgraded)
{
	int strength = sent->security == SENT_PLAINTEXT ? 0 : (int)sent->version;
	bool known = sent->security == SENT_PLAINTEXT || sent->version != TLS_VERSION_UNKNOWN;

	if (downgraded || (known && strength < party->strongest))
		party->counts[COUNT_DOWNGRADES]++;
	if (strength > party->strongest)
		party->strongest = strength;
}

static bool count_shortfall(struct party *party, const struct connector *connector, const struct sent *sent,
			    const char *relay, time_t when, size_t *budget)
{
	const char *why = connector != NULL ? asked_shortfall(&connector->tls_policy, sent) : NULL;
	struct strbuf out = {0};

	if (why == NULL)
		return false;
	party->counts[COUNT_BELOW]++;
	strbuf_printf(&out, "%s: %s", why, relay);
	party_add(party, ASPECT_BELOW, out.text, when, budget);
	strbuf_fini(&out);
	return true;
}

static void count_sent(struct party *party, const struct sent *sent, time_t when, size_t *budget)
{
	const char *version = tls_version_name(sent->version);

	party->counts[COUNT_MESSAGES]++;
	party->counts[COUNT_TLS] += sent->security == SENT_ENCRYPTED || sent->security == SENT_VERIFIED;
	party->counts[COUNT_UNKNOWN] += sent->security == SENT_UNKNOWN;
	party_add(party, ASPECT_VERSIONS, sent->security == SENT_PLAINTEXT ? "plaintext" : version, when,
		  budget);
	party_add(party, ASPECT_LEVELS, sent->level, when, budget);
}

void outgoing_add_delivery(struct outgoing *outgoing, const struct log_line *line,
			   const struct postfix_delivery *delivery)
{
	const char *domain = domain_cache_find(&outgoing->domains, delivery->to);
	const struct connector *connector = ask_policy(outgoing, domain);
	const struct smtp_process *process = session_of(outgoing, line, delivery);
	uint64_t host = hash_of(line->host, "");
	bool downgraded, logged = outgoing_host(outgoing, host)->hash == host;
	char word[ASKED_WORD_SIZE];
	struct sent sent = sent_of(process, logged, delivery, word, &downgraded);
	size_t *budget = outgoing->parties.budget;
	struct party *party;

	if (!scope_has(outgoing->scope, connector != NULL ? connector->name : NULL, domain))
		return;
	party = party_find(&outgoing->parties, connector != NULL ? connector->name : NULL, domain);
	if (strcmp(delivery->status, "sent") != 0) {
		party->counts[COUNT_NOT_SENT]++;
		return;
	}
	count_sent(party, &sent, line->time, budget);
	if (process != NULL)
		count_key_exchange(party, process->key_exchange, line->time, budget);
	count_downgrade(party, &sent, downgraded);
	days_add(outgoing->days, line->time, DAY_SENT);
	if (sent.security == SENT_ENCRYPTED || sent.security == SENT_VERIFIED)
		days_add(outgoing->days, line->time, DAY_SENT_TLS);
	if (count_shortfall(party, connector, &sent, delivery->relay, line->time, budget))
		days_add(outgoing->days, line->time, DAY_BELOW);
}

void outgoing_fini(struct outgoing *outgoing)
{
	parties_fini(&outgoing->parties);
	free(outgoing->processes);
	free(outgoing->hosts);
	outgoing->processes = NULL;
	outgoing->hosts = NULL;
}
