/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_REPORT_TRACE_LINKS_H
#define FORCEDTLS_REPORT_TRACE_LINKS_H

#include <stdbool.h>
#include <time.h>

/*
 * What makes lines belong together: queue ids, and recipients by client, sender
 * and recipient within some minutes, since Postfix has no queue id when the
 * first recipient is judged. Bounded; what has no room does not belong.
 */
struct trace_links {
	struct queue_link *queue_ids;
	struct envelope_link *envelopes;
	struct queued *queued; /* messages of Postfix's queue that were seen lately */
};

void trace_links_init(struct trace_links *links_r);
void trace_links_fini(struct trace_links *links);

/* host: queue ids of one host say nothing of another's. */
void trace_links_add_id(struct trace_links *links, const char *host, const char *id, size_t length);
bool trace_links_has_id(const struct trace_links *links, const char *host, const char *id, size_t length);

/* Each may be NULL. */
void trace_links_add_envelope(struct trace_links *links, const char *client, const char *from, const char *to,
			      time_t when);
bool trace_links_has_envelope(const struct trace_links *links, const char *client, const char *from,
			      const char *to, time_t when);

/*
 * A line of Postfix's about a message with that queue id: who brought it
 * ("client=name[address]"), its sender ("from=<...>") and its recipients
 * ("to=<...>"). Joins the queue id with the recipients that are known, either way.
 */
void trace_links_join(struct trace_links *links, const char *host, const char *message, size_t id_length,
		      time_t when);

#endif
