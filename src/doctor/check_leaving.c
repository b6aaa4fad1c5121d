/* SPDX-License-Identifier: MIT */
/* Whether Postfix asks us where mail leaves, in the right order, and can do what it is told. */
#include <stdlib.h>
#include <string.h>

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
	if (endpoint_read_postfix(socket, &map_r->endpoint)) {
		map_r->ours = endpoint_is_ours(examination, &map_r->endpoint,
					       examination->config->daemon.tls_policy);
		map_r->meant = !map_r->ours && map_r->endpoint.path != NULL &&
			       strstr(map_r->endpoint.path, "forcedtls") != NULL;
	}
	free(socket);
}

/* The list, and what our maps in it are. */
struct asking {
	struct words *words;
	struct map *maps; /* what each of the words is */
	size_t map_count;
	size_t first; /* of ours; words->count: none */
	size_t others; /* that are not ours */
	bool others_before; /* ... in front of the first of ours */
	bool others_behind_everybody; /* ... behind one of ours that answers for everybody */
	bool has_tls_policy, has_partners, has_rest;
	bool tables; /* some of the others are tables, and may be what "forcedtls export" prints */
};

static void end_asking(void *memory)
{
	struct asking *asking = memory;

	for (size_t i = 0; i < asking->map_count; i++) {
		free(asking->maps[i].name);
		endpoint_fini(&asking->maps[i].endpoint);
	}
	free(asking->maps);
	free(asking);
}

static void note_map(struct asking *asking, size_t index, const struct map *map)
{
	if (map->meant)
		return;
	if (!map->ours) {
		asking->others++;
		asking->tables = asking->tables || !map->is_socketmap;
		if (asking->first == asking->words->count)
			asking->others_before = true;
		if (asking->has_tls_policy || asking->has_rest)
			asking->others_behind_everybody = true;
		return;
	}
	if (asking->first == asking->words->count)
		asking->first = index;
	asking->has_tls_policy = asking->has_tls_policy || strcmp(map->name, "tls_policy") == 0;
	asking->has_partners = asking->has_partners || strcmp(map->name, "partners") == 0;
	asking->has_rest = asking->has_rest || strcmp(map->name, "rest") == 0;
}

static const char policy_maps[] = "smtp_tls_policy_maps";

