/* SPDX-License-Identifier: MIT */
#include "server/listener.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "unit/run/captured.h"
#include "unit/run/client.h"
#include "util/memory.h"
#include "unit/run/place.h"
#include "unit/run/waits.h"
#include "run/lockfile.h"
#include "server/socket.h"

static char *directory, *path, *spec;

static const struct identity as_we_are = {.uid = (uid_t)-1, .gid = (gid_t)-1, .socket_group = (gid_t)-1};
static const struct socket_access as_it_is = {&as_we_are, 0600};

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

/* Who is named in the tests below; root alone can be somebody else. */
static struct identity nobody(void)
{
	const struct passwd *entry = getpwnam("nobody");

	if (geteuid() != 0 || entry == NULL)
		cr_skip_test("only root can act as somebody else");
	return (struct identity){.is_root = true,
				 .user = "nobody",
				 .uid = entry->pw_uid,
				 .gid = entry->pw_gid,
				 .socket_group = (gid_t)-1};
}

static bool exists(const char *at)
{
	struct stat st;

	return lstat(at, &st) == 0;
}

Test(listener, unix_socket)
{
	const struct identity identity = {.uid = (uid_t)-1, .gid = (gid_t)-1, .socket_group = getegid()};
	const struct socket_access access = {&identity, 0620};
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
	waits = waits_for_nothing;
	cr_expect(!listener_open(spec, &as_it_is, &second));
	cr_expect_eq(waited, 2000 * INT64_C(1000000), "who serves may be about to end");
	cr_expect(second.fd == -1);
	cr_expect(socket_probe(path) == SOCKET_LIVE);
	listener_close(&second);
	cr_expect(socket_probe(path) == SOCKET_LIVE);
	listener_close(&first);
}

static char *lock_path(void)
{
	struct strbuf text = {0};

	strbuf_printf(&text, "%s.lock", path);
	return strbuf_take(&text);
}

Test(listener, lock_lives_as_long_as_the_socket)
{
	char *lock = lock_path();
	struct listener listener;
	int fd = -1;

	cr_assert(listener_open(spec, &as_it_is, &listener));
	cr_expect(lockfile_take(lock, "lock file", 0600, &fd) == LOCK_HELD);
	listener_close(&listener);
	cr_expect(!exists(lock), "it goes with the socket");
	cr_expect(lockfile_take(lock, "lock file", 0600, &fd) == LOCK_TAKEN);
	cr_expect(lockfile_remove(lock, fd));
	free(lock);
}

static int lock_to_end;

static void end_lock(void)
{
	cr_expect(close(lock_to_end) == 0);
	waits = waits_for_nothing;
}

/* One that has the lock, and does not answer, starts or ends: it must not lose what it is about to make. */
Test(listener, who_has_the_lock_is_waited_for)
{
	char *lock = lock_path();
	struct listener listener;

	cr_assert(close(client_listen_at(path, 1)) == 0);
	cr_assert(lockfile_take(lock, "lock file", 0600, &lock_to_end) == LOCK_TAKEN);
	waits = end_lock;
	cr_expect(listener_open(spec, &as_it_is, &listener));
	listener_close(&listener);
	cr_assert(lockfile_take(lock, "lock file", 0600, &lock_to_end) == LOCK_TAKEN);
	waits = waits_for_nothing;
	waited = 0;
	cr_expect(!listener_open(spec, &as_it_is, &listener));
	cr_expect_eq(waited, 5000 * INT64_C(1000000));
	cr_expect(lockfile_remove(lock, lock_to_end));
	free(lock);
}

static struct listener ending;

static void end_service(void)
{
	listener_close(&ending);
	waits = waits_for_nothing;
}

/* As with "kill" and a start right behind it: the former daemon still has the socket, and is served at it. */
Test(listener, who_serves_and_ends_is_waited_for)
{
	struct listener listener;

	cr_assert(listener_open(spec, &as_it_is, &ending));
	cr_expect(socket_probe(path) == SOCKET_LIVE);
	waits = end_service;
	cr_expect(listener_open(spec, &as_it_is, &listener));
	cr_expect(socket_probe(path) == SOCKET_LIVE);
	listener_close(&listener);
}

