/* SPDX-License-Identifier: MIT */
#include "daemon/reloader.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "run/reload.h"
#include "run/signals.h"
#include "run/snapshot.h"
#include "unit/run/captured.h"
#include "unit/run/client.h"
#include "unit/run/frees.h"
#include "unit/run/place.h"

static char *directory, *path;

static void set_up(void)
{
	signals_block_reload();
	directory = place_make();
	path = place_path(directory, "forcedtls.yaml");
}

static void tear_down(void)
{
	snapshot_retire();
	free(path);
	place_remove(directory);
}

TestSuite(reloader, .init = set_up, .fini = tear_down, .timeout = 60);

static void load(const char *text)
{
	struct diagnostics diagnostics = {0};

	place_write(path, text);
	cr_assert(reload_policy(path, &diagnostics));
	diagnostics_fini(&diagnostics);
}

static bool is_in_force(const char *user)
{
	struct snapshot *snapshot = snapshot_acquire();
	bool same = strcmp(snapshot_config(snapshot)->daemon.user, user) == 0;

	snapshot_release(&snapshot);
	return same;
}

Test(reloader, what_was_replaced_is_freed_elsewhere)
{
	struct reloader reloader;

	load("daemon: {user: first}\n" FREES_CONNECTORS);
	cr_assert(reloader_init(&reloader, path));
	cr_assert(reloader_start(&reloader));
	load("daemon: {user: second}\n" FREES_CONNECTORS);
	cr_expect(reloader_stop(&reloader, 10000));
	cr_expect(is_in_force("second"));
	cr_expect(frees_count() == 1);
	cr_expect(frees_count_here() == 0);
}

static void reload_by_signal(void *context)
{
	struct reloader *reloader = context;

	cr_assert(reloader_start(reloader));
	cr_assert(kill(getpid(), SIGUSR1) == 0);
	while (!is_in_force("second"))
		(void)usleep(1000);
	cr_expect(reloader_stop(reloader, 10000));
}

Test(reloader, signal)
{
	struct reloader reloader;
	char *log;

	load("daemon: {user: first}\n" FREES_CONNECTORS);
	cr_assert(reloader_init(&reloader, path));
	place_write(path, "daemon: {user: second}\n" FREES_CONNECTORS);
	log = captured(reload_by_signal, &reloader);
	cr_expect_not_null(strstr(log, ": policy reloaded from "), "%s", log);
	free(log);
}

/* A service of the thread that reloads: lines come back. */
static enum stream_step serve_line(void *state, const char *bytes, size_t length, size_t *used_r,
				   struct strbuf *answer)
{
	const char *end = memchr(bytes, '\n', length);

	(void)state;
	if (end == NULL)
		return STREAM_MORE;
	*used_r = (size_t)(end - bytes) + 1;
	strbuf_add(answer, bytes, *used_r);
	return STREAM_DONE;
}

static const struct stream_service lines = {.name = "lines", .request_max = 100, .serve = serve_line};

/* One thread does both, one after the other. */
Test(reloader, serves_and_reloads)
{
	char *socket = place_path(directory, "s");
	int listening = client_listen_at(socket, 10), fd;
	struct reloader reloader;

	load("daemon: {user: first}\n" FREES_CONNECTORS);
	cr_assert(reloader_init(&reloader, path));
	cr_assert(stream_server_listen(reloader.server, listening, &lines, NULL));
	place_write(path, "daemon: {user: second}\n" FREES_CONNECTORS);
	cr_assert(reloader_start(&reloader));
	fd = client_connect(socket);
	client_puts(fd, "a\n");
	client_expect(fd, "a\n");
	cr_assert(kill(getpid(), SIGUSR1) == 0);
	while (!is_in_force("second"))
		(void)usleep(1000);
	client_puts(fd, "b\n");
	client_expect(fd, "b\n");
	cr_expect(reloader_stop(&reloader, 10000));
	cr_expect(close(fd) == 0 && close(listening) == 0);
	free(socket);
}
