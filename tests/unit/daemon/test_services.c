/* SPDX-License-Identifier: MIT */
#include "daemon/services.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit/run/client.h"
#include "unit/run/place.h"

static char *directory, *milter, *control, *milter_lock, *control_lock;

static void set_up(void)
{
	directory = place_make();
	milter = place_path(directory, "milter.sock");
	milter_lock = place_path(directory, "milter.sock.lock");
	control = place_path(directory, "control.sock");
	control_lock = place_path(directory, "control.sock.lock");
}

static void tear_down(void)
{
	free(milter);
	free(milter_lock);
	free(control);
	free(control_lock);
	place_remove(directory);
}

TestSuite(services, .init = set_up, .fini = tear_down, .timeout = 60);

static void open_both(struct services *services)
{
	static const struct identity as_we_are = {
		.uid = (uid_t)-1, .gid = (gid_t)-1, .socket_group = (gid_t)-1};
	const struct socket_access access = {&as_we_are, 0600};
	const struct daemon_settings settings = {.milter = milter, .control = control};

	cr_assert(services_open(&settings, NULL, &access, services));
	cr_assert_eq(services->count, 2);
}

static bool exists(const char *at)
{
	struct stat st;

	return lstat(at, &st) == 0;
}

static void expect_nothing_there(void)
{
	cr_expect(!exists(milter) && !exists(control));
	cr_expect(!exists(milter_lock) && !exists(control_lock));
}

Test(services, close)
{
	struct services services;

	open_both(&services);
	cr_expect(exists(milter) && exists(control) && exists(milter_lock) && exists(control_lock));
	services_close(&services);
	cr_expect_eq(services.count, 0);
	expect_nothing_there();
}

/* A thread that is not done at the end of the process has all that it may look at. */
Test(services, remove_while_in_use)
{
	struct services services;
	const struct open_service *one = &services.list[1];
	int fd, client;

	open_both(&services);
	fd = one->listener.fd;
	client = client_connect(control);
	services_remove(&services);
	expect_nothing_there();
	cr_assert_eq(services.count, 2);
	cr_expect_str_eq(one->socket, control);
	cr_expect_eq(one->service->stream.counted, COUNTED_control);
	cr_expect(atomic_load(&one->in_place));
	cr_expect_eq(one->listener.fd, fd);
	cr_expect(fcntl(fd, F_GETFD) >= 0);
	cr_expect(!client_has_ended(client));
	services_remove(&services);
	services_close(&services);
	client_expect_end(client);
	(void)close(client);
}

/* Somebody has made his own there since: that stays. */
Test(services, what_is_not_ours_stays)
{
	struct services services;

	open_both(&services);
	cr_assert(unlink(control) == 0);
	place_write(control, "of somebody else\n");
	services_remove(&services);
	cr_expect(exists(control) && !exists(milter));
	services_close(&services);
	cr_expect(exists(control));
}
