/* SPDX-License-Identifier: MIT */
/*
 * The settings of the daemon: "daemon" in the policy file. Knows nothing of
 * connectors.
 */
#include "config/settings.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

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

/* The sockets of the services. */
struct settings_socket {
	const char *key;
	const struct value *value;
};

/* False for two that are the same: the second is reported, or the first where only that one is written. */
static bool check_pair(const struct source *source, const struct path *daemon,
		       const struct settings_socket *first, const struct settings_socket *second)
{
	bool second_is_written = second->value->node != NULL;
	const struct settings_socket *reported = second_is_written ? second : first;
	const struct path path = {.parent = daemon, .key = reported->key};

	if (reported->value->node == NULL || first->value->text == NULL || second->value->text == NULL ||
	    !values_same_socket(first->value->text, second->value->text))
		return true;
	report_error(source, &path, reported->value->node, "daemon.%s has that socket already",
		     (second_is_written ? first : second)->key);
	return false;
}

/* No two services on one socket: the second one could not be opened. */
static void check_sockets(const struct source *source, const struct path *daemon,
			  const struct settings_socket *sockets, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct path path = {.parent = daemon, .key = sockets[i].key};
		const struct node *node = sockets[i].value->node;

		if (node != NULL && !values_socket(source, &path, node))
			continue;
		for (size_t other = 0; other < i && check_pair(source, daemon, &sockets[other], &sockets[i]);
		     other++)
			;
	}
}

/* Who asks there is known by the kernel's word, which it has for unix sockets alone. */
static void check_control(const struct source *source, const struct path *daemon, const struct value *control)
{
	const struct path path = {.parent = daemon, .key = "control"};

	if (control->node != NULL && strncmp(control->text, "inet", 4) == 0)
		report_error(source, &path, control->node, "must be unix:PATH: a port would be anybody's");
}

#define SETTINGS_SOCKET(kind, key, type, effect, ...) {#key, &raw.key},

/* How a setting is read, by kind. */
#define READ_SERVICE(key, type) settings_r->key = xstrdup_or_null(raw.key.text);
#define READ_NAME(key, type) settings_r->key = xstrdup_or_null(raw.key.text);
#define READ_SOCKET_MODE(setting, type)                                                                      \
	read_socket_mode(source, &(const struct path){.parent = &daemon, .key = #setting}, &raw.setting,     \
			 &settings_r->setting);
#define READ_WORD(key, type) settings_r->key = (type)raw.key.number;
#define READ_BOOLEAN(key, type) settings_r->key = raw.key.number != 0;
#define SETTINGS_READ(kind, key, type, effect, ...) READ_##kind(key, type)

void settings_read(const struct source *source, const struct value *value, struct daemon_settings *settings_r)
{
	const struct path daemon = {.key = "daemon"};
	struct raw_daemon raw;
	const struct settings_socket sockets[] = {DAEMON_SERVICES(SETTINGS_SOCKET)};

	if (value->node != NULL)
		(void)reader_map(source, &daemon, value->node, &schema_daemon, &raw);
	else
		reader_defaults(&schema_daemon, &raw);
	check_sockets(source, &daemon, sockets, sizeof sockets / sizeof *sockets);
	check_control(source, &daemon, &raw.control);
	DAEMON_SETTINGS(SETTINGS_READ)
}

/* What a setting holds, by kind. */
#define FREE_SERVICE(key) free(settings->key);
#define FREE_NAME(key) free(settings->key);
#define FREE_SOCKET_MODE(key)
#define FREE_WORD(key)
#define FREE_BOOLEAN(key)
#define SETTINGS_FREE(kind, key, type, effect, ...) FREE_##kind(key)

void settings_fini(struct daemon_settings *settings)
{
	DAEMON_SETTINGS(SETTINGS_FREE)
}
