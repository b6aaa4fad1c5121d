/* SPDX-License-Identifier: MIT */
/*
 * libmilter's listening socket. libmilter binds one itself, and where it ends
 * it unlinks whatever socket has that name by then, be it another daemon's.
 * So it binds one under a name that nobody knows, and ours takes the place of
 * that. Knows nothing of callbacks.
 */
#include "milter/milter_socket.h"

#include <libmilter/mfapi.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "util/memory.h"
#include "run/log.h"
#include "server/socket.h"

/* Descriptors have low numbers while we start. */
#define DESCRIPTORS_MAX 1024

/* named: what we call it in messages. */
static bool open_libmilters(const char *spec, const char *named)
{
	if (smfi_setconn((char *)(uintptr_t)spec) != MI_SUCCESS) {
		log_line(LOG_SEVERITY_FATAL, "libmilter does not take the socket \"%s\"", named);
		return false;
	}
	if (smfi_opensocket(false) != MI_SUCCESS) {
		log_line(LOG_SEVERITY_FATAL,
			 "cannot open the milter socket %s: libmilter's own message says why; it has to be "
			 "unix:PATH in a directory that exists, inet:PORT@HOST or inet6:PORT@HOST",
			 named);
		return false;
	}
	return true;
}

/* The descriptor of the socket that is bound at path; -1: there is none. */
static int find_descriptor(const char *path)
{
	for (int fd = 0; fd < DESCRIPTORS_MAX; fd++) {
		struct sockaddr_un address = {0};
		socklen_t length = sizeof address;

		if (getsockname(fd, (struct sockaddr *)&address, &length) == 0 &&
		    address.sun_family == AF_UNIX && strcmp(address.sun_path, path) == 0)
			return fd;
	}
	return -1;
}

/* Beside path, since it can be made there. "unix:" and the name, which has to fit where path did. */
static char *stand_in(const char *path)
{
	struct strbuf spec = {0};

	strbuf_puts(&spec, "unix:");
	strbuf_add(&spec, path, (size_t)(strrchr(path, '/') - path) + 1);
	strbuf_printf(&spec, ".%ld", (long)getpid());
	return strbuf_take(&spec);
}

static bool lend_to_libmilter(struct listener *listener, const char *named)
{
	char *spec = stand_in(listener->path);
	mode_t before = umask(S_IXUSR | S_IRWXG | S_IRWXO);
	bool opened = open_libmilters(spec, named);
	int number = -1;

	(void)umask(before);
	if (opened) {
		number = find_descriptor(socket_path(spec));
		(void)unlink(socket_path(spec));
		if (number < 0)
			log_line(LOG_SEVERITY_FATAL, "cannot find libmilter's socket %s", spec);
	}
	free(spec);
	return number >= 0 && listener_lend(listener, number);
}

bool milter_socket_open(const char *spec, const struct socket_access *access, struct listener *listener_r)
{
	struct acting acting;
	bool opened;

	*listener_r = LISTENER_NONE;
	if (socket_path(spec) == NULL) {
		listener_await_address(spec);
		return socket_prepare(spec) && open_libmilters(spec, spec);
	}
	if (!listener_open(spec, access, listener_r))
		return false;
	opened = privilege_act_at(listener_r->path, access->identity, &acting) &&
		 lend_to_libmilter(listener_r, spec);
	privilege_act_end(&acting);
	if (!opened)
		listener_close(listener_r);
	return opened;
}
