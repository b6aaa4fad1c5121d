/* SPDX-License-Identifier: MIT */
/* Which commands there are. */
#include "control/command.h"

#include <string.h>

static const struct control_command commands[] = {
	{"doctored", control_doctored}, {"reload", control_reload},   {"status", control_status},
	{"watch", control_watch},       {"watched", control_watched},
};

const struct control_command *control_command_find(const char *name)
{
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}
