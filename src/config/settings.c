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
#include "core/memory.h"

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

void settings_read(const struct source *source, const struct value *value, struct daemon_settings *settings_r)
{
	const struct path daemon = {.key = "daemon"};
	const struct path milter = {.parent = &daemon, .key = "milter"};
	const struct path socket_mode = {.parent = &daemon, .key = "socket_mode"};
	struct raw_daemon raw;

	if (value->node != NULL)
		(void)reader_map(source, &daemon, value->node, &schema_daemon, &raw);
	else
		reader_defaults(&schema_daemon, &raw);
	if (raw.milter.node != NULL)
		(void)values_milter_socket(source, &milter, raw.milter.node);
	read_socket_mode(source, &socket_mode, &raw.socket_mode, &settings_r->socket_mode);
	settings_r->milter = xstrdup(raw.milter.text);
	settings_r->user = xstrdup(raw.user.text);
	settings_r->socket_group = raw.socket_group.text != NULL ? xstrdup(raw.socket_group.text) : NULL;
	settings_r->syslog_facility = (int)raw.syslog_facility.number;
	settings_r->log_format = (enum log_format)raw.log_format.number;
	settings_r->log_accepted = raw.log_accepted.number != 0;
}

void settings_fini(struct daemon_settings *settings)
{
	free(settings->milter);
	free(settings->user);
	free(settings->socket_group);
}
