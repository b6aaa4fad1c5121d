/* SPDX-License-Identifier: MIT */
/*
 * The settings of the daemon: "daemon" in the policy file. Knows nothing of
 * connectors.
 */
#include "config/settings.h"

#include <assert.h>
#include <stdlib.h>

#include "config/reader.h"
#include "config/values.h"
#include "util/memory.h"

static void read_socket_mode(const struct source *source, const struct path *path, const struct value *value,
			     mode_t *mode_r)
{
	bool done;

	if (value->node != NULL) {
		(void)values_socket_mode(source, path, value->node, mode_r);
	} else {
		done = values_parse_socket_mode(value->text, mode_r);
		assert(done);
	}
}

/* No two doors on one socket: the second one could not be opened. */
static void check_sockets(const struct source *source, const struct path *daemon,
			  const struct raw_daemon *raw)
{
	const struct {
		const char *key;
		const struct value *value;
	} doors[] = {{"milter", &raw->milter},
		     {"tls_policy", &raw->tls_policy},
		     {"policy_service", &raw->policy_service}};

	for (size_t i = 0; i < sizeof doors / sizeof *doors; i++) {
		const struct path path = {.parent = daemon, .key = doors[i].key};
		const struct node *node = doors[i].value->node;

		if (node == NULL || !values_socket(source, &path, node))
			continue;
		for (size_t other = 0; other < i; other++) {
			if (doors[other].value->text == NULL ||
			    !values_same_socket(doors[other].value->text, node->text))
				continue;
			report_error(source, &path, node, "daemon.%s has that socket already",
				     doors[other].key);
			break;
		}
	}
}

static char *copy_of(const char *text)
{
	return text != NULL ? xstrdup(text) : NULL;
}

void settings_read(const struct source *source, const struct value *value, struct daemon_settings *settings_r)
{
	const struct path daemon = {.key = "daemon"};
	const struct path socket_mode = {.parent = &daemon, .key = "socket_mode"};
	struct raw_daemon raw;

	if (value->node != NULL)
		(void)reader_map(source, &daemon, value->node, &schema_daemon, &raw);
	else
		reader_defaults(&schema_daemon, &raw);
	check_sockets(source, &daemon, &raw);
	read_socket_mode(source, &socket_mode, &raw.socket_mode, &settings_r->socket_mode);
	settings_r->milter = xstrdup(raw.milter.text);
	settings_r->tls_policy = copy_of(raw.tls_policy.text);
	settings_r->policy_service = copy_of(raw.policy_service.text);
	settings_r->user = xstrdup(raw.user.text);
	settings_r->socket_group = copy_of(raw.socket_group.text);
	settings_r->syslog_facility = (int)raw.syslog_facility.number;
	settings_r->mta = (enum mta)raw.mta.number;
	settings_r->log_format = (enum log_format)raw.log_format.number;
	settings_r->log_accepted = raw.log_accepted.number != 0;
}

void settings_fini(struct daemon_settings *settings)
{
	free(settings->milter);
	free(settings->tls_policy);
	free(settings->policy_service);
	free(settings->user);
	free(settings->socket_group);
}