/* Two that start at once: one serves, and the other one leaves everything as it is. */
Test(listener, who_serves_by_then_keeps_the_socket)
{
	char *lock = lock_path();
	struct listener listener;
	int fd = -1, socket;

	cr_assert(lockfile_take(lock, "lock file", 0600, &fd) == LOCK_TAKEN);
	socket = client_listen_at(path, 1);
	waits = waits_for_nothing;
	cr_expect(!listener_open(spec, &as_it_is, &listener));
	cr_expect(listener.fd == -1 && listener.lock == -1);
	cr_expect(socket_probe(path) == SOCKET_LIVE && exists(lock));
	cr_assert(close(socket) == 0);
	cr_expect(lockfile_remove(lock, fd));
	free(lock);
}

static void expect_served(const struct listener *listener)
{
	int client = client_connect(path), served = accept(listener->fd, NULL, NULL);

	cr_expect(served >= 0, "%s", strerror(errno));
	cr_expect(close(served) == 0 && close(client) == 0);
}

Test(listener, made_anew_where_it_was_removed)
{
	char *lock = lock_path();
	struct listener listener;
	int number;

	cr_assert(listener_open(spec, &as_it_is, &listener));
	number = listener.fd;
	cr_expect(listener_look(&listener) == LISTENER_WELL);
	for (int i = 0; i < 3; i++) {
		cr_assert(unlink(path) == 0);
		if (i > 0)
			cr_assert(unlink(lock) == 0);
		cr_expect(listener_look(&listener) == LISTENER_GONE);
		cr_expect(listener_renew(&listener, &as_it_is));
		cr_expect(listener_look(&listener) == LISTENER_WELL && listener.fd == number);
		expect_served(&listener);
	}
	listener_close(&listener);
	cr_expect(!exists(path) && !exists(lock));
	free(lock);
}

Test(listener, not_made_anew_where_another_is)
{
	struct listener listener;
	int other;

	cr_assert(listener_open(spec, &as_it_is, &listener));
	cr_assert(unlink(path) == 0);
	other = client_listen_at(path, 1);
	cr_expect(listener_look(&listener) == LISTENER_REPLACED);
	cr_expect(!listener_renew(&listener, &as_it_is));
	cr_expect(socket_probe(path) == SOCKET_LIVE);
	cr_assert(unlink(path) == 0 && close(other) == 0);
	cr_expect(listener_renew(&listener, &as_it_is), "it is tried again");
	expect_served(&listener);
	listener_close(&listener);
}

/* As libmilter has it: a descriptor of its own, which it closes. */
Test(listener, lent_and_made_anew)
{
	int number = dup(STDIN_FILENO);
	struct listener listener, lent;

	cr_assert(number >= 0 && listener_open(spec, &as_it_is, &listener));
	cr_assert(listener_lend(&listener, number));
	lent = (struct listener){.fd = number};
	cr_expect(fcntl(number, F_GETFD) == FD_CLOEXEC);
	expect_served(&lent);
	cr_assert(unlink(path) == 0);
	cr_assert(listener_renew(&listener, &as_it_is));
	expect_served(&lent);
	expect_served(&listener);
	listener_close(&listener);
	cr_expect(close(number) == 0, "it was left open");
}

/* Root's work in a directory of somebody else is that one's work. */
Test(listener, where_another_can_write_root_is_that_one)
{
	const struct identity identity = nobody();
	const struct socket_access access = {&identity, 0660};
	char *lock = lock_path();
	struct listener listener;
	struct stat st;

	cr_assert(chown(directory, identity.uid, identity.gid) == 0);
	cr_assert(listener_open(spec, &access, &listener));
	cr_expect(geteuid() == 0 && getegid() == 0);
	cr_expect(lstat(path, &st) == 0 && st.st_uid == identity.uid && (st.st_mode & 0777) == 0660);
	cr_expect(lstat(lock, &st) == 0 && st.st_uid == identity.uid && (st.st_mode & 0777) == 0600);
	listener_close(&listener);
	cr_assert(chmod(directory, 0555) == 0);
	cr_expect(!listener_open(spec, &access, &listener), "root could, and its owner cannot");
	free(lock);
}

