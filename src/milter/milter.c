/* SPDX-License-Identifier: MIT */
/*
 * libmilter's callbacks. The one file that knows libmilter: what a callback
 * says goes into the session, what is decided goes back as a reply. Nothing in
 * a callback may block, since a few workers serve all sessions.
 */
#include "milter/milter.h"

#include <assert.h>
#include <libmilter/mfapi.h>
#include <libmilter/mfdef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include "util/memory.h"
#include "verdict/trace_header.h"
#include "milter/data.h"
#include "milter/end_of_header.h"
#include "milter/end_of_message.h"
#include "milter/milter_socket.h"
#include "milter/recipient.h"
#include "milter/session.h"
#include "run/gate.h"
#include "run/log.h"
#include "run/signals.h"
#include "server/socket.h"

/* Steps that no policy needs. The end of the message cannot be left out, and ends what we keep of it. */
#define STEPS_NOT_NEEDED (SMFIP_NOBODY | SMFIP_NOUNKNOWN)

/*
 * Steps whose reply is always to go on: it is left out, which saves the MTA a wait. On a unix socket alone: over TCP
 * commands without replies between them wait for acknowledgements that are late (Nagle), 40 ms a message. An MTA
 * keeps what it waits for no reply to until there is more: MAIL arrives with the first RCPT then. So not CONNECT: what
 * the policy service was told before that is not of this session (run/fingerprint_cache.h). Sendmail tells of no RSET
 * before DATA then: a message ends with the next one, or the session.
 */
#define STEPS_SILENT (SMFIP_NR_HELO | SMFIP_NR_MAIL)

/* All that a policy may call for, since a reload can bring one that does. */
#define ACTIONS_EDIT (SMFIF_ADDHDRS | SMFIF_CHGHDRS)
#define ACTIONS (SMFIF_SETSYMLIST | SMFIF_QUARANTINE | ACTIONS_EDIT)

/* More forged trace headers than this in one message: MTAs search for each of them from the top. */
#define TRACE_FIELDS_MAX 100

/* libmilter's prototypes lack const where it only reads. */
static char *as_read(const char *text)
{
	return (char *)(uintptr_t)text;
}

/* The session of a connection; made here, for libmilter may leave out any callback but close. */
static struct session *milter_session(SMFICTX *ctx)
{
	struct session *session = smfi_getpriv(ctx);

	if (session != NULL)
		return session;
	session = session_new();
	if (smfi_setpriv(ctx, session) != MI_SUCCESS) {
		log_line(LOG_SEVERITY_WARNING, "libmilter does not keep a session");
		session_free(&session);
	}
	return session;
}

static const char *symbol(void *ctx, const char *name)
{
	return smfi_getsymval(ctx, as_read(name));
}

/* Valid in the callback alone. */
static struct milter_macros macros_of(SMFICTX *ctx, enum macro_stage stage)
{
	return macros_read(stage, symbol, ctx);
}

/* False where the macros of some stage are not those that were asked for. */
static bool request_macros(SMFICTX *ctx)
{
	static const int stages[MACRO_STAGES] = {
		[MACRO_AT_CONNECT] = SMFIM_CONNECT, [MACRO_AT_HELO] = SMFIM_HELO,
		[MACRO_AT_MAIL] = SMFIM_ENVFROM,    [MACRO_AT_RCPT] = SMFIM_ENVRCPT,
		[MACRO_AT_DATA] = SMFIM_DATA,
	};
	struct strbuf list = {0};
	bool taken = true;

	for (unsigned i = 0; i < MACRO_STAGES; i++) {
		strbuf_cut(&list, 0);
		macros_request(i, &list);
		if (smfi_setsymlist(ctx, stages[i], list.text) == MI_SUCCESS)
			continue;
		log_line(LOG_SEVERITY_WARNING, "libmilter refuses the macro list \"%s\"", list.text);
		taken = false;
	}
	strbuf_fini(&list);
	return taken;
}

/* What of all steps this session can do without. */
static unsigned long steps_not_needed(void)
{
	const struct data_needs needs = data_needs();

	return STEPS_NOT_NEEDED | (needs.data ? 0 : SMFIP_NODATA) | (needs.header ? 0 : SMFIP_NOHDRS) |
	       (needs.end_of_header ? 0 : SMFIP_NOEOH);
}

/*
 * What libmilter may hold of one command of an MTA, and of the macros of each
 * of seven stages. Fields of a header can be as long as its default; addresses
 * and macros are not, and whoever may open our socket can send any number.
 */
#define COMMAND_SIZE_MAX ((size_t)16 * 1024)

