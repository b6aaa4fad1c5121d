/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_MILTER_DATA_H
#define FORCEDTLS_MILTER_DATA_H

#include <stdbool.h>

#include "milter/answer.h"
#include "milter/session.h"

/* What the policy in force has to see of messages. */
struct data_needs {
	bool data;
	bool header;
	bool end_of_header;
};
struct data_needs data_needs(void);

/*
 * DATA: refuses a message of which something is left to be judged or done, and
 * of which the MTA will show nothing more. Postfix does that with
 * smtpd_proxy_filter, and then has no queue id for it. queue_id: NULL or "" where
 * there is none.
 */
void data_judge(const struct session *session, const char *queue_id, struct answer *answer_r);

#endif
