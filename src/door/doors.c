/* SPDX-License-Identifier: MIT */
/*
 * Which doors there are, and their sockets. Knows nothing of what is asked
 * there.
 */
#include "door/doors.h"

#include <assert.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "door/milter.h"
#include "door/policy_service.h"
#include "door/tls_policy.h"
#include "run/log.h"
#include "run/socket.h"

static int open_milter(struct doors *doors, const struct socket_access *access)
{
	const char *path = socket_path(doors->milter);

	if (!socket_prepare(doors->milter))
		return EX_UNAVAILABLE;
	(void)umask(S_IXUSR | S_IRWXG | S_IRWXO); /* nobody else's until owner, group and mode are set */
	doors->milter_is_open = milter_open(doors->milter);
	(void)umask(S_IWGRP | S_IWOTH);
	if (!doors->milter_is_open)
		return EX_UNAVAILABLE;
	if (path == NULL || socket_hand_over(path, access->owner, access->group, access->mode))
		return EX_OK;
	return EX_OSERR;
}

/* socket NULL: the door stays closed. */
static bool open_door(struct doors *doors, const char *socket, const struct stream_service *service,
		      const struct socket_access *access)
{
	struct door *door = &doors->list[doors->count];

	if (socket == NULL)
		return true;
	assert(doors->count < DOORS_MAX);
	if (!listener_open(socket, access, &door->listener))
		return false;
	door->service = service;
	door->socket = xstrdup(socket);
	doors->count++;
	return true;
}

int doors_open(const struct daemon_settings *settings, const char *milter, const struct socket_access *access,
	       struct doors *doors_r)
{
	int status;

	*doors_r = (struct doors){.milter = milter != NULL ? xstrdup(milter)
							   : socket_absolute(settings->milter)};
	status = open_milter(doors_r, access);
	if (status == EX_OK && !(open_door(doors_r, settings->tls_policy, &tls_policy_service, access) &&
				 open_door(doors_r, settings->policy_service, &policy_service_door, access)))
		status = EX_UNAVAILABLE;
	return status;
}

bool doors_start(struct doors *doors)
{
	if (doors->count == 0)
		return true;
	doors->server = stream_server_new(NULL);
	if (doors->server == NULL)
		return false;
	for (size_t i = 0; i < doors->count; i++)
		if (!stream_server_listen(doors->server, doors->list[i].listener.fd, doors->list[i].service))
			return false;
	if (!stream_server_start(doors->server))
		return false;
	for (size_t i = 0; i < doors->count; i++)
		log_line(LOG_SEVERITY_INFO, "%s socket %s", doors->list[i].service->name,
			 doors->list[i].socket);
	return true;
}

bool doors_stop(struct doors *doors)
{
	bool stopped = doors->server == NULL || stream_server_stop(doors->server);

	stream_server_free(&doors->server);
	return stopped;
}

void doors_close(struct doors *doors, bool served)
{
	if (!served && doors->milter_is_open && socket_path(doors->milter) != NULL)
		(void)unlink(socket_path(doors->milter));
	for (size_t i = 0; i < doors->count; i++) {
		listener_close(&doors->list[i].listener);
		free(doors->list[i].socket);
	}
	free(doors->milter);
	*doors = (struct doors){0};
}
