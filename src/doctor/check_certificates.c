/* SPDX-License-Identifier: MIT */
/* Whether Postfix offers TLS, asks for certificates, and can vouch for them. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "doctor/checks.h"
#include "doctor/listening.h"
#include "util/memory.h"

#define PUBLIC_CAS 40 /* no partner has so many of its own */

static const char *const bundles[] = {"/etc/ssl/certs/ca-certificates.crt",
				      "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem",
				      "/etc/ssl/ca-bundle.pem"};

enum certificate_file certificate_state(const struct examination *examination, const char *file)
{
	int count;

	return examination->world->certificates(examination->world->context, file, &count);
}

/* The CAs that the system trusts; NULL: none that can be read. A static string. */
static const char *system_bundle(const struct examination *examination)
{
	for (size_t i = 0; i < sizeof bundles / sizeof bundles[0]; i++)
		if (certificate_state(examination, bundles[i]) == CERTIFICATE_FILE_GOOD)
			return bundles[i];
	return NULL;
}

bool strangers_are_judged(const struct examination *examination)
{
	return examination->for_anybody && is_judged(examination);
}

const char *server_level(const struct examination *examination)
{
	const char *level = setting(examination, "smtpd_tls_security_level");

	if (setting_is(examination, "smtpd_tls_wrappermode", "yes") ||
	    (*level == '\0' && setting_is(examination, "smtpd_enforce_tls", "yes")))
		return "encrypt";
	if (*level == '\0')
		return setting_is(examination, "smtpd_use_tls", "yes") ? "may" : "none";
	return strcasecmp(level, "none") == 0 ? "none" : strcasecmp(level, "may") == 0 ? "may" : "encrypt";
}

/* A keyword that is left out of what Postfix answers to EHLO. */
static void say_discarded(struct examination *examination)
{
	static const char name[] = "smtpd_discard_ehlo_keywords";
	struct words *keywords = setting_list(examination, name);
	struct finding *finding;

	if (!words_remove_all(keywords, "starttls") ||
	    setting_is(examination, "smtpd_tls_wrappermode", "yes"))
		return;
	finding = find_set(
		examination, name, connector_arrives,
		"%s has starttls: Postfix offers no STARTTLS, and no partner can meet any connector", name);
	fix_set_list(examination, finding, name, keywords);
}

void check_no_starttls(struct examination *examination)
{
	static const char name[] = "smtpd_tls_security_level";

	if (!strangers_are_judged(examination) || !any_connector(examination, connector_arrives))
		return;
	if (strcmp(server_level(examination), "none") == 0)
		fix_set(examination,
			find_set(examination, name, connector_arrives,
				 "smtpd_tls_security_level is off: Postfix offers no STARTTLS, and no "
				 "partner can "
				 "meet any connector"),
			name, "may");
	say_discarded(examination);
}

/* The first file of a parameter that has no certificate or key to read; NULL: none. */
static const char *unreadable_file(const struct examination *examination, const char *name, bool *has_r)
{
	const struct words *files = setting_list(examination, name);

	for (size_t i = 0; i < files->count; i++) {
		if (strcasecmp(files->list[i], "none") == 0)
			continue;
		*has_r = true;
		/* Of a chain the first file may have the key alone. */
		if (certificate_state(examination, files->list[i]) == CERTIFICATE_FILE_MISSING)
			return files->list[i];
	}
	return NULL;
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
		const char *bad = unreadable_file(examination, names[i], &has);

		if (bad != NULL)
			finding = find_set(examination, names[i], connector_arrives,
					   "%s = %s: there is no such file, and Postfix offers no STARTTLS",
					   names[i], bad);
		/* With chain files Postfix looks at no other. */
		if (i == 0 && has)
			break;
	}
	if (finding == NULL && !has)
		finding = find(examination, "main.cf", connector_arrives,
			       "there is no smtpd_tls_chain_files and no smtpd_tls_cert_file: without a "
			       "certificate Postfix offers no STARTTLS");
	if (finding == NULL)
		return;
	if (has)
		fix_edit(finding,
			 "main.cf: smtpd_tls_chain_files = the files of your key and your certificate");
	else if (directory != NULL)
		fix_command(finding, "postfix", "-c", directory, "tls", "enable-server");
	else
		fix_command(finding, "postfix", "tls", "enable-server");
}

