/* SPDX-License-Identifier: MIT */
/* Counts what is freed. Must not know who frees. */
#include "unit/run/frees.h"

#include <criterion/criterion.h>
#include <stdatomic.h>
#include <string.h>

/* As the linker's --wrap has them. NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
void __real_config_free(struct config **config);
void __wrap_config_free(struct config **config);

static atomic_size_t frees;
static _Thread_local size_t frees_here;

void __wrap_config_free(struct config **config)
{
	atomic_fetch_add(&frees, 1);
	frees_here++;
	__real_config_free(config);
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

size_t frees_count(void)
{
	return atomic_load(&frees);
}

size_t frees_count_here(void)
{
	return frees_here;
}

struct config *frees_config(const char *text)
{
	struct diagnostics diagnostics = {0};
	struct config *config =
		config_load_bytes("test.yaml", (const unsigned char *)text, strlen(text), &diagnostics);

	cr_assert(config != NULL, "%s", diagnostics.count > 0 ? diagnostics.list[0].text : "?");
	diagnostics_fini(&diagnostics);
	return config;
}
