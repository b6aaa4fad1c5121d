/* SPDX-License-Identifier: MIT */
/*
 * The demand on the session that carries mail on: "deliver" in its forms, and
 * what may stand beside it. Whatever Postfix would not understand, or would
 * read as something weaker, is an error here.
 */
#include "config/deliver.h"

#include <string.h>

#include "config/advice.h"
#include "config/names.h"
#include "config/reader.h"
#include "config/require.h"
#include "config/trust_anchors.h"
#include "mail/domain.h"
#include "policy/selector.h"
#include "util/memory.h"
#include "mail/pattern.h"

/*
 * Of the words that stand for a name in "match" and "servername" (hostname,
 * nexthop, dot-nexthop) the one that is the name of the MX host. All three
 * have the form of a host name, and pass as such.
 */
static const char word_hostname[] = "hostname";

/* As Postfix has them in tls_high_cipherlist and tls_medium_cipherlist. */
static const char high_ciphers[] = "aNULL:-aNULL:HIGH:@STRENGTH";
static const char medium_ciphers[] = "aNULL:-aNULL:HIGH:MEDIUM:@STRENGTH";

/* What is being read. */
struct reading {
	const struct build *build;
	const struct source *source;
	const struct path *path;
	const struct raw_deliver *raw;
	struct tls_policy *tls_policy;
};

/* The name of a host as Postfix takes it, in its one form; false with error_r. */
static bool deliver_read_host(const char *text, char domain_r[DOMAIN_SIZE], const char **error_r)
{
	switch (domain_normalise(text, strlen(text), domain_r)) {
	case DOMAIN_OK:
		break;
	case DOMAIN_UNCONVERTIBLE:
		*error_r = "cannot be converted to an A-label (IDNA)";
		return false;
	case DOMAIN_INVALID:
		*error_r = "is not the name of a host";
		return false;
	}
	*error_r = "is not the name of a host, or not one that Postfix takes";
	return tls_policy_is_host_name(domain_r);
}

/* One item of "match" as Postfix takes it; NULL with error_r. */
static char *read_match_item(const char *text, const char **error_r)
{
	const char *name;
	enum pattern_kind kind = pattern_prefix(text, &name);
	char domain[DOMAIN_SIZE];
	struct strbuf item = {0};

	if (kind == PATTERN_DOMAIN_TREE) {
		*error_r =
			"has a \"*\", which Postfix does not know here; for a domain and all below it write "
			"both, as in [contoso.com, .contoso.com]";
		return NULL;
	}
	if (!deliver_read_host(name, domain, error_r))
		return NULL;
	strbuf_printf(&item, "%s%s", kind == PATTERN_SUBDOMAINS ? "." : "", domain);
	return strbuf_take(&item);
}

static void read_match(const struct reading *reading)
{
	const struct node *list = reading->raw->match.node;
	struct tls_policy *tls_policy = reading->tls_policy;

	tls_policy->match = xcalloc(node_item_count(list), sizeof *tls_policy->match);
	for (size_t i = 0; i < node_item_count(list); i++) {
		const struct node *item = node_item(list, i);
		struct path storage;
		const struct path *path =
			reader_item_path(PATH_KEY(reading->path, "match"), list, i, &storage);
		const char *error;
		char *text;

		/* The reader has reported all but texts. */
		if (item->kind != NODE_SCALAR || node_is_null(item) || node_other_type(item) != NULL)
			continue;
		text = read_match_item(item->text, &error);
		if (text == NULL) {
			report_text_error(reading->source, path, item, "%s", error);
			continue;
		}
		tls_policy->match[tls_policy->match_count++] = text;
		names_advise_match(reading->source, path, item, text);
		if (strcmp(text, word_hostname) == 0)
			report_warning(reading->source, path, item,
				       "the name of the host comes from the DNS: who forges its answers "
				       "chooses the name that the certificate has to have");
	}
}

