/* SPDX-License-Identifier: MIT */
/* The policy for the commands that only work with it. */
#include <stdio.h>

#include "cli/cli.h"
#include "config/config.h"

struct config *cli_load(const char *path)
{
	struct diagnostics diagnostics = {0};
	struct config *config = config_load(path, &diagnostics);

	if (config == NULL)
		(void)diagnostics_print(&diagnostics, stderr);
	diagnostics_fini(&diagnostics);
	return config;
}
