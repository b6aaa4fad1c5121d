/* SPDX-License-Identifier: MIT */
/*
 * Which doors there are, and their sockets. Knows nothing of what is asked
 * there.
 */
#include "daemon/doors.h"

#include <assert.h>
#include <stdlib.h>

#include "milter/milter_socket.h"
#include "policy_service/policy_service.h"
#include "tls_policy/tls_policy.h"
#include "run/log.h"
#include "server/socket.h"

/* A socket that is missed is missed by all mail: it is said again, and tried again. */
#define LOOKS_BETWEEN_ATTEMPTS 60

static bool open_milter(struct door *door, const struct socket_access *access)
{
	return milter_register() && milter_socket_open(door->socket, access, &door->listener);
}

/* socket NULL: the door stays closed. */
static bool open_door(struct doors *doors, const char *socket, const struct stream_service *service,
		      const struct socket_access *access)
{
	struct door *door = &doors->list[doors->count];

	if (socket == NULL)
		return true;
	assert(doors->count < DOORS_MAX);
	door->service = service;
	door->socket = socket_absolute(socket);
	door->listener = LISTENER_NONE;
	doors->count++;
	return listener_open(door->socket, access, &door->listener);
}

bool doors_open(const struct daemon_settings *settings, const char *milter,
		const struct socket_access *access, struct doors *doors_r)
{
	*doors_r = (struct doors){
		.milter = {.socket = socket_absolute(milter != NULL ? milter : settings->milter),
			   .listener = LISTENER_NONE}};
	return open_milter(&doors_r->milter, access) &&
	       open_door(doors_r, settings->tls_policy, &tls_policy_service, access) &&
	       open_door(doors_r, settings->policy_service, &policy_service_door, access);
}

bool doors_start(struct doors *doors)
{
	if (doors->count == 0)
		return true;
	doors->server = stream_server_new(NULL);
	if (doors->server == NULL)
		return false;
	for (size_t i = 0; i < doors->count; i++)
		if (!stream_server_listen(doors->server, doors->list[i].listener.fd, doors->list[i].service,
					  NULL))
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

static const char *say_missed(const struct door *door)
{
	return listener_look(&door->listener) == LISTENER_GONE
		       ? "was removed"
		       : "is not ours any more: something else is in its place";
}

static void look_after(struct doors *doors, struct door *door, const struct socket_access *access,
		       struct milter_server *milter)
{
	if (listener_look(&door->listener) == LISTENER_WELL) {
		if (door->missed > 0)
			log_line(LOG_SEVERITY_INFO, "the socket %s is in its place again", door->socket);
		door->missed = 0;
		return;
	}
	if (door->missed++ % LOOKS_BETWEEN_ATTEMPTS != 0)
		return;
	log_line(LOG_SEVERITY_WARNING, "the socket %s %s: nobody reaches us there", door->socket,
		 say_missed(door));
	if (!listener_renew(&door->listener, access)) {
		log_line(LOG_SEVERITY_WARNING, "the socket %s is not made anew: restart the daemon",
			 door->socket);
		return;
	}
	if (door->service != NULL)
		stream_server_look_again(doors->server);
	else
		milter_look_again(milter);
	door->missed = 0;
	log_line(LOG_SEVERITY_WARNING, "the socket %s is made anew, and served", door->socket);
}

void doors_look_after(struct doors *doors, const struct socket_access *access, struct milter_server *milter)
{
	look_after(doors, &doors->milter, access, milter);
	for (size_t i = 0; i < doors->count; i++)
		look_after(doors, &doors->list[i], access, milter);
}

static void close_door(struct door *door)
{
	listener_close(&door->listener);
	free(door->socket);
}

void doors_close(struct doors *doors)
{
	close_door(&doors->milter);
	for (size_t i = 0; i < doors->count; i++)
		close_door(&doors->list[i]);
	*doors = (struct doors){0};
}