/* What that one has root led to is out of reach as well. */
Test(listener, another_leads_root_nowhere)
{
	const struct identity identity = nobody();
	const struct socket_access access = {&identity, 0660};
	char *target = place_make(), *link = place_path(directory, "run");
	struct strbuf led = {0};
	struct listener listener;

	cr_assert(chmod(target, 0755) == 0 && symlink(target, link) == 0);
	cr_assert(chown(directory, identity.uid, identity.gid) == 0);
	cr_assert(lchown(link, identity.uid, identity.gid) == 0);
	strbuf_printf(&led, "unix:%s/door.sock", link);
	cr_expect(!listener_open(led.text, &access, &listener));
	strbuf_fini(&led);
	free(link);
	place_remove(target);
}

/* Where nobody can tamper with it, root gives the socket to whom it serves as. */
Test(listener, root_in_a_directory_of_its_own)
{
	const struct identity identity = nobody();
	const struct socket_access access = {&identity, 0600};
	struct listener listener;
	struct stat st;

	cr_assert(listener_open(spec, &access, &listener));
	cr_expect(lstat(path, &st) == 0 && st.st_uid == identity.uid && (st.st_mode & 0777) == 0600);
	listener_close(&listener);
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

static void open_socket(void *context)
{
	struct listener listener;

	(void)context;
	cr_expect(!listener_open(spec, &as_it_is, &listener));
}

/* The fault is the directory's, and not that of a lock file of which nobody knows. */
Test(listener, says_which_directory_is_not_writable)
{
	struct strbuf wanted = {0};
	char *log;

	strbuf_printf(&wanted,
		      "cannot make the socket %s: cannot write to the directory %s: Permission denied", path,
		      directory);
	if (geteuid() == 0) {
		const struct identity identity = nobody();

		cr_assert(seteuid(identity.uid) == 0);
	} else {
		cr_assert(chmod(directory, 0500) == 0);
	}
	log = captured(open_socket, NULL);
	cr_expect(strstr(log, wanted.text) != NULL, "%s", log);
	free(log);
	cr_assert(seteuid(getuid()) == 0 && chmod(directory, 0700) == 0);
	strbuf_fini(&wanted);
}

/* The socket goes again where it cannot be given away; only root can give it to any group. */
Test(listener, group_that_is_refused)
{
	const struct identity identity = {.uid = (uid_t)-1, .gid = (gid_t)-1, .socket_group = 12345};
	const struct socket_access access = {&identity, 0660};
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

static struct listener ending_at_port;

static void end_at_port(void)
{
	listener_close(&ending_at_port);
	waits = waits_for_nothing;
}

Test(listener, who_has_the_port_and_ends_is_waited_for)
{
	struct strbuf text = {0};
	struct listener listener;

	strbuf_printf(&text, "inet:%u@127.0.0.1", free_port());
	cr_assert(listener_open(text.text, &as_it_is, &ending_at_port));
	waits = end_at_port;
	cr_expect(listener_open(text.text, &as_it_is, &listener));
	ending_at_port = listener;
	waits = end_at_port;
	listener_await_address(text.text);
	cr_expect_eq(waited, 2 * INT64_C(20000000));
	listener_await_address(text.text);
	listener_await_address("unix:/nonexistent");
	listener_await_address("inet:127.0.0.1:1");
	cr_expect_eq(waited, 2 * INT64_C(20000000), "there is nobody to wait for");
	strbuf_fini(&text);
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

		waits = waits_for_nothing;
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
					    "inet:@127.0.0.1",
					    "inet:127.0.0.1:9999"};

	for (size_t i = 0; i < sizeof specs / sizeof *specs; i++) {
		struct listener listener;

		cr_expect(!listener_open(specs[i], &as_it_is, &listener), "%s", specs[i]);
		cr_expect(listener.fd == -1);
	}
}