/* From the first session with longer ones on. It is the same number each time, so that no thread reads another. */
static void expect_commands(unsigned long steps_left_out)
{
	const unsigned long long_ones = STEPS_NOT_NEEDED | SMFIP_NOHDRS;

	if ((steps_left_out & long_ones) != long_ones)
		(void)smfi_setmaxdatasize(MILTER_MAX_DATA_SIZE);
}

/*
 * silent: STEPS_SILENT where these may be, or none. False where libmilter has no memory for what the session needs: it is
 * ended, and the MTA defers, where mail would be refused for what we did not ask the MTA for.
 */
static bool negotiate(SMFICTX *ctx, unsigned long actions, unsigned long steps, unsigned long silent,
		      unsigned long *actions_r, unsigned long *steps_r)
{
	struct session *session = milter_session(ctx);
	bool macros;

	if (session == NULL)
		return false;
	/* To be remembered: for a reply that does not come an MTA waits. What it does not offer libmilter answers. */
	if ((steps & silent) != silent)
		silent = 0;
	*actions_r = actions & ACTIONS;
	*steps_r = steps & (steps_not_needed() | silent);
	expect_commands(*steps_r);
	/* Without a list of ours the MTA sends its default ones: less is known then, and so less let in. */
	macros = (*actions_r & SMFIF_SETSYMLIST) != 0;
	if (macros && !request_macros(ctx))
		return false;
	session->abilities = (struct abilities){
		/* An MTA that has no such step never says whether it will show the rest. */
		.data = (steps & SMFIP_NODATA) != 0 && (*steps_r & SMFIP_NODATA) == 0,
		.header = (*steps_r & SMFIP_NOHDRS) == 0,
		.end_of_header = (*steps_r & SMFIP_NOEOH) == 0,
		.edit_header = (*actions_r & ACTIONS_EDIT) == ACTIONS_EDIT,
		.quarantine = (*actions_r & SMFIF_QUARANTINE) != 0,
		.macros = macros,
		.silent = silent != 0,
	};
	return true;
}

#define NEGOTIATE_PARAMETERS                                                                                 \
	(SMFICTX * ctx, unsigned long actions, unsigned long steps, unsigned long unused_2,                  \
	 unsigned long unused_3, unsigned long *actions_r, unsigned long *steps_r,                           \
	 unsigned long *unused_2_r, unsigned long *unused_3_r)
#define NEGOTIATE_ARGUMENTS                                                                                  \
	(ctx, actions, steps, unused_2, unused_3, actions_r, steps_r, unused_2_r, unused_3_r)
#define NEGOTIATE(name, silent)                                                                              \
	static sfsistat on_##name NEGOTIATE_PARAMETERS                                                       \
	{                                                                                                    \
		(void)unused_2;                                                                              \
		(void)unused_3;                                                                              \
		*unused_2_r = 0;                                                                             \
		*unused_3_r = 0;                                                                             \
		return negotiate(ctx, actions, steps, silent, actions_r, steps_r) ? SMFIS_CONTINUE           \
										  : SMFIS_REJECT;            \
	}

NEGOTIATE(negotiate_unix, STEPS_SILENT)
NEGOTIATE(negotiate_inet, 0)

/* To HELO and MAIL; or none. */
static sfsistat silent_step_reply(const struct session *session)
{
	return session != NULL && session->abilities.silent ? SMFIS_NOREPLY : SMFIS_CONTINUE;
}

/* A refusal at CONNECT or HELO would take STARTTLS out of the EHLO reply: the answer waits for RCPT. */
static sfsistat on_connect(SMFICTX *ctx, char *hostname, _SOCK_ADDR *address)
{
	struct session *session = milter_session(ctx);

	if (session != NULL) {
		const struct milter_macros macros = macros_of(ctx, MACRO_AT_CONNECT);

		session_connect(session, hostname, address);
		session_connected_to(session, macros.daemon_addr, macros.daemon_port);
	}
	return SMFIS_CONTINUE;
}

static sfsistat on_helo(SMFICTX *ctx, char *helo)
{
	struct session *session = milter_session(ctx);

	if (session != NULL)
		session_helo(session, helo);
	return silent_step_reply(session);
}

/* NULL when there is none, which no MTA sends. */
static const char *first_argument(char **argv)
{
	return argv != NULL ? argv[0] : NULL;
}

static sfsistat on_mail(SMFICTX *ctx, char **argv)
{
	struct session *session = milter_session(ctx);
	const char *sender = first_argument(argv);

	if (session != NULL && sender != NULL) {
		const struct milter_macros macros = macros_of(ctx, MACRO_AT_MAIL);

		session_mail(session, sender, &macros);
	} else if (session != NULL) {
		session_end_message(session);
	}
	return silent_step_reply(session);
}

