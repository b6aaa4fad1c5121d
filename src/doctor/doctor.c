/* SPDX-License-Identifier: MIT */
/* Finds the MTAs of this host, and has each of them examined. */
#include "doctor/doctor.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "doctor/check.h"
#include "config/postfix_settings.h"
#include "doctor/postconf.h"
#include "doctor/system_world.h"
#include "util/memory.h"
#include "util/utf8.h"

#define INSTANCES_MAX 64
#define SENDMAIL_CF_MAX ((size_t)4 * 1024 * 1024)

static const char *const sendmail_files[] = {"/etc/mail/sendmail.cf", "/etc/sendmail.cf"};

static void doctor_complain(const char *what, const char *why)
{
	char *shown = utf8_printable(what);

	fprintf(stderr, "forcedtls doctor: %s: %s\n", shown, why);
	free(shown);
}

static void add_mta(struct diagnosis *diagnosis, const char *name, const char *config, const char *version,
		    bool is_default)
{
	*VECTOR_ADD(diagnosis->mtas, diagnosis->mta_count, diagnosis->mta_capacity) =
		(struct seen_mta){xstrdup(name), xstrdup(config), xstrdup(version), is_default};
}

static bool was_seen(const struct diagnosis *diagnosis, const char *config)
{
	for (size_t i = 0; i < diagnosis->mta_count; i++)
		if (strcmp(diagnosis->mtas[i].config, config) == 0)
			return true;
	return false;
}

/* What an instance is called: its own "-" is none. */
static bool is_enabled(const struct postfix *postfix)
{
	char *name = postfix_text(postfix, NULL, "multi_instance_name");
	bool enabled = *name == '\0' || postfix_yes(postfix, NULL, "multi_instance_enable");

	free(name);
	return enabled;
}

static bool examine_postfix(const struct patient *patient, struct examination *examination,
			    struct diagnosis *diagnosis, const char *directory, bool asked_for,
			    struct words *more_r)
{
	const char *error;
	struct postfix *postfix = postconf_read(directory, &error);
	char *config;

	if (postfix == NULL) {
		doctor_complain(directory != NULL ? directory : "postconf", error);
		return false;
	}
	config = postfix_text(postfix, NULL, "config_directory");
	if (!was_seen(diagnosis, config) && (asked_for || is_enabled(postfix))) {
		const char *version = postfix_raw(postfix, NULL, "mail_version");

		add_mta(diagnosis, "postfix", config, version != NULL ? version : "", directory == NULL);
		examination->postfix = postfix;
		checks_run_postfix(examination);
		if (patient->ask != NULL && any_connector(examination, connector_selects))
			checks_run_live(examination, patient->ask, patient->ask_context);
		examination->postfix = NULL;
	}
	if (more_r != NULL)
		postfix_list(postfix, NULL, "multi_instance_directories", more_r);
	free(config);
	postfix_free(&postfix);
	return true;
}

/* Postfix's own instance, and those that postmulti(1) knows of. */
static bool examine_all_postfix(const struct patient *patient, struct examination *examination,
				struct diagnosis *diagnosis)
{
	struct words more = {0};
	bool examined = examine_postfix(patient, examination, diagnosis, NULL, true, &more);

	for (size_t i = 0; i < more.count && i < INSTANCES_MAX && examined; i++)
		examined = examine_postfix(patient, examination, diagnosis, more.list[i], false, NULL);
	words_fini(&more);
	return examined;
}

/* The caller frees it; NULL: errno says why. */
static char *doctor_read_file(const char *path)
{
	FILE *in = fopen(path, "re");
	struct strbuf text = {0};
	char bytes[16384];
	size_t got;
	bool failed;

	if (in == NULL)
		return NULL;
	while ((got = fread(bytes, 1, sizeof bytes, in)) > 0 && text.length < SENDMAIL_CF_MAX)
		strbuf_add(&text, bytes, got);
	failed = ferror(in) != 0;
	(void)fclose(in);
	if (failed) {
		strbuf_fini(&text);
		return NULL;
	}
	return strbuf_take(&text);
}

static bool examine_sendmail(struct examination *examination, struct diagnosis *diagnosis, const char *file)
{
	char *text = doctor_read_file(file);
	struct sendmail *sendmail;

	if (text == NULL) {
		doctor_complain(file, strerror(errno));
		return false;
	}
	sendmail = sendmail_read(file, text);
	free(text);
	add_mta(diagnosis, "sendmail", file, "", false);
	examination->sendmail = sendmail;
	checks_run_sendmail(examination);
	examination->sendmail = NULL;
	sendmail_free(&sendmail);
	return true;
}

/* NULL: there is none. */
static const char *find_sendmail(void)
{
	for (size_t i = 0; i < sizeof sendmail_files / sizeof sendmail_files[0]; i++)
		if (access(sendmail_files[i], R_OK) == 0)
			return sendmail_files[i];
	return NULL;
}

/* Nobody said which: Postfix where it is configured, else Sendmail. */
static bool examine_whatever(const struct patient *patient, struct examination *examination,
			     struct diagnosis *diagnosis)
{
	const char *file = find_sendmail(), *error;
	struct postfix *postfix = postconf_find() != NULL ? postconf_read(NULL, &error) : NULL;
	bool has_postfix = postfix != NULL;

	postfix_free(&postfix);
	if (has_postfix)
		return examine_all_postfix(patient, examination, diagnosis);
	if (file != NULL)
		return examine_sendmail(examination, diagnosis, file);
	fprintf(stderr,
		"forcedtls doctor: there is no MTA: neither postconf(1) says anything, nor is there a "
		"sendmail.cf; see --postfix-config and --sendmail\n");
	return false;
}

static bool examine_mtas(const struct patient *patient, struct examination *examination,
			 struct diagnosis *diagnosis)
{
	bool examined = true;

	if (patient->postfix_directory_count == 0 && patient->sendmail_file == NULL)
		return examine_whatever(patient, examination, diagnosis);
	for (size_t i = 0; i < patient->postfix_directory_count && examined; i++)
		examined = examine_postfix(patient, examination, diagnosis, patient->postfix_directories[i],
					   true, NULL);
	if (examined && patient->sendmail_file != NULL)
		examined = examine_sendmail(examination, diagnosis, patient->sendmail_file);
	return examined;
}

bool doctor_examine(const struct patient *patient, const struct config *config, struct diagnosis *diagnosis_r)
{
	struct system_world *system = system_world_new();
	const struct world world = system_world_questions(system);
	struct examination examination = {.config = config,
					  .policy_file = patient->policy_file,
					  .running_file = patient->running_file,
					  .running_digest = patient->running_digest,
					  .world = &world,
					  .findings = &diagnosis_r->findings};
	bool examined;

	*diagnosis_r = (struct diagnosis){0};
	checks_run_policy(&examination);
	examined = examine_mtas(patient, &examination, diagnosis_r);
	system_world_free(&system);
	return examined;
}

void diagnosis_fini(struct diagnosis *diagnosis)
{
	findings_fini(&diagnosis->findings);
	for (size_t i = 0; i < diagnosis->mta_count; i++) {
		free(diagnosis->mtas[i].name);
		free(diagnosis->mtas[i].config);
		free(diagnosis->mtas[i].version);
	}
	free(diagnosis->mtas);
	*diagnosis = (struct diagnosis){0};
}
