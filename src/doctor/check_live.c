/* SPDX-License-Identifier: MIT */
/* What the daemon was told in a session of our own, against what Postfix is configured to tell. */
#include <string.h>

#include "doctor/checks.h"

/* What a service was told; NULL: it was not asked. Borrowed. */
static const json_t *told_to(const struct examination *examination, const char *service)
{
	const json_t *told = examination->live->told;

	for (size_t i = 0; i < json_array_size(told); i++) {
		const json_t *one = json_array_get(told, i);
		const char *name = json_string_value(json_object_get(one, "service"));

		if (name != NULL && strcmp(name, service) == 0)
			return one;
	}
	return NULL;
}

/* A Postfix that runs with what it had before. */
static void fix_reload(const struct examination *examination, struct finding *finding)
{
	if (examination->postfix->directory != NULL)
		fix_command(finding, "postfix", "-c", examination->postfix->directory, "reload");
	else
		fix_command(finding, "postfix", "reload");
}

/* The session went as far as its recipient, and the daemon was asked about it. */
static bool is_complete(const struct examination *examination)
{
	return examination->live->recipient && examination->live->watched;
}

void check_live_daemon(struct examination *examination)
{
	struct finding *finding;

	if (!examination->live->opened || examination->live->watched)
		return;
	finding = find(examination, examination->policy_file, connector_selects,
		       "nobody answers at the control socket: what is told in a session cannot be seen");
	fix_command(finding, "systemctl", "start", "forcedtlsd");
}

void check_live_session(struct examination *examination)
{
	const struct live_session *live = examination->live;
	struct finding *finding;

	if (live->recipient || (live->connected && !live->starttls))
		return;
	finding = find(examination, NULL, connector_selects, "a session went no further than \"%s\"",
		       live->reply);
	fix_reload(examination, finding);
}

void check_live_tls(struct examination *examination)
{
	const struct live_session *live = examination->live;
	struct finding *finding;

	if (!live->connected || live->starttls)
		return;
	finding = find(examination, NULL, connector_arrives, "a session has no TLS: \"%s\"", live->reply);
	fix_reload(examination, finding);
}

void check_live_not_told(struct examination *examination)
{
	const char *service, *reply = examination->live->reply;

	if (!is_complete(examination))
		return;
	if (is_judged_by_milter(examination) && told_to(examination, "milter") == NULL)
		service = "milter";
	else if (is_judged_by_policy_service(examination) && told_to(examination, "policy_service") == NULL)
		service = "policy service";
	else
		return;
	fix_reload(examination, find(examination, NULL, connector_selects,
				     "Postfix is configured to ask our %s, and did not in a session: \"%s\"",
				     service, reply));
}

void check_live_facts(struct examination *examination)
{
	static const char *const services[] = {"milter", "policy_service"};
	static const char *const facts[] = {"tls", "cipher"};

	for (size_t i = 0; i < 2 && is_complete(examination); i++) {
		const json_t *told = told_to(examination, services[i]);

		for (size_t j = 0; j < 2 && told != NULL; j++) {
			const char *text = json_string_value(json_object_get(told, facts[j]));
			struct finding *finding;

			if (text != NULL && *text != '\0')
				continue;
			finding = find(examination, NULL, connector_arrives,
				       "our %s was not told of the session's %s, though it had TLS",
				       services[i], facts[j]);
			fix_reload(examination, finding);
		}
	}
}

void check_live_certificate(struct examination *examination)
{
	const json_t *told = told_to(examination, "policy_service");
	struct finding *finding;

	if (!is_complete(examination) || !any_connector(examination, connector_wants_certificate))
		return;
	if (!examination->live->certificate_asked)
		finding = find(examination, NULL, connector_wants_certificate,
			       "in a session Postfix asked for no certificate");
	else if (told != NULL && any_connector(examination, connector_wants_fingerprint) &&
		 !json_is_true(json_object_get(told, "fingerprint")))
		finding = find(
			examination, NULL, connector_wants_certificate,
			"a session showed a certificate, and our policy service was told of %s fingerprint",
			json_is_true(json_object_get(told, "foreign_digest"))
				? "another digest than a SHA-256"
				: "no");
	else
		return;
	fix_reload(examination, finding);
}
