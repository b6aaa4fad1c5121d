/* SPDX-License-Identifier: MIT */
/* Whether Postfix offers TLS, asks for certificates, and can vouch for them. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "doctor/asked.h"
#include "doctor/checks.h"
#include "doctor/listening.h"
#include "util/memory.h"

#define PUBLIC_CAS 40 /* no partner has so many of its own */

static const char *const bundles[] = {"/etc/ssl/certs/ca-certificates.crt",
				      "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem",
				      "/etc/ssl/ca-bundle.pem"};

/* The CAs that the system trusts; NULL: none that can be read. A static string. */
static const char *system_bundle(const struct examination *examination)
{
	int count;

	for (size_t i = 0; i < sizeof bundles / sizeof bundles[0]; i++)
		if (examination->world->certificates(examination->world->context, bundles[i], &count) ==
		    CERTIFICATE_FILE_GOOD)
			return bundles[i];
	return NULL;
}

bool strangers_are_judged(const struct examination *examination)
{
	return examination->for_anybody && is_judged(examination);
}

const char *server_level(const struct examination *examination)
{
	const struct postfix *postfix = examination->postfix;
	const struct service *service = examination->service;
	char *level = postfix_text(postfix, service, "smtpd_tls_security_level");
	const char *is;

	if (postfix_yes(postfix, service, "smtpd_tls_wrappermode") ||
	    (*level == '\0' && postfix_yes(postfix, service, "smtpd_enforce_tls")))
		is = "encrypt";
	else if (*level != '\0')
		is = strcasecmp(level, "none") == 0  ? "none"
		     : strcasecmp(level, "may") == 0 ? "may"
						     : "encrypt";
	else
		is = postfix_yes(postfix, service, "smtpd_use_tls") ? "may" : "none";
	free(level);
	return is;
}

/* A keyword that is left out of what Postfix answers to EHLO. */
static void say_discarded(struct examination *examination)
{
	static const char name[] = "smtpd_discard_ehlo_keywords";
	char *where = where_set(examination, name);
	bool discarded = false;
	struct words keywords;

	postfix_list(examination->postfix, examination->service, name, &keywords);
	for (size_t i = keywords.count; i > 0; i--) {
		if (strcasecmp(keywords.list[i - 1], "starttls") != 0)
			continue;
		discarded = true;
		words_remove(&keywords, i - 1);
	}
	if (discarded && strangers_are_judged(examination) && any_connector(examination, connector_arrives) &&
	    !postfix_yes(examination->postfix, examination->service, "smtpd_tls_wrappermode")) {
		struct finding *finding =
			find(examination, where,
			     "%s has starttls: Postfix offers no STARTTLS, and no partner can "
			     "meet any connector",
			     name);

		finding_name_connectors(examination, finding, connector_arrives);
		fix_set_list(examination, finding, name, &keywords);
	}
	words_fini(&keywords);
	free(where);
}

void check_no_starttls(struct examination *examination)
{
	char *where = where_set(examination, "smtpd_tls_security_level");
	struct finding *finding;

	if (strangers_are_judged(examination) && any_connector(examination, connector_arrives) &&
	    strcmp(server_level(examination), "none") == 0) {
		finding = find(
			examination, where,
			"smtpd_tls_security_level is off: Postfix offers no STARTTLS, and no partner can "
			"meet any connector");
		finding_name_connectors(examination, finding, connector_arrives);
		fix_set(examination, finding, "smtpd_tls_security_level", "may");
	}
	free(where);
	say_discarded(examination);
}

/* The first file of a parameter that has no certificate or key to read; NULL: none. The caller frees it. */
static char *unreadable_file(const struct examination *examination, const char *name, bool *has_r)
{
	struct words files;
	char *bad = NULL;
	int count;

	postfix_list(examination->postfix, examination->service, name, &files);
	for (size_t i = 0; i < files.count && bad == NULL; i++) {
		const char *file = files.list[i];

		if (strcasecmp(file, "none") == 0)
			continue;
		*has_r = true;
		/* Of a chain the first file may have the key alone. */
		if (examination->world->certificates(examination->world->context, file, &count) ==
		    CERTIFICATE_FILE_MISSING)
			bad = xstrdup(file);
	}
	words_fini(&files);
	return bad;
}

