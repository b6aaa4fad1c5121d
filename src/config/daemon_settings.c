/* SPDX-License-Identifier: MIT */
/* Which settings of the daemon change at its next start only. Reads none of them from a file. */
#include "config/daemon_settings.h"

#include <stddef.h>
#include <string.h>

#include "util/memory.h"

static bool same_setting_text(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* Whether two settings are the same, by kind. */
#define SAME_SERVICE same_setting_text
#define SAME_NAME same_setting_text
#define SAME_SOCKET_MODE(a, b) ((a) == (b))
#define SAME_WORD(a, b) ((a) == (b))
#define SAME_BOOLEAN(a, b) ((a) == (b))

#define DIFFERS_AT_START(kind, key) || !SAME_##kind(in_force->key, wanted->key)
#define DIFFERS_AT_RELOAD(kind, key)
#define DIFFERS(kind, key, type, effect, ...) DIFFERS_##effect(kind, key)

bool daemon_settings_need_restart(const struct daemon_settings *in_force,
				  const struct daemon_settings *wanted)
{
	return false DAEMON_SETTINGS(DIFFERS);
}

/* Sockets have one name for all of them. */
#define NAME_OF_SERVICE(key) NULL
#define NAME_OF_NAME(key) #key
#define NAME_OF_SOCKET_MODE(key) #key
#define NAME_OF_WORD(key) #key
#define NAME_OF_BOOLEAN(key) #key

#define NAME_AT_START(kind, key) NAME_OF_##kind(key),
#define NAME_AT_RELOAD(kind, key)
#define NAME_IF_AT_START(kind, key, type, effect, ...) NAME_##effect(kind, key)

char *daemon_settings_at_start(void)
{
	static const char *const names[] = {DAEMON_SETTINGS(NAME_IF_AT_START)};
	const size_t count = sizeof names / sizeof *names;
	struct strbuf out = {0};

	strbuf_puts(&out, "the sockets");
	for (size_t i = 0; i < count; i++)
		if (names[i] != NULL)
			strbuf_printf(&out, "%s%s", i + 1 < count ? ", " : " and ", names[i]);
	return strbuf_take(&out);
}
