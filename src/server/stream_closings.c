/* SPDX-License-Identifier: MIT */
/* Lines of the log about connections that were closed, few however many there are. Closes none. */
#include "server/stream_closings.h"

#include <sys/time.h>

#include "run/log.h"

static const struct timeval minute = {.tv_sec = 60};

static const char *const closing_texts[STREAM_CLOSINGS] = {
	[STREAM_CLOSING_MALFORMED] = "malformed request",
	[STREAM_CLOSING_UNFINISHED] = "the request does not end",
	[STREAM_CLOSING_UNTAKEN] = "the client does not take its answer",
	[STREAM_CLOSING_LIBEVENT] = "libevent refuses its events",
};

/* False: nobody would tell of those that are counted from now on. */
static bool await_minute(struct stream_closings *closings)
{
	return event_pending(closings->minute, EV_TIMEOUT, NULL) != 0 ||
	       event_add(closings->minute, &minute) == 0;
}

/* Logs those that were only counted. False: there were none. */
static bool tell_more(struct stream_closings *closings, size_t service, size_t why)
{
	size_t more = closings->of[service][why].more;

	if (more == 0)
		return false;
	log_line(LOG_SEVERITY_WARNING, "%s: connection closed: %s (%zu more)",
		 closings->of[service][why].name, closing_texts[why], more);
	closings->of[service][why].more = 0;
	return true;
}

/* What went on is counted on; of what did not the next is the first again. */
static void on_minute(evutil_socket_t fd, short what, void *argument)
{
	struct stream_closings *closings = argument;

	(void)fd;
	(void)what;
	for (size_t service = 0; service < COUNTED_SERVICES; service++)
		for (size_t why = 0; why < STREAM_CLOSINGS; why++)
			closings->of[service][why].said =
				tell_more(closings, service, why) && await_minute(closings);
}

bool stream_closings_init(struct stream_closings *closings, struct event_base *base)
{
	*closings = (struct stream_closings){.minute = event_new(base, -1, 0, on_minute, closings)};
	return closings->minute != NULL;
}

void stream_closings_add(struct stream_closings *closings, const struct stream_service *service,
			 enum stream_closing why, const char *detail)
{
	if (service->unlogged && why != STREAM_CLOSING_LIBEVENT)
		return;
	if (closings->of[service->counted][why].said) {
		closings->of[service->counted][why].more++;
		return;
	}
	closings->of[service->counted][why].name = service->name;
	closings->of[service->counted][why].said = await_minute(closings);
	log_line(LOG_SEVERITY_WARNING, "%s: connection closed: %s%s%s", service->name, closing_texts[why],
		 detail != NULL ? ": " : "", detail != NULL ? detail : "");
}

void stream_closings_fini(struct stream_closings *closings)
{
	for (size_t service = 0; service < COUNTED_SERVICES; service++)
		for (size_t why = 0; why < STREAM_CLOSINGS; why++)
			(void)tell_more(closings, service, why);
	if (closings->minute != NULL)
		event_free(closings->minute);
	*closings = (struct stream_closings){0};
}
