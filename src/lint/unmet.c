/* SPDX-License-Identifier: MIT */
/*
 * Demands that no session can meet, since nobody hands over what they ask for.
 */
#include "lint/unmet.h"

/* A warning about "require" of a connector, or about what stands at key beside it. */
static void unmet_warn(const struct lint *lint, const struct connector *connector, const char *key,
		       struct place place, const char *text)
{
	origin_warning(&lint->source, &lint->origins[connector->number], key, place, "%s", text);
}

static void advise_fingerprint(const struct lint *lint, const struct connector *connector)
{
	if (require_names_fingerprint(&connector->require))
		unmet_warn(lint, connector, "require", lint->origins[connector->number].require,
			   "names a fingerprint, of which Postfix tells no milter: without "
			   "daemon.policy_service "
			   "this "
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
static bool is_postfix(const struct daemon_settings *daemon)
{
	return daemon->mta == MTA_POSTFIX || (daemon->mta == MTA_UNKNOWN && daemon->policy_service != NULL);
}

static void advise_distinguished_name(const struct lint *lint, const struct connector *connector)
{
	static const char text[] =
		"has a distinguished name (/...), which Postfix does not hand over, and which is "
		"never met; write the common name alone, as in mail.contoso.com";

	if (require_names_dn(&connector->require))
		unmet_warn(lint, connector, "require", lint->origins[connector->number].require, text);
	if (presenting_names_dn(connector))
		unmet_warn(lint, connector, "presenting", connector->place, text);
}

void unmet_advise(const struct lint *lint)
{
	for (size_t i = 0; i < lint->policy->connector_count; i++) {
		if (lint->daemon->policy_service == NULL && lint->daemon->mta != MTA_SENDMAIL)
			advise_fingerprint(lint, lint->policy->connectors[i]);
		if (is_postfix(lint->daemon))
			advise_distinguished_name(lint, lint->policy->connectors[i]);
	}
}