void check_server_certificate(struct examination *examination)
{
	static const char *const names[] = {"smtpd_tls_chain_files", "smtpd_tls_cert_file",
					    "smtpd_tls_eccert_file", "smtpd_tls_dcert_file"};
	const char *directory = examination->postfix->directory;
	struct finding *finding = NULL;
	bool has = false;

	if (!strangers_are_judged(examination) || strcmp(server_level(examination), "none") == 0)
		return;
	for (size_t i = 0; i < sizeof names / sizeof names[0] && finding == NULL; i++) {
		char *bad = unreadable_file(examination, names[i], &has), *where;

		if (bad != NULL) {
			where = where_set(examination, names[i]);
			finding = find(examination, where,
				       "%s = %s: there is no such file, and Postfix offers no STARTTLS",
				       names[i], bad);
			free(where);
		}
		free(bad);
		/* With chain files Postfix looks at no other. */
		if (i == 0 && has)
			break;
	}
	if (finding == NULL && !has)
		finding = find(examination, "main.cf",
			       "there is no smtpd_tls_chain_files and no smtpd_tls_cert_file: without a "
			       "certificate Postfix offers no STARTTLS");
	if (finding == NULL)
		return;
	finding_name_connectors(examination, finding, connector_arrives);
	if (has)
		fix_edit(finding,
			 "main.cf: smtpd_tls_chain_files = the files of your key and your certificate");
	else if (directory != NULL)
		fix_command(finding, "postfix", "-c", directory, "tls", "enable-server");
	else
		fix_command(finding, "postfix", "tls", "enable-server");
}

void check_ask_ccert(struct examination *examination)
{
	const struct postfix *postfix = examination->postfix;
	const struct service *service = examination->service;
	char *where = where_set(examination, "smtpd_tls_ask_ccert");
	struct finding *finding;

	if (strangers_are_judged(examination) && any_connector(examination, connector_wants_certificate) &&
	    strcmp(server_level(examination), "none") != 0 &&
	    !postfix_yes(postfix, service, "smtpd_tls_ask_ccert") &&
	    !postfix_yes(postfix, service, "smtpd_tls_req_ccert")) {
		finding = find(
			examination, where,
			"smtpd_tls_ask_ccert is off: Postfix asks no client for a certificate, and so no "
			"session has one");
		finding_name_connectors(examination, finding, connector_wants_certificate);
		fix_set(examination, finding, "smtpd_tls_ask_ccert", "yes");
	}
	free(where);
}

static bool asks_for_certificates(const struct examination *examination)
{
	return strangers_are_judged(examination) &&
	       (postfix_yes(examination->postfix, examination->service, "smtpd_tls_ask_ccert") ||
		postfix_yes(examination->postfix, examination->service, "smtpd_tls_req_ccert"));
}

void fix_ca_file(struct examination *examination, struct finding *finding, const char *name)
{
	const char *bundle = system_bundle(examination);

	if (bundle != NULL)
		fix_set(examination, finding, name, bundle);
	fix_edit(finding, "main.cf: %s = a file with the certificates of the CAs that your partners use%s",
		 name, bundle != NULL ? ", where these are not public ones" : "");
}

bool is_no_certificate_file(enum certificate_file state)
{
	return state == CERTIFICATE_FILE_MISSING || state == CERTIFICATE_FILE_EMPTY;
}

void check_ca_missing(struct examination *examination)
{
	const struct postfix *postfix = examination->postfix;
	const struct service *service = examination->service;
	char *file = postfix_text(postfix, service, "smtpd_tls_CAfile");
	char *path = postfix_text(postfix, service, "smtpd_tls_CApath");
	char *where = where_set(examination, "smtpd_tls_CAfile");
	struct finding *finding;

	if (strangers_are_judged(examination) && *file == '\0' && *path == '\0' &&
	    !postfix_yes(postfix, service, "tls_append_default_CA") &&
	    any_connector(examination, connector_wants_verified)) {
		finding = find(examination, where,
			       "there is no smtpd_tls_CAfile: Postfix can vouch for no certificate, and none "
			       "counts");
		finding_name_connectors(examination, finding, connector_wants_verified);
		fix_ca_file(examination, finding, "smtpd_tls_CAfile");
	}
	free(where);
	free(path);
	free(file);
}

