/* SPDX-License-Identifier: MIT */
#include "run/listener.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client.h"
#include "core/memory.h"
#include "place.h"
#include "run/socket.h"

static char *directory, *path, *spec;

static const struct socket_access as_it_is = {(uid_t)-1, (gid_t)-1, 0600};

static void set_up(void)
{
	struct strbuf text = {0};

	directory = place_make();
	path = place_path(directory, "door.sock");
	strbuf_printf(&text, "unix:%s", path);
	spec = strbuf_take(&text);
}

static void tear_down(void)
{
	free(spec);
	free(path);
	place_remove(directory);
}

TestSuite(listener, .init = set_up, .fini = tear_down);

static bool exists(const char *at)
{
	struct stat st;

	return lstat(at, &st) == 0;
}

Test(listener, unix_socket)
{
	const struct socket_access access = {(uid_t)-1, getegid(), 0620};
	struct listener listener;
	struct stat st;
	int client;

	cr_assert(listener_open(spec, &access, &listener));
	cr_assert(lstat(path, &st) == 0);
	cr_expect(S_ISSOCK(st.st_mode) && (st.st_mode & 07777) == 0620, "%o", (unsigned)st.st_mode);
	cr_expect(st.st_gid == getegid());
	cr_expect(accept(listener.fd, NULL, NULL) == -1 && errno == EAGAIN, "it must not block");
	client = client_connect(path);
	cr_expect(fcntl(listener.fd, F_GETFD) == FD_CLOEXEC);
	listener_close(&listener);
	cr_expect(listener.fd == -1 && !exists(path));
	cr_expect(close(client) == 0);
	listener_close(&listener);
}

Test(listener, stale_one_is_replaced_and_a_live_one_is_not)
{
	struct listener first, second;

	cr_assert(close(client_listen_at(path, 1)) == 0);
	cr_assert(listener_open(spec, &as_it_is, &first));
	cr_expect(!listener_open(spec, &as_it_is, &second));
	cr_expect(second.fd == -1);
	cr_expect(socket_probe(path) == SOCKET_LIVE);
	listener_close(&second);
	cr_expect(socket_probe(path) == SOCKET_LIVE);
	listener_close(&first);
}

/* Another daemon may have taken the place of a socket that we leave. */
Test(listener, what_is_not_ours_stays)
{
	struct listener listener;
	int other;

	cr_assert(listener_open(spec, &as_it_is, &listener));
	cr_assert(unlink(path) == 0);
	other = client_listen_at(path, 1);
	listener_close(&listener);
	cr_expect(socket_probe(path) == SOCKET_LIVE);
	cr_expect(close(other) == 0);
}

Test(listener, no_directory)
{
	struct strbuf text = {0};
	struct listener listener;

	strbuf_printf(&text, "unix:%s/none/door.sock", directory);
	cr_expect(!listener_open(text.text, &as_it_is, &listener));
	cr_expect(listener.fd == -1 && listener.path == NULL);
	strbuf_fini(&text);
}

/* The socket goes again where it cannot be given away; only root can give it to another user. */
Test(listener, group_that_is_refused)
{
	const struct socket_access access = {12345, (gid_t)-1, 0660};
	struct listener listener;

	if (geteuid() == 0)
		cr_skip_test("root may do it");
	cr_expect(!listener_open(spec, &access, &listener));
	cr_expect(!exists(path));
}

static in_port_t port_of(int fd)
{
	struct sockaddr_storage address;
	socklen_t length = sizeof address;

	cr_assert(getsockname(fd, (struct sockaddr *)&address, &length) == 0);
	return address.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&address)->sin6_port
					     : ((struct sockaddr_in *)&address)->sin_port;
}

/* A port that was free a moment ago, so that the test takes none from others. */
static unsigned free_port(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	unsigned port;

	cr_assert(fd >= 0 && bind(fd, (const struct sockaddr *)&address, sizeof address) == 0);
	port = ntohs(port_of(fd));
	cr_assert(close(fd) == 0);
	return port;
}

Test(listener, inet_sockets)
{
	static const struct {
		const char *family, *host;
	} forms[] = {{"inet", "127.0.0.1"}, {"inet", "localhost"}, {"inet6", "[::1]"}, {"inet6", "::1"}};

	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		struct strbuf text = {0};
		struct listener listener, second;
		unsigned port = free_port();

		strbuf_printf(&text, "%s:%u@%s", forms[i].family, port, forms[i].host);
		cr_assert(listener_open(text.text, &as_it_is, &listener), "%s", text.text);
		cr_expect(ntohs(port_of(listener.fd)) == port);
		cr_expect(!listener_open(text.text, &as_it_is, &second), "%s is in use", text.text);
		listener_close(&listener);
		strbuf_fini(&text);
	}
}

Test(listener, what_is_no_address)
{
	static const char *const specs[] = {"inet:9999@256.0.0.1",
					    "inet6:9999@127.0.0.1",
					    "inet:0@127.0.0.1",
					    "inet:65536@127.0.0.1",
					    "fd:3",
					    "inet:@127.0.0.1"};

	for (size_t i = 0; i < sizeof specs / sizeof *specs; i++) {
		struct listener listener;

		cr_expect(!listener_open(specs[i], &as_it_is, &listener), "%s", specs[i]);
		cr_expect(listener.fd == -1);
	}
}
