/* SPDX-License-Identifier: MIT */
/* Whether Postfix asks us where mail leaves, in the right order, and can do what it is told. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "doctor/asked.h"
#include "doctor/checks.h"
#include "policy/tls_policy_lookup.h"
#include "util/memory.h"

/* A word of smtp_tls_policy_maps. */
struct map {
	bool ours; /* a socketmap at our socket */
	bool meant; /* a socketmap that speaks of us, where nothing of ours is */
	bool proxied; /* asked by proxymap(8), and not by the client itself */
	bool is_socketmap;
	char *name; /* of a socketmap */
	struct endpoint endpoint;
};

static void map_fini(struct map *map)
{
	free(map->name);
	endpoint_fini(&map->endpoint);
}

/* "socketmap:unix:PATH:NAME", "proxy:socketmap:inet:HOST:PORT:NAME" */
static void read_map(const struct examination *examination, const char *word, struct map *map_r)
{
	static const char proxy[] = "proxy:", socketmap[] = "socketmap:";
	const char *colon;
	char *socket;

	*map_r = (struct map){0};
	if (strncmp(word, proxy, strlen(proxy)) == 0) {
		map_r->proxied = true;
		word += strlen(proxy);
	}
	colon = strrchr(word, ':');
	if (strncmp(word, socketmap, strlen(socketmap)) != 0 || colon == NULL)
		return;
	word += strlen(socketmap);
	if (colon <= word)
		return;
	map_r->is_socketmap = true;
	map_r->name = xstrdup(colon + 1);
	socket = xstrndup(word, (size_t)(colon - word));
	if (endpoint_read_postfix(socket, &map_r->endpoint))
		map_r->meant =
			map_r->endpoint.path != NULL && strstr(map_r->endpoint.path, "forcedtls") != NULL;
	if (map_r->endpoint.path != NULL || map_r->endpoint.port != NULL)
		map_r->ours = endpoint_is_ours(examination, &map_r->endpoint,
					       examination->config->daemon.tls_policy);
	free(socket);
}

/* The list, and what our maps in it are. */
struct asking {
	struct words words;
	size_t first; /* of ours; words.count: none */
	size_t others; /* that are not ours */
	bool others_before; /* ... in front of the first of ours */
	bool others_behind_everybody; /* ... behind one of ours that answers for everybody */
	bool has_tls_policy, has_partners, has_rest;
	bool tables; /* some of the others are tables, and may be what "forcedtls export" prints */
};

static void note_map(struct asking *asking, size_t index, const struct map *map)
{
	if (!map->ours && map->meant)
		return;
	if (!map->ours) {
		asking->others++;
		asking->tables = asking->tables || !map->is_socketmap;
		if (asking->first == asking->words.count)
			asking->others_before = true;
		if (asking->has_tls_policy || asking->has_rest)
			asking->others_behind_everybody = true;
		return;
	}
	if (asking->first == asking->words.count)
		asking->first = index;
	asking->has_tls_policy = asking->has_tls_policy || strcmp(map->name, "tls_policy") == 0;
	asking->has_partners = asking->has_partners || strcmp(map->name, "partners") == 0;
	asking->has_rest = asking->has_rest || strcmp(map->name, "rest") == 0;
}

static void read_asking(const struct examination *examination, struct asking *asking_r)
{
	*asking_r = (struct asking){0};
	postfix_list(examination->postfix, examination->service, "smtp_tls_policy_maps", &asking_r->words);
	asking_r->first = asking_r->words.count;
	for (size_t i = 0; i < asking_r->words.count; i++) {
		struct map map;

		read_map(examination, asking_r->words.list[i], &map);
		note_map(asking_r, i, &map);
		map_fini(&map);
	}
	asking_r->others_before = asking_r->others_before && asking_r->first < asking_r->words.count;
}

/* Whether a connector speaks for everybody who has none of his own. */
static bool speaks_for_everybody(const struct examination *examination)
{
	const struct policy *policy = examination->config->policy;
	struct tls_policy_lookup lookup;

	tls_policy_look_up_domain(policy, DOMAIN_NO_LABEL, &lookup);
	return lookup.tested.result == TLS_POLICY_FOUND &&
	       pattern_index_kind(policy->recipients, lookup.tested.pattern) == PATTERN_ANYONE;
}

