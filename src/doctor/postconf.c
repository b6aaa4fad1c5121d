/* SPDX-License-Identifier: MIT */
/* Runs postconf(1), for some seconds at most, and keeps what it prints, up to a size. */
#include "doctor/postconf.h"

#include <stdlib.h>

#include "config/child.h"
#include "config/postfix_settings.h"
#include "util/memory.h"

#define OUTPUT_MAX ((size_t)4 * 1024 * 1024)
#define PATIENCE_MS 10000

/* option NULL: none. NUL bytes are no text: what stands behind one is not seen. */
static char *ask(const char *directory, const char *option, const char **error_r)
{
	const char *words[] = {"postconf", NULL, NULL, NULL, NULL};
	const struct child postconf = {.program = postconf_find(),
				       .words = words,
				       .output_max = OUTPUT_MAX,
				       .patience_ms = PATIENCE_MS};
	struct strbuf text = {0};
	size_t count = 1;

	if (directory != NULL) {
		words[count++] = "-c";
		words[count++] = directory;
	}
	words[count] = option;
	*error_r = "there is no postconf(1)";
	if (postconf.program != NULL && child_run(&postconf, &text, error_r))
		return strbuf_take(&text);
	strbuf_fini(&text);
	return NULL;
}

struct postfix *postconf_parse(const char *directory, const char *values, const char *written,
			       const char *services, const char *overrides)
{
	struct postfix *postfix = xcalloc(1, sizeof *postfix);

	postfix->directory = xstrdup_or_null(directory);
	postfix_read_values(&postfix->values, values);
	postfix_read_values(&postfix->written, written);
	postfix_read_services(postfix, services);
	postfix_read_overrides(postfix, overrides);
	return postfix;
}

/*
 * "postconf -j" (3.11) says no more than these, which all versions have; and "-x" fills in what main.cf alone has,
 * where a service may have other values: expand.c does it for each.
 */
struct postfix *postconf_read(const char *directory, const char **error_r)
{
	static const char *const options[] = {NULL, "-n", "-M", "-P"};
	char *texts[4] = {NULL};
	struct postfix *postfix = NULL;
	size_t count = 0;

	while (count < 4 && (texts[count] = ask(directory, options[count], error_r)) != NULL)
		count++;
	if (count == 4)
		postfix = postconf_parse(directory, texts[0], texts[1], texts[2], texts[3]);
	for (size_t i = 0; i < 4; i++)
		free(texts[i]);
	return postfix;
}
