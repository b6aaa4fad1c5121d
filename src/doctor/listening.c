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

static bool is_loopback_host(const char *host, size_t length)
{
	char *copy;
	struct ip_address ip;
	bool loopback;

	if (length >= 2 && host[0] == '[' && host[length - 1] == ']') {
		host++;
		length -= 2;
	}
	copy = xstrndup(host, length);
	loopback = strcasecmp(copy, "localhost") == 0 || (ip_parse(copy, &ip) && ip_is_loopback(&ip));
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

static const char *const own_permits[] = {"permit_sasl_authenticated", "permit_mynetworks",
					  "permit_inet_interfaces", "permit_tls_clientcerts",
					  "permit_tls_all_clientcerts"};

static bool is_own_permit(const char *word)
{
	for (size_t i = 0; i < sizeof own_permits / sizeof own_permits[0]; i++)
		if (strcasecmp(word, own_permits[i]) == 0)
			return true;
	return false;
}

/* A list that ends in "reject" for everybody but those who were let through before. */
static enum audience list_audience(const struct postfix *postfix, const struct service *service,
				   const char *name)
{
	enum audience audience = AUDIENCE_OWN;
	bool ends = false;
	struct words words;

	postfix_list(postfix, service, name, &words);
	for (size_t i = 0; i < words.count && !ends; i++) {
		const char *word = words.list[i];

		ends = strcasecmp(word, "reject") == 0 || strcasecmp(word, "defer") == 0;
		if (strcasecmp(word, "warn_if_reject") == 0)
			i++;
		else if (strncasecmp(word, "check_", strlen("check_")) == 0)
			audience = audience == AUDIENCE_OWN ? AUDIENCE_UNKNOWN : audience;
		else if (strncasecmp(word, "permit", strlen("permit")) == 0 && !is_own_permit(word))
			audience = AUDIENCE_ANYBODY;
	}
	words_fini(&words);
	return ends ? audience : AUDIENCE_ANYBODY;
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

static bool is_trusted(const struct cidr_set *trusted, const struct cidr *network)
{
	const struct cidr *found = cidr_set_find(trusted, &network->network);

	while (found != NULL && found->prefix > network->prefix)
		found = cidr_set_find_wider(trusted, &network->network, found);
	return found != NULL;
}

bool networks_exceed(const struct postfix *postfix, const struct service *service, const char *name,
		     const struct cidr_set *trusted, char **text_r)
{
	struct words words;
	struct cidr network;

	*text_r = NULL;
	postfix_list(postfix, service, name, &words);
	for (size_t i = 0; i < words.count && *text_r == NULL; i++)
		if (words.list[i][0] != '!' && read_network(words.list[i], &network) &&
		    !is_trusted(trusted, &network))
			*text_r = xstrdup(words.list[i]);
	words_fini(&words);
	return *text_r != NULL;
}
