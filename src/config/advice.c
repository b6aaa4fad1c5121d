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

static void advise_fingerprint(const struct build *build, const struct connector *connector)
{
	const struct origin *origin = &build->enabled.origins[connector->number];
	const struct source source = source_at(&build->source, origin->require);
	const struct path list = {.key = "connectors"};
	const struct path item = {.parent = &list, .index = origin->index};
	const struct path require = {.parent = &item, .key = "require"};

	report_warning_at(&source, &require, origin->require,
			  "names a fingerprint, of which no milter is told: without daemon.policy_service "
			  "this mail is deferred");
}

void advice_connectors(const struct build *build, const struct daemon_settings *settings)
{
	const struct policy *policy = build->enabled.policy;

	/* Of connectors with errors nobody knows what they were to be. */
	if (!source_wants_advice(&build->source) || build->source.diagnostics->errors > 0)
		return;
	overlap_advise(build);
	leaving_advise(build, settings);
	for (size_t i = 0; i < policy->connector_count && settings->policy_service == NULL; i++)
		if (require_names_fingerprint(&policy->connectors[i]->require))
			advise_fingerprint(build, policy->connectors[i]);
}
