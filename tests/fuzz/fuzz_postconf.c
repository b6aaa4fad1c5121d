/* SPDX-License-Identifier: MIT */
/* A fuzzer (tests/README.md). What postconf(1) prints, and sendmail.cf: read, expanded, examined. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "lib/examine_text.h"
#include "util/memory.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct config *config;
	struct findings findings = {0};
	char *text = xstrndup((const char *)data, size);

	if (config == NULL)
		config = examine_policy();
	examine_text(text, config, &findings);
	examine_sendmail_text(text, config, &findings);
	findings_fini(&findings);
	free(text);
	return 0;
}
