/* SPDX-License-Identifier: MIT */
/*
 * Answers for next hops, straight from delivery_find: one a line on standard
 * input, "NEXT HOP<tab>ANSWER" on standard output, "-" for none, "TEMP".
 */
#include "core/delivery.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/config.h"

static void answer(const struct policy *policy, const char *next_hop)
{
	struct delivery delivery;
	const char *text;

	delivery_find(policy, next_hop, &delivery);
	text = delivery_text(&delivery.enforced);
	if (text == NULL)
		text = delivery.enforced.result == DELIVERY_TEMP ? "TEMP" : "-";
	printf("%s\t%s\n", next_hop, text);
}

int main(int argc, char **argv)
{
	struct diagnostics diagnostics = {0};
	struct config *config;
	char *line = NULL;
	size_t size = 0;
	ssize_t length;

	if (argc != 2) {
		fprintf(stderr, "usage: find-delivery FILE <NEXT-HOPS\n");
		return 64;
	}
	config = config_load(argv[1], &diagnostics);
	(void)diagnostics_print(&diagnostics, stderr);
	diagnostics_fini(&diagnostics);
	if (config == NULL)
		return 78;
	while ((length = getline(&line, &size, stdin)) > 0) {
		line[strcspn(line, "\n")] = '\0';
		answer(config->policy, line);
	}
	free(line);
	config_free(&config);
	return fflush(stdout) == 0 ? 0 : 74;
}
