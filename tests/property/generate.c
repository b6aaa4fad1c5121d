/* SPDX-License-Identifier: MIT */
/*
 * Random policies and sessions over few names, so that connectors meet each
 * other and sessions meet connectors. Knows nothing of what is right.
 */
#include "property/model.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
/* So many connectors a policy has at most, but for one in so many. */
#define FEW 7
#define CROWDED_ONE_IN 16

#define PICK(state, array) ((array)[random_below(state, COUNT(array))])

static const char *const patterns[] = {
	"*",
	"*.example",
	".example",
	"*.x.example",
	".x.example",
	"x.example",
	"X.Example.",
	"a.x.example",
	"*.a.x.example",
	".a.x.example",
	"y.example",
	"boss@x.example",
	"BOSS+e@x.example",
	"boss@a.x.example",
	"[192.0.2.1]",
	"b\303\274cher.example",
};
static const char *const networks[] = {"192.0.2.0/24", "192.0.2.0/25",  "192.0.2.1",  "0.0.0.0/0",
				       "::/0",         "2001:db8::/32", "2001:db8::1"};
static const char *const names[] = {"m.example",     "*.m.example",        ".m.example",    "a.m.example",
				    "*.a.m.example", "/C=DE/CN=m.example", "other.example", "*.example"};
static const char *const issuers[] = {"Test CA", "Other CA", "/O=Test/CN=Test CA"};
/* Of one certificate, or key, in two spellings, and two more. */
#define TWICE(text) text text
#define FIFTEEN(text) TWICE(TWICE(TWICE(text))) TWICE(TWICE(text)) TWICE(text) text
static const char *const fingerprints[] = {
	FIFTEEN("A1:B2:") "A1:B2",
	FIFTEEN("a1b2") "a1b2",
	FIFTEEN("C3:D4:") "C3:D4",
	FIFTEEN("e5f6") "e5f6",
};
/* One that differs in a bit, and digests of other lengths, with the same bytes in front. */
static const char *const shown_fingerprints[] = {
	FIFTEEN("A1:B2:") "A1:B2",     FIFTEEN("a1b2") "a1b2",    FIFTEEN("C3:D4:") "C3:D4",
	FIFTEEN("E5:F6:") "E5:F6",     FIFTEEN("A1:B2:") "A1:B3", TWICE("A1:B2:A1:B2:") "A1:B2:A1:B2",
	TWICE(FIFTEEN("a1b2") "a1b2"),
};
static const date_t days[] = {20270214, 20270215, 20270216, 20270301};
static const char *const versions[] = {"TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"};
static const char *const actions[] = {"tempfail", "reject", "quarantine"};
static const char *const cipher_lists[] = {
	"ECDHE-RSA-AES256-GCM-SHA384",
	"AES256-GCM-SHA384:AES128-SHA",
	"ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-AES128-GCM-SHA256:AES256-GCM-SHA384",
};
static const char *const suite_lists[] = {"TLS_AES_256_GCM_SHA384",
					  "TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256"};

static const struct model_address addresses[] = {
	{.written = "<u@x.example>", .readings = {{"u", "x.example"}}, .count = 1},
	{.written = "<Boss@X.Example>", .readings = {{"boss", "x.example"}}, .count = 1},
	{.written = "<boss+e@x.example>", .readings = {{"boss+e", "x.example"}}, .count = 1},
	{.written = "<boss+f@x.example>", .readings = {{"boss+f", "x.example"}}, .count = 1},
	{.written = "<\"boss\"@a.x.example.>", .readings = {{"boss", "a.x.example"}}, .count = 1},
	{.written = "<u@b.x.example>", .readings = {{"u", "b.x.example"}}, .count = 1},
	{.written = "<u@b.a.x.example>", .readings = {{"u", "b.a.x.example"}}, .count = 1},
	{.written = "<u@y.example>", .readings = {{"u", "y.example"}}, .count = 1},
	{.written = "<u@xx.example>", .readings = {{"u", "xx.example"}}, .count = 1},
	{.written = "<u@elsewhere.test>", .readings = {{"u", "elsewhere.test"}}, .count = 1},
	{.written = "<u@[192.0.2.1]>", .readings = {{"u", "[192.0.2.1]"}}, .count = 1},
	{.written = "<u@B\303\234CHER.example>", .readings = {{"u", "xn--bcher-kva.example"}}, .count = 1},
	{.written = "<u%x.example@y.example>",
	 .readings = {{"u%x.example", "y.example"}, {"u", "x.example"}},
	 .count = 2},
	{.written = "<a.x.example!boss@y.example>",
	 .readings = {{"a.x.example!boss", "y.example"}, {"boss", "a.x.example"}},
	 .count = 2},
	{.written = "<@y.example:u@x.example>", .readings = {{"u", "x.example"}}, .count = 1},
	{.written = "<\"u@x.example\"@elsewhere.test>",
	 .readings = {{"u@x.example", "elsewhere.test"}, {"u", "x.example"}},
	 .count = 2},
	{.written = "<u>", .readings = {{"u", NULL}}, .count = 1},
};
static const struct model_address null_sender = {.written = "<>", .null_sender = true};
static const struct model_address unreadable = {.written = "<u@x..example>"};

