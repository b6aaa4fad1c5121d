/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_REPORT_OUTGOING_H
#define FORCEDTLS_REPORT_OUTGOING_H

#include "policy/policy.h"
#include "report/days.h"
#include "report/party.h"
#include "report/postfix_reader.h"
#include "report/scope.h"

/* What Postfix sent, by the connector that speaks for the recipient's domain, and by that domain. */
struct outgoing {
	struct parties parties;
	struct days *days; /* borrowed */
	const struct scope *scope; /* borrowed */
	const struct policy *policy; /* borrowed; NULL: none, and so no connector */
	struct domain_cache domains;
	struct smtp_process *processes; /* the sessions that Postfix's clients have open */
	struct host_log *hosts; /* which hosts log their sessions */
	char asked_domain[DOMAIN_SIZE]; /* the domain that was looked up last, ... */
	const struct connector *asked; /* ... and what the policy has for it */
};

void outgoing_init(struct outgoing *outgoing_r, const struct scope *scope, const struct policy *policy,
		   struct days *days, size_t *budget);

/* A session that began. A line of another host's or process's may lie between it and its delivery. */
void outgoing_add_session(struct outgoing *outgoing, const struct log_line *line,
			  const struct postfix_session *session);

void outgoing_add_delivery(struct outgoing *outgoing, const struct log_line *line,
			   const struct postfix_delivery *delivery);

void outgoing_fini(struct outgoing *outgoing);

#endif
