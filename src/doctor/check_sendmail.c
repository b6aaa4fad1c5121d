/* SPDX-License-Identifier: MIT */
/* sendmail.cf: the filter with its flags, and what it takes for certificates to count. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "doctor/checks.h"
#include "util/ip.h"
#include "util/memory.h"

/* In seconds. */
#define TIMEOUT_ENOUGH 86400

/* Our filter among those that are defined; NULL: none. */
static const struct mail_filter *our_filter(const struct examination *examination)
{
	const struct sendmail *sendmail = examination->sendmail;
	const struct mail_filter *found = NULL;
	struct endpoint ours, theirs;

	if (!endpoint_read_ours(examination->config->daemon.milter, &ours))
		return NULL;
	for (size_t i = 0; i < sendmail->filter_count && found == NULL; i++) {
		if (endpoint_read_ours(sendmail->filters[i].socket, &theirs) &&
		    endpoint_is_same(&ours, &theirs))
			found = &sendmail->filters[i];
		endpoint_fini(&theirs);
	}
	endpoint_fini(&ours);
	return found;
}

static void advise_filter(struct examination *examination, struct finding *finding)
{
	const char *spec = examination->config->daemon.milter;
	struct endpoint ours;
	bool has_path = endpoint_read_ours(spec, &ours) && ours.path != NULL;

	fix_edit(finding,
		 "sendmail.mc: INPUT_MAIL_FILTER(`forcedtls', `S=%s%s, F=T, T=C:30s;S:10s;R:10s;E:5m')dnl",
		 has_path ? "unix:" : "", has_path ? ours.path : spec);
	endpoint_fini(&ours);
}

/* A port for local clients alone, as Debian's submission on loopback. */
static bool is_open_port(const struct examination *examination, const struct daemon_port *port)
{
	const struct sendmail *sendmail = examination->sendmail;
	bool all_local = true;

	for (size_t i = 0; i < sendmail->port_count; i++)
		all_local = all_local && ip_names_loopback(sendmail->ports[i].address);
	return all_local || !ip_names_loopback(port->address);
}

void check_sendmail_no_filter(struct examination *examination)
{
	const struct sendmail *sendmail = examination->sendmail;
	const struct mail_filter *filter = our_filter(examination);
	struct finding *finding;

	if (!any_connector(examination, connector_selects))
		return;
	if (filter == NULL) {
		finding = find(examination, sendmail->file, connector_arrives,
			       "no filter has the socket of daemon.milter (%s): all mail is let in unjudged",
			       examination->config->daemon.milter);
		advise_filter(examination, finding);
		return;
	}
	if (sendmail->port_count == 0 && !words_have(&sendmail->input_filters, filter->name)) {
		finding =
			find(examination, sendmail->file, connector_arrives,
			     "the filter %s is defined, and InputMailFilters does not name it", filter->name);
		advise_filter(examination, finding);
	}
	for (size_t i = 0; i < sendmail->port_count; i++) {
		const struct daemon_port *port = &sendmail->ports[i];
		const struct words *filters = port->has_filters ? &port->filters : &sendmail->input_filters;

		if (words_have(filters, filter->name) || !is_open_port(examination, port) ||
		    strchr(port->modifiers, 'a') != NULL)
			continue;
		finding = find(examination, sendmail->file, connector_arrives,
			       "port %s does not ask the filter %s: what comes in there is not judged",
			       port->name, filter->name);
		if (port->has_filters)
			fix_edit(finding, "sendmail.mc: InputMailFilters=%s in DAEMON_OPTIONS of %s",
				 filter->name, port->name);
		else
			advise_filter(examination, finding);
	}
}

void check_sendmail_flags(struct examination *examination)
{
	const struct mail_filter *filter = our_filter(examination);
	struct finding *finding;

	if (!any_connector(examination, connector_selects) || filter == NULL ||
	    strpbrk(filter->flags, "TR4") != NULL)
		return;
	finding = find(examination, examination->sendmail->file, connector_arrives,
		       "the filter %s has no F=T: while forcedtlsd does not answer, all mail is let in",
		       filter->name);
	advise_filter(examination, finding);
}

