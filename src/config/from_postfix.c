/* SPDX-License-Identifier: MIT */
/*
 * What the policy file leaves out, and Postfix has: when its word may be taken,
 * and for what. Knows nothing of how it is asked.
 */
#include "config/from_postfix.h"

#include <stdlib.h>
#include <string.h>

#include "config/config.h"
#include "util/ip.h"
#include "util/memory.h"
#include "util/socket_address.h"

/* True where only this host reaches the socket. NULL: it is not served. */
static bool is_local(const char *socket)
{
	struct socket_address address;
	char *host;
	bool local;

	if (socket == NULL)
		return true;
	if (socket_address_parse(socket, &address) != SOCKET_ADDRESS_OK)
		return false;
	if (address.family == SOCKET_FAMILY_UNIX)
		return true;
	if (address.host == NULL)
		return false;
	host = xstrndup(address.host, address.host_length);
	local = ip_names_loopback(host);
	free(host);
	return local;
}

void from_postfix_prepare(struct loading *loading, const struct daemon_settings *daemon)
{
	loading->may_ask_postfix &= daemon->mta != MTA_SENDMAIL && is_local(daemon->policy_service);
	loading->postfix_delivers =
		(daemon->mta == MTA_POSTFIX || daemon->policy_service != NULL) && is_local(daemon->milter);
}

/* What Postfix says, which is asked once; zeroed where it must not be asked, or does not answer. */
static const struct postfix_settings *ask_once(struct loading *loading)
{
	if (loading->may_ask_postfix && !loading->has_asked_postfix)
		loading->postfix_answer = postfix_settings_ask(&loading->postfix);
	loading->has_asked_postfix = true;
	return &loading->postfix;
}

/* Whether what it said before still holds where it says nothing. */
static const struct postfix_settings *kept(const struct loading *loading)
{
	static const struct postfix_settings nothing = {0};

	return loading->before != NULL && loading->may_ask_postfix &&
			       loading->postfix_answer != POSTFIX_SEVERAL
		       ? loading->before
		       : &nothing;
}

const char *from_postfix_delimiter(struct loading *loading)
{
	const char *delimiter;

	if (!loading->postfix_delivers)
		return NULL;
	delimiter = ask_once(loading)->recipient_delimiter;
	if (delimiter == NULL)
		delimiter = kept(loading)->recipient_delimiter;
	return delimiter != NULL && delimiter[0] != '\0' ? delimiter : NULL;
}

/* What is asked for, and what it means where there is no answer. */
struct wanted {
	const char *key;
	const char *consequence; /* NULL: it is an error, which has been told */
};

static const struct wanted wanted_origin = {
	"myorigin",
	"the policy service defers mail from and to addresses without domain; write what \"postconf "
	"-hx myorigin\" shows"};
static const struct wanted wanted_domain = {
	"mydomain",
	"the policy service defers mail from and to domains without a dot; write what \"postconf -hx "
	"mydomain\" shows, or \"\" where it has append_dot_mydomain = no"};
static const struct wanted wanted_delimiter = {"recipient_delimiter", NULL};

static const char *const reasons[] = {
	[POSTFIX_NOT_ASKED] = "Postfix is not there",
	[POSTFIX_FAILED] = "Postfix does not answer (postconf)",
	[POSTFIX_SEVERAL] = "Postfix has several instances (see multi_instance_directories)",
	[POSTFIX_ANSWERED] = "Postfix says nothing that can be used",
};

/* said, or else before; with neither it is NULL. Of a host without Postfix, where nobody asked for one, nothing is told. */
static char *choose(const struct source *source, const struct wanted *wanted, const char *said,
		    const char *before)
{
	const enum postfix_answer answer = source->loading->postfix_answer;

	if (said != NULL)
		return xstrdup(said);
	if (before != NULL)
		diagnostics_add(source->diagnostics, SEVERITY_WARNING, source->name, 0, 0, wanted->key,
				"%s: \"%s\", which it said before, stays", reasons[answer], before);
	else if (answer != POSTFIX_NOT_ASKED && wanted->consequence != NULL)
		diagnostics_add(source->diagnostics, SEVERITY_WARNING, source->name, 0, 0, wanted->key,
				"%s: %s", reasons[answer], wanted->consequence);
	return xstrdup_or_null(before);
}

/* Of addresses, for which the policy service alone needs them. */
static void take_domains(const struct source *source, const struct policy *policy,
			 struct postfix_settings *taken)
{
	const struct postfix_settings *said, *before;

	if (policy->myorigin != NULL && policy->mydomain != NULL)
		return;
	said = ask_once(source->loading);
	before = kept(source->loading);
	if (policy->myorigin == NULL)
		taken->myorigin = choose(source, &wanted_origin, said->myorigin, before->myorigin);
	if (policy->mydomain == NULL)
		taken->mydomain = choose(source, &wanted_domain, said->mydomain, before->mydomain);
}

/* For the log. */
static char *text_of(const struct postfix_settings *taken)
{
	struct strbuf text = {0};

	if (taken->myorigin != NULL)
		strbuf_printf(&text, " myorigin=%s", taken->myorigin);
	if (taken->mydomain != NULL)
		strbuf_printf(&text, " mydomain=%s", taken->mydomain[0] != '\0' ? taken->mydomain : "\"\"");
	if (taken->recipient_delimiter != NULL)
		strbuf_printf(&text, " recipient_delimiter=\"%s\"", taken->recipient_delimiter);
	if (text.length == 0)
		return NULL;
	memmove(text.text, text.text + 1, text.length);
	return strbuf_take(&text);
}

void from_postfix_take(const struct source *source, struct config *config)
{
	struct loading *loading = source->loading;
	struct postfix_settings *taken = &config->taken;
	struct policy *policy = config->policy;

	if (config->daemon.policy_service != NULL)
		take_domains(source, policy, taken);
	if (loading->has_delimiter && !loading->wrote_delimiter && from_postfix_delimiter(loading) != NULL)
		taken->recipient_delimiter =
			choose(source, &wanted_delimiter, loading->postfix.recipient_delimiter,
			       kept(loading)->recipient_delimiter);
	if (taken->myorigin != NULL)
		policy->myorigin = xstrdup(taken->myorigin);
	if (taken->mydomain != NULL)
		policy->mydomain = xstrdup(taken->mydomain);
	if (taken->recipient_delimiter != NULL) {
		free(policy->recipient_delimiter);
		policy->recipient_delimiter = xstrdup(taken->recipient_delimiter);
	}
	config->from_postfix = text_of(taken);
}
