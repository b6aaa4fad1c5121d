/* SPDX-License-Identifier: MIT */
/*
 * The one place where what one door saw is kept for another. Judges nothing:
 * it hands on facts, and the decision is made from them anew. A change here is
 * one in tests/model/fingerprint_cache.pml, too (tests/README.md).
 */
#include "run/fingerprint_cache.h"

#include <assert.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* Keys are digests: any of their bytes will do. */
#define HASH_FUNCTION(key, length, hash) ((void)(length), (void)memcpy(&(hash), (key), sizeof(hash)))
#include <uthash.h>

#include "config/clock.h"
#include "util/memory.h"
#include "run/log.h"

#define DIGEST_BYTES 32

/* In the order in which they were noted, which is that of the hash table's own list. */
struct entry {
	unsigned char key[DIGEST_BYTES];
	int64_t noted;
	uint64_t taker; /* the session that found it; 0: none has yet */
	struct fingerprints fingerprints;
	UT_hash_handle hh;
};

static pthread_mutex_t fingerprint_cache_mutex = PTHREAD_MUTEX_INITIALIZER;
static struct entry *entries;
static uint64_t sessions;

/* So that nobody outside can choose recipients that fall into one bucket. */
static unsigned char salt[DIGEST_BYTES];
static bool is_salted;

void fingerprint_cache_begin(struct fingerprint_session *session_r, int64_t now)
{
	session_r->began = now;
	pthread_mutex_lock(&fingerprint_cache_mutex);
	session_r->number = ++sessions;
	pthread_mutex_unlock(&fingerprint_cache_mutex);
}

static bool find_salt(unsigned char salt_r[DIGEST_BYTES])
{
	bool found;

	pthread_mutex_lock(&fingerprint_cache_mutex);
	if (!is_salted)
		is_salted = RAND_bytes(salt, DIGEST_BYTES) == 1;
	memcpy(salt_r, salt, DIGEST_BYTES);
	found = is_salted;
	pthread_mutex_unlock(&fingerprint_cache_mutex);
	return found;
}

/* Parts end with a NUL, which none of them has inside; a part that is not there differs from an empty one. */
static void add_part(struct strbuf *text, const char *part)
{
	strbuf_putc(text, part != NULL ? '+' : '-');
	if (part != NULL)
		strbuf_puts(text, part);
	strbuf_putc(text, '\0');
}

static void add_end(struct strbuf *text, const struct ip_address *address, int port)
{
	strbuf_putc(text, (char)address->family);
	strbuf_add(text, (const char *)address->bytes, sizeof address->bytes);
	strbuf_printf(text, "%d", port);
	add_part(text, NULL);
}

static void add_address(struct strbuf *text, const struct address *address)
{
	strbuf_putc(text, address->null_sender ? '0' : '1');
	add_part(text, address->null_sender ? NULL : address->local);
	add_part(text, address->null_sender ? NULL : address->domain);
}

/* False when the facts name no recipient of a session. */
static bool fingerprint_cache_make_key(const struct facts *facts, const struct ip_endpoint *server,
				       unsigned char key_r[DIGEST_BYTES])
{
	struct strbuf text = {0};
	unsigned char salted[DIGEST_BYTES];
	bool made;

	if (facts->client.family == 0 || facts->client_port <= 0 || server->address.family == 0 ||
	    facts->sender == NULL || facts->recipient == NULL || facts->sender->count == 0 ||
	    facts->recipient->count == 0 || !find_salt(salted))
		return false;
	strbuf_add(&text, (const char *)salted, sizeof salted);
	add_end(&text, &facts->client, facts->client_port);
	add_end(&text, &server->address, server->port);
	strbuf_putc(&text, facts->tls.present ? '1' : '0');
	add_address(&text, &facts->sender->addresses[0]);
	add_address(&text, &facts->recipient->addresses[0]);
	made = EVP_Digest(text.text, text.length, key_r, NULL, EVP_sha256(), NULL) == 1;
	strbuf_fini(&text);
	if (!made)
		log_line(LOG_SEVERITY_WARNING, "OpenSSL makes no SHA-256 digest: fingerprints are not kept");
	return made;
}

static bool is_stale(const struct entry *entry, int64_t now)
{
	return now - entry->noted > FINGERPRINT_CACHE_SECONDS * CLOCK_SECOND;
}

static void forget(struct entry *entry)
{
	HASH_DEL(entries, entry);
	free(entry);
}

/* The head of the list is the oldest. */
static void fingerprint_cache_make_room(int64_t now)
{
	while (entries != NULL && (is_stale(entries, now) || HASH_COUNT(entries) >= FINGERPRINT_CACHE_MAX))
		forget(entries);
}

void fingerprint_cache_note(const struct facts *facts, const struct ip_endpoint *server, int64_t now)
{
	struct entry *entry = xcalloc(1, sizeof *entry), *known = NULL;

	if (!fingerprint_cache_make_key(facts, server, entry->key)) {
		free(entry);
		return;
	}
	entry->noted = now;
	entry->fingerprints = facts->certificate.fingerprints;
	pthread_mutex_lock(&fingerprint_cache_mutex);
	HASH_FIND(hh, entries, entry->key, DIGEST_BYTES, known);
	if (known != NULL)
		forget(known);
	fingerprint_cache_make_room(now);
	HASH_ADD(hh, entries, key, DIGEST_BYTES, entry);
	assert(HASH_COUNT(entries) <= FINGERPRINT_CACHE_MAX);
	pthread_mutex_unlock(&fingerprint_cache_mutex);
}

/* Who comes first has it: what one session has presented is not the certificate of two. */
static bool takes(const struct fingerprint_session *session, struct entry *entry)
{
	if (entry->taker == 0)
		entry->taker = session->number;
	return entry->taker == session->number;
}

bool fingerprint_cache_find(const struct facts *facts, const struct ip_endpoint *server,
			    const struct fingerprint_session *session, int64_t now,
			    struct fingerprints *fingerprints_r)
{
	unsigned char key[DIGEST_BYTES];
	struct entry *entry = NULL;
	bool found;

	if (!fingerprint_cache_make_key(facts, server, key))
		return false;
	assert(session->number != 0); /* who has an address has begun */
	pthread_mutex_lock(&fingerprint_cache_mutex);
	HASH_FIND(hh, entries, key, DIGEST_BYTES, entry);
	found = entry != NULL && entry->noted >= session->began && !is_stale(entry, now) &&
		takes(session, entry);
	if (found)
		*fingerprints_r = entry->fingerprints;
	pthread_mutex_unlock(&fingerprint_cache_mutex);
	return found;
}

void fingerprint_cache_clear(void)
{
	pthread_mutex_lock(&fingerprint_cache_mutex);
	while (entries != NULL)
		forget(entries); /* NOLINT(clang-analyzer-unix.Malloc): entries is the next then */
	pthread_mutex_unlock(&fingerprint_cache_mutex);
}
