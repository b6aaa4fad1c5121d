/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_TESTS_MOCK_STEPS_H
#define FORCEDTLS_TESTS_MOCK_STEPS_H

#include "util/memory.h"
#include "mock_mta.h"
#include "mock_wire.h"

/* For mock_mta.c and mock_message.c alone: how a session takes its steps. */

#define MOCK_STAGES (SMFIM_LAST + 1)

struct mock_step {
	char command;
	int stage; /* of its macros; -1: none go with it */
	uint32_t unwanted; /* protocol bit: the filter does not want the step */
	uint32_t silent; /* protocol bit: the filter does not answer it */
};

struct mock_mta {
	enum mock_mta_kind kind;
	struct wire wire;
	uint32_t actions;
	uint32_t protocol;
	char *symbols[MOCK_STAGES];
	struct strbuf payload; /* of the step under way */
	char session_action; /* settled for the session at CONNECT or HELO; 0: open */
	char *session_text;
	struct mock_edits edits;
	bool message_accepted; /* the filter wants no more of this message */
};

/* One step: macros, command, answer. The data of the command is in payload. */
bool mock_take_step(struct mock_mta *mta, const struct mock_step *step, const struct mock_macros *macros,
		    struct mock_reply *reply_r);

/* Adds a string and its NUL to payload. */
void mock_payload_string(struct mock_mta *mta, const char *text);

/* True for an edit of the message: it is noted. The answer to its end follows. */
bool mock_take_edit(struct mock_mta *mta, char action, const char *data, size_t length);
void mock_edits_fini(struct mock_edits *edits);

#endif
