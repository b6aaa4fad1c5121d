/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_REPORT_INCOMING_H
#define FORCEDTLS_REPORT_INCOMING_H

#include "report/days.h"
#include "report/party.h"
#include "report/scope.h"
#include "report/verdict_reader.h"

/* Verdicts on mail that arrives, by connector and the sender's domain. */
struct incoming {
	struct parties parties;
	struct days *days; /* borrowed */
	const struct scope *scope; /* borrowed */
	struct domain_cache domains;
	struct judged *judged; /* recipients that were judged lately */
	bool passes_logged; /* some verdict was "pass": daemon.log_accepted is on somewhere */
};

/* days and budget are shared with others, and borrowed. */
void incoming_init(struct incoming *incoming_r, const struct scope *scope, struct days *days, size_t *budget);

/*
 * One line of the daemon's. With both doors in use most recipients are judged
 * twice, and where a connector is in test mode there are two lines: they are
 * one recipient. True for the first line of a recipient, be it of the scope or
 * not: for whoever looks at sessions.
 */
bool incoming_add(struct incoming *incoming, const struct log_line *line, const struct verdict_line *verdict);

void incoming_fini(struct incoming *incoming);

#endif
