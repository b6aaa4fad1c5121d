/* SPDX-License-Identifier: MIT */
/* Which services take mail from whom. */
#include "doctor/listening.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "util/memory.h"

bool service_is(const struct postfix *postfix, const struct service *service, const char *command)
{
	return strcmp(service->command, command) == 0 && postfix_runs(postfix, service);
}

bool is_loopback_host(const char *host, size_t length)
{
	char *copy;
	bool loopback;

	if (length >= 2 && host[0] == '[' && host[length - 1] == ']') {
		host++;
		length -= 2;
		if (length > strlen("IPv6:") && strncasecmp(host, "IPv6:", strlen("IPv6:")) == 0) {
			host += strlen("IPv6:");
			length -= strlen("IPv6:");
		}
	}
	copy = xstrndup(host, length);
	loopback = ip_names_loopback(copy);
	free(copy);
	return loopback;
}

static bool listens_on_loopback_only(const struct postfix *postfix, const struct service *service)
{
	const char *colon = strrchr(service->name, ':');
	struct words interfaces;
	bool loopback = true;

	if (colon != NULL && colon > service->name)
		return is_loopback_host(service->name, (size_t)(colon - service->name));
	postfix_list(postfix, service, "inet_interfaces", &interfaces);
	for (size_t i = 0; i < interfaces.count && loopback; i++)
		loopback = strcmp(interfaces.list[i], "loopback-only") == 0 ||
			   is_loopback_host(interfaces.list[i], strlen(interfaces.list[i]));
	loopback = loopback && interfaces.count > 0;
	words_fini(&interfaces);
	return loopback;
}

bool smtpd_is_reached(const struct postfix *postfix, const struct service *service)
{
	bool reached;
	char *proxy;

	if (!service_is(postfix, service, "smtpd"))
		return false;
	if (strcmp(service->type, "pass") == 0)
		return true;
	if (strcmp(service->type, "inet") != 0)
		return false;
	/* A proxy on this host hands on what strangers say. */
	proxy = postfix_text(postfix, service, "smtpd_upstream_proxy_protocol");
	reached = *proxy != '\0' || !listens_on_loopback_only(postfix, service);
	free(proxy);
	return reached;
}

/* "[::1]/128" as Postfix writes it, "192.0.2.1", "192.0.2.0/24". Host bits are left to Postfix. */
static bool read_network(const char *word, struct cidr *network_r)
{
	struct strbuf text = {0};
	const char *error;
	bool read;

	for (; *word != '\0'; word++)
		if (*word != '[' && *word != ']')
			strbuf_putc(&text, *word);
	read = text.text != NULL && cidr_parse(text.text, network_r, &error);
	strbuf_fini(&text);
	return read;
}

/* Where the least that a network may be wide begins: a provider's, or everybody. */
#define WIDE_IPV4 8
#define WIDE_IPV6 16

bool is_wide_network(const struct cidr *network)
{
	return network->prefix < (network->network.family == 4 ? WIDE_IPV4 : WIDE_IPV6);
}

/* A table that has whatever is looked up. */
static bool is_everybody(const char *word)
{
	return strncmp(word, "static:", strlen("static:")) == 0;
}

bool is_restriction_class(const struct postfix *postfix, const struct service *service, const char *word)
{
	struct words classes;
	bool is_class;

	postfix_list(postfix, service, "smtpd_restriction_classes", &classes);
	is_class = words_have(&classes, word);
	words_fini(&classes);
	return is_class;
}

/* Whom mynetworks has: a table says it, or there is a network that nobody has as his own. */
static enum audience mynetworks_audience(const struct postfix *postfix, const struct service *service)
{
	enum audience audience = AUDIENCE_OWN;
	struct words words;
	struct cidr network;

	postfix_list(postfix, service, "mynetworks", &words);
	for (size_t i = 0; i < words.count && audience != AUDIENCE_ANYBODY; i++) {
		if (words.list[i][0] == '!')
			continue;
		if (read_network(words.list[i], &network))
			audience = is_wide_network(&network) ? AUDIENCE_ANYBODY : audience;
		else
			audience = is_everybody(words.list[i]) ? AUDIENCE_ANYBODY : AUDIENCE_UNKNOWN;
	}
	words_fini(&words);
	return audience;
}