static void add_ours(const struct examination *examination, struct words *words, const char *name)
{
	const char *spec = examination->config->daemon.tls_policy;
	char *endpoint = endpoint_for_service(examination,
					      spec != NULL ? spec : "unix:/run/forcedtls/tls_policy.sock");
	struct strbuf word = {0};

	strbuf_printf(&word, "socketmap:%s:%s", endpoint, name);
	words_add(words, word.text);
	strbuf_fini(&word);
	free(endpoint);
}

/* The list as it has to be: ours alone, or around the others. */
static void fix_maps(struct examination *examination, struct finding *finding, const struct asking *asking)
{
	const char *spec = examination->config->daemon.tls_policy;
	struct words words = {0};

	add_ours(examination, &words, asking->others == 0 ? "tls_policy" : "partners");
	for (size_t i = 0; i < asking->words.count; i++) {
		struct map map;

		read_map(examination, asking->words.list[i], &map);
		if (!map.ours && !map.meant)
			words_add(&words, asking->words.list[i]);
		map_fini(&map);
	}
	if (asking->others > 0 && speaks_for_everybody(examination))
		add_ours(examination, &words, "rest");
	fix_set_list(examination, finding, "smtp_tls_policy_maps", &words);
	if (endpoint_is_outside_chroot(examination,
				       spec != NULL ? spec : "unix:/run/forcedtls/tls_policy.sock"))
		fix_chroot(examination, finding);
	words_fini(&words);
}

void check_tls_policy_maps(struct examination *examination)
{
	char *where = where_set(examination, "smtp_tls_policy_maps");
	struct asking asking;
	struct finding *finding = NULL;

	read_asking(examination, &asking);
	if (asking.first < asking.words.count) {
		;
	} else if (asking.tables) {
		finding = find(examination, where,
			       "smtp_tls_policy_maps asks tables and not forcedtlsd; whether they have what "
			       "\"forcedtls export postfix\" prints cannot be told here");
		finding->severity = FINDING_NOTE;
	} else {
		finding = find(examination, where,
			       "smtp_tls_policy_maps does not ask forcedtlsd: mail leaves without what "
			       "\"deliver\" demands");
		finding_name_connectors(examination, finding, connector_leaves);
		fix_maps(examination, finding, &asking);
		if (examination->config->daemon.tls_policy == NULL)
			fix_edit(finding,
				 "%s: below daemon: write tls_policy: unix:/run/forcedtls/tls_policy.sock, "
				 "and "
				 "restart the daemon",
				 examination->policy_file);
	}
	words_fini(&asking.words);
	free(where);
}

void check_tls_policy_name(struct examination *examination)
{
	char *where = where_set(examination, "smtp_tls_policy_maps");
	enum tls_policy_map known;
	struct asking asking;
	struct finding *finding = NULL;

	read_asking(examination, &asking);
	for (size_t i = 0; i < asking.words.count && finding == NULL; i++) {
		struct map map;

		read_map(examination, asking.words.list[i], &map);
		if (map.ours && !tls_policy_map_find(map.name, strlen(map.name), &known)) {
			finding = find(
				examination, where,
				"%s: our maps are tls_policy, partners and rest; about any other all mail "
				"is put off",
				asking.words.list[i]);
			finding_name_connectors(examination, finding, connector_leaves);
			fix_maps(examination, finding, &asking);
		}
		map_fini(&map);
	}
	words_fini(&asking.words);
	free(where);
}