static void read_exclude(const struct reading *reading)
{
	const struct node *list = reading->raw->exclude.node;
	struct tls_policy *tls_policy = reading->tls_policy;

	tls_policy->exclude = xcalloc(node_item_count(list), sizeof *tls_policy->exclude);
	for (size_t i = 0; i < node_item_count(list); i++) {
		const struct node *item = node_item(list, i);
		struct path storage;
		const struct path *path =
			reader_item_path(PATH_KEY(reading->path, "exclude"), list, i, &storage);

		if (item->kind != NODE_SCALAR || node_is_null(item) || node_other_type(item) != NULL)
			continue;
		if (cipher_can_exclude(item->text))
			tls_policy->exclude[tls_policy->exclude_count++] = xstrdup(item->text);
		else
			report_text_error(
				reading->source, path, item,
				"is not one word of an OpenSSL cipher list that takes out ciphers below TLS "
				"1.3, without \"!\", \"+\" or \"-\" before it");
	}
}

/* Postfix delivers nothing when its list of ciphers ends up empty. */
static void check_ciphers_left(const struct reading *reading)
{
	const struct tls_policy *tls_policy = reading->tls_policy;
	struct strbuf list = {0};
	struct cipher_set *left;

	strbuf_puts(&list, tls_policy->ciphers == TLS_POLICY_GRADE_HIGH ? high_ciphers : medium_ciphers);
	for (size_t i = 0; i < tls_policy->exclude_count; i++)
		strbuf_printf(&list, ":!%s", tls_policy->exclude[i]);
	strbuf_puts(&list, tls_policy->level == TLS_POLICY_ENCRYPT ? ":!eNULL" : ":!aNULL");
	left = cipher_set_from_list(reading->build->enabled.policy->ciphers, strbuf_text(&list));
	if (left == NULL)
		report_error(reading->source, PATH_KEY(reading->path, "exclude"), reading->raw->exclude.node,
			     "leaves no cipher, and Postfix would deliver nothing");
	cipher_set_free(&left);
	strbuf_fini(&list);
}

static void read_servername(const struct reading *reading)
{
	const struct node *node = reading->raw->servername.node;
	char domain[DOMAIN_SIZE];
	const char *error;

	if (deliver_read_host(node->text, domain, &error))
		reading->tls_policy->servername = xstrdup(domain);
	else
		report_text_error(reading->source, PATH_KEY(reading->path, "servername"), node, "%s", error);
}

static void deliver_read_fingerprints(const struct reading *reading)
{
	const struct node *list = reading->raw->fingerprints.node;
	struct tls_policy *tls_policy = reading->tls_policy;

	tls_policy->fingerprints = xcalloc(node_item_count(list), sizeof *tls_policy->fingerprints);
	for (size_t i = 0; i < node_item_count(list); i++) {
		const struct node *item = node_item(list, i);
		struct path storage;
		const struct path *path =
			reader_item_path(PATH_KEY(reading->path, "fingerprints"), list, i, &storage);
		struct fingerprint *next = &tls_policy->fingerprints[tls_policy->fingerprint_count];

		if (item->kind != NODE_SCALAR || node_is_null(item))
			continue;
		switch (fingerprint_parse(item->text, next)) {
		case FINGERPRINT_OK:
			tls_policy->fingerprint_count++;
			break;
		case FINGERPRINT_LENGTH:
			report_text_error(reading->source, path, item,
					  "is no SHA-256 fingerprint, which has 64 hexadecimal digits");
			break;
		case FINGERPRINT_INVALID:
			report_text_error(
				reading->source, path, item,
				"is no fingerprint: pairs of hexadecimal digits, with colons between all of "
				"them or none");
			break;
		}
	}
}