/* Ends with the check. */
static const struct asking *read_asking(const struct examination *examination)
{
	struct asking *asking = xcalloc(1, sizeof *asking);

	asking->words = setting_list(examination, policy_maps);
	asking->map_count = asking->first = asking->words->count;
	asking->maps = xcalloc(asking->map_count, sizeof *asking->maps);
	for (size_t i = 0; i < asking->map_count; i++) {
		read_map(examination, asking->words->list[i], &asking->maps[i]);
		note_map(asking, i, &asking->maps[i]);
	}
	asking->others_before = asking->others_before && asking->first < asking->map_count;
	return keep(examination, asking, end_asking);
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

/* The socket that Postfix is to ask, be it one that the policy file has yet to name. */
static const char *our_socket(const struct examination *examination)
{
	const char *spec = examination->config->daemon.tls_policy;

	return spec != NULL ? spec : "unix:/run/forcedtls/tls_policy.sock";
}

static void add_ours(const struct examination *examination, struct words *words, const char *name)
{
	struct strbuf word = {0};

	strbuf_printf(&word, "socketmap:%s:%s", endpoint_for_service(examination, our_socket(examination)),
		      name);
	words_take(words, strbuf_take(&word));
}

/* The list as it has to be: ours alone, or around the others. */
static void fix_maps(struct examination *examination, struct finding *finding, const struct asking *asking)
{
	struct words words = {0};

	add_ours(examination, &words, asking->others == 0 ? "tls_policy" : "partners");
	for (size_t i = 0; i < asking->map_count; i++)
		if (!asking->maps[i].ours && !asking->maps[i].meant)
			words_add(&words, asking->words->list[i]);
	if (asking->others > 0 && speaks_for_everybody(examination))
		add_ours(examination, &words, "rest");
	fix_set_list(examination, finding, policy_maps, &words);
	if (endpoint_is_outside_chroot(examination, our_socket(examination)))
		fix_chroot(examination, finding);
	words_fini(&words);
}

void check_tls_policy_maps(struct examination *examination)
{
	const struct asking *asking = read_asking(examination);
	struct finding *finding;

	if (asking->first < asking->map_count)
		return;
	if (asking->tables) {
		finding = find_set(
			examination, policy_maps, NULL,
			"smtp_tls_policy_maps asks tables and not forcedtlsd; whether they have what "
			"\"forcedtls export postfix\" prints cannot be told here");
		finding->severity = FINDING_NOTE;
		return;
	}
	finding = find_set(
		examination, policy_maps, connector_leaves,
		"smtp_tls_policy_maps does not ask forcedtlsd: mail leaves without what \"deliver\" demands");
	fix_maps(examination, finding, asking);
	if (examination->config->daemon.tls_policy == NULL)
		fix_edit(finding, "%s: below daemon: write tls_policy: %s, and restart the daemon",
			 examination->policy_file, our_socket(examination));
}

void check_tls_policy_name(struct examination *examination)
{
	const struct asking *asking = read_asking(examination);
	enum tls_policy_map known;

	for (size_t i = 0; i < asking->map_count; i++) {
		const struct map *map = &asking->maps[i];
		struct finding *finding;

		if (!map->ours || tls_policy_map_find(map->name, strlen(map->name), &known))
			continue;
		finding = find_set(
			examination, policy_maps, connector_leaves,
			"%s: our maps are tls_policy, partners and rest; about any other all mail is put off",
			asking->words->list[i]);
		fix_maps(examination, finding, asking);
		return;
	}
}

void check_tls_policy_order(struct examination *examination)
{
	const struct asking *asking = read_asking(examination);
	bool everybody = speaks_for_everybody(examination);
	struct finding *finding;

	if (asking->first == asking->map_count)
		return;
	if (!asking->has_tls_policy && !asking->has_partners && asking->has_rest) {
		finding = find_set(
			examination, policy_maps, connector_leaves,
			"our map \"rest\" answers for connectors with \"*\" alone; nobody asks about the "
			"others");
	} else if (everybody && !asking->has_tls_policy && !asking->has_rest && asking->has_partners) {
		finding = find_set(
			examination, policy_maps, connector_leaves,
			"our map \"partners\" leaves what a connector for \"*\" says to \"rest\", and "
			"nobody asks that");
	} else if (asking->others_before) {
		finding = find_set(
			examination, policy_maps, connector_leaves,
			"%s is asked before our map, and what it answers for a partner counts; what that is "
			"cannot be told here",
			asking->words->list[0]);
		finding->severity = FINDING_WARNING;
	} else if (everybody && asking->others_behind_everybody) {
		finding = find_set(
			examination, policy_maps, connector_leaves,
			"a connector for \"*\" answers for everybody before the other maps are asked: their "
			"\"secure\" and \"dane-only\" are never heard");
		finding->severity = FINDING_WARNING;
	} else {
		return;
	}
	fix_maps(examination, finding, asking);
}

void check_tls_policy_unreachable(struct examination *examination)
{
	const struct asking *asking = read_asking(examination);
	struct examination proxymap = *examination;

	proxymap.service = postfix_find_service(examination->postfix, "proxymap", "unix");
	for (size_t i = 0; i < asking->map_count; i++) {
		const struct map *map = &asking->maps[i];
		struct examination *asks = map->proxied && proxymap.service != NULL ? &proxymap : examination;
		struct asked asked = {.endpoint = map->endpoint};
		struct finding *finding;

		if (!map->ours)
			continue;
		finding = find_unreachable(asks, &asked, examination->config->daemon.tls_policy,
					   PROTOCOL_SOCKETMAP, connector_leaves);
		if (finding != NULL && finding->severity == FINDING_ERROR && finding->commands.count == 0)
			fix_maps(asks, finding, asking);
	}
}

void check_smtp_tls_level(struct examination *examination)
{
	static const char name[] = "smtp_tls_security_level";
	struct finding *finding;

	if (!setting_is(examination, name, "none") &&
	    (!setting_is(examination, name, "") || setting_is(examination, "smtp_use_tls", "yes") ||
	     setting_is(examination, "smtp_enforce_tls", "yes")))
		return;
	finding = find_set(
		examination, name, connector_leaves,
		"smtp_tls_security_level is off: mail to all others leaves in plaintext, and a plaintext "
		"session that Postfix keeps open may take a partner's mail as well");
	fix_set(examination, finding, name, "may");
}

static bool wants_server_ca(const struct connector *connector)
{
	return connector_leaves(connector) && (connector->tls_policy.level == TLS_POLICY_VERIFY ||
					       connector->tls_policy.level == TLS_POLICY_SECURE);
}

void check_smtp_ca(struct examination *examination)
{
	static const char name[] = "smtp_tls_CAfile";
	const char *file = setting(examination, name);
	struct finding *finding;

	if (!any_connector(examination, wants_server_ca))
		return;
	if (*file == '\0' && setting_is(examination, "smtp_tls_CApath", "") &&
	    !setting_is(examination, "tls_append_default_CA", "yes"))
		finding = find_set(
			examination, name, wants_server_ca,
			"there is no smtp_tls_CAfile: Postfix can verify no server, and keeps the mail");
	else if (*file != '\0' && is_no_certificate_file(certificate_state(examination, file)))
		finding = find_set(
			examination, name, wants_server_ca,
			"smtp_tls_CAfile = %s: there is no certificate to be read, and Postfix then does no "
			"TLS at all",
			file);
	else
		return;
	fix_ca_file(examination, finding, name);
}

static bool pins_server(const struct connector *connector)
{
	return connector_leaves(connector) && connector->tls_policy.level == TLS_POLICY_FINGERPRINT;
}

void check_smtp_fingerprint_digest(struct examination *examination)
{
	static const char name[] = "smtp_tls_fingerprint_digest";
	struct finding *finding;

	if (setting_is(examination, name, "sha256") || !any_connector(examination, pins_server))
		return;
	finding = find_set(
		examination, name, pins_server,
		"smtp_tls_fingerprint_digest = %s: our fingerprints are SHA-256, none is met, and Postfix "
		"keeps the mail",
		setting(examination, name));
	fix_set(examination, finding, name, "sha256");
}

static bool wants_dane(const struct connector *connector)
{
	return connector_leaves(connector) && (connector->tls_policy.level == TLS_POLICY_DANE ||
					       connector->tls_policy.level == TLS_POLICY_DANE_ONLY);
}

void check_dnssec(struct examination *examination)
{
	static const char name[] = "smtp_dns_support_level";
	struct finding *finding;

	if (setting_is(examination, name, "dnssec") || !any_connector(examination, wants_dane))
		return;
	finding = find_set(examination, name, wants_dane,
			   "smtp_dns_support_level is not dnssec: Postfix finds no TLSA record that counts, "
			   "so that dane "
			   "is as good as nothing, and dane-only keeps the mail");
	fix_set(examination, finding, name, "dnssec");
}

void check_tls_required(struct examination *examination)
{
	struct finding *finding;

	if (!setting_is(examination, "tls_required_enable", "yes"))
		return;
	finding = find(
		examination, "main.cf", connector_leaves,
		"tls_required_enable = yes: a message with a header \"TLS-Required: no\", which any author "
		"can write, leaves in plaintext, and nobody is asked about it");
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
		examination, "main.cf", matches_no_name,
		"requiretls_enable = yes: mail that was sent with REQUIRETLS comes back where a connector "
		"has level encrypt, which compares no name");
	finding->severity = FINDING_NOTE;
}

/* Postfix keeps sessions of that level by server alone, and looks there for a connector's mail as well. */
void check_smtp_tls_reuse(struct examination *examination)
{
	static const char name[] = "smtp_tls_connection_reuse";
	struct finding *finding;

	if (!setting_is(examination, name, "yes") ||
	    !setting_is(examination, "smtp_tls_security_level", "encrypt") ||
	    !any_connector(examination, matches_no_name))
		return;
	finding = find_set(
		examination, name, matches_no_name,
		"smtp_tls_connection_reuse = yes: sessions for all others have level encrypt too, and one "
		"that "
		"is kept may take a connector's mail to the same server, below its min_version and ciphers");
	fix_set(examination, finding, name, "no");
}