void check_tls_policy_order(struct examination *examination)
{
	char *where = where_set(examination, "smtp_tls_policy_maps");
	bool everybody = speaks_for_everybody(examination);
	struct asking asking;
	struct finding *finding = NULL;

	read_asking(examination, &asking);
	if (asking.first == asking.words.count) {
		;
	} else if (!asking.has_tls_policy && !asking.has_partners && asking.has_rest) {
		finding = find(
			examination, where,
			"our map \"rest\" answers for connectors with \"*\" alone; nobody asks about the "
			"others");
	} else if (everybody && !asking.has_tls_policy && !asking.has_rest && asking.has_partners) {
		finding = find(examination, where,
			       "our map \"partners\" leaves what a connector for \"*\" says to \"rest\", and "
			       "nobody asks that");
	} else if (asking.others_before) {
		finding = find(
			examination, where,
			"%s is asked before our map, and what it answers for a partner counts; what that "
			"is cannot be told here",
			asking.words.list[0]);
		finding->severity = FINDING_WARNING;
	} else if (everybody && asking.others_behind_everybody) {
		finding = find(examination, where,
			       "a connector for \"*\" answers for everybody before the other maps are asked: "
			       "their \"secure\" and \"dane-only\" are never heard");
		finding->severity = FINDING_WARNING;
	}
	if (finding != NULL) {
		finding_name_connectors(examination, finding, connector_leaves);
		fix_maps(examination, finding, &asking);
	}
	words_fini(&asking.words);
	free(where);
}

void check_tls_policy_unreachable(struct examination *examination)
{
	const char *spec = examination->config->daemon.tls_policy;
	struct examination proxymap = *examination;
	struct asking asking;

	read_asking(examination, &asking);
	proxymap.service = postfix_find_service(examination->postfix, "proxymap", "unix");
	for (size_t i = 0; i < asking.words.count; i++) {
		struct examination *asks;
		struct asked asked = {.found = true};
		struct finding *finding;
		struct map map;

		read_map(examination, asking.words.list[i], &map);
		asks = map.proxied && proxymap.service != NULL ? &proxymap : examination;
		if (map.ours) {
			asked.endpoint = map.endpoint;
			finding = find_unreachable(asks, &asked, spec, PROTOCOL_SOCKETMAP);
			if (finding != NULL) {
				finding_name_connectors(examination, finding, connector_leaves);
				if (finding->severity == FINDING_ERROR && finding->commands.count == 0)
					fix_maps(asks, finding, &asking);
			}
		}
		map_fini(&map);
	}
	words_fini(&asking.words);
}

void check_smtp_tls_level(struct examination *examination)
{
	const struct postfix *postfix = examination->postfix;
	const struct service *service = examination->service;
	char *level = postfix_text(postfix, service, "smtp_tls_security_level");
	char *where = where_set(examination, "smtp_tls_security_level");
	struct finding *finding;

	if (strcasecmp(level, "none") == 0 ||
	    (*level == '\0' && !postfix_yes(postfix, service, "smtp_use_tls") &&
	     !postfix_yes(postfix, service, "smtp_enforce_tls"))) {
		finding =
			find(examination, where,
			     "smtp_tls_security_level is off: mail to all others leaves in plaintext, and a "
			     "plaintext session that Postfix keeps open may take a partner's mail as well");
		finding_name_connectors(examination, finding, connector_leaves);
		fix_set(examination, finding, "smtp_tls_security_level", "may");
	}
	free(where);
	free(level);
}

static bool wants_server_ca(const struct connector *connector)
{
	return connector_leaves(connector) && (connector->tls_policy.level == TLS_POLICY_VERIFY ||
					       connector->tls_policy.level == TLS_POLICY_SECURE);
}

void check_smtp_ca(struct examination *examination)
{
	const struct postfix *postfix = examination->postfix;
	const struct service *service = examination->service;
	char *file = postfix_text(postfix, service, "smtp_tls_CAfile");
	char *path = postfix_text(postfix, service, "smtp_tls_CApath");
	char *where = where_set(examination, "smtp_tls_CAfile");
	const struct world *world = examination->world;
	struct finding *finding = NULL;
	int count;

	if (!any_connector(examination, wants_server_ca)) {
		;
	} else if (*file == '\0' && *path == '\0' &&
		   !postfix_yes(postfix, service, "tls_append_default_CA")) {
		finding =
			find(examination, where,
			     "there is no smtp_tls_CAfile: Postfix can verify no server, and keeps the mail");
	} else if (*file != '\0' &&
		   is_no_certificate_file(world->certificates(world->context, file, &count))) {
		finding = find(
			examination, where,
			"smtp_tls_CAfile = %s: there is no certificate to be read, and Postfix then does no "
			"TLS at all",
			file);
	}
	if (finding != NULL) {
		finding_name_connectors(examination, finding, wants_server_ca);
		fix_ca_file(examination, finding, "smtp_tls_CAfile");
	}
	free(where);
	free(path);
	free(file);
}