static void check_level(const struct reading *reading)
{
	const struct path level = {.parent = reading->path, .key = "level"};
	const struct raw_deliver *raw = reading->raw;
	enum tls_policy_level value = reading->tls_policy->level;

	if (value != TLS_POLICY_VERIFY && value != TLS_POLICY_SECURE && raw->match.given)
		report_error(reading->source, PATH_KEY(reading->path, "match"),
			     raw->match.node != NULL ? raw->match.node : raw->level.node,
			     "has no meaning at level %s: Postfix compares names at verify and secure alone",
			     tls_policy_level_name(value));
	if (value != TLS_POLICY_VERIFY && value != TLS_POLICY_SECURE && raw->trust_anchors.given)
		report_error(
			reading->source, PATH_KEY(reading->path, "trust_anchors"),
			raw->trust_anchors.node != NULL ? raw->trust_anchors.node : raw->level.node,
			"has no meaning at level %s: Postfix asks who issued a certificate at verify and "
			"secure alone",
			tls_policy_level_name(value));
	if (value != TLS_POLICY_FINGERPRINT && raw->fingerprints.given)
		report_error(reading->source, PATH_KEY(reading->path, "fingerprints"),
			     raw->fingerprints.node != NULL ? raw->fingerprints.node : raw->level.node,
			     "has no meaning at level %s: Postfix compares them at level fingerprint alone",
			     tls_policy_level_name(value));
	if (value == TLS_POLICY_FINGERPRINT && !raw->fingerprints.given)
		report_error(reading->source, &level, raw->level.node,
			     "fingerprint needs \"fingerprints\", the ones that will do");
	if (value == TLS_POLICY_ENCRYPT && reading->tls_policy->connection_reuse == TLS_POLICY_REUSE_YES)
		report_error(
			reading->source, PATH_KEY(reading->path, "connection_reuse"),
			raw->connection_reuse.node,
			"would let Postfix deliver over a session of another destination on the same server, "
			"whatever its version and cipher; at level encrypt it is false");
	if (value == TLS_POLICY_DANE)
		report_warning(reading->source, &level, raw->level.node,
			       "dane lets mail go in plaintext where the partner has no TLSA records; "
			       "dane-only does not");
	if (value == TLS_POLICY_VERIFY && !raw->match.given)
		report_warning(reading->source, &level, raw->level.node,
			       "verify without \"match\" compares the name of the host, which comes from the "
			       "DNS: who forges its answers chooses it; secure does not");
}

static void deliver_read_map(const struct reading *reading, const struct node *node)
{
	const struct raw_deliver *raw = reading->raw;
	struct tls_policy *tls_policy = reading->tls_policy;

	tls_policy->min_version = raw->min_version.node != NULL ? (enum tls_version)raw->min_version.number
								: reading->build->min_version;
	require_warn_old_version(reading->source, PATH_KEY(reading->path, "min_version"), &raw->min_version);
	advice_ciphers(reading->source, PATH_KEY(reading->path, "ciphers"), raw->ciphers.node,
		       tls_policy->min_version, "leave it out");
	advice_ciphers(reading->source, PATH_KEY(reading->path, "exclude"), raw->exclude.node,
		       tls_policy->min_version, "leave it out");
	if (raw->ciphers.node != NULL)
		tls_policy->ciphers = (enum tls_policy_grade)raw->ciphers.number;
	if (raw->connection_reuse.node != NULL)
		tls_policy->connection_reuse =
			raw->connection_reuse.number != 0 ? TLS_POLICY_REUSE_YES : TLS_POLICY_REUSE_NO;
	if (raw->match.node != NULL)
		read_match(reading);
	if (raw->trust_anchors.node != NULL)
		trust_anchors_read(reading->source, PATH_KEY(reading->path, "trust_anchors"),
				   raw->trust_anchors.node, tls_policy);
	if (raw->exclude.node != NULL)
		read_exclude(reading);
	if (raw->servername.node != NULL)
		read_servername(reading);
	if (raw->fingerprints.node != NULL)
		deliver_read_fingerprints(reading);
	if (raw->level.node == NULL)
		return;
	tls_policy->level = (enum tls_policy_level)raw->level.number;
	check_level(reading);
	if (tls_policy->exclude_count > 0)
		check_ciphers_left(reading);
	tls_policy_finish(tls_policy);
	if (strlen(tls_policy->answer) > TLS_POLICY_ANSWER_MAX)
		report_error(reading->source, reading->path, node,
			     "makes an answer of %zu bytes; %zu is the most that Postfix should be told",
			     strlen(tls_policy->answer), TLS_POLICY_ANSWER_MAX);
}

