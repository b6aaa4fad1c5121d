/* SPDX-License-Identifier: MIT */
/* What is looked at, and in which order. */
#include "lint/lint.h"

#include <assert.h>

#include "lint/displaced.h"
#include "lint/frees.h"
#include "lint/leaving.h"
#include "lint/unmet.h"

void lint_config(const struct config *config, struct diagnostics *diagnostics)
{
	struct loading loading = {.policy = config->policy};
	const struct lint lint = {.policy = config->policy,
				  .origins = config->origins,
				  .daemon = &config->daemon,
				  .source = {.diagnostics = diagnostics, .loading = &loading}};
	struct sampler sampler;

	assert(config->policy->is_finished);
	sampler_init(&sampler, config->policy);
	displaced_advise(&lint, &sampler);
	frees_advise(&lint, &sampler);
	sampler_fini(&sampler);
	leaving_advise(&lint);
	unmet_advise(&lint);
	diagnostics_sort(diagnostics);
}
