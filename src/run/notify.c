/* SPDX-License-Identifier: MIT */
/*
 * The datagrams that a service manager waits for. Knows the protocol of
 * sd_notify(3) so that no library of systemd's is needed.
 */
#include "run/notify.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "config/clock.h"
#include "run/counters.h"
#include "run/log.h"

static int send_to(const char *path, size_t length, const char *message)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
	int fd, error = 0;

	if (length >= sizeof address.sun_path)
		return ENAMETOOLONG;
	memcpy(address.sun_path, path, length);
	if (path[0] == '@') /* a name that is in no file system */
		address.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return errno;
	if (sendto(fd, message, strlen(message), 0, (const struct sockaddr *)&address, size) < 0)
		error = errno;
	(void)close(fd);
	return error;
}

static void notify(const char *message)
{
	const char *path = getenv("NOTIFY_SOCKET");
	int error;

	if (path == NULL || path[0] == '\0')
		return;
	error = send_to(path, strlen(path), message);
	if (error != 0)
		log_line(LOG_SEVERITY_WARNING, "cannot tell the service manager at %s: %s", path,
			 strerror(error));
}

void notify_ready(void)
{
	notify("READY=1");
}

void notify_reloading(void)
{
	char message[64];

	(void)snprintf(message, sizeof message, "RELOADING=1\nMONOTONIC_USEC=%" PRId64,
		       clock_monotonic() / 1000);
	notify(message);
}