static const struct model_reading in_from[] = {
	{"u", "x.example"},   {"boss", "x.example"}, {"boss+e", "x.example"}, {"u", "a.x.example"},
	{"u", "b.x.example"}, {"u", "y.example"},    {"u", "other.example"},
};

static const char *const clients[] = {"192.0.2.1",    "192.0.2.2",   "192.0.2.200",
				      "198.51.100.1", "2001:db8::1", "::ffff:192.0.2.1"};
static const char *const shown[] = {NULL,           "",
				    "m.example",    "A.M.Example",
				    "*.m.example",  "b.a.m.example",
				    "*.example",    "other.example",
				    "*.a.m.example"};
static const char *const shown_dns[] = {NULL, "/C=DE/CN=m.example", "/c=de/cn=M.Example", "/CN=m.example"};
static const char *const old_ciphers[] = {"ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-RSA-AES128-GCM-SHA256",
					  "AES256-GCM-SHA384", "AES128-SHA"};
static const char *const suites[] = {"TLS_AES_256_GCM_SHA384", "TLS_AES_128_GCM_SHA256",
				     "TLS_CHACHA20_POLY1305_SHA256"};
static const char *const odd_ciphers[] = {NULL, "", "NO-SUCH-CIPHER", "NULL-SHA256",
					  "ecdhe-rsa-aes256-gcm-sha384"};
static const int bits[] = {-1, 0, 56, 128, 128, 256, 256, 256};
static const int bits_wanted[] = {1, 112, 128, 129, 256};

