/* SPDX-License-Identifier: MIT */
/*
 * The steps of a message behind its recipients, and what a filter does to it.
 * Must not know what is in a message, or why it is edited.
 */
#include <stdlib.h>
#include <string.h>

#include "mock_steps.h"

static const struct mock_step step_data = {SMFIC_DATA, SMFIM_DATA, SMFIP_NODATA, SMFIP_NR_DATA};
static const struct mock_step step_header = {SMFIC_HEADER, -1, SMFIP_NOHDRS, SMFIP_NR_HDR};
static const struct mock_step step_eoh = {SMFIC_EOH, SMFIM_EOH, SMFIP_NOEOH, SMFIP_NR_EOH};
static const struct mock_step step_body = {SMFIC_BODY, -1, SMFIP_NOBODY, SMFIP_NR_BODY};
static const struct mock_step step_end = {SMFIC_BODYEOB, SMFIM_EOM, 0, 0};

/* "NAME: VALUE" of an edit: index, name, NUL, value, NUL. NULL when it is cut short. */
static char *edited_field(const char *data, size_t length)
{
	const char *name_end = length > 4 ? memchr(data + 4, '\0', length - 4) : NULL;
	const char *value = name_end != NULL ? name_end + 1 : NULL;
	struct strbuf field = {0};

	if (value == NULL || memchr(value, '\0', length - (size_t)(value - data)) == NULL)
		return NULL;
	strbuf_printf(&field, "%s: %s", data + 4, value);
	return strbuf_take(&field);
}

bool mock_take_edit(struct mock_mta *mta, char action, const char *data, size_t length)
{
	struct mock_edits *edits = &mta->edits;

	switch (action) {
	case SMFIR_QUARANTINE:
		free(edits->held);
		edits->held = xstrndup(data, length);
		return true;
	case SMFIR_INSHEADER:
		free(edits->added);
		edits->added = edited_field(data, length);
		return true;
	case SMFIR_CHGHEADER:
		edits->changed++;
		return true;
	default:
		return strchr("+-2behi", action) != NULL;
	}
}

void mock_edits_fini(struct mock_edits *edits)
{
	free(edits->held);
	free(edits->added);
	*edits = (struct mock_edits){0};
}

const struct mock_edits *mock_mta_edits(const struct mock_mta *mta)
{
	return &mta->edits;
}

bool mock_mta_data(struct mock_mta *mta, const struct mock_macros *macros, struct mock_reply *reply_r)
{
	mta->payload.length = 0;
	return mock_take_step(mta, &step_data, macros, reply_r);
}

bool mock_mta_field(struct mock_mta *mta, const char *name, const char *body, struct mock_reply *reply_r)
{
	mta->payload.length = 0;
	mock_payload_string(mta, name);
	mock_payload_string(mta, body);
	return mock_take_step(mta, &step_header, NULL, reply_r);
}

bool mock_mta_end_of_header(struct mock_mta *mta, const struct mock_macros *macros,
			    struct mock_reply *reply_r)
{
	mta->payload.length = 0;
	return mock_take_step(mta, &step_eoh, macros, reply_r);
}

bool mock_mta_body(struct mock_mta *mta, const struct mock_macros *macros, struct mock_reply *reply_r)
{
	mta->payload.length = 0;
	strbuf_puts(&mta->payload, "Rain.\r\n");
	if (!mock_take_step(mta, &step_body, NULL, reply_r) ||
	    (reply_r->action != SMFIR_CONTINUE && reply_r->action != SMFIR_SKIP))
		return mta->wire.error == NULL;
	mta->payload.length = 0;
	return mock_take_step(mta, &step_end, macros, reply_r);
}

bool mock_mta_message(struct mock_mta *mta, const struct mock_macros *macros, struct mock_reply *reply_r)
{
	if (!mock_mta_field(mta, "Subject", "forecast", reply_r) || reply_r->action != SMFIR_CONTINUE)
		return mta->wire.error == NULL;
	if (!mock_mta_end_of_header(mta, macros, reply_r) || reply_r->action != SMFIR_CONTINUE)
		return mta->wire.error == NULL;
	return mock_mta_body(mta, macros, reply_r);
}
