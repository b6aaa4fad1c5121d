/* SPDX-License-Identifier: MIT */
/* Connects to unix sockets without waiting. Knows nothing of who listens there. */
#include "run/unix_socket.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "util/socket_address.h"

int unix_socket_connect(const char *path, int type)
{
	struct sockaddr_un address;
	int fd, error;

	if (!socket_address_unix(path, &address))
		return -1;
	fd = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || connect(fd, (const struct sockaddr *)&address, sizeof address) == 0)
		return fd;
	error = errno;
	(void)close(fd);
	errno = error;
	return -1;
}