/* The text goes through printf(3) in libmilter. */
static void set_reply(SMFICTX *ctx, const struct reply *reply)
{
	struct strbuf text = {0};

	assert(reply->code != NULL && reply->text != NULL);
	for (const char *at = reply->text; *at != '\0'; at++) {
		if (*at == '%')
			strbuf_putc(&text, '%');
		strbuf_putc(&text, *at);
	}
	if (smfi_setreply(ctx, as_read(reply->code), as_read(reply->status), text.text) != MI_SUCCESS)
		log_line(LOG_SEVERITY_WARNING,
			 "libmilter refuses the reply \"%s %s %s\": the MTA's own is sent", reply->code,
			 reply->status, reply->text);
	strbuf_fini(&text);
}

static sfsistat milter_status(enum verdict verdict)
{
	switch (verdict) {
	case VERDICT_PASS:
	case VERDICT_QUARANTINE: /* at the end of the message it is held */
		return SMFIS_CONTINUE;
	case VERDICT_TEMPFAIL:
		return SMFIS_TEMPFAIL;
	case VERDICT_REJECT:
		return SMFIS_REJECT;
	}
	return SMFIS_TEMPFAIL;
}

/* Ends answer. */
static sfsistat give_answer(SMFICTX *ctx, struct answer *answer)
{
	sfsistat status = milter_status(answer->verdict);

	if (status != SMFIS_CONTINUE)
		set_reply(ctx, &answer->reply);
	answer_fini(answer);
	return status;
}

static sfsistat on_rcpt(SMFICTX *ctx, char **argv)
{
	struct session unknown = {0}; /* of which nothing is told */
	struct session *session = milter_session(ctx);
	struct milter_macros macros = macros_of(ctx, MACRO_AT_RCPT);
	struct answer answer = {0};

	macros.altnames = session != NULL ? session_altnames(session, macros.altnames) : NULL;
	recipient_judge(session != NULL ? session : &unknown, first_argument(argv), &macros, &answer);
	return give_answer(ctx, &answer);
}

static sfsistat on_data(SMFICTX *ctx)
{
	struct session *session = smfi_getpriv(ctx);
	struct answer answer = {0};

	if (session != NULL)
		data_judge(session, symbol(ctx, "i"), &answer);
	return give_answer(ctx, &answer);
}

static sfsistat on_field(SMFICTX *ctx, char *name, char *body)
{
	struct session *session = smfi_getpriv(ctx);

	if (session != NULL)
		header_field(session, name, body);
	return SMFIS_CONTINUE;
}

static sfsistat on_end_of_header(SMFICTX *ctx)
{
	struct session *session = smfi_getpriv(ctx);
	struct answer answer = {0};

	if (session != NULL)
		end_of_header_judge(session, symbol(ctx, "i"), &answer);
	else /* and so no recipient of it was let through */
		answer_to_unknown(EVENT_STAGE_END_OF_HEADER, &answer);
	return give_answer(ctx, &answer);
}

/* What could not be done, or NULL. Fields are removed from the last one on, so that the numbers of the others stay. */
static const char *make_edits(SMFICTX *ctx, const struct edits *edits)
{
	if (edits->hold_reason != NULL && smfi_quarantine(ctx, as_read(edits->hold_reason)) != MI_SUCCESS)
		return "holding the message";
	if (edits->trace_fields > TRACE_FIELDS_MAX)
		return "removing so many trace headers";
	for (size_t i = edits->trace_fields; i > 0; i--)
		if (smfi_chgheader(ctx, as_read(TRACE_HEADER_NAME), (int)i, NULL) != MI_SUCCESS)
			return "removing a trace header";
	if (edits->trace != NULL &&
	    smfi_insheader(ctx, 0, as_read(TRACE_HEADER_NAME), edits->trace) != MI_SUCCESS)
		return "adding the trace header";
	return NULL;
}

static void end_message(SMFICTX *ctx, struct session *session, struct answer *answer_r)
{
	const char *failed;
	struct edits edits;

	edits_make(session, &edits);
	failed = make_edits(ctx, &edits);
	if (failed != NULL)
		edits_failed(session, symbol(ctx, "i"), failed, answer_r);
	edits_fini(&edits);
	session_end_message(session);
	session->may_have_delivered = true;
}

static sfsistat on_end_of_message(SMFICTX *ctx)
{
	struct session *session = smfi_getpriv(ctx);
	struct answer answer = {0};

	if (session != NULL)
		end_message(ctx, session, &answer);
	else
		answer_to_unknown(EVENT_STAGE_END_OF_MESSAGE, &answer);
	return give_answer(ctx, &answer);
}

static sfsistat on_abort(SMFICTX *ctx)
{
	struct session *session = smfi_getpriv(ctx);

	if (session != NULL)
		session_end_message(session);
	return SMFIS_CONTINUE;
}

