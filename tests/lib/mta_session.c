/* SPDX-License-Identifier: MIT */
/*
 * What Postfix 3.7 and Sendmail 8.17 make of an SMTP session for a milter: the
 * names, forms and stages of macros, as measured. Must not know what the filter
 * does with them.
 */
#include "mta_session.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "util/memory.h"
#include "policy_text.h"

/* What the MTA says who it is; the next hop, which must never be taken for the domain. */
#define POSTFIX_VERSION "Postfix 3.7.11"
#define SENDMAIL_VERSION "8.17.1.9"
#define NEXT_HOP "next-hop.example"

#define DEFAULT_CLIENT "192.0.2.25"
#define DEFAULT_PORT "48322"
#define DEFAULT_HELO "client.example"
#define DEFAULT_ISSUER "Test Root CA"

/* text, which the session will free. */
static const char *keep(struct mta_session *mta_session, char *text)
{
	mta_session->texts = vector_grow(mta_session->texts, mta_session->text_count,
					 &mta_session->text_capacity, sizeof *mta_session->texts);
	mta_session->texts[mta_session->text_count++] = text;
	return text;
}

static const char *join(struct mta_session *mta_session, const char *a, const char *b, const char *c)
{
	struct strbuf text = {0};

	strbuf_printf(&text, "%s%s%s", a, b, c);
	return keep(mta_session, strbuf_take(&text));
}

/* A value of NULL: the MTA has none. */
static void define(struct mta_session *mta_session, int stage, const char *name, const char *value)
{
	if (value == NULL)
		return;
	mta_session->macros = vector_grow(mta_session->macros, mta_session->macro_count,
					  &mta_session->macro_capacity, sizeof *mta_session->macros);
	mta_session->macros[mta_session->macro_count++] = (struct staged_macro){{name, value}, stage};
}

/* The value, or the MTA's own where the scenario says nothing. */
static const char *value_or(const struct session *session, enum session_key key, const char *otherwise)
{
	return session_given(session, key) ? session_get(session, key) : otherwise;
}

/* X509_NAME_oneline(3) in what it does to a value. */
static char *oneline(const char *text)
{
	struct strbuf out = {0};

	for (; *text != '\0'; text++) {
		if (*text < ' ' || *text > '~')
			strbuf_printf(&out, "\\x%02X", (unsigned)(unsigned char)*text);
		else if (*text == '/' || *text == '+')
			strbuf_printf(&out, "\\%c", *text);
		else
			strbuf_putc(&out, *text);
	}
	return strbuf_take(&out);
}

/* Sendmail's escapes in all that comes from a certificate. */
static const char *escape(struct mta_session *mta_session, const char *text)
{
	struct strbuf out = {0};

	for (; *text != '\0'; text++) {
		if (*text <= ' ' || *text > '~' || strchr("<>()\"+\\", *text) != NULL)
			strbuf_printf(&out, "+%02X", (unsigned)(unsigned char)*text);
		else
			strbuf_putc(&out, *text);
	}
	return keep(mta_session, strbuf_take(&out));
}

static void define_client(const struct session *session, struct mta_session *mta_session)
{
	bool postfix = mta_session->mta == MOCK_POSTFIX;
	const char *address = value_or(session, KEY_CLIENT, DEFAULT_CLIENT);
	const char *port = value_or(session, KEY_PORT, DEFAULT_PORT);
	const char *name = session_get(session, KEY_CLIENT_NAME);
	const char *bracketed;
	bool six;

	if (address == NULL) {
		/* Sendmail's own submission; from Postfix it does not come. */
		mta_session->client = (struct mock_client){.host = "localhost", .family = SMFIA_UNKNOWN};
		define(mta_session, SMFIM_CONNECT, "{client_addr}", postfix ? NULL : "0");
		define(mta_session, SMFIM_CONNECT, "{client_resolve}", postfix ? "FAIL" : NULL);
		return;
	}
	six = strchr(address, ':') != NULL;
	bracketed = join(mta_session, six && !postfix ? "[IPv6:" : "[", address, "]");
	mta_session->client = (struct mock_client){
		.host = name != NULL ? name : bracketed,
		.family = six ? SMFIA_INET6 : SMFIA_INET,
		.port = (uint16_t)strtoul(port != NULL ? port : "0", NULL, 10),
		.address = six && !postfix ? join(mta_session, "IPv6:", address, "") : address,
	};
	define(mta_session, SMFIM_CONNECT, "{client_addr}",
	       six ? join(mta_session, "IPv6:", address, "") : address);
	define(mta_session, SMFIM_CONNECT, "{client_port}", port);
	define(mta_session, SMFIM_CONNECT, "{client_name}",
	       name != NULL ? name
	       : postfix    ? "unknown"
			    : bracketed);
	define(mta_session, SMFIM_CONNECT, "{client_ptr}",
	       name != NULL ? name
	       : postfix    ? "unknown"
			    : bracketed);
	define(mta_session, SMFIM_CONNECT, "{client_resolve}",
	       value_or(session, KEY_RESOLVE, name != NULL ? "OK" : "FAIL"));
}

