/* SPDX-License-Identifier: MIT */
/*
 * From a policy file to a configuration: reads the top of the file and calls
 * those who know its parts. All errors are found in one run.
 */
#include "config/config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "config/connector.h"
#include "config/crosscheck.h"
#include "config/deliver.h"
#include "config/digest.h"
#include "config/file.h"
#include "config/from_postfix.h"
#include "config/include.h"
#include "config/lists.h"
#include "config/networks.h"
#include "config/reader.h"
#include "config/require.h"
#include "config/seen.h"
#include "config/settings.h"
#include "config/values.h"
#include "config/yaml_read.h"
#include "util/memory.h"

/* What is read. */
struct text {
	const unsigned char *bytes;
	size_t length;
};

static void read_networks(const struct source *source, const struct value *value, struct cidr_set *set)
{
	const struct path path = {.key = "trusted_networks"};

	if (value->node != NULL)
		lists_networks(source, &path, value->node, set);
	else
		lists_default_networks(value->text, set);
	networks_advise_trusted(source, &path, value->node, set);
}

static void read_delimiter(const struct source *source, const struct value *value, struct policy *policy)
{
	const struct path path = {.key = "recipient_delimiter"};

	source->loading->has_delimiter = source->loading->wrote_delimiter = value->given;
	if (value->node != NULL)
		(void)values_delimiter(source, &path, value->node);
	free(policy->recipient_delimiter);
	policy->recipient_delimiter = xstrdup(value->text);
}

static void read_myorigin(const struct source *source, const struct value *value, struct policy *policy)
{
	const struct path path = {.key = "myorigin"};
	char domain[DOMAIN_SIZE];

	if (value->node != NULL && values_domain(source, &path, value->node, domain))
		policy->myorigin = xstrdup(domain);
}

/* Empty: nothing is appended, which is not the same as to say nothing. */
static void read_mydomain(const struct source *source, const struct value *value, struct policy *policy)
{
	const struct path path = {.key = "mydomain"};
	char domain[DOMAIN_SIZE] = "";

	if (value->node != NULL &&
	    (value->text[0] == '\0' || values_domain(source, &path, value->node, domain)))
		policy->mydomain = xstrdup(domain);
}

static void read_defaults(struct build *build, const struct value *value)
{
	const struct path path = {.key = "defaults"};
	struct raw_defaults raw;

	if (value->node != NULL)
		(void)reader_map(&build->source, &path, value->node, &schema_defaults, &raw);
	else
		reader_defaults(&schema_defaults, &raw);
	require_warn_old_version(&build->source, PATH_KEY(&path, "min_version"), &raw.min_version);
	build->min_version = (enum tls_version)raw.min_version.number;
	build->on_failure = (enum on_failure)raw.on_failure.number;
}

/* Those of this file, and then those of the files that it includes. */
static void config_read_connectors(struct build *build, const struct raw_policy *raw, const struct node *root)
{
	const struct path connectors = {.key = "connectors"}, include = {.key = "include"};
	const struct source *source = &build->source;
	size_t enabled, disabled;

	if (!raw->connectors.given && !raw->include.given)
		report_error(source, &connectors, root,
			     "is missing: a policy without connectors judges nothing");
	if (raw->connectors.node != NULL)
		connectors_read(build, raw->connectors.node);
	if (raw->include.node != NULL)
		include_read(build, raw->include.node);
	if (source->diagnostics->errors > 0)
		return;
	enabled = build->enabled.policy->connector_count;
	disabled = build->disabled.policy->connector_count;
	if (enabled + disabled == 0)
		report_error(source, &include, raw->include.node,
			     "finds no file: a policy without connectors judges nothing");
	else if (enabled == 0 && raw->connectors.node != NULL)
		report_warning(source, &connectors, raw->connectors.node,
			       "none is enabled: this policy judges nothing");
	else if (enabled == 0)
		report_warning(source, &include, raw->include.node,
			       "no connector is enabled: this policy judges nothing");
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
	from_postfix_prepare(build->source.loading, &config->daemon);
	read_networks(&build->source, &raw.trusted_networks, &policy->trusted_networks);
	read_delimiter(&build->source, &raw.recipient_delimiter, policy);
	read_myorigin(&build->source, &raw.myorigin, policy);
	read_mydomain(&build->source, &raw.mydomain, policy);
	read_defaults(build, &raw.defaults);
	policy->mode = build->mode = (enum mode)raw.mode.number;
	policy->trace_header = raw.trace_header.number != 0;
	config_read_connectors(build, &raw, root);
	from_postfix_take(&build->source, config);
	policy_finish(policy);
	crosscheck_names(build);
	crosscheck_claims(build);
	deliver_check_patterns(build);
}

