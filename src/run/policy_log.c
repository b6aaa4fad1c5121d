/* SPDX-License-Identifier: MIT */
/*
 * Says what a policy has, and what it has no more. Knows nothing of how one
 * comes into force, or where from.
 */
#include "run/policy_log.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "util/memory.h"
#include "run/log.h"

/* Names in one line; a name has up to 64 bytes. */
#define NAMES_MAX 20

char *policy_log_summary(const struct config *config)
{
	const struct policy *policy = config->policy;
	struct strbuf out = {0};
	size_t tested = 0;

	for (size_t i = 0; i < policy->connector_count; i++)
		tested += policy_tests(policy, policy->connectors[i]);
	strbuf_printf(&out, "mode=%s enforced=%zu tested=%zu disabled=%zu digest=%s", mode_name(policy->mode),
		      policy->connector_count - tested, tested, config->disabled_count, config->digest);
	return strbuf_take(&out);
}

void policy_log_postfix(const struct config *config)
{
	if (config->from_postfix != NULL)
		log_line(LOG_SEVERITY_INFO, "taken from Postfix, since the policy file does not say it: %s",
			 config->from_postfix);
}

/* The connectors of a policy, and the names of those that are left out, each sorted by name. */
struct directory {
	const struct connector **connectors;
	size_t count;
	const char **disabled;
	size_t disabled_count;
};

static int compare_connectors(const void *a, const void *b)
{
	return strcmp((*(const struct connector *const *)a)->name,
		      (*(const struct connector *const *)b)->name);
}

static int policy_log_compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void directory_init(struct directory *directory, const struct config *config)
{
	const struct policy *policy = config->policy;

	directory->count = policy->connector_count;
	directory->connectors = xcalloc(directory->count, sizeof(const struct connector *));
	for (size_t i = 0; i < directory->count; i++)
		directory->connectors[i] = policy->connectors[i];
	directory->disabled_count = config->disabled_count;
	directory->disabled = xcalloc(directory->disabled_count, sizeof(const char *));
	for (size_t i = 0; i < directory->disabled_count; i++)
		directory->disabled[i] = config->disabled[i];
	qsort(directory->connectors, directory->count, sizeof(const struct connector *), compare_connectors);
	qsort(directory->disabled, directory->disabled_count, sizeof(const char *), policy_log_compare_names);
}

static void directory_fini(struct directory *directory)
{
	free(directory->connectors);
	free(directory->disabled);
}

/* The connector of the same name, or NULL. */
static const struct connector *policy_log_same(const struct directory *directory,
					       const struct connector *connector)
{
	const struct connector *const *found = bsearch(&connector, directory->connectors, directory->count,
						       sizeof(const struct connector *), compare_connectors);

	return found != NULL ? *found : NULL;
}

static bool is_disabled(const struct directory *directory, const char *name)
{
	return bsearch(&name, directory->disabled, directory->disabled_count, sizeof(const char *),
		       policy_log_compare_names) != NULL;
}

/* What may have become of a connector, worst first. */
enum loss { LOSS_GONE, LOSS_DISABLED, LOSS_TESTED, LOSS_ENTRIES, LOSSES, LOSS_NONE = LOSSES };

static const char *const words[LOSSES] = {
	[LOSS_GONE] = "gone since the last policy",
	[LOSS_DISABLED] = "disabled since the last policy",
	[LOSS_TESTED] = "in test mode since the last policy",
	[LOSS_ENTRIES] = "with fewer entries than in the last policy",
};

static enum loss loss_of(const struct connector *before, const struct connector *now,
			 const struct directory *directory)
{
	if (now == NULL)
		return is_disabled(directory, before->name) ? LOSS_DISABLED : LOSS_GONE;
	if (now->mode == MODE_TEST && before->mode != MODE_TEST)
		return LOSS_TESTED;
	return now->entries < before->entries ? LOSS_ENTRIES : LOSS_NONE;
}

/* The names of those that had one loss. */
struct list {
	struct strbuf text;
	size_t count;
};

static void list_add(struct list *list, const char *name)
{
	if (list->count < NAMES_MAX)
		strbuf_printf(&list->text, "%s%s", list->count > 0 ? ", " : "", name);
	list->count++;
}

static void policy_log_warn(const struct list *list, const char *what)
{
	if (list->count > NAMES_MAX)
		log_line(LOG_SEVERITY_WARNING, "connectors %s: %s and %zu more", what, list->text.text,
			 list->count - NAMES_MAX);
	else if (list->count > 0)
		log_line(LOG_SEVERITY_WARNING, "connectors %s: %s", what, list->text.text);
}

static void warn_of_mode(enum mode before, enum mode now)
{
	if (before != now)
		log_line(LOG_SEVERITY_WARNING, "the mode of the policy was %s and is %s%s", mode_name(before),
			 mode_name(now), now == MODE_TEST ? ": nothing is enforced any more" : "");
}

void policy_log_losses(const struct config *before, const struct config *config)
{
	struct list lists[LOSSES] = {0};
	struct directory directory;

	directory_init(&directory, config);
	for (size_t i = 0; i < before->policy->connector_count; i++) {
		const struct connector *was = before->policy->connectors[i],
				       *is = policy_log_same(&directory, was);
		enum loss loss = loss_of(was, is, &directory);
		struct strbuf name = {0};

		strbuf_puts(&name, was->name);
		if (loss == LOSS_ENTRIES)
			strbuf_printf(&name, " (%zu of %zu)", is->entries, was->entries);
		if (loss != LOSS_NONE)
			list_add(&lists[loss], name.text);
		strbuf_fini(&name);
	}
	directory_fini(&directory);
	warn_of_mode(before->policy->mode, config->policy->mode);
	for (size_t i = 0; i < LOSSES; i++) {
		policy_log_warn(&lists[i], words[i]);
		strbuf_fini(&lists[i].text);
	}
}