void check_sendmail_unreachable(struct examination *examination)
{
	const struct mail_filter *filter = our_filter(examination);
	const struct visitor visitor = {.directory = "/"};
	const struct world *world = examination->world;
	struct endpoint endpoint;
	struct finding *finding;
	struct strbuf directory = {0};
	int mode;

	if (!any_connector(examination, connector_selects) || filter == NULL ||
	    !endpoint_read_ours(filter->socket, &endpoint))
		return;
	if (endpoint.path != NULL && strrchr(endpoint.path, '/') != NULL) {
		strbuf_add(&directory, endpoint.path, (size_t)(strrchr(endpoint.path, '/') - endpoint.path));
		mode = world->mode(world->context, directory.text);
		if (mode >= 0 && (mode & 022) != 0 && (mode & 01000) == 0) {
			finding = find(
				examination, examination->sendmail->file, connector_arrives,
				"%s: others than its owner can write to that directory; Sendmail calls the "
				"socket unsafe, and puts all mail off",
				directory.text);
			fix_command(finding, "chmod", "go-w", directory.text);
		}
	}
	if (world->reach(world->context, &visitor, &endpoint, PROTOCOL_MILTER) == REACH_OTHER) {
		finding = find(examination, examination->sendmail->file, connector_arrives,
			       "%s: what answers there is no milter", filter->socket);
		fix_command(finding, "systemctl", "restart", "forcedtlsd");
	}
	strbuf_fini(&directory);
	endpoint_fini(&endpoint);
}

/* "R:10s" in "C:30s;S:10s;R:10s;E:5m", in seconds, or more than enough of them; -1: it is not there. */
static long timeout_of(const char *timeouts, char letter)
{
	for (const char *at = timeouts; (at = strchr(at, letter)) != NULL; at++) {
		char *end;
		long number;

		if (at[1] != ':')
			continue;
		number = strtol(at + 2, &end, 10);
		if (number > TIMEOUT_ENOUGH)
			return TIMEOUT_ENOUGH;
		return *end == 'm' ? number * 60 : *end == 'h' ? number * 3600 : number;
	}
	return -1;
}

void check_sendmail_timeouts(struct examination *examination)
{
	static const struct {
		char letter;
		long least;
	} timeouts[] = {{'C', 1}, {'S', 2}, {'R', 2}, {'E', 10}};
	const struct mail_filter *filter = our_filter(examination);
	struct finding *finding;

	for (size_t i = 0; i < sizeof timeouts / sizeof timeouts[0] && filter != NULL; i++) {
		long seconds = timeout_of(filter->timeouts, timeouts[i].letter);

		if (seconds < 0 || seconds >= timeouts[i].least ||
		    (timeouts[i].letter == 'C' && seconds == 0))
			continue;
		finding = find(examination, examination->sendmail->file, NULL,
			       "the filter %s has T=%s: %c is so short that mail is put off on a busy host",
			       filter->name, filter->timeouts, timeouts[i].letter);
		advise_filter(examination, finding);
		return;
	}
}

static const char *option(const struct examination *examination, const char *name)
{
	return sendmail_option(examination->sendmail, name);
}

void check_sendmail_starttls(struct examination *examination)
{
	static const char *const options[][2] = {{"ServerCertFile", "confSERVER_CERT"},
						 {"ServerKeyFile", "confSERVER_KEY"}};
	struct finding *finding;

	if (!any_connector(examination, connector_selects))
		return;
	for (size_t i = 0; i < 2; i++) {
		const char *file = option(examination, options[i][0]);

		if (*file != '\0' && certificate_state(examination, file) != CERTIFICATE_FILE_MISSING)
			continue;
		finding = find(examination, examination->sendmail->file, connector_arrives,
			       "%s is %s: Sendmail offers no STARTTLS, and no partner can meet any connector",
			       options[i][0], *file != '\0' ? "a file that is not there" : "not set");
		fix_edit(finding, "sendmail.mc: define(`%s', `/etc/mail/tls/server.%s')dnl", options[i][1],
			 i == 0 ? "pem" : "key");
	}
}