static bool pins_server(const struct connector *connector)
{
	return connector_leaves(connector) && connector->tls_policy.level == TLS_POLICY_FINGERPRINT;
}

void check_smtp_fingerprint_digest(struct examination *examination)
{
	char *digest =
		postfix_text(examination->postfix, examination->service, "smtp_tls_fingerprint_digest");
	char *where = where_set(examination, "smtp_tls_fingerprint_digest");
	struct finding *finding;

	if (strcasecmp(digest, "sha256") != 0 && any_connector(examination, pins_server)) {
		finding = find(
			examination, where,
			"smtp_tls_fingerprint_digest = %s: our fingerprints are SHA-256, none is met, and "
			"Postfix keeps the mail",
			digest);
		finding_name_connectors(examination, finding, pins_server);
		fix_set(examination, finding, "smtp_tls_fingerprint_digest", "sha256");
	}
	free(where);
	free(digest);
}

static bool wants_dane(const struct connector *connector)
{
	return connector_leaves(connector) && (connector->tls_policy.level == TLS_POLICY_DANE ||
					       connector->tls_policy.level == TLS_POLICY_DANE_ONLY);
}

void check_dnssec(struct examination *examination)
{
	char *where = where_set(examination, "smtp_dns_support_level");
	struct finding *finding;

	if (!postfix_has_value(examination->postfix, examination->service, "smtp_dns_support_level",
			       "dnssec") &&
	    any_connector(examination, wants_dane)) {
		finding = find(
			examination, where,
			"smtp_dns_support_level is not dnssec: Postfix finds no TLSA record that counts, "
			"so that dane is as good as nothing, and dane-only keeps the mail");
		finding_name_connectors(examination, finding, wants_dane);
		fix_set(examination, finding, "smtp_dns_support_level", "dnssec");
	}
	free(where);
}

void check_tls_required(struct examination *examination)
{
	struct finding *finding;

	if (!postfix_yes(examination->postfix, examination->service, "tls_required_enable"))
		return;
	finding = find(
		examination, "main.cf",
		"tls_required_enable = yes: a message with a header \"TLS-Required: no\", which any author "
		"can write, leaves in plaintext, and nobody is asked about it");
	finding_name_connectors(examination, finding, connector_leaves);
	fix_set_main(examination, finding, "tls_required_enable", "no");
}

static bool matches_no_name(const struct connector *connector)
{
	return connector_leaves(connector) && connector->tls_policy.level == TLS_POLICY_ENCRYPT;
}

void check_requiretls(struct examination *examination)
{
	struct finding *finding;

	if (!postfix_yes(examination->postfix, NULL, "requiretls_enable") ||
	    !any_connector(examination, matches_no_name))
		return;
	finding = find(
		examination, "main.cf",
		"requiretls_enable = yes: mail that was sent with REQUIRETLS comes back where a connector "
		"has level encrypt, which compares no name");
	finding_name_connectors(examination, finding, matches_no_name);
	finding->severity = FINDING_NOTE;
}

/* Postfix keeps sessions of that level by server alone, and looks there for a connector's mail as well. */
void check_smtp_tls_reuse(struct examination *examination)
{
	const struct postfix *postfix = examination->postfix;
	const struct service *service = examination->service;
	char *where = where_set(examination, "smtp_tls_connection_reuse");
	struct finding *finding;

	if (postfix_yes(postfix, service, "smtp_tls_connection_reuse") &&
	    postfix_has_value(postfix, service, "smtp_tls_security_level", "encrypt") &&
	    any_connector(examination, matches_no_name)) {
		finding = find(examination, where,
			       "smtp_tls_connection_reuse = yes: sessions for all others have level encrypt "
			       "too, and "
			       "one that is kept may take a connector's mail to the same server, below its "
			       "min_version and ciphers");
		finding_name_connectors(examination, finding, matches_no_name);
		fix_set(examination, finding, "smtp_tls_connection_reuse", "no");
	}
	free(where);
}