void check_ca_unreadable(struct examination *examination)
{
	char *file = postfix_text(examination->postfix, examination->service, "smtpd_tls_CAfile");
	char *where = where_set(examination, "smtpd_tls_CAfile");
	struct finding *finding;
	int count = 0;
	enum certificate_file state =
		*file != '\0' && strangers_are_judged(examination)
			? examination->world->certificates(examination->world->context, file, &count)
			: CERTIFICATE_FILE_GOOD;

	if (is_no_certificate_file(state)) {
		finding = find(examination, where,
			       "smtpd_tls_CAfile = %s: %s. Postfix then offers no STARTTLS at all", file,
			       state == CERTIFICATE_FILE_MISSING ? "there is no such file"
								 : "there is no certificate in it");
		finding_name_connectors(examination, finding, connector_arrives);
		fix_ca_file(examination, finding, "smtpd_tls_CAfile");
	}
	free(where);
	free(file);
}

void check_ca_path(struct examination *examination)
{
	const struct postfix *postfix = examination->postfix;
	const struct service *service = examination->service;
	char *file = postfix_text(postfix, service, "smtpd_tls_CAfile");
	char *path = postfix_text(postfix, service, "smtpd_tls_CApath");
	char *queue = postfix_text(postfix, NULL, "queue_directory");
	struct strbuf seen = {0};
	struct finding *finding;

	if (*path != '\0' && *file == '\0' && asks_for_certificates(examination) &&
	    any_connector(examination, connector_wants_verified)) {
		strbuf_printf(&seen, "%s%s", service->chroot ? queue : "", path);
		if (!examination->world->is_directory(examination->world->context, seen.text)) {
			finding =
				find(examination, NULL,
				     "smtpd_tls_CApath = %s: the service looks there after it went into its "
				     "chroot, and there is no %s",
				     path, seen.text);
			finding_name_connectors(examination, finding, connector_wants_verified);
			if (service->chroot &&
			    examination->world->is_directory(examination->world->context, path))
				fix_chroot(examination, finding);
			else
				fix_ca_file(examination, finding, "smtpd_tls_CAfile");
		}
	}
	strbuf_fini(&seen);
	free(queue);
	free(path);
	free(file);
}

void check_public_cas(struct examination *examination)
{
	char *file = postfix_text(examination->postfix, examination->service, "smtpd_tls_CAfile");
	char *where = where_set(examination, "smtpd_tls_CAfile");
	struct finding *finding;
	int count = 0;

	if (asks_for_certificates(examination) &&
	    any_connector(examination, connector_takes_any_certificate) && *file != '\0' &&
	    examination->world->certificates(examination->world->context, file, &count) ==
		    CERTIFICATE_FILE_GOOD &&
	    count >= PUBLIC_CAS) {
		finding = find(examination, where,
			       "smtpd_tls_CAfile = %s has %d CAs or more: with them anybody who has a "
			       "certificate of a public CA meets \"certificate: any\"",
			       file, PUBLIC_CAS);
		finding_name_connectors(examination, finding, connector_takes_any_certificate);
		fix_edit(finding, "main.cf: smtpd_tls_CAfile = a file with your partners' CAs alone; or, in "
				  "the policy, "
				  "the names of their certificates in the place of \"any\"");
	}
	free(where);
	free(file);
}

