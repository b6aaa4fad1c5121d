/* SPDX-License-Identifier: MIT */
/* A fuzzer (tests/README.md). What postconf(1) tells the daemon of addresses. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "config/postfix_settings.h"
#include "fuzz/must.h"
#include "mail/domain.h"
#include "util/memory.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_domain(const char *domain)
{
	char normalised[DOMAIN_SIZE];

	if (domain == NULL || domain[0] == '\0')
		return;
	MUST(domain_normalise(domain, strlen(domain), normalised) == DOMAIN_OK);
	MUST(strcmp(domain, normalised) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = xstrndup((const char *)data, size);
	struct postfix_settings settings;

	if (postfix_settings_read(text, &settings) != POSTFIX_ANSWERED)
		MUST(settings.myorigin == NULL && settings.mydomain == NULL &&
		     settings.recipient_delimiter == NULL);
	check_domain(settings.myorigin);
	check_domain(settings.mydomain);
	postfix_settings_fini(&settings);
	free(text);
	return 0;
}
