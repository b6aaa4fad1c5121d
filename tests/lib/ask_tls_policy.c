/* SPDX-License-Identifier: MIT */
/*
 * Answers for next hops, from the TLS policy door itself: one a line on
 * standard input, "NEXT HOP<tab>ANSWER" on standard output, "-" for none,
 * "TEMP". What the door logs is on standard error.
 */
#include "tls_policy/tls_policy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/config.h"
#include "tls_policy/netstring.h"
#include "run/snapshot.h"

/* The answer without what frames it: "LENGTH:OK TEXT,". Borrowed from reply. */
static const char *text_of(struct strbuf *reply)
{
	char *payload = strchr(reply->text, ':') + 1;

	payload[strlen(payload) - 1] = '\0';
	if (strncmp(payload, "OK ", 3) == 0)
		return payload + 3;
	return strncmp(payload, "NOTFOUND ", 9) == 0 ? "-" : "TEMP";
}

static bool ask(const char *map, const char *next_hop)
{
	struct strbuf query = {0}, request = {0}, reply = {0};
	enum stream_step step;
	size_t used;

	strbuf_printf(&query, "%s %s", map, next_hop);
	netstring_add(&request, query.text, query.length);
	step = service_tls_policy.stream.serve(NULL, request.text, request.length, &used, &reply);
	if (step == STREAM_DONE)
		printf("%s\t%s\n", next_hop, text_of(&reply));
	strbuf_fini(&query);
	strbuf_fini(&request);
	strbuf_fini(&reply);
	return step == STREAM_DONE;
}

/* False: the policy file has errors, which have been told. */
static bool publish(const char *file)
{
	struct diagnostics diagnostics = {0};
	struct config *config = config_load(file, &diagnostics);

	(void)diagnostics_print(&diagnostics, stderr);
	diagnostics_fini(&diagnostics);
	if (config != NULL)
		snapshot_publish(config);
	return config != NULL;
}

int main(int argc, char **argv)
{
	char *line = NULL;
	size_t size = 0;
	ssize_t length;
	bool asked = true;

	if (argc != 3) {
		fprintf(stderr, "usage: ask-tls-policy FILE MAP <NEXT-HOPS\n");
		return 64;
	}
	if (!publish(argv[1]))
		return 78;
	while (asked && (length = getline(&line, &size, stdin)) > 0) {
		line[strcspn(line, "\n")] = '\0';
		asked = ask(argv[2], line);
	}
	free(line);
	snapshot_retire();
	return asked && fflush(stdout) == 0 ? 0 : 74;
}
