/* SPDX-License-Identifier: MIT */
/*
 * What other systems write, in our words: for messages alone. Nothing is ever
 * taken for what it stands for here.
 */
#include "config/translation.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "mail/pattern.h"
#include "util/memory.h"

static const struct {
	const char *theirs;
	const char *ours;
} keys[] = {
	{"SenderDomains", "\"senders\""},
	{"RecipientDomains", "\"recipients\""},
	{"AssociatedAcceptedDomains", "\"recipients\""},
	{"SenderIPAddresses", "\"clients\""},
	{"RequireTls", "\"require: tls\""},
	{"RestrictDomainsToIPAddresses", "\"allowed_clients\" in \"require\""},
	{"RestrictDomainsToCertificate", "\"certificate\" in \"require\""},
	{"TlsSenderCertificateName",
	 "\"certificate\" in \"require\", or \"presenting\" where it says whose mail it is"},
	{"TlsSettings", "\"level\" in \"deliver\""},
	{"TlsDomain", "\"match\" in \"deliver\""},
	{"Comment", "\"description\""},
	{"Identity", "\"name\""},
};

const char *translation_of_key(const char *key)
{
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		if (strcasecmp(keys[i].theirs, key) == 0)
			return keys[i].ours;
	return NULL;
}

/* Behind a scheme ("https://", "mailto:", Exchange's "smtp:"), and an "@" that has nothing before it. */
static const char *skip_front(const char *text)
{
	static const char *const words[] = {"mailto:", "smtp:"};
	const char *slashes = strstr(text, "://");

	if (slashes != NULL)
		text = slashes + 3;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strncasecmp(text, words[i], strlen(words[i])) == 0)
			text += strlen(words[i]);
	if (strncmp(text, "*@", 2) == 0)
		text++;
	return text[0] == '@' ? text + 1 : text;
}

char *translation_of_pattern(const char *text)
{
	const char *front = skip_front(text);
	char *meant = xstrndup(front, strcspn(front, "/:;")); /* without a path, a port, or Exchange's cost */
	struct pattern pattern;
	const char *error;

	if (meant[0] != '\0' && strcmp(meant, text) != 0 && pattern_parse(meant, &pattern, &error)) {
		pattern_fini(&pattern);
		return meant;
	}
	free(meant);
	return NULL;
}
