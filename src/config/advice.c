/* SPDX-License-Identifier: MIT */
/*
 * Warnings of "forcedtls check" about single settings. The days of certificate
 * entries are in validity.c; what is said of a policy as a whole is lint's.
 */
#include "config/advice.h"

#include <stdlib.h>
#include <string.h>

#include "config/suggest.h"
#include "util/memory.h"
#include "verdict/reply.h"

void advice_mode(const struct build *build, const struct path *path, const struct value *value)
{

	if (source_wants_advice(&build->source) && build->mode == MODE_TEST && value->node != NULL &&
	    value->number == MODE_ENFORCE)
		report_warning(&build->source, PATH_KEY(path, "mode"), value->node,
			       "the policy as a whole is in test mode: nothing is enforced");
}

void advice_exception(const struct source *source, const struct path *path, const struct node *node,
		      const struct exception *exception)
{
	if (source_wants_advice(source) && exception->senders != NULL && exception->recipients == NULL &&
	    !exception->has_clients && !exception->authenticated)
		report_warning(source, path, node,
			       "\"senders\" alone: anyone can claim to be such a sender; add clients");
}

void advice_ciphers(const struct source *source, const struct path *path, const struct node *node,
		    enum tls_version min_version, const char *instead)
{
	if (source_wants_advice(source) && node != NULL && min_version >= TLS_VERSION_1_3)
		report_warning(source, path, node,
			       "says nothing of TLS 1.3, and with min_version TLSv1.3 nothing else will do; "
			       "%s",
			       instead);
}

void advice_message(const struct source *source, const struct path *path, const struct node *node)
{
	if (!source_wants_advice(source) || node == NULL)
		return;
	for (const char *open = strchr(node->text, '{'); open != NULL; open = strchr(open + 1, '{')) {
		size_t length = strcspn(open, "}");
		char *word = xstrndup(open, length + (open[length] == '}'));

		if (strcmp(word, REPLY_REASON) != 0 && suggest_distance(word, REPLY_REASON) <= 2)
			report_quoted(SEVERITY_WARNING, source, path, source_place(source, node), word,
				      "stands as it is; did you mean \"%s\"?", REPLY_REASON);
		free(word);
	}
}

void advice_allowed_senders(const struct source *source, const struct path *path, const struct node *node,
			    const struct pattern_index *senders)
{
	static const struct address anybody = {.domain = DOMAIN_NO_LABEL};

	if (source_wants_advice(source) && pattern_index_holds(senders, &anybody, NULL))
		report_warning(source, path, node,
			       "\"*\" allows every sender, and asks for nothing; name the senders, or leave "
			       "the key out");
}
