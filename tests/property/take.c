/* SPDX-License-Identifier: MIT */
/* What a door may fail to find out of a session, each fact by itself. Knows nothing of who needs which. */
#include "property/take.h"

#include <string.h>

#include "property/oracle.h"

static bool take_cipher(struct model_session *session)
{
	const char *cipher = session->tls.cipher;

	session->tls.cipher = NULL;
	return cipher != NULL && strstr(cipher, "NULL") == NULL;
}

static bool take_bits(struct model_session *session)
{
	bool had = session->tls.bits > 0;

	session->tls.bits = -1;
	return had;
}

static bool take_version(struct model_session *session)
{
	session->tls.version = TLS_VERSION_UNKNOWN;
	session->tls.version_text = tls_version_name(TLS_VERSION_UNKNOWN);
	return session->tls.present;
}

static bool take_tls(struct model_session *session)
{
	bool had = session->tls.present;

	session->tls = (struct tls_facts){.bits = -1};
	return had;
}

static bool take_date(struct model_session *session)
{
	bool had = session->date != 0;

	session->date = 0;
	return had;
}

/* Its names stay: somebody handed them over. */
static bool take_verification(struct model_session *session)
{
	bool had = session->certificate.state != CERTIFICATE_UNTOLD;

	session->certificate.state = CERTIFICATE_UNTOLD;
	return had;
}

static bool take_way_of_submission(struct model_session *session)
{
	bool had = session->from_local_program;

	session->from_local_program = false;
	return had;
}

static bool take_port(struct model_session *session)
{
	bool had = session->port >= 0;

	session->port = -1;
	return had;
}

static bool take_ability_to_hold(struct model_session *session)
{
	bool had = session->can_quarantine;

	session->can_quarantine = false;
	return had;
}

typedef bool take_away(struct model_session *session);

static take_away *const takes[] = {
	take_cipher,
	take_bits,
	take_version,
	take_tls,
	take_date,
	take_port,
	take_verification,
	take_way_of_submission,
	take_ability_to_hold,
};

bool take_fact(struct model_session *session, enum fact fact)
{
	bool had = !oracle_is_untold(session, fact);

	session->untold |= FACT_BIT(fact);
	return had;
}

size_t take_count(void)
{
	return sizeof takes / sizeof *takes;
}

bool take_away_one(struct model_session *session, size_t which)
{
	return takes[which](session);
}
