/* SPDX-License-Identifier: MIT */
/*
 * Which services there are, their sockets, and who serves them. Knows nothing
 * of what is asked there.
 */
#include "daemon/services.h"

#include <assert.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#include "run/log.h"
#include "server/socket.h"

/* A socket that is missed is missed by all mail: it is said again, and tried again. */
#define LOOKS_BETWEEN_ATTEMPTS 60

/* For DAEMON_SERVICES: each with its service_KEY. */
#define SERVICES_DECLARE(kind, key, type, effect, ...) extern const struct service service_##key;
#define SERVICES_ROW(kind, key, type, effect, ...) {&service_##key, offsetof(struct daemon_settings, key)},

DAEMON_SERVICES(SERVICES_DECLARE)

static const struct {
	const struct service *service;
	size_t socket; /* offset of the setting */
} services_table[COUNTED_SERVICES] = {DAEMON_SERVICES(SERVICES_ROW)};

static const char *socket_of(const struct daemon_settings *settings, size_t offset)
{
	return *(char *const *)((const char *)settings + offset);
}

static struct socket_access access_to(const struct service *service, const struct socket_access *access)
{
	return (struct socket_access){
		.identity = access->identity,
		.mode = service->for_administrators ? S_IRUSR | S_IWUSR : access->mode,
	};
}

/* True as well where it is not open and the daemon goes on without. */
static bool open_one(struct services *services, const struct service *service, const char *socket,
		     const struct socket_access *access)
{
	struct open_service *one = &services->list[services->count];
	const struct socket_access theirs = access_to(service, access);
	bool opened;

	assert(services->count < COUNTED_SERVICES);
	one->service = service;
	one->socket = socket_absolute(socket);
	one->listener = LISTENER_NONE;
	atomic_init(&one->in_place, true);
	services->count++;
	log_fatal_as_warning(service->for_administrators);
	opened =
		(service->open != NULL ? service->open : listener_open)(one->socket, &theirs, &one->listener);
	log_fatal_as_warning(false);
	if (opened || !service->for_administrators)
		return opened;
	log_line(LOG_SEVERITY_WARNING, "the daemon serves without the %s socket %s", service->stream.name,
		 one->socket);
	free(one->socket);
	services->count--;
	return true;
}

bool services_open(const struct daemon_settings *settings, const char *milter,
		   const struct socket_access *access, struct services *services_r)
{
	*services_r = (struct services){0};
	for (size_t i = 0; i < COUNTED_SERVICES; i++) {
		const struct service *service = services_table[i].service;
		const char *socket = socket_of(settings, services_table[i].socket);

		if (service->thread == SERVICE_THREAD_OWN && milter != NULL)
			socket = milter;
		if (socket != NULL && !open_one(services_r, service, socket, access))
			return false;
	}
	return true;
}

/* What serves it; NULL: libmilter does. */
static struct stream_server *server_of(const struct services *services, const struct open_service *one)
{
	return one->service->thread < SERVICE_THREADS ? services->servers[one->service->thread] : NULL;
}

static bool has_thread(const struct services *services, enum service_thread thread)
{
	for (size_t i = 0; i < services->count; i++)
		if (services->list[i].service->thread == thread)
			return true;
	return false;
}

static bool listen_all(struct services *services)
{
	for (size_t i = 0; i < services->count; i++) {
		const struct open_service *one = &services->list[i];
		struct stream_server *server = server_of(services, one);

		if (server != NULL && !stream_server_listen(server, one->listener.fd, &one->service->stream,
							    &services->context))
			return false;
	}
	return true;
}

/* The threads that are ours; the one that reloads is not. */
static const struct stream_limits aside_limits = {
	.patience_ms = 10000, .connections = 16, .bytes = (size_t)64 * 1024 * 1024};