void check_sendmail_key(struct examination *examination)
{
	const char *file = option(examination, "ServerKeyFile");
	int mode = *file != '\0' ? examination->world->mode(examination->world->context, file) : -1;
	struct finding *finding;

	if (!any_connector(examination, connector_selects) || mode < 0 || (mode & 077) == 0 ||
	    strstr(option(examination, "DontBlameSendmail"), "GroupReadableKeyFile") != NULL)
		return;
	finding = find(examination, examination->sendmail->file, connector_arrives,
		       "%s: others than its owner can read that key; Sendmail does not use it, and offers no "
		       "STARTTLS",
		       file);
	fix_command(finding, "chmod", "0600", file);
}

void check_sendmail_ca(struct examination *examination)
{
	const char *file = option(examination, "CACertFile"), *path = option(examination, "CACertPath");
	const struct world *world = examination->world;
	struct finding *finding;

	if (!any_connector(examination, connector_wants_verified) ||
	    (*file != '\0' && !is_no_certificate_file(certificate_state(examination, file))))
		return;
	if (*file == '\0' && *path != '\0' && world->is_directory(world->context, path))
		return;
	finding = find(examination, examination->sendmail->file, connector_wants_verified,
		       "CACertFile is %s: Sendmail can vouch for no certificate, and none counts",
		       *file != '\0' ? "a file without certificates" : "not set");
	fix_edit(finding,
		 "sendmail.mc: define(`confCACERT', `/etc/mail/tls/partner-cas.pem')dnl, a file with your "
		 "partners' CAs");
}

void check_sendmail_not_asked(struct examination *examination)
{
	struct finding *finding;

	if (!any_connector(examination, connector_wants_certificate) ||
	    strchr(option(examination, "TLSSrvOptions"), 'V') == NULL)
		return;
	finding = find(
		examination, examination->sendmail->file, connector_wants_certificate,
		"TLSSrvOptions has V: Sendmail asks no client for a certificate, and no session has one");
	fix_edit(finding, "sendmail.mc: no V in confTLS_SRV_OPTIONS");
}

void check_sendmail_fingerprint(struct examination *examination)
{
	const char *algorithm = option(examination, "CertFingerprintAlgorithm");
	struct finding *finding;

	if (!any_connector(examination, connector_wants_fingerprint) || strcasecmp(algorithm, "sha256") == 0)
		return;
	finding = find(
		examination, examination->sendmail->file, connector_wants_fingerprint,
		"CertFingerprintAlgorithm is %s: Sendmail hands over no SHA-256 fingerprint, and mail that "
		"needs one is put off",
		*algorithm != '\0' ? algorithm : "not set");
	fix_edit(finding, "sendmail.mc: define(`confCERT_FINGERPRINT_ALGORITHM', `sha256')dnl");
}

void check_sendmail_tls_off(struct examination *examination)
{
	const struct sendmail *sendmail = examination->sendmail;
	struct finding *finding;

	if (!any_connector(examination, connector_selects))
		return;
	for (size_t i = 0; i < sendmail->port_count; i++) {
		const struct daemon_port *port = &sendmail->ports[i];

		if (strchr(port->modifiers, 'S') == NULL || !is_open_port(examination, port))
			continue;
		finding = find(examination, sendmail->file, connector_arrives,
			       "port %s has M=%s: with S it offers no STARTTLS, and no partner can meet any "
			       "connector there",
			       port->name, port->modifiers);
		fix_edit(finding, "sendmail.mc: no S in M= of DAEMON_OPTIONS of %s", port->name);
	}
}

void check_sendmail_access(struct examination *examination)
{
	struct finding *finding;

	if (!any_connector(examination, connector_leaves))
		return;
	if (words_have(&examination->sendmail->maps, "access")) {
		finding = find(
			examination, examination->sendmail->file, NULL,
			"Sendmail asks its access map where mail leaves; whether that has what \"forcedtls "
			"export sendmail\" prints cannot be told here");
		finding->severity = FINDING_NOTE;
		return;
	}
	finding = find(examination, examination->sendmail->file, connector_leaves,
		       "there is no access map: mail leaves without what \"deliver\" demands");
	fix_edit(
		finding,
		"sendmail.mc: FEATURE(`access_db')dnl, with what \"forcedtls export sendmail\" prints in it");
}

void check_sendmail_mta(struct examination *examination)
{
	say_other_mta(
		examination, MTA_POSTFIX,
		"daemon.mta is postfix and this is Sendmail, which hands over the names of certificates "
		"that it did not verify: a forged one counts");
}