void deliver_read(const struct build *build, const struct path *path, const struct value *value,
		  struct tls_policy *tls_policy_r)
{
	struct raw_deliver raw;
	const struct reading reading = {.build = build,
					.source = &build->source,
					.path = path,
					.raw = &raw,
					.tls_policy = tls_policy_r};

	tls_policy_r->place = source_place(&build->source, value->node);
	tls_policy_r->nothing = value->node->kind == NODE_SCALAR && value->number == DELIVER_NONE;
	if (tls_policy_r->nothing)
		return;
	if (value->node->kind == NODE_SCALAR) {
		/* A level is short for a map that has it alone. */
		reader_defaults(&schema_deliver, &raw);
		raw.level = *value;
	} else {
		(void)reader_map(&build->source, path, value->node, &schema_deliver, &raw);
	}
	deliver_read_map(&reading, value->node);
}

/* What the connector has beside "deliver", if it has it. */
static void refuse_beside(const struct source *source, const struct path *key, const struct node *node,
			  const struct value *value, const char *why)
{
	if (value->given)
		report_error(source, key, value->node != NULL ? value->node : node, "%s", why);
}

void deliver_check_company(const struct source *source, const struct path *path, const struct node *node,
			   const struct raw_connector *raw)
{
	static const char selects[] =
		"cannot stand beside \"deliver\": Postfix asks by next hop, and by nothing else";
	static const char replies[] = "is for \"require\": where Postfix does not see what \"deliver\" asks "
				      "for, the mail waits in its queue";
	struct path key = {.parent = path};

	for (enum selector_key i = 0; i < SELECTOR_COUNT; i++) {
		key.key = selectors[i].key;
		if (i != SELECTOR_RECIPIENTS)
			refuse_beside(source, &key, node, &raw->selectors[i], selects);
	}
	key.key = "header_from";
	refuse_beside(source, &key, node, &raw->header_from, selects);
	key.key = "except";
	refuse_beside(source, &key, node, &raw->except, selects);
	if (!raw->require.given) {
		key.key = "on_failure";
		refuse_beside(source, &key, node, &raw->on_failure, replies);
		key.key = "message";
		refuse_beside(source, &key, node, &raw->message, replies);
	}
	if (!raw->selectors[SELECTOR_RECIPIENTS].given)
		report_error(source, path, node,
			     "has \"deliver\", and no \"recipients\" that it could be for");
}

/* What deliver_check_patterns needs. */
struct search {
	const struct build *build;
	const struct policy_draft *draft;
};

/* pattern_visit */
static bool deliver_check_pattern(void *context, pattern_ref ref, uint64_t hash, struct pattern_claim *claims,
				  size_t count)
{
	const struct search *search = context;
	const struct policy *policy = search->draft->policy;

	(void)hash;
	if (pattern_index_kind(policy->recipients, ref) != PATTERN_MAILBOX)
		return true;
	for (size_t i = 0; i < count; i++)
		if (policy->connectors[claims[i].owner]->has_tls_policy)
			origin_error(&search->build->source, &search->draft->origins[claims[i].owner],
				     "recipients", claims[i].place,
				     "a mailbox cannot stand beside \"deliver\": Postfix asks by next hop, "
				     "which is a domain or a host");
	return true;
}

void deliver_check_patterns(const struct build *build)
{
	const struct policy_draft *drafts[] = {&build->enabled, &build->disabled};

	for (size_t i = 0; i < sizeof drafts / sizeof drafts[0]; i++) {
		struct search search = {build, drafts[i]};

		pattern_index_each(drafts[i]->policy->recipients, deliver_check_pattern, &search);
	}
}
