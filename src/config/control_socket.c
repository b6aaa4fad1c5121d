/* SPDX-License-Identifier: MIT */
/* Looks for one value in a policy file, of which all else may be wrong. */
#include "config/control_socket.h"

#include <stdlib.h>
#include <string.h>

#include "config/daemon_settings.h"
#include "config/file.h"
#include "config/yaml_read.h"
#include "util/memory.h"

/* The value of key, or NULL. */
static const struct node *control_socket_value(const struct node *map, const char *key)
{
	if (map == NULL || map->kind != NODE_MAP)
		return NULL;
	for (size_t i = 0; i < map->count; i++)
		if (map->pairs[i].key->kind == NODE_SCALAR && strcmp(map->pairs[i].key->text, key) == 0)
			return map->pairs[i].value;
	return NULL;
}

/* What stands behind "unix:", or NULL. */
static const char *path_of(const char *socket)
{
	const char *colon = strchr(socket, ':');
	bool is_path = strncmp(socket, "unix:", 5) == 0 || strncmp(socket, "local:", 6) == 0;

	return is_path ? colon + 1 : NULL;
}

static char *find_path(const struct source *source, const unsigned char *bytes, size_t length)
{
	struct tree tree = {0};
	const struct node *control = NULL;
	const char *path = NULL;
	char *found;

	if (yaml_read(source, bytes, length, &tree))
		control = control_socket_value(control_socket_value(tree.root, "daemon"), "control");
	if (control != NULL && control->kind == NODE_SCALAR)
		path = path_of(control->text);
	found = xstrdup_or_null(path);
	tree_fini(&tree);
	return found;
}

char *config_control_socket(const char *path)
{
	struct diagnostics diagnostics = {0};
	const struct source source = {.diagnostics = &diagnostics, .name = path};
	struct file_identity identity;
	unsigned char *bytes;
	size_t length;
	char *found = NULL;

	if (file_read(&(struct file_reference){.name = path, .source = &source}, &bytes, &length,
		      &identity)) {
		found = find_path(&source, bytes, length);
		free(bytes);
	}
	diagnostics_fini(&diagnostics);
	return found != NULL ? found : xstrdup(path_of(CONTROL_DEFAULT_SOCKET));
}