static void name_disabled(const struct policy *disabled, struct config *config)
{
	config->disabled = xcalloc(disabled->connector_count, sizeof *config->disabled);
	for (size_t i = 0; i < disabled->connector_count; i++)
		config->disabled[config->disabled_count++] = xstrdup(disabled->connectors[i]->name);
}

/* identity: of the policy file, NULL when it is none. */
static bool build_policy(const struct source *source, const struct file_identity *identity,
			 const struct text *text, struct config *config)
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
		source->loading->policy = build.enabled.policy;
		build.source.file = policy_add_file(build.enabled.policy, source->name);
		if (identity != NULL) {
			include_note_policy(&build, identity);
			yaml_warn_unended(&build.source, text->bytes, text->length);
		}
		if (yaml_read(&build.source, text->bytes, text->length, &tree))
			read_policy(&build, tree.root, config);
	}
	if (build.disabled.policy != NULL)
		name_disabled(build.disabled.policy, config);
	tree_fini(&tree);
	policy_free(&build.disabled.policy);
	config->origins = build.enabled.origins;
	free(build.disabled.origins);
	free(build.files);
	return source->diagnostics->errors == errors;
}

static struct config *load_text(const struct source *source, const struct file_identity *identity,
				const struct text *text)
{
	struct config *config = xcalloc(1, sizeof *config);

	if (!build_policy(source, identity, text, config))
		config_free(&config);
	return config;
}

/* A policy file, or a text that stands for one. */
struct input {
	const char *name;
	const struct text *text; /* NULL: the file is read */
	date_t today;
	const struct config *before; /* in force; NULL: none */
	uint64_t memory; /* that there is for it; UINT64_MAX: enough */
};

static struct config *load_file(const struct source *source)
{
	const struct file_reference reference = {.name = source->name, .source = source};
	struct file_identity identity;
	struct config *config;
	unsigned char *bytes;
	size_t length;

	if (!file_read(&reference, &bytes, &length, &identity))
		return NULL;
	config = load_text(source, &identity, &(struct text){bytes, length});
	free(bytes);
	return config;
}

/* Whatever the files are meanwhile. seen: what they were. *takes_r: as config_reload_within has it. */
static struct config *load_once(const struct input *input, struct diagnostics *diagnostics, struct seen *seen,
				uint64_t *takes_r)
{
	struct digest *digest = digest_new();
	struct loading loading = {.today = input->today,
				  .files_left = FILE_COUNT_MAX,
				  .bytes_left = FILE_BYTES_MAX,
				  .memory_left = input->memory,
				  .may_ask_postfix = input->text == NULL,
				  .before = input->before != NULL ? &input->before->taken : NULL,
				  .digest = digest,
				  .seen = seen};
	const struct source source = {.diagnostics = diagnostics, .name = input->name, .loading = &loading};
	char text[DIGEST_TEXT_SIZE];
	struct config *config;

	if (input->text != NULL) {
		digest_begin_file(digest);
		digest_add(digest, input->text->bytes, input->text->length);
		digest_end_file(digest);
		config = load_text(&source, NULL, input->text);
	} else {
		config = load_file(&source);
	}
	if (!digest_text(digest, text)) {
		report_error(&source, NULL, NULL, "cannot be checked: OpenSSL does not make SHA-256 digests");
		config_free(&config);
	}
	*takes_r = loading.unfit || loading.no_memory ? UINT64_MAX : input->memory - loading.memory_left;
	if (loading.unfit)
		config_free(&config);
	if (config != NULL)
		memcpy(config->digest, text, sizeof text);
	digest_free(&digest);
	postfix_settings_fini(&loading.postfix);
	return config;
}

