/* SPDX-License-Identifier: MIT */
/*
 * From a policy file to a configuration: reads the top of the file and calls
 * those who know its parts. All errors of a file are found in one run.
 */
#include "config/config.h"

#include <stdlib.h>

#include "config/connector.h"
#include "config/crosscheck.h"
#include "config/file.h"
#include "config/reader.h"
#include "config/require.h"
#include "config/settings.h"
#include "config/values.h"
#include "config/yaml_read.h"
#include "core/memory.h"

static void read_networks(const struct source *source, const struct value *value, struct cidr_set *set)
{
	const struct path path = {.key = "trusted_networks"};

	if (value->node != NULL)
		values_networks(source, &path, value->node, set);
	else
		values_default_networks(value->text, set);
}

static void read_delimiter(const struct source *source, const struct value *value, struct policy *policy)
{
	const struct path path = {.key = "recipient_delimiter"};

	if (value->node != NULL)
		(void)values_delimiter(source, &path, value->node);
	free(policy->recipient_delimiter);
	policy->recipient_delimiter = xstrdup(value->text);
}

static void read_defaults(struct build *build, const struct value *value)
{
	const struct path path = {.key = "defaults"};
	const struct path min_version = {.parent = &path, .key = "min_version"};
	struct raw_defaults raw;

	if (value->node != NULL)
		(void)reader_map(&build->source, &path, value->node, &schema_defaults, &raw);
	else
		reader_defaults(&schema_defaults, &raw);
	require_warn_old_version(&build->source, &min_version, &raw.min_version);
	build->min_version = (enum tls_version)raw.min_version.number;
	build->on_failure = (enum on_failure)raw.on_failure.number;
}

static void read_connectors(struct build *build, const struct node *list)
{
	const struct path path = {.key = "connectors"};

	for (size_t i = 0; i < list->count; i++) {
		const struct path item = {.parent = &path, .index = i};

		/* The reader has reported all but maps. */
		if (list->items[i]->kind == NODE_MAP)
			connector_read(build, &item, list->items[i]);
	}
	if (build->enabled.policy->connector_count == 0 && build->source.diagnostics->errors == 0)
		report_warning(&build->source, &path, list, "none is enabled: this policy judges nothing");
}

static void read_policy(struct build *build, const struct node *root, struct config *config)
{
	static const struct node nothing = {.kind = NODE_MAP};
	struct policy *policy = build->enabled.policy;
	struct raw_policy raw;

	/* A file without a single value is a map without a single key. */
	if (root == NULL || node_is_null(root))
		root = &nothing;
	if (!reader_map(&build->source, NULL, root, &schema_policy, &raw))
		return;
	settings_read(&build->source, &raw.daemon, &config->daemon);
	read_networks(&build->source, &raw.trusted_networks, &policy->trusted_networks);
	read_delimiter(&build->source, &raw.recipient_delimiter, policy);
	read_defaults(build, &raw.defaults);
	if (raw.connectors.node != NULL)
		read_connectors(build, raw.connectors.node);
	policy->mode = (enum mode)raw.mode.number;
	policy_finish(policy);
	crosscheck_names(build);
	crosscheck_claims(build);
}

static bool build_policy(const struct source *source, const unsigned char *bytes, size_t length,
			 struct config *config)
{
	struct build build = {.source = *source};
	size_t errors = source->diagnostics->errors;
	struct tree tree = {0};

	build.enabled.policy = policy_new();
	build.disabled.policy = policy_new();
	config->policy = build.enabled.policy;
	if (build.enabled.policy == NULL || build.disabled.policy == NULL) {
		report_error(source, NULL, NULL,
			     "cannot be checked: OpenSSL does not say what ciphers it has");
	} else {
		build.source.file = policy_add_file(build.enabled.policy, source->name);
		if (yaml_read(&build.source, bytes, length, &tree))
			read_policy(&build, tree.root, config);
	}
	tree_fini(&tree);
	policy_free(&build.disabled.policy);
	free(build.enabled.origins);
	free(build.disabled.origins);
	return source->diagnostics->errors == errors;
}

struct config *config_load_bytes(const char *name, const unsigned char *bytes, size_t length,
				 struct diagnostics *diagnostics)
{
	const struct source source = {.diagnostics = diagnostics, .name = name};
	struct config *config = xcalloc(1, sizeof *config);

	if (!build_policy(&source, bytes, length, config))
		config_free(&config);
	diagnostics_sort(diagnostics);
	return config;
}

struct config *config_load(const char *path, struct diagnostics *diagnostics)
{
	const struct source source = {.diagnostics = diagnostics, .name = path};
	struct config *config;
	unsigned char *bytes;
	size_t length;

	if (!file_read(&source, &bytes, &length))
		return NULL;
	config = config_load_bytes(path, bytes, length, diagnostics);
	free(bytes);
	return config;
}

void config_free(struct config **config)
{
	if (*config == NULL)
		return;
	settings_fini(&(*config)->daemon);
	policy_free(&(*config)->policy);
	free(*config);
	*config = NULL;
}