static void define_host(struct mta_session *mta_session)
{
	bool postfix = mta_session->mta == MOCK_POSTFIX;

	define(mta_session, SMFIM_CONNECT, "j", POLICY_TEXT_MYORIGIN);
	define(mta_session, SMFIM_CONNECT, "_", "client.example [192.0.2.25]");
	define(mta_session, SMFIM_CONNECT, "v", postfix ? POSTFIX_VERSION : SENDMAIL_VERSION);
	define(mta_session, SMFIM_CONNECT, "{daemon_name}", postfix ? "mx.example.org" : "MTA-v4");
	define(mta_session, SMFIM_CONNECT, "{daemon_addr}", "198.51.100.1");
	define(mta_session, SMFIM_CONNECT, "{daemon_port}", "25");
}

/* Postfix: the CN alone, and for a verified certificate alone; no {verify}. */
static void define_postfix_certificate(const struct session *session, struct mta_session *mta_session)
{
	const char *subject = session_get(session, KEY_SUBJECT);

	if (!session_is(session, KEY_VERIFY, "OK") &&
	    (session_given(session, KEY_VERIFY) || (subject == NULL && !session_given(session, KEY_ISSUER))))
		return;
	define(mta_session, SMFIM_HELO, "{cert_subject}", subject != NULL ? subject : "");
	define(mta_session, SMFIM_HELO, "{cert_issuer}", value_or(session, KEY_ISSUER, DEFAULT_ISSUER));
}

/* The distinguished name: as given, or one of a common name alone. */
static const char *dn_of(struct mta_session *mta_session, const char *dn, const char *cn)
{
	char *encoded;
	const char *made;

	if (dn != NULL)
		return escape(mta_session, dn);
	if (cn == NULL || *cn == '\0')
		return "";
	encoded = oneline(cn);
	made = join(mta_session, "/CN=", encoded, "");
	free(encoded);
	return escape(mta_session, made);
}

static const char *cn_of(struct mta_session *mta_session, const char *cn)
{
	return cn != NULL && *cn != '\0' ? escape(mta_session, cn) : "BadCertificateUnknown";
}

/* Sendmail: all of the certificate, whatever its verification came to, and empty macros without one. */
static void define_sendmail_certificate(const struct session *session, struct mta_session *mta_session)
{
	const char *subject = session_get(session, KEY_SUBJECT);
	const char *issuer = value_or(session, KEY_ISSUER, DEFAULT_ISSUER);
	const char *fingerprint = session_get(session, KEY_FINGERPRINT);
	bool shown = session_given(session, KEY_SUBJECT) || session_given(session, KEY_ISSUER) ||
		     session_given(session, KEY_SUBJECT_DN);
	const char *verify = value_or(session, KEY_VERIFY, shown ? "OK" : "NO");
	bool none = verify != NULL && (strcmp(verify, "NO") == 0 || strcmp(verify, "NOT") == 0);

	define(mta_session, SMFIM_HELO, "{verify}", verify);
	define(mta_session, SMFIM_HELO, "{cn_subject}", none ? "" : cn_of(mta_session, subject));
	define(mta_session, SMFIM_HELO, "{cn_issuer}", none ? "" : cn_of(mta_session, issuer));
	define(mta_session, SMFIM_HELO, "{cert_subject}",
	       none ? "" : dn_of(mta_session, session_get(session, KEY_SUBJECT_DN), subject));
	define(mta_session, SMFIM_HELO, "{cert_issuer}",
	       none ? "" : dn_of(mta_session, session_get(session, KEY_ISSUER_DN), issuer));
	if (session_given(session, KEY_FINGERPRINT))
		define(mta_session, SMFIM_HELO, "{cert_fp}", fingerprint != NULL ? fingerprint : "");
	define(mta_session, SMFIM_HELO, "{cert_md5}",
	       none ? "" : "6E:18:CC:00:11:22:33:44:55:66:77:88:99:AA:BB:DD");
}