uint64_t random_next(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

size_t random_below(uint64_t *state, size_t limit)
{
	return (size_t)(random_next(state) % limit);
}

bool random_one_in(uint64_t *state, size_t n)
{
	return random_below(state, n) == 0;
}

static struct words some_of(uint64_t *state, const char *const *pool, size_t count)
{
	struct words words = {.count = 1 + random_below(state, WORDS_MAX)};

	for (size_t i = 0; i < words.count; i++)
		words.items[i] = pool[random_below(state, count)];
	return words;
}

#define SOME_OF(state, array) some_of(state, array, COUNT(array))

static void random_exception(uint64_t *state, struct model_exception *exception)
{
	*exception = (struct model_exception){.authenticated = random_one_in(state, 3)};
	if (random_one_in(state, 3))
		exception->senders = SOME_OF(state, patterns);
	if (random_one_in(state, 3))
		exception->recipients = SOME_OF(state, patterns);
	if (random_one_in(state, 3) ||
	    (!exception->authenticated && exception->senders.count == 0 && exception->recipients.count == 0))
		exception->clients = SOME_OF(state, networks);
}

static void random_entry(uint64_t *state, struct model_entry *entry)
{
	*entry = (struct model_entry){0};
	if (random_one_in(state, 3))
		entry->fingerprint = PICK(state, fingerprints);
	if (random_one_in(state, 3))
		entry->issuer = PICK(state, issuers);
	if ((entry->issuer == NULL && entry->fingerprint == NULL) || random_one_in(state, 2))
		entry->subject = PICK(state, names);
	if (random_one_in(state, 3))
		entry->valid_from = PICK(state, days);
	if (random_one_in(state, 3))
		entry->valid_to = PICK(state, days);
	if (entry->valid_to != 0 && entry->valid_to < entry->valid_from)
		entry->valid_to = entry->valid_from;
}

static void random_certificates(uint64_t *state, struct model_require *require)
{
	require->any_certificate = random_one_in(state, 4);
	if (require->any_certificate)
		return;
	require->entry_count = 1 + random_below(state, WORDS_MAX);
	for (size_t i = 0; i < require->entry_count; i++)
		random_entry(state, &require->entries[i]);
}

static void random_require(uint64_t *state, struct model_require *require)
{
	*require = (struct model_require){.kind = random_one_in(state, 5)   ? DEMAND_NONE
						  : random_one_in(state, 3) ? DEMAND_TLS
									    : DEMAND_MAP};
	if (require->kind != DEMAND_MAP)
		return;
	if (random_one_in(state, 2))
		require->min_version = PICK(state, versions);
	if (random_one_in(state, 5))
		require->ciphers = PICK(state, cipher_lists);
	if (random_one_in(state, 6))
		require->ciphersuites = PICK(state, suite_lists);
	if (random_one_in(state, 4))
		require->min_cipher_bits = PICK(state, bits_wanted);
	require->forward_secrecy = random_one_in(state, 4);
	if (random_one_in(state, 2))
		random_certificates(state, require);
	if (random_one_in(state, 5))
		require->allowed_clients = SOME_OF(state, networks);
	if (random_one_in(state, 5))
		require->allowed_senders = SOME_OF(state, patterns);
}

void random_connector(uint64_t *state, unsigned id, struct model_connector *connector_r)
{
	*connector_r = (struct model_connector){.id = id, .test = random_one_in(state, 6)};
	if (random_one_in(state, 2))
		connector_r->on_failure = PICK(state, actions);
	if (!random_one_in(state, 4))
		connector_r->senders = SOME_OF(state, patterns);
	if (random_one_in(state, 3))
		connector_r->recipients = SOME_OF(state, patterns);
	if (random_one_in(state, 4))
		connector_r->clients = SOME_OF(state, networks);
	if (random_one_in(state, 5))
		connector_r->presenting = SOME_OF(state, names);
	if (connector_r->senders.count + connector_r->recipients.count + connector_r->clients.count +
		    connector_r->presenting.count ==
	    0)
		connector_r->recipients = SOME_OF(state, patterns);
	connector_r->header_from = connector_r->senders.count > 0 && random_one_in(state, 2);
	if (random_one_in(state, 4))
		connector_r->exception_count = 1 + random_below(state, 2);
	for (size_t i = 0; i < connector_r->exception_count; i++)
		random_exception(state, &connector_r->exceptions[i]);
	random_require(state, &connector_r->require);
}

/*
 * So many that most messages concern more than a few. Each has selectors of
 * more than one kind: with one alone they would claim the same, which is an
 * error. There is room for one more.
 */
static void random_crowd(uint64_t *state, struct model_policy *policy)
{
	policy->count = CONNECTORS_MAX / 2 + random_below(state, CONNECTORS_MAX / 2);
	for (size_t i = 0; i < policy->count; i++)
		do
			random_connector(state, (unsigned)i, &policy->connectors[i]);
		while ((policy->connectors[i].senders.count > 0) +
			       (policy->connectors[i].recipients.count > 0) +
			       (policy->connectors[i].clients.count > 0) +
			       (policy->connectors[i].presenting.count > 0) <
		       2);
}

void random_policy(uint64_t *state, struct model_policy *policy_r)
{
	static const char *const trusted[] = {"127.0.0.0/8", "192.0.2.2", "2001:db8::1"};

	*policy_r = (struct model_policy){.test = random_one_in(state, 12),
					  .trace_header = random_one_in(state, 4),
					  .trusts_nobody = random_one_in(state, 8)};
	if (!policy_r->trusts_nobody && random_one_in(state, 6))
		policy_r->trusted_networks = SOME_OF(state, trusted);
	policy_r->delimiter = random_one_in(state, 2) ? "+" : "";
	if (random_one_in(state, 4))
		policy_r->default_version = PICK(state, versions);
	if (random_one_in(state, 4))
		policy_r->default_on_failure = PICK(state, actions);
	if (random_one_in(state, CROWDED_ONE_IN)) {
		random_crowd(state, policy_r);
		return;
	}
	policy_r->count = 1 + random_below(state, FEW);
	for (size_t i = 0; i < policy_r->count; i++)
		random_connector(state, (unsigned)i, &policy_r->connectors[i]);
}

const char *random_cipher(uint64_t *state, enum tls_version version)
{
	return version == TLS_VERSION_1_3 ? PICK(state, suites) : PICK(state, old_ciphers);
}

static void random_tls(uint64_t *state, struct tls_facts *tls)
{
	*tls = (struct tls_facts){.bits = -1};
	if (random_one_in(state, 6))
		return;
	tls->present = true;
	tls->version = random_one_in(state, 10) ? (enum tls_version)random_below(state, TLS_VERSION_1_0)
						: TLS_VERSION_1_0 + (enum tls_version)random_below(state, 4);
	tls->version_text = tls_version_name(tls->version);
	tls->cipher = random_one_in(state, 6) ? PICK(state, odd_ciphers) : random_cipher(state, tls->version);
	tls->bits = PICK(state, bits);
}

void random_certificate(uint64_t *state, struct certificate_facts *certificate_r)
{
	static const char *const issuer_cns[] = {NULL, "Test CA", "Test CA", "Other CA", "test ca"};
	static const char *const issuer_dns[] = {NULL, "/O=Test/CN=Test CA", "/O=test/CN=test ca"};
	static const char *const altnames[] = {NULL,
					       NULL,
					       NULL,
					       "m.example",
					       "other.example,*.a.m.example",
					       "*.m.example",
					       "*.example,b.a.m.example"};

	*certificate_r = (struct certificate_facts){
		.state = CERTIFICATE_VERIFIED,
		.subject_cn = PICK(state, shown),
		.subject_dn = PICK(state, shown_dns),
		.issuer_cn = PICK(state, issuer_cns),
		.issuer_dn = PICK(state, issuer_dns),
		.altnames = PICK(state, altnames),
	};
}

void random_fingerprints(uint64_t *state, struct model_fingerprints *fingerprints_r)
{
	*fingerprints_r = (struct model_fingerprints){.seen = FINGERPRINTS_SHOWN,
						      .count = 1 + random_below(state, FINGERPRINTS_MAX)};
	for (size_t i = 0; i < fingerprints_r->count; i++)
		fingerprints_r->texts[i] = PICK(state, shown_fingerprints);
}

/* Of a client with a certificate, verified or not, or without; or nobody was asked. */
static void random_told(uint64_t *state, struct model_session *session)
{
	if (random_one_in(state, 3))
		session->fingerprints.seen = FINGERPRINTS_UNSEEN;
	else if (session->certificate.state == CERTIFICATE_VERIFIED ||
		 (session->tls.present && random_one_in(state, 2)))
		random_fingerprints(state, &session->fingerprints);
	else
		session->fingerprints.seen = FINGERPRINTS_NONE;
}

static void random_client(uint64_t *state, struct model_session *session)
{
	session->client = PICK(state, clients);
	session->port = random_one_in(state, 8) ? 0 : 40000;
	session->from_local_program = random_one_in(state, 3);
	if (random_one_in(state, 16))
		session->client = random_one_in(state, 2) ? NULL : "127.0.0.1";
}

enum fact random_fact(uint64_t *state)
{
	return FACT_EDITS + (enum fact)random_below(state, FACTS_TO_TELL);
}

void random_session(uint64_t *state, struct model_session *session_r)
{
	static const char *const helos[] = {NULL, "x.example", "b.a.x.example", "not a domain"};
	static const char *const verified[] = {NULL, NULL, "y.example", "a.x.example"};

	*session_r = (struct model_session){
		.authenticated = random_one_in(state, 4),
		.is_held = random_one_in(state, 8),
		.at_data = random_one_in(state, 16),
		.can_quarantine = !random_one_in(state, 4),
		.helo = PICK(state, helos),
		.client_name = PICK(state, verified),
		.sender = random_one_in(state, 12)   ? &null_sender
			  : random_one_in(state, 40) ? &unreadable
						     : &PICK(state, addresses),
		.recipient = random_one_in(state, 40) ? &unreadable : &PICK(state, addresses),
		.date = random_one_in(state, 5) ? 0 : PICK(state, days),
	};
	random_client(state, session_r);
	random_tls(state, &session_r->tls);
	session_r->certificate.state = CERTIFICATE_NONE;
	if (session_r->tls.present && random_one_in(state, 2))
		random_certificate(state, &session_r->certificate);
	/* Names without verification prove nothing. */
	if (random_one_in(state, 8))
		session_r->certificate.state =
			random_one_in(state, 2) ? CERTIFICATE_UNTOLD : CERTIFICATE_UNVERIFIED;
	random_told(state, session_r);
	while (random_one_in(state, 6))
		session_r->untold |= FACT_BIT(random_fact(state));
	if (random_one_in(state, 3) && !session_r->at_data)
		session_r->from_count = 1 + random_below(state, COUNT(session_r->from));
	for (size_t i = 0; i < session_r->from_count; i++)
		session_r->from[i] = &PICK(state, in_from);
}