static enum audience permit_audience(const struct postfix *postfix, const struct service *service,
				     const char *permit)
{
	if (strcasecmp(permit, "permit_sasl_authenticated") == 0 ||
	    strcasecmp(permit, "permit_inet_interfaces") == 0)
		return AUDIENCE_OWN;
	if (strcasecmp(permit, "permit_mynetworks") == 0)
		return mynetworks_audience(postfix, service);
	/* A table has their fingerprints, or nobody's. permit_tls_all_clientcerts: whoever a CA knows. */
	if (strcasecmp(permit, "permit_tls_clientcerts") == 0)
		return postfix_has_value(postfix, service, "relay_clientcerts", "") ? AUDIENCE_OWN
										    : AUDIENCE_UNKNOWN;
	return AUDIENCE_ANYBODY;
}

/* The wider one. */
static enum audience either(enum audience a, enum audience b)
{
	if (a == AUDIENCE_ANYBODY || b == AUDIENCE_ANYBODY)
		return AUDIENCE_ANYBODY;
	return a == AUDIENCE_UNKNOWN ? a : b;
}

/* Adds those whom a list lets through. True: it ends in "reject" for all others. warned: they are not refused. */
static bool add_audience(const struct postfix *postfix, const struct service *service, const char *name,
			 bool warned, int depth, enum audience *audience)
{
	bool ends = false;
	struct words words;

	postfix_list(postfix, service, name, &words);
	for (size_t i = 0; i < words.count && !ends; i++) {
		const char *word = words.list[i];
		bool logged = warned || (i > 0 && strcasecmp(words.list[i - 1], "warn_if_reject") == 0);

		if (strcasecmp(word, "reject") == 0 || strcasecmp(word, "defer") == 0)
			ends = !logged;
		else if (strncasecmp(word, "check_", strlen("check_")) == 0)
			*audience = either(*audience, AUDIENCE_UNKNOWN);
		else if (strncasecmp(word, "permit", strlen("permit")) == 0)
			*audience = either(*audience, permit_audience(postfix, service, word));
		else if (depth < RESTRICTION_CLASS_DEPTH_MAX && is_restriction_class(postfix, service, word))
			ends = add_audience(postfix, service, word, logged, depth + 1, audience);
	}
	words_fini(&words);
	return ends;
}

static enum audience list_audience(const struct postfix *postfix, const struct service *service,
				   const char *name)
{
	enum audience audience = AUDIENCE_OWN;

	return add_audience(postfix, service, name, false, 0, &audience) ? audience : AUDIENCE_ANYBODY;
}

enum audience smtpd_audience(const struct postfix *postfix, const struct service *service)
{
	static const char *const lists[] = {"smtpd_client_restrictions", "smtpd_helo_restrictions",
					    "smtpd_sender_restrictions", "smtpd_relay_restrictions",
					    "smtpd_recipient_restrictions"};
	enum audience audience = AUDIENCE_ANYBODY;

	for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
		enum audience its = list_audience(postfix, service, lists[i]);

		if (its == AUDIENCE_OWN)
			return its;
		if (its == AUDIENCE_UNKNOWN)
			audience = its;
	}
	return audience;
}

static bool is_trusted(const struct cidr_set *trusted, const struct cidr *network)
{
	const struct cidr *found = cidr_set_find(trusted, &network->network);

	while (found != NULL && found->prefix > network->prefix)
		found = cidr_set_find_wider(trusted, &network->network, found);
	return found != NULL;
}

/* A file or a table, that is not looked into; what is neither is the name of a host. */
static bool is_table(const char *word)
{
	return word[0] == '/' || strchr(word, ':') != NULL;
}

enum networks networks_compare(const struct examination *examination, const char *name, const char **word_r)
{
	const struct cidr_set *trusted = &examination->config->policy->trusted_networks;
	const struct words *words = setting_list(examination, name);
	enum networks worst = NETWORKS_TRUSTED;
	struct cidr network;

	*word_r = NULL;
	for (size_t i = 0; i < words->count; i++) {
		const char *word = words->list[i];
		enum networks its = NETWORKS_EXCEED;

		if (word[0] == '!')
			continue;
		if (read_network(word, &network))
			its = is_trusted(trusted, &network) ? NETWORKS_TRUSTED : NETWORKS_EXCEED;
		else if (!is_everybody(word))
			its = is_table(word) ? NETWORKS_UNKNOWN : NETWORKS_NAME;
		if (its > worst) {
			worst = its;
			*word_r = word;
		}
	}
	return worst;
}