static const char *usual_cipher(const char *version)
{
	if (strcmp(version, "TLSv1.3") == 0)
		return "TLS_AES_256_GCM_SHA384";
	return strcmp(version, "TLSv1.2") == 0 ? "ECDHE-RSA-AES256-GCM-SHA384" : "ECDHE-RSA-AES256-SHA";
}

static void define_tls(const struct session *session, struct mta_session *mta_session)
{
	const char *version = session_get(session, KEY_TLS);

	if (version == NULL)
		return;
	define(mta_session, SMFIM_HELO, "{tls_version}", version);
	define(mta_session, SMFIM_HELO, "{cipher}", value_or(session, KEY_CIPHER, usual_cipher(version)));
	define(mta_session, SMFIM_HELO, "{cipher_bits}", value_or(session, KEY_BITS, "256"));
	if (mta_session->mta == MOCK_POSTFIX)
		define_postfix_certificate(session, mta_session);
	else
		define_sendmail_certificate(session, mta_session);
}

/* What the MTA makes of a plain address: no brackets; Postfix folds its case. */
static const char *rewritten(struct mta_session *mta_session, const char *argument)
{
	size_t length = strlen(argument);
	char *address;

	if (length < 2 || argument[0] != '<' || argument[length - 1] != '>')
		return keep(mta_session, xstrdup(argument));
	address = xstrndup(argument + 1, length - 2);
	length -= 2;
	if (length > 0 && address[length - 1] == '.')
		address[length - 1] = '\0';
	if (mta_session->mta == MOCK_POSTFIX)
		for (char *c = address; *c != '\0'; c++)
			*c = (char)tolower((unsigned char)*c);
	return keep(mta_session, address);
}

static const char *domain_of(const char *address)
{
	const char *at = address != NULL ? strrchr(address, '@') : NULL;

	return at != NULL ? at + 1 : "";
}

static void define_envelope(const struct session *session, struct mta_session *mta_session)
{
	bool postfix = mta_session->mta == MOCK_POSTFIX;
	const char *login = session_get(session, KEY_AUTHENTICATED);
	const char *sender = session_given(session, KEY_MAIL_ADDR)
				     ? session_get(session, KEY_MAIL_ADDR)
				     : rewritten(mta_session, session_get(session, KEY_FROM));
	const char *recipient = session_given(session, KEY_RCPT_ADDR)
					? session_get(session, KEY_RCPT_ADDR)
					: rewritten(mta_session, session_get(session, KEY_TO));

	define(mta_session, SMFIM_ENVFROM, "{auth_type}", login != NULL ? "PLAIN" : NULL);
	define(mta_session, SMFIM_ENVFROM, "{auth_authen}", login);
	define(mta_session, SMFIM_ENVFROM, "{mail_addr}", sender);
	define(mta_session, SMFIM_ENVFROM, "{mail_mailer}", postfix ? "smtp" : "esmtp");
	define(mta_session, SMFIM_ENVFROM, "{mail_host}",
	       postfix ? NEXT_HOP : join(mta_session, domain_of(sender), ".", ""));
	define(mta_session, SMFIM_ENVRCPT, "{rcpt_addr}", recipient);
	define(mta_session, SMFIM_ENVRCPT, "{rcpt_mailer}", postfix ? "smtp" : "esmtp");
	define(mta_session, SMFIM_ENVRCPT, "{rcpt_host}",
	       postfix ? NEXT_HOP : join(mta_session, domain_of(recipient), ".", ""));
	/* Sendmail has a queue id from MAIL on, Postfix once it has taken a recipient. */
	define(mta_session,
	       !postfix || session_is(session, KEY_AFTER, "recipient") ? SMFIM_ENVFROM : SMFIM_DATA, "i",
	       postfix ? "E400CA94725" : "6ANL9xdK009345");
}

