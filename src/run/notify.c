/* SPDX-License-Identifier: MIT */
/*
 * The one datagram that a service manager waits for. Knows the protocol of
 * sd_notify(3) so that no library of systemd's is needed.
 */
#include "run/notify.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "run/log.h"

static int send_ready(const char *path, size_t length)
{
	static const char message[] = "READY=1";
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
	if (sendto(fd, message, sizeof message - 1, 0, (const struct sockaddr *)&address, size) < 0)
		error = errno;
	(void)close(fd);
	return error;
}

void notify_ready(void)
{
	const char *path = getenv("NOTIFY_SOCKET");
	int error;

	if (path == NULL || path[0] == '\0')
		return;
	error = send_ready(path, strlen(path));
	if (error != 0)
		log_line(LOG_SEVERITY_WARNING, "cannot tell the service manager at %s: %s", path,
			 strerror(error));
}
