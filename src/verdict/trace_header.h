/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_VERDICT_TRACE_HEADER_H
#define FORCEDTLS_VERDICT_TRACE_HEADER_H

#include <stddef.h>

#include "policy/decision.h"

/* The header that records how a message was let in. One that arrives from outside is removed. */
#define TRACE_HEADER_NAME "X-ForcedTLS"

/*
 * The body of the header: the verdict, the connectors that spoke (NULL and 0
 * for none), the client and its TLS facts. Folded with a line feed and a tab
 * (smfi_insheader), each line under 998 bytes (RFC 5322, 2.1.1), all of it
 * printable ASCII. The caller frees it.
 */
char *trace_header_folded(enum verdict verdict, const struct connector *const *connectors, size_t count,
			  const struct facts *facts);

/* The same on one line, under 998 bytes with the name, for one connector (NULL for none). The caller frees it. */
char *trace_header_line(enum verdict verdict, const struct connector *connector, const struct facts *facts);

#endif
