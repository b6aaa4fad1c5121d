/* SPDX-License-Identifier: MIT */
/*
 * What the policy file leaves out, and Postfix has: when its word may be taken,
 * and for what. Knows nothing of how it is asked.
 */
#include "config/from_postfix.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "config/config.h"
#include "util/ip.h"
#include "util/memory.h"
#include "util/socket_address.h"

/* True where only this host reaches the socket. NULL: it is not served. */
static bool is_local(const char *socket)
{
	struct socket_address address;
	struct ip_address ip;
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
	local = strcasecmp(host, "localhost") == 0 || (ip_parse(host, &ip) && ip_is_loopback(&ip));
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

/* Of what it has said. */
static const char *delimiter_of(const struct loading *loading)
{
	const char *delimiter = loading->postfix.recipient_delimiter;

	return loading->postfix_delivers && delimiter != NULL && delimiter[0] != '\0' ? delimiter : NULL;
}

const char *from_postfix_delimiter(struct loading *loading)
{
	if (loading->postfix_delivers)
		(void)ask_once(loading);
	return delimiter_of(loading);
}

/* For addresses, of which the policy service alone needs them. */
static void take_domains(struct loading *loading, struct policy *policy, struct strbuf *taken)
{
	const struct postfix_settings *postfix;

	if (policy->myorigin != NULL && policy->mydomain != NULL)
		return;
	postfix = ask_once(loading);
	if (policy->myorigin == NULL && postfix->myorigin != NULL) {
		policy->myorigin = xstrdup(postfix->myorigin);
		strbuf_printf(taken, " myorigin=%s", policy->myorigin);
	}
	if (policy->mydomain == NULL && postfix->mydomain != NULL) {
		policy->mydomain = xstrdup(postfix->mydomain);
		strbuf_printf(taken, " mydomain=%s", policy->mydomain[0] != '\0' ? policy->mydomain : "\"\"");
	}
}

void from_postfix_take(struct loading *loading, struct config *config)
{
	struct policy *policy = config->policy;
	struct strbuf taken = {0};

	if (config->daemon.policy_service != NULL)
		take_domains(loading, policy, &taken);
	if (!loading->wrote_delimiter && delimiter_of(loading) != NULL) {
		free(policy->recipient_delimiter);
		policy->recipient_delimiter = xstrdup(delimiter_of(loading));
		strbuf_printf(&taken, " recipient_delimiter=\"%s\"", policy->recipient_delimiter);
	}
	if (taken.length > 0)
		config->from_postfix = xstrdup(taken.text + 1);
	strbuf_fini(&taken);
}
