/* SPDX-License-Identifier: MIT */
/* The daemon and its policy, whatever the MTA is. */
#include <stdlib.h>
#include <string.h>

#include "doctor/asked.h"
#include "doctor/checks.h"
#include "doctor/listening.h"

static bool needs_daemon(const struct examination *examination)
{
	return any_connector(examination, connector_selects) ||
	       examination->config->daemon.tls_policy != NULL;
}

void check_daemon_away(struct examination *examination)
{
	const char *spec = examination->config->daemon.milter;
	struct finding *finding;
	enum reach reach;

	if (!needs_daemon(examination))
		return;
	reach = reach_ourselves(examination, spec, PROTOCOL_MILTER);
	if (reach == REACH_ANSWERS || reach == REACH_UNTRIED || reach == REACH_DENIED)
		return;
	if (reach == REACH_OTHER)
		finding = find(examination, examination->policy_file, NULL,
			       "daemon.milter is %s, and what answers there is no milter", spec);
	else
		finding =
			find(examination, examination->policy_file, connector_arrives,
			     "daemon.milter is %s, and nobody answers there: forcedtlsd does not run", spec);
	fix_command(finding, "systemctl", "start", "forcedtlsd");
}

void check_policy_readable(struct examination *examination)
{
	const struct policy *policy = examination->config->policy;
	const char *user = examination->config->daemon.user;
	const struct world *world = examination->world;

	if (user == NULL || strcmp(user, "root") == 0)
		return;
	for (size_t i = 0; i < policy->file_count; i++) {
		const char *file = policy->files[i];
		struct finding *finding;
		char *group;

		if (world->readable(world->context, user, file) != ACCESS_DENIED)
			continue;
		finding = find(
			examination, file, connector_selects,
			"the daemon's user %s may not read this file: a reload fails, and the old policy "
			"stays",
			user);
		group = world->group(world->context, user);
		if (group != NULL) {
			fix_command(finding, "chgrp", group, file);
			fix_command(finding, "chmod", "g+r", file);
		}
		free(group);
	}
}

static bool demands_anything(const struct connector *connector)
{
	return connector_selects(connector) || connector_leaves(connector);
}

/* Who looks at a file that is not the daemon's wants to know of that file, and no reload would put it into force. */
void check_other_policy(struct examination *examination)
{
	const struct world *world = examination->world;
	struct finding *finding;

	if (examination->running_file == NULL || examination->running_digest == NULL ||
	    strcmp(examination->running_digest, examination->config->digest) == 0 ||
	    !world->is_same_file(world->context, examination->running_file, examination->policy_file))
		return;
	finding = find(examination, examination->policy_file, demands_anything,
		       "the daemon runs with another policy than this file and those that it includes have "
		       "now: they were changed, and the daemon was not told");
	if (strcmp(examination->policy_file, CONFIG_DEFAULT_PATH) == 0)
		fix_command(finding, "forcedtls", "reload");
	else
		fix_command(finding, "forcedtls", "reload", "-c", examination->policy_file);
}

void check_trusts_everybody(struct examination *examination)
{
	const struct cidr_set *trusted = &examination->config->policy->trusted_networks;

	for (size_t i = 0; i < trusted->count; i++) {
		const struct cidr *network = &trusted->networks[i];
		char text[CIDR_TEXT_SIZE];
		struct finding *finding;

		if (!is_wide_network(network))
			continue;
		finding = find(examination, examination->policy_file, connector_arrives,
			       "trusted_networks has %s: nobody from there is judged",
			       cidr_print(network, text));
		if (network->prefix > 0)
			finding->severity = FINDING_WARNING;
		fix_edit(finding, "%s: trusted_networks: [127.0.0.0/8, \"::1\"], and relays of your own",
			 examination->policy_file);
	}
}
