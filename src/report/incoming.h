/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_REPORT_INCOMING_H
#define FORCEDTLS_REPORT_INCOMING_H

#include "report/days.h"
#include "report/party.h"
#include "report/scope.h"
#include "report/verdict_reader.h"

/* Recipients that are known at a time. A power of two. */
#define INCOMING_PLACES ((size_t)16384)

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

/* What a line says of its recipient, for whoever looks at sessions. */
struct incoming_news {
	bool is_verdict;
	bool is_first; /* the first line of its recipient */
	bool passed;
	size_t place; /* below INCOMING_PLACES: that of the recipient, until another one takes it */
};

/*
 * One line of the daemon's. With both doors in use most recipients are judged
 * twice, and where a connector is in test mode there are two lines: they are
 * one recipient. What is returned is told of every recipient, be it of the
 * scope or not.
 */
struct incoming_news incoming_add(struct incoming *incoming, const struct log_line *line,
				  const struct verdict_line *verdict);

void incoming_fini(struct incoming *incoming);

#endif