static sfsistat on_close(SMFICTX *ctx)
{
	struct session *session = smfi_getpriv(ctx);

	session_free(&session);
	(void)smfi_setpriv(ctx, NULL);
	return SMFIS_CONTINUE;
}

/* What libmilter calls. Its workers run on at the end: while one is in here nothing is freed, and then none gets in. */
#define GUARDED(callback, parameters, arguments)                                                             \
	static sfsistat guarded_##callback parameters                                                        \
	{                                                                                                    \
		sfsistat status;                                                                             \
                                                                                                             \
		gate_enter();                                                                                \
		status = on_##callback arguments;                                                            \
		gate_leave();                                                                                \
		return status;                                                                               \
	}

GUARDED(negotiate_unix, NEGOTIATE_PARAMETERS, NEGOTIATE_ARGUMENTS)
GUARDED(negotiate_inet, NEGOTIATE_PARAMETERS, NEGOTIATE_ARGUMENTS)
GUARDED(connect, (SMFICTX * ctx, char *hostname, _SOCK_ADDR *address), (ctx, hostname, address))
GUARDED(helo, (SMFICTX * ctx, char *helo), (ctx, helo))
GUARDED(mail, (SMFICTX * ctx, char **argv), (ctx, argv))
GUARDED(rcpt, (SMFICTX * ctx, char **argv), (ctx, argv))
GUARDED(data, (SMFICTX * ctx), (ctx))
GUARDED(field, (SMFICTX * ctx, char *name, char *body), (ctx, name, body))
GUARDED(end_of_header, (SMFICTX * ctx), (ctx))
GUARDED(end_of_message, (SMFICTX * ctx), (ctx))
GUARDED(abort, (SMFICTX * ctx), (ctx))
GUARDED(close, (SMFICTX * ctx), (ctx))

static bool register_filter(bool is_unix)
{
	struct smfiDesc filter = {
		.xxfi_name = as_read("forcedtlsd"),
		.xxfi_version = SMFI_VERSION,
		.xxfi_negotiate = is_unix ? guarded_negotiate_unix : guarded_negotiate_inet,
		.xxfi_connect = guarded_connect,
		.xxfi_helo = guarded_helo,
		.xxfi_envfrom = guarded_mail,
		.xxfi_envrcpt = guarded_rcpt,
		.xxfi_data = guarded_data,
		.xxfi_header = guarded_field,
		.xxfi_eoh = guarded_end_of_header,
		.xxfi_eom = guarded_end_of_message,
		.xxfi_abort = guarded_abort,
		.xxfi_close = guarded_close,
	};

	(void)smfi_setmaxdatasize(COMMAND_SIZE_MAX);
	if (smfi_register(filter) == MI_SUCCESS)
		return true;
	log_line(LOG_SEVERITY_FATAL, "libmilter does not take the filter");
	return false;
}

static bool open_milter(const char *socket, const struct socket_access *access, struct listener *listener_r)
{
	*listener_r = LISTENER_NONE;
	return register_filter(socket_path(socket) != NULL) && milter_socket_open(socket, access, listener_r);
}

const struct service service_milter = {
	.thread = SERVICE_THREAD_OWN,
	.stream = {.name = "milter", .counted = COUNTED_milter},
	.open = open_milter,
};

static void *milter_serve(void *argument)
{
	struct milter_server *server = argument;

	/* Behind the gate it may fail for no other reason than that it was told to stop. */
	server->failed = smfi_main() != MI_SUCCESS && !gate_is_shut();
	atomic_store(&server->ended, true);
	signals_stop_thread(server->main);
	return NULL;
}

bool milter_start(struct milter_server *server)
{
	int error;

	server->main = pthread_self();
	server->failed = false;
	atomic_init(&server->ended, false);
	error = signals_create_thread(&server->thread, milter_serve, server);
	if (error != 0)
		log_line(LOG_SEVERITY_FATAL, "cannot start libmilter's thread: %s", strerror(error));
	return error == 0;
}

void milter_look_again(struct milter_server *server)
{
	signals_nudge(server->thread);
}

/*
 * The gate comes first: once libmilter's pool has ended, its workers go on
 * without the locks that they need, and so are to go nowhere.
 */
bool milter_stop(struct milter_server *server, int signal, unsigned patience_ms)
{
	const struct timespec moment = {.tv_nsec = 1000000};
	bool all_left = gate_shut(patience_ms);

	signals_pass_on(signal);
	/* Between its look and its wait a nudge is lost: so more than one. */
	for (unsigned waited = 0; !atomic_load(&server->ended); waited++) {
		if (waited >= patience_ms)
			return false;
		signals_nudge(server->thread);
		(void)nanosleep(&moment, NULL);
	}
	return pthread_join(server->thread, NULL) == 0 && all_left;
}
