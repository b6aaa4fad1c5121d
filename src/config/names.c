/* SPDX-License-Identifier: MIT */
/*
 * Names that are legal and do not mean what whoever wrote them may think.
 * Decides nothing of what is legal.
 */
#include "config/names.h"

#include <string.h>

#include "mail/domain.h"
#include "util/utf8.h"

static bool is_one_of(const char *text, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(text, words[i]) == 0)
			return true;
	return false;
}

/* domain: normalised. Everybody has a localhost. */
static bool is_worth_a_word(const struct source *source, const char *domain)
{
	return source_wants_advice(source) && strpbrk(domain, ".[") == NULL &&
	       strcmp(domain, "localhost") != 0;
}

static bool means_everyone(const char *domain)
{
	static const char *const words[] = {"any",      "all",      "anyone",   "anybody",
					    "anything", "everyone", "everybody"};

	return is_one_of(domain, words, sizeof words / sizeof *words);
}

/* Who sends bounces, by the names that people know. */
static bool means_null_sender(const char *domain)
{
	static const char *const words[] = {"mailer-daemon", "postmaster", "null", "bounce", "bounces"};

	return is_one_of(domain, words, sizeof words / sizeof *words);
}

/* Those of senders are compared with nothing of the MTA's own. */
static bool is_of_recipients(const struct path *path)
{
	while (path != NULL && path->key == NULL)
		path = path->parent;
	return path != NULL && strcmp(path->key, "recipients") == 0;
}

/* Of what was written as U-labels alone: whoever writes both names as they are compared has been told. */
static void advise_folding(const struct source *source, const struct path *path, struct place place,
			   const char *written, const char *domain)
{
	char mapped[DOMAIN_SIZE];

	if (source_wants_advice(source) && is_of_recipients(path) && !utf8_is_ascii(written) &&
	    domain_map_idna2003(domain, mapped))
		report_quoted(SEVERITY_WARNING, source, path, place, written,
			      "has a letter that is another one without regard to case: Postfix takes "
			      "%s for it, where it is a domain of its own; write %s and %s",
			      mapped, domain, mapped);
}

void names_advise_pattern(const struct source *source, const struct path *path, struct place place,
			  const char *written, const struct pattern *pattern)
{
	const char *at = pattern->kind == PATTERN_MAILBOX ? strrchr(pattern->key, '@') : NULL;
	const char *domain = at != NULL ? at + 1 : pattern->key;
	const char *advice =
		", and no mail from elsewhere has such a one; write all of it, as in contoso.com";

	advise_folding(source, path, place, written, domain);
	if ((pattern->kind != PATTERN_DOMAIN && pattern->kind != PATTERN_MAILBOX) ||
	    !is_worth_a_word(source, domain))
		return;
	if (means_everyone(domain))
		advice = "; for everyone write \"*\"";
	else if (means_null_sender(domain))
		advice =
			"; a bounce has no sender, and counts as from postmaster of the host that brings it: "
			"name that host, or its \"clients\"";
	report_quoted(SEVERITY_WARNING, source, path, place, written, "has no dot in its domain%s", advice);
}

void names_advise_subject(const struct source *source, const struct path *path, const struct node *node,
			  const struct certificate_name *name)
{
	if (name->kind == CERTIFICATE_NAME_HOST && is_worth_a_word(source, name->text))
		report_text_warning(
			source, path, node, "is a name without a dot; %s",
			means_everyone(name->text)
				? "for any certificate that the MTA verified write certificate: any"
				: "it is the name of a host that is compared: write all of it, as in "
				  "mail.contoso.com");
}

void names_advise_match(const struct source *source, const struct path *path, const struct node *node,
			const char *item)
{
	static const char *const words[] = {"hostname", "nexthop", "dot-nexthop"};

	if (item[0] != '.' && !is_one_of(item, words, sizeof words / sizeof *words) &&
	    is_worth_a_word(source, item))
		report_text_warning(
			source, path, node,
			"is a name without a dot; write all of it, as in mail.contoso.com, or one "
			"of hostname, nexthop, dot-nexthop");
}