static const struct {
	enum service_thread thread;
	const char *whose;
	const struct stream_limits *limits; /* NULL: the default */
} own_threads[] = {
	{SERVICE_THREAD_MAIL, "the doors", NULL},
	{SERVICE_THREAD_ASIDE, "metrics", &aside_limits},
};
#define OWN_THREADS (sizeof own_threads / sizeof *own_threads)

/* Makes what serves, where there is something to serve. */
static bool make_servers(struct services *services)
{
	for (size_t i = 0; i < OWN_THREADS; i++) {
		struct stream_server **server = &services->servers[own_threads[i].thread];

		if (!has_thread(services, own_threads[i].thread))
			continue;
		assert(*server == NULL);
		*server = stream_server_new(own_threads[i].whose, own_threads[i].limits);
		if (*server == NULL)
			return false;
	}
	return true;
}

static bool start_servers(struct services *services)
{
	for (size_t i = 0; i < OWN_THREADS; i++) {
		struct stream_server *server = services->servers[own_threads[i].thread];

		if (server != NULL && !stream_server_start(server))
			return false;
	}
	return true;
}

bool services_start(struct services *services, struct stream_server *reload, struct reloads *reloads)
{
	assert(reload != NULL);
	services->context = (struct service_context){.started = time(NULL),
						     .reloads = reloads,
						     .services = services->list,
						     .service_count = services->count};
	services->servers[SERVICE_THREAD_RELOAD] = reload;
	if (!make_servers(services) || !listen_all(services) || !start_servers(services))
		return false;
	for (size_t i = 0; i < services->count; i++)
		if (server_of(services, &services->list[i]) != NULL)
			log_line(LOG_SEVERITY_INFO, "%s socket %s", services->list[i].service->stream.name,
				 services->list[i].socket);
	return true;
}

bool services_stop(struct services *services)
{
	bool stopped = true;

	for (size_t i = 0; i < OWN_THREADS; i++) {
		struct stream_server **server = &services->servers[own_threads[i].thread];

		if (*server != NULL && !stream_server_stop(*server))
			stopped = false;
		stream_server_free(server);
	}
	return stopped;
}

static const char *say_missed(const struct open_service *one)
{
	return listener_look(&one->listener) == LISTENER_GONE
		       ? "was removed"
		       : "is not ours any more: something else is in its place";
}

static void look_after(struct services *services, struct open_service *one,
		       const struct socket_access *access, struct milter_server *milter)
{
	const struct socket_access theirs = access_to(one->service, access);
	bool in_place = listener_look(&one->listener) == LISTENER_WELL;

	atomic_store(&one->in_place, in_place);
	if (in_place) {
		if (one->missed > 0)
			log_line(LOG_SEVERITY_INFO, "the socket %s is in its place again", one->socket);
		one->missed = 0;
		return;
	}
	if (one->missed++ % LOOKS_BETWEEN_ATTEMPTS != 0)
		return;
	log_line(LOG_SEVERITY_WARNING, "the socket %s %s: nobody reaches us there", one->socket,
		 say_missed(one));
	if (!listener_renew(&one->listener, &theirs)) {
		log_line(LOG_SEVERITY_WARNING, "the socket %s is not made anew: restart the daemon",
			 one->socket);
		return;
	}
	if (server_of(services, one) != NULL)
		stream_server_look_again(server_of(services, one));
	else
		milter_look_again(milter);
	one->missed = 0;
	atomic_store(&one->in_place, true);
	log_line(LOG_SEVERITY_WARNING, "the socket %s is made anew, and served", one->socket);
}

void services_look_after(struct services *services, const struct socket_access *access,
			 struct milter_server *milter)
{
	for (size_t i = 0; i < services->count; i++)
		look_after(services, &services->list[i], access, milter);
}

void services_remove(struct services *services)
{
	for (size_t i = 0; i < services->count; i++)
		listener_remove(&services->list[i].listener);
}

void services_close(struct services *services)
{
	for (size_t i = 0; i < services->count; i++) {
		listener_close(&services->list[i].listener);
		free(services->list[i].socket);
	}
	*services = (struct services){0};
}