/* The scenario's word over the MTA's: another value, or none; a macro of its own is there from the start. */
static void override(const struct session *session, struct mta_session *mta_session)
{
	for (size_t i = 0; i < session->macros.count; i++) {
		const struct named_value *pair = &session->macros.list[i];
		const char *name =
			pair->name[1] == '\0' ? pair->name : join(mta_session, "{", pair->name, "}");
		int stage = SMFIM_CONNECT;
		size_t kept = 0;

		for (size_t j = 0; j < mta_session->macro_count; j++) {
			if (strcmp(mta_session->macros[j].macro.name, name) != 0)
				mta_session->macros[kept++] = mta_session->macros[j];
			else if (mta_session->macros[j].stage <= SMFIM_ENVRCPT)
				stage = mta_session->macros[j].stage;
		}
		mta_session->macro_count = kept;
		define(mta_session, stage, name, pair->value);
	}
}

static void take_arguments(struct mta_session *mta_session, const char *address, const char *parameters,
			   const char *arguments_r[MTA_SESSION_ARGUMENTS + 1])
{
	size_t count = 1;

	arguments_r[0] = address;
	if (parameters == NULL)
		parameters = "";
	for (; *parameters != '\0' && count < MTA_SESSION_ARGUMENTS; count++) {
		size_t length = strcspn(parameters, " ");

		arguments_r[count] = keep(mta_session, xstrndup(parameters, length));
		parameters += length + strspn(parameters + length, " ");
	}
	arguments_r[count] = NULL;
}

static void sort_by_stage(struct mta_session *mta_session)
{
	size_t count = 0;

	mta_session->by_stage = xcalloc(mta_session->macro_count, sizeof *mta_session->by_stage);
	for (int stage = SMFIM_CONNECT; stage <= SMFIM_LAST; stage++)
		for (size_t i = 0; i < mta_session->macro_count; i++)
			if (mta_session->macros[i].stage == stage)
				mta_session->by_stage[count++] = mta_session->macros[i].macro;
}

struct mock_macros mta_session_macros(const struct mta_session *mta_session, int stage)
{
	struct mock_macros macros = {.list = mta_session->by_stage};

	for (size_t i = 0; i < mta_session->macro_count; i++)
		macros.count += mta_session->macros[i].stage <= stage ? 1u : 0u;
	return macros;
}

void mta_session_make(const struct session *session, enum mock_mta_kind mta,
		      struct mta_session *mta_session_r)
{
	*mta_session_r = (struct mta_session){.mta = mta, .helo = value_or(session, KEY_HELO, DEFAULT_HELO)};
	define_host(mta_session_r);
	define_client(session, mta_session_r);
	define_tls(session, mta_session_r);
	define_envelope(session, mta_session_r);
	override(session, mta_session_r);
	sort_by_stage(mta_session_r);
	take_arguments(mta_session_r, session_get(session, KEY_FROM),
		       session_get(session, KEY_MAIL_PARAMETERS), mta_session_r->mail);
	take_arguments(mta_session_r, session_get(session, KEY_TO), session_get(session, KEY_RCPT_PARAMETERS),
		       mta_session_r->rcpt);
}

void mta_session_fini(struct mta_session *mta_session)
{
	for (size_t i = 0; i < mta_session->text_count; i++)
		free(mta_session->texts[i]);
	free(mta_session->texts);
	free(mta_session->macros);
	free(mta_session->by_stage);
	*mta_session = (struct mta_session){0};
}

const char *mta_session_macro(const struct mta_session *mta_session, const char *name)
{
	for (size_t i = 0; i < mta_session->macro_count; i++)
		if (mta_session->macros[i].stage <= SMFIM_ENVRCPT &&
		    strcmp(mta_session->macros[i].macro.name, name) == 0)
			return mta_session->macros[i].macro.value;
	return NULL;
}
