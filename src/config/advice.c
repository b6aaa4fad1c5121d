/* SPDX-License-Identifier: MIT */
/*
 * Warnings of "forcedtls check" about single settings. What connectors do to
 * each other is in overlap.c, the days of certificate entries in validity.c.
 */
#include "config/advice.h"

#include "config/leaving.h"
#include "config/overlap.h"

void advice_mode(const struct build *build, const struct path *path, const struct value *value)
{
	const struct path mode = {.parent = path, .key = "mode"};

	if (source_wants_advice(&build->source) && build->mode == MODE_TEST && value->node != NULL &&
	    value->number == MODE_ENFORCE)
		report_warning(&build->source, &mode, value->node,
			       "the policy as a whole is in test mode: nothing is enforced");
}

void advice_exception(const struct source *source, const struct path *path, const struct node *node,
		      const struct exception *exception)
{
	if (source_wants_advice(source) && exception->senders != NULL && exception->recipients == NULL &&
	    !exception->has_clients && !exception->authenticated)
		report_warning(source, path, node,
			       "\"senders\" alone: anyone can claim to be such a sender; add clients");
}

void advice_ciphers(const struct source *source, const struct path *path, const struct node *node,
		    enum tls_version min_version, const char *instead)
{
	if (source_wants_advice(source) && node != NULL && min_version >= TLS_VERSION_1_3)
		report_warning(source, path, node,
			       "says nothing of TLS 1.3, and with min_version TLSv1.3 nothing else will do; "
			       "%s",
			       instead);
}

void advice_allowed_senders(const struct source *source, const struct path *path, const struct node *node,
			    const struct pattern_index *senders)
{
	static const struct address anybody = {.domain = DOMAIN_NO_LABEL};

	if (source_wants_advice(source) && pattern_index_holds(senders, &anybody, NULL))
		report_warning(source, path, node,
			       "\"*\" allows every sender, and asks for nothing; name the senders, or leave "
			       "the key out");
}

/* A warning about "require" of a connector, or about what stands at key beside it. */
static void warn(const struct build *build, const struct connector *connector, const char *key,
		 struct place place, const char *text)
{
	origin_warning(&build->source, &build->enabled.origins[connector->number], key, place, "%s", text);
}

static void advise_fingerprint(const struct build *build, const struct connector *connector)
{
	if (require_names_fingerprint(&connector->require))
		warn(build, connector, "require", build->enabled.origins[connector->number].require,
		     "names a fingerprint, of which no milter is told: without daemon.policy_service this "
		     "mail "
		     "is deferred");
}

static bool require_names_dn(const struct require *require)
{
	for (size_t i = 0; i < require->certificate_count; i++) {
		const struct certificate_entry *entry = &require->certificates[i];

		if ((entry->has_subject && entry->subject.kind == CERTIFICATE_NAME_DN) ||
		    (entry->has_issuer && entry->issuer.kind == CERTIFICATE_NAME_DN))
			return true;
	}
	return false;
}

static bool presenting_names_dn(const struct connector *connector)
{
	for (size_t i = 0; i < connector->presenting_count; i++)
		if (connector->presenting[i].kind == CERTIFICATE_NAME_DN)
			return true;
	return false;
}

/* The policy service is Postfix's alone. */
static bool is_postfix(const struct daemon_settings *settings)
{
	return settings->mta == MTA_POSTFIX ||
	       (settings->mta == MTA_UNKNOWN && settings->policy_service != NULL);
}

static void advise_distinguished_name(const struct build *build, const struct connector *connector)
{
	static const char text[] =
		"has a distinguished name (/...), which Postfix does not hand over, and which is "
		"never met; write the common name alone, as in mail.contoso.com";

	if (require_names_dn(&connector->require))
		warn(build, connector, "require", build->enabled.origins[connector->number].require, text);
	if (presenting_names_dn(connector))
		warn(build, connector, "presenting", connector->place, text);
}

void advice_connectors(const struct build *build, const struct daemon_settings *settings)
{
	const struct policy *policy = build->enabled.policy;

	/* Of connectors with errors nobody knows what they were to be. */
	if (!source_wants_advice(&build->source) || build->source.diagnostics->errors > 0)
		return;
	overlap_advise(build);
	leaving_advise(build, settings);
	for (size_t i = 0; i < policy->connector_count; i++) {
		if (settings->policy_service == NULL)
			advise_fingerprint(build, policy->connectors[i]);
		if (is_postfix(settings))
			advise_distinguished_name(build, policy->connectors[i]);
	}
}
