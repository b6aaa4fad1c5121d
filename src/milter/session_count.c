/* SPDX-License-Identifier: MIT */
/* Which sessions there were. Judges nothing. */
#include "milter/session_count.h"

#include "run/counters.h"

/* In the order of counters_handed_name. */
static unsigned session_handed_over(const struct session *session, const struct milter_macros *macros)
{
	const bool handed[COUNTERS_HANDED] = {
		macros->tls_version != NULL, macros->cipher != NULL,
		macros->cipher_bits != NULL, macros->verify != NULL,
		macros->cert_issuer != NULL, session->client_name != NULL,
		macros->auth_authen != NULL, session->server.address.family != 0,
	};
	unsigned bits = 0;

	for (unsigned i = 0; i < COUNTERS_HANDED; i++)
		bits |= handed[i] ? 1u << i : 0;
	return bits;
}

void session_count(struct session *session, const struct config *config, const struct milter_macros *macros,
		   const struct facts *facts)
{
	const struct mta_knowledge known = {.set = config != NULL ? config->daemon.mta : MTA_UNKNOWN,
					    .took_list = session->abilities.macros};

	if (session->counted)
		return;
	session->counted = true;
	counters_smtp_session(COUNTED_milter, facts);
	counters_mta_session(macros_mta(macros, &known), session_handed_over(session, macros));
}