/* The name of a file that changed meanwhile, and then there is no configuration, and nothing is said. The caller frees it. */
static char *try_load(const struct input *input, struct diagnostics *diagnostics, struct config **config_r,
		      uint64_t *takes_r)
{
	struct diagnostics found = {0};
	struct seen seen = {0};
	const char *changed;
	char *name = NULL;

	*config_r = load_once(input, &found, &seen, takes_r);
	changed = *takes_r > input->memory ? NULL : seen_changed(&seen);
	if (*takes_r > input->memory) {
		diagnostics_fini(&found); /* of a part of it */
	} else if (changed == NULL) {
		diagnostics_take(diagnostics, &found);
	} else {
		name = xstrdup(changed);
		config_free(config_r);
		diagnostics_fini(&found);
	}
	seen_fini(&seen);
	return name;
}

/* Read again at once, a file that was just written would not be settled. */
static void let_settle(void)
{
	struct timespec left = {.tv_nsec = SEEN_SETTLE_NS};

	while (nanosleep(&left, &left) < 0 && errno == EINTR)
		continue;
}

/* What was read while somebody wrote it may be a part of it, or half old and half new. */
static struct config *load_within(const struct input *input, struct diagnostics *diagnostics,
				  uint64_t *takes_r)
{
	struct config *config;
	char *changed = try_load(input, diagnostics, &config, takes_r);

	for (unsigned attempts = 1; changed != NULL && attempts < CONFIG_READ_ATTEMPTS; attempts++) {
		free(changed);
		let_settle();
		changed = try_load(input, diagnostics, &config, takes_r);
	}
	if (changed != NULL) {
		diagnostics_add(diagnostics, SEVERITY_ERROR, changed, 0, 0, "",
				"changes while it is read: write a new file beside it, and rename that to "
				"its name");
		diagnostics->temporary++;
	}
	free(changed);
	diagnostics_sort(diagnostics);
	return config;
}

static struct config *load(const struct input *input, struct diagnostics *diagnostics)
{
	struct input whole = *input;
	uint64_t takes;

	whole.memory = UINT64_MAX;
	return load_within(&whole, diagnostics, &takes);
}

struct config *config_check_bytes(const char *name, const unsigned char *bytes, size_t length, date_t today,
				  struct diagnostics *diagnostics)
{
	const struct text text = {bytes, length};

	return load(&(struct input){.name = name, .text = &text, .today = today}, diagnostics);
}

struct config *config_check(const char *path, date_t today, struct diagnostics *diagnostics)
{
	return load(&(struct input){.name = path, .today = today}, diagnostics);
}

struct config *config_load_bytes(const char *name, const unsigned char *bytes, size_t length,
				 struct diagnostics *diagnostics)
{
	return config_check_bytes(name, bytes, length, 0, diagnostics);
}

struct config *config_load(const char *path, struct diagnostics *diagnostics)
{
	return config_reload(path, NULL, diagnostics);
}

struct config *config_reload(const char *path, const struct config *before, struct diagnostics *diagnostics)
{
	return load(&(struct input){.name = path, .before = before}, diagnostics);
}

struct config *config_reload_within(const char *path, const struct config *before, uint64_t memory,
				    struct diagnostics *diagnostics, uint64_t *takes_r)
{
	const uint64_t beside = memory < FILE_POLICY_TAKES ? memory : FILE_POLICY_TAKES;
	const struct input input = {.name = path, .before = before, .memory = memory - beside};
	struct config *config = load_within(&input, diagnostics, takes_r);

	if (*takes_r <= input.memory)
		*takes_r += beside;
	return config;
}

void config_free(struct config **config)
{
	if (*config == NULL)
		return;
	settings_fini(&(*config)->daemon);
	policy_free(&(*config)->policy);
	free((*config)->origins);
	for (size_t i = 0; i < (*config)->disabled_count; i++)
		free((*config)->disabled[i]);
	free((*config)->disabled);
	free((*config)->counter_places);
	free((*config)->from_postfix);
	postfix_settings_fini(&(*config)->taken);
	free(*config);
	*config = NULL;
}