static bool asks_for_certificates(const struct examination *examination, const struct service *service)
{
	return postfix_yes(examination->postfix, service, "smtpd_tls_ask_ccert") ||
	       postfix_yes(examination->postfix, service, "smtpd_tls_req_ccert");
}

void check_ask_ccert(struct examination *examination)
{
	static const char name[] = "smtpd_tls_ask_ccert";
	struct finding *finding;

	if (!strangers_are_judged(examination) || !any_connector(examination, connector_wants_certificate) ||
	    strcmp(server_level(examination), "none") == 0 ||
	    asks_for_certificates(examination, examination->service))
		return;
	finding = find_set(
		examination, name, connector_wants_certificate,
		"smtpd_tls_ask_ccert is off: Postfix asks no client for a certificate, and so no session has "
		"one");
	fix_set(examination, finding, name, "yes");
}

/* Where it counts whether Postfix can vouch for certificates. */
static bool strangers_are_asked(const struct examination *examination)
{
	return strangers_are_judged(examination) && asks_for_certificates(examination, examination->service);
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

static const char ca_file[] = "smtpd_tls_CAfile";

void check_ca_missing(struct examination *examination)
{
	struct finding *finding;

	if (!strangers_are_judged(examination) || !setting_is(examination, ca_file, "") ||
	    !setting_is(examination, "smtpd_tls_CApath", "") ||
	    setting_is(examination, "tls_append_default_CA", "yes") ||
	    !any_connector(examination, connector_wants_verified))
		return;
	finding = find_set(
		examination, ca_file, connector_wants_verified,
		"there is no smtpd_tls_CAfile: Postfix can vouch for no certificate, and none counts");
	fix_ca_file(examination, finding, ca_file);
}

void check_ca_unreadable(struct examination *examination)
{
	const char *file = setting(examination, ca_file);
	enum certificate_file state = *file != '\0' && strangers_are_judged(examination)
					      ? certificate_state(examination, file)
					      : CERTIFICATE_FILE_GOOD;
	struct finding *finding;

	if (!is_no_certificate_file(state))
		return;
	finding = find_set(examination, ca_file, connector_arrives,
			   "smtpd_tls_CAfile = %s: %s. Postfix then offers no STARTTLS at all", file,
			   state == CERTIFICATE_FILE_MISSING ? "there is no such file"
							     : "there is no certificate in it");
	fix_ca_file(examination, finding, ca_file);
}

void check_ca_path(struct examination *examination)
{
	const struct world *world = examination->world;
	bool chroot = examination->service->chroot;
	const char *path = setting(examination, "smtpd_tls_CApath"), *seen;
	struct strbuf whole = {0};
	struct finding *finding;

	if (*path == '\0' || !setting_is(examination, ca_file, "") || !strangers_are_asked(examination) ||
	    !any_connector(examination, connector_wants_verified))
		return;
	strbuf_printf(&whole, "%s%s", chroot ? main_setting(examination, "queue_directory") : "", path);
	seen = keep(examination, strbuf_take(&whole), free);
	if (world->is_directory(world->context, seen))
		return;
	finding = find(
		examination, NULL, connector_wants_verified,
		"smtpd_tls_CApath = %s: the service looks there after it went into its chroot, and there is "
		"no %s",
		path, seen);
	if (chroot && world->is_directory(world->context, path))
		fix_chroot(examination, finding);
	else
		fix_ca_file(examination, finding, ca_file);
}

void check_public_cas(struct examination *examination)
{
	const struct world *world = examination->world;
	const char *file = setting(examination, ca_file);
	struct finding *finding;
	int count = 0;

	if (!strangers_are_asked(examination) ||
	    !any_connector(examination, connector_takes_any_certificate) || *file == '\0' ||
	    world->certificates(world->context, file, &count) != CERTIFICATE_FILE_GOOD || count < PUBLIC_CAS)
		return;
	finding = find_set(
		examination, ca_file, connector_takes_any_certificate,
		"smtpd_tls_CAfile = %s has %d CAs or more: with them anybody who has a certificate of a "
		"public CA meets \"certificate: any\"",
		file, PUBLIC_CAS);
	fix_edit(finding,
		 "main.cf: smtpd_tls_CAfile = a file with your partners' CAs alone; or, in the policy, the "
		 "names of their certificates in the place of \"any\"");
}

/* Another service of the same Postfix that has other CAs; NULL: none. */
static const struct service *other_cas(const struct examination *examination)
{
	static const char *const names[] = {ca_file, "smtpd_tls_CApath", "tls_append_default_CA"};
	const struct postfix *postfix = examination->postfix;

	for (size_t i = 0; i < postfix->service_count; i++) {
		const struct service *service = &postfix->services[i];

		if (service == examination->service || !service_is(postfix, service, "smtpd") ||
		    !asks_for_certificates(examination, service))
			continue;
		for (size_t j = 0; j < sizeof names / sizeof names[0]; j++) {
			const char *ours = setting(examination, names[j]);
			const char *theirs =
				keep(examination, postfix_text(postfix, service, names[j]), free);

			if (strcmp(ours, theirs) != 0 && (j == 2 || *theirs != '\0'))
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
	const char *cipher = main_setting(examination, "tls_session_ticket_cipher");
	const char *timeout = main_setting(examination, "smtpd_tls_session_cache_timeout");
	const struct service *other;
	struct finding *finding;

	if (postfix_is_since(examination->postfix, 3, 11, 7) || *cipher == '\0' || is_zero_time(timeout) ||
	    !strangers_are_asked(examination) || !any_connector(examination, connector_wants_verified))
		return;
	other = other_cas(examination);
	if (other == NULL)
		return;
	finding = find(examination, "main.cf", connector_wants_verified,
		       "%s/%s has other CAs than %s/%s, and all services share their TLS session tickets: a "
		       "certificate that was verified there counts as verified here, whoever issued it",
		       other->name, other->type, examination->service->name, examination->service->type);
	fix_set_main(examination, finding, "tls_session_ticket_cipher", "");
}

void check_fingerprint_digest(struct examination *examination)
{
	static const char name[] = "smtpd_tls_fingerprint_digest";
	struct finding *finding;

	if (!examination->for_anybody || setting_is(examination, name, "sha256") ||
	    !is_judged_by_policy_service(examination) ||
	    !any_connector(examination, connector_wants_fingerprint))
		return;
	finding = find_set(examination, name, connector_wants_fingerprint,
			   "smtpd_tls_fingerprint_digest = %s: fingerprints are compared as SHA-256 alone, "
			   "and none is ever met",
			   setting(examination, name));
	fix_set(examination, finding, name, "sha256");
}

void check_xclient(struct examination *examination)
{
	static const char name[] = "smtpd_authorized_xclient_hosts";
	enum networks networks;
	struct finding *finding;
	const char *word;

	/* A proxy on loopback that speaks for strangers, and says nothing of them: what it hands on is trusted. */
	if (!strangers_are_judged(examination))
		return;
	networks = networks_compare(examination, name, &word);
	if (networks == NETWORKS_UNKNOWN) {
		finding = find_set(examination, name, connector_arrives,
				   "%s has %s: who is there may say that a session comes from a trusted "
				   "network, which is not "
				   "judged; whether all of it is in trusted_networks cannot be told here",
				   name, word);
		finding->severity = FINDING_WARNING;
		fix_edit(finding, "main.cf: %s = addresses that trusted_networks holds, in the place of %s",
			 name, word);
	} else if (networks != NETWORKS_TRUSTED) {
		finding = find_set(
			examination, name, connector_arrives,
			"%s has %s: who is there may say that a session comes from a trusted network, "
			"which is not judged",
			name, word);
		fix_set(examination, finding, name, "");
	}
}