/* Another service of the same Postfix that has other CAs; NULL: none. */
static const struct service *other_cas(const struct examination *examination)
{
	static const char *const names[] = {"smtpd_tls_CAfile", "smtpd_tls_CApath", "tls_append_default_CA"};
	const struct postfix *postfix = examination->postfix;

	for (size_t i = 0; i < postfix->service_count; i++) {
		const struct service *service = &postfix->services[i];

		if (service == examination->service || !service_is(postfix, service, "smtpd"))
			continue;
		for (size_t j = 0; j < sizeof names / sizeof names[0]; j++) {
			char *ours = postfix_text(postfix, examination->service, names[j]);
			char *theirs = postfix_text(postfix, service, names[j]);
			bool differ = strcmp(ours, theirs) != 0 && (j == 2 || *theirs != '\0');

			free(ours);
			free(theirs);
			if (differ && (postfix_yes(postfix, service, "smtpd_tls_ask_ccert") ||
				       postfix_yes(postfix, service, "smtpd_tls_req_ccert")))
				return service;
		}
	}
	return NULL;
}

/* "0", "0s": a time of Postfix's. */
static bool is_zero_time(const char *text)
{
	char *end;

	return *text != '\0' && strtol(text, &end, 10) == 0 && (*end == '\0' || end[1] == '\0');
}

void check_session_tickets(struct examination *examination)
{
	const struct postfix *postfix = examination->postfix;
	char *cipher = postfix_text(postfix, NULL, "tls_session_ticket_cipher");
	char *timeout = postfix_text(postfix, NULL, "smtpd_tls_session_cache_timeout");
	const struct service *other = NULL;
	struct finding *finding;

	if (!postfix_is_since(postfix, 3, 11, 7) && *cipher != '\0' && !is_zero_time(timeout) &&
	    asks_for_certificates(examination) && any_connector(examination, connector_wants_verified))
		other = other_cas(examination);
	if (other != NULL) {
		finding = find(
			examination, "main.cf",
			"%s/%s has other CAs than %s/%s, and all services share their TLS session tickets: "
			"a certificate that was verified there counts as verified here, whoever issued it",
			other->name, other->type, examination->service->name, examination->service->type);
		finding_name_connectors(examination, finding, connector_wants_verified);
		fix_set_main(examination, finding, "tls_session_ticket_cipher", "");
	}
	free(timeout);
	free(cipher);
}

void check_fingerprint_digest(struct examination *examination)
{
	char *digest =
		postfix_text(examination->postfix, examination->service, "smtpd_tls_fingerprint_digest");
	char *where = where_set(examination, "smtpd_tls_fingerprint_digest");
	struct finding *finding;

	if (examination->for_anybody && strcasecmp(digest, "sha256") != 0 &&
	    is_judged_by_policy_service(examination) &&
	    any_connector(examination, connector_wants_fingerprint)) {
		finding =
			find(examination, where,
			     "smtpd_tls_fingerprint_digest = %s: fingerprints are compared as SHA-256 alone, "
			     "and none is ever met",
			     digest);
		finding_name_connectors(examination, finding, connector_wants_fingerprint);
		fix_set(examination, finding, "smtpd_tls_fingerprint_digest", "sha256");
	}
	free(where);
	free(digest);
}

void check_xclient(struct examination *examination)
{
	static const char name[] = "smtpd_authorized_xclient_hosts";
	char *where = where_set(examination, name), *word = NULL;
	enum networks networks = NETWORKS_TRUSTED;
	struct finding *finding = NULL;

	/* A proxy on loopback that speaks for strangers, and says nothing of them: what it hands on is trusted. */
	if (strangers_are_judged(examination))
		networks = networks_compare(examination->postfix, examination->service, name,
					    &examination->config->policy->trusted_networks, &word);
	if (networks == NETWORKS_UNKNOWN) {
		finding = find(examination, where,
			       "%s has %s: who is there may say that a session comes from a trusted network, "
			       "which is not judged; whether all of it is in trusted_networks cannot be told "
			       "here",
			       name, word);
		finding->severity = FINDING_WARNING;
		fix_edit(finding, "main.cf: %s = addresses that trusted_networks holds, in the place of %s",
			 name, word);
	} else if (networks != NETWORKS_TRUSTED) {
		finding = find(examination, where,
			       "%s has %s: who is there may say that a session comes from a "
			       "trusted network, which is not judged",
			       name, word);
		fix_set(examination, finding, name, "");
	}
	if (finding != NULL)
		finding_name_connectors(examination, finding, connector_arrives);
	free(where);
	free(word);
}
