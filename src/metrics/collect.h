/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_METRICS_COLLECT_H
#define FORCEDTLS_METRICS_COLLECT_H

#include "metrics/exposition.h"
#include "server/service.h"

/*
 * Adds every metric, and the end. What they are called and what their labels
 * may be is a promise (forcedtlsd(8), Metrics). Values of labels are bounded:
 * names of connectors, of which the first thousand are told apart, and words of
 * closed lists, never what a peer has sent.
 */
void metrics_collect(const struct service_context *context, struct exposition *exposition);

#endif
