/* SPDX-License-Identifier: MIT */
/*
 * The tables of the policy file: keys, types, ranges, words, defaults and a
 * line for the manual. Nothing but data and a walk over it; what the reader
 * accepts and what the documentation says both come from here.
 */
#include "config/schema.h"

#include <syslog.h>

#include "util/memory.h"
#include "tls/tls_version.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define AT(map, key) offsetof(struct raw_##map, key)

/* Tables: one key or a few words a line read better than one member a line. */
/* clang-format off */
static const struct word version_list[] = {
	{"TLSv1", TLS_VERSION_1_0},
	{"TLSv1.1", TLS_VERSION_1_1},
	{"TLSv1.2", TLS_VERSION_1_2},
	{"TLSv1.3", TLS_VERSION_1_3},
};
static const struct words versions = {"version", version_list, COUNT(version_list)};

static const struct word mode_list[] = {
	{"enforce", MODE_ENFORCE},
	{"test", MODE_TEST},
};
static const struct words modes = {"mode", mode_list, COUNT(mode_list)};

static const struct word action_list[] = {
	{"tempfail", ON_FAILURE_TEMPFAIL},
	{"reject", ON_FAILURE_REJECT},
	{"quarantine", ON_FAILURE_QUARANTINE},
};
static const struct words actions = {"action", action_list, COUNT(action_list)};

static const struct word log_format_list[] = {
	{"text", LOG_FORMAT_TEXT},
	{"json", LOG_FORMAT_JSON},
};
static const struct words log_formats = {"format", log_format_list, COUNT(log_format_list)};

static const struct word mta_list[] = {
	{"auto", MTA_UNKNOWN},
	{"postfix", MTA_POSTFIX},
	{"sendmail", MTA_SENDMAIL},
};
static const struct words mtas = {"MTA", mta_list, COUNT(mta_list)};

static const struct word facility_list[] = {
	{"mail", LOG_MAIL},         {"daemon", LOG_DAEMON}, {"auth", LOG_AUTH},
	{"authpriv", LOG_AUTHPRIV}, {"user", LOG_USER},     {"local0", LOG_LOCAL0},
	{"local1", LOG_LOCAL1},     {"local2", LOG_LOCAL2}, {"local3", LOG_LOCAL3},
	{"local4", LOG_LOCAL4},     {"local5", LOG_LOCAL5}, {"local6", LOG_LOCAL6},
	{"local7", LOG_LOCAL7},
};
static const struct words facilities = {"facility", facility_list, COUNT(facility_list)};

static const struct word require_list[] = {
	{"tls", REQUIRE_TLS},
	{"none", REQUIRE_NONE},
};
static const struct words require_words = {"value", require_list, COUNT(require_list)};

/* A level, or none in its place. */
static const struct word deliver_list[] = {
	{"none", DELIVER_NONE},       {"encrypt", TLS_POLICY_ENCRYPT},     {"fingerprint", TLS_POLICY_FINGERPRINT},
	{"dane", TLS_POLICY_DANE},       {"dane-only", TLS_POLICY_DANE_ONLY}, {"verify", TLS_POLICY_VERIFY},
	{"secure", TLS_POLICY_SECURE},
};
static const struct words deliver_words = {"level", deliver_list, COUNT(deliver_list)};

static const struct word level_list[] = {
	{"encrypt", TLS_POLICY_ENCRYPT}, {"fingerprint", TLS_POLICY_FINGERPRINT},
	{"dane", TLS_POLICY_DANE},       {"dane-only", TLS_POLICY_DANE_ONLY},
	{"verify", TLS_POLICY_VERIFY},   {"secure", TLS_POLICY_SECURE},
};
static const struct words levels = {"level", level_list, COUNT(level_list)};

static const struct word grade_list[] = {
	{"medium", TLS_POLICY_GRADE_MEDIUM},
	{"high", TLS_POLICY_GRADE_HIGH},
};
static const struct words grades = {"grade", grade_list, COUNT(grade_list)};

/* What the kinds of daemon settings have in common. */
#define KEY_SERVICE .type = VALUE_TEXT, .min = 1, .max = 400, .characters = CHARACTERS_PRINTABLE
#define KEY_NAME .type = VALUE_TEXT, .min = 1, .max = 32, .characters = CHARACTERS_NAME
#define KEY_SOCKET_MODE .type = VALUE_TEXT, .min = 1, .max = 64, .characters = CHARACTERS_PRINTABLE
#define KEY_WORD .type = VALUE_WORD
#define KEY_BOOLEAN .type = VALUE_BOOLEAN
#define DAEMON_KEY(kind, key, ctype, effect, ...) \
	{.name = #key, KEY_##kind, .offset = AT(daemon, key), __VA_ARGS__},

static const struct key daemon_keys[] = {DAEMON_SETTINGS(DAEMON_KEY)};
const struct schema schema_daemon = {"\"daemon\"", daemon_keys, COUNT(daemon_keys), sizeof(struct raw_daemon)};

static const struct key defaults_keys[] = {
	{.name = "min_version", .type = VALUE_WORD, .offset = AT(defaults, min_version), .words = &versions,
	 .default_text = "TLSv1.2",
	 .summary = "The version of TLS that \"require\" and \"deliver\" ask for where they name none"},
	{.name = "on_failure", .type = VALUE_WORD, .offset = AT(defaults, on_failure), .words = &actions,
	 .default_text = "tempfail", .summary = "What becomes of mail where the connector does not say it"},
};
const struct schema schema_defaults = {"\"defaults\"", defaults_keys, COUNT(defaults_keys),
				       sizeof(struct raw_defaults)};

static const struct key list_item_keys[] = {
	{.name = "file", .type = VALUE_TEXT, .offset = AT(list_item, file), .min = 1, .max = 4096,
	 .characters = CHARACTERS_TEXT, .summary = "A file that has one item a line"},
};
const struct schema schema_list_item = {"a list item", list_item_keys, COUNT(list_item_keys),
					sizeof(struct raw_list_item)};

static const struct key certificate_keys[] = {
	{.name = "subject", .type = VALUE_TEXT, .offset = AT(certificate, subject),
	 .wanted = "a name such as mail.contoso.com", .max = 1024,
	 .characters = CHARACTERS_TEXT,
	 .summary = "The host name in the common name of the certificate, or a distinguished name (/...)"},
	{.name = "issuer", .type = VALUE_TEXT, .offset = AT(certificate, issuer),
	 .wanted = "a name such as Example Root CA", .max = 1024,
	 .characters = CHARACTERS_TEXT,
	 .summary = "The common name of the issuer, or its distinguished name (/...)"},
	{.name = "fingerprint", .type = VALUE_TEXT, .offset = AT(certificate, fingerprint), .min = 1,
	 .max = 256, .characters = CHARACTERS_PRINTABLE,
	 .summary = "The SHA-256 fingerprint of the certificate, or of its public key, in hexadecimal"},
	{.name = "valid_from", .type = VALUE_TEXT, .offset = AT(certificate, valid_from), .min = 1, .max = 64,
	 .characters = CHARACTERS_PRINTABLE,
	 .summary = "The first day (UTC, YYYY-MM-DD) on which this entry counts"},
	{.name = "valid_to", .type = VALUE_TEXT, .offset = AT(certificate, valid_to), .min = 1, .max = 64,
	 .characters = CHARACTERS_PRINTABLE,
	 .summary = "The last day (UTC, YYYY-MM-DD) on which this entry counts"},
};
const struct schema schema_certificate = {"a certificate entry", certificate_keys, COUNT(certificate_keys),
					  sizeof(struct raw_certificate)};

/* Lists, of which an item may stand for a file. */
#define LISTED(map, key) .type = VALUE_LIST, .offset = AT(map, key), .schema = &schema_list_item
#define PATTERNS(map, key) LISTED(map, key), .wanted = "a pattern such as contoso.com"
#define NETWORKS(map, key) LISTED(map, key), .wanted = "a network such as 192.0.2.0/24"

static const struct key require_keys[] = {
	{.name = "min_version", .type = VALUE_WORD, .offset = AT(require, min_version), .words = &versions,
	 .inherits = "defaults.min_version", .summary = "The lowest version of TLS that will do"},
	{.name = "ciphers", .type = VALUE_TEXT, .offset = AT(require, ciphers), .min = 1, .max = 4096,
	 .characters = CHARACTERS_PRINTABLE,
	 .summary = "An OpenSSL cipher list (ciphers(1)); says nothing of TLS 1.3"},
	{.name = "ciphersuites", .type = VALUE_TEXT, .offset = AT(require, ciphersuites), .min = 1,
	 .max = 4096, .characters = CHARACTERS_PRINTABLE,
	 .summary = "TLS 1.3 cipher suites, separated by colons"},
	{.name = "min_cipher_bits", .type = VALUE_INTEGER, .offset = AT(require, min_cipher_bits), .min = 1,
	 .max = 256, .summary = "The least strength of the cipher in bits"},
	{.name = "forward_secrecy", .type = VALUE_BOOLEAN, .offset = AT(require, forward_secrecy),
	 .default_text = "false", .summary = "Ask for an ephemeral key exchange"},
	{.name = "certificate", .type = VALUE_LIST, .offset = AT(require, certificate),
	 .wanted = "any, or a name such as mail.contoso.com",
	 .schema = &schema_certificate,
	 .summary = "The certificates that will do: any, names, or maps; one suffices"},
	{.name = "allowed_clients", NETWORKS(require, allowed_clients),
	 .summary = "The only addresses and networks that this mail may come from"},
	{.name = "allowed_senders", PATTERNS(require, allowed_senders),
	 .summary = "The only sender domains that such a session may use"},
};
const struct schema schema_require = {"\"require\"", require_keys, COUNT(require_keys),
				      sizeof(struct raw_require)};

static const struct key deliver_keys[] = {
	{.name = "level", .type = VALUE_WORD, .offset = AT(deliver, level), .words = &levels,
	 .required = "Postfix has to know how much to ask for",
	 .summary = "The security level that Postfix delivers at"},
	{.name = "match", .type = VALUE_LIST, .offset = AT(deliver, match),
	 .wanted = "a name such as mail.contoso.com",
	 .summary = "The names of which the certificate must have one (levels verify and secure)"},
	{.name = "trust_anchors", .type = VALUE_LIST, .offset = AT(deliver, trust_anchors),
	 .wanted = "the name of a file such as contoso-ca.pem",
	 .summary = "Files with the only CAs that may vouch for the certificate (levels verify and secure)"},
	{.name = "min_version", .type = VALUE_WORD, .offset = AT(deliver, min_version), .words = &versions,
	 .inherits = "defaults.min_version", .summary = "The lowest version of TLS that will do"},
	{.name = "ciphers", .type = VALUE_WORD, .offset = AT(deliver, ciphers), .words = &grades,
	 .summary = "The lowest grade of ciphers that will do; says nothing of TLS 1.3"},
	{.name = "exclude", .type = VALUE_LIST, .offset = AT(deliver, exclude),
	 .wanted = "a word such as aNULL",
	 .summary = "Words of OpenSSL cipher lists for ciphers that will not do"},
	{.name = "servername", .type = VALUE_TEXT, .offset = AT(deliver, servername),
	 .wanted = "a name such as mail.contoso.com", .min = 1, .max = 255,
	 .characters = CHARACTERS_TEXT, .summary = "The name that Postfix asks the server for (SNI)"},
	{.name = "connection_reuse", .type = VALUE_BOOLEAN, .offset = AT(deliver, connection_reuse),
	 .summary = "Whether Postfix may deliver several messages over one TLS session"},
	{.name = "fingerprints", .type = VALUE_LIST, .offset = AT(deliver, fingerprints),
	 .summary = "SHA-256 fingerprints of certificates or public keys (level fingerprint)"},
};
const struct schema schema_deliver = {"\"deliver\"", deliver_keys, COUNT(deliver_keys),
				      sizeof(struct raw_deliver)};

static const struct key exception_keys[] = {
	{.name = "senders", PATTERNS(exception, senders), .summary = "Domain patterns of senders"},
	{.name = "recipients", PATTERNS(exception, recipients), .summary = "Domain patterns of recipients"},
	{.name = "clients", NETWORKS(exception, clients), .summary = "Addresses and networks of clients"},
	{.name = "authenticated", .type = VALUE_BOOLEAN, .offset = AT(exception, authenticated),
	 .default_text = "false", .summary = "true: sessions that authenticated (SASL)"},
};
const struct schema schema_exception = {"an exception", exception_keys, COUNT(exception_keys),
					sizeof(struct raw_exception)};

static const struct key connector_keys[] = {
	{.name = "name", .type = VALUE_TEXT, .offset = AT(connector, name), .min = 1, .max = 64,
	 .required = "the log calls the connector by it", .characters = CHARACTERS_NAME,
	 .summary = "What the log calls the connector; each name once"},
	{.name = "description", .type = VALUE_TEXT, .offset = AT(connector, description), .min = 1,
	 .max = 1000, .characters = CHARACTERS_TEXT,
	 .summary = "A note for the people who look after this file"},
	{.name = "enabled", .type = VALUE_BOOLEAN, .offset = AT(connector, enabled), .default_text = "true",
	 .summary = "false leaves the connector out; it is still checked"},
	{.name = "mode", .type = VALUE_WORD, .offset = AT(connector, mode), .words = &modes,
	 .inherits = "mode", .summary = "test: judge and log, but let the mail pass"},
	{.name = "senders", PATTERNS(connector, selectors[SELECTOR_SENDERS]),
	 .summary = "Selector: domain patterns of senders"},
	{.name = "recipients", PATTERNS(connector, selectors[SELECTOR_RECIPIENTS]),
	 .summary = "Selector: domain patterns of recipients"},
	{.name = "clients", NETWORKS(connector, selectors[SELECTOR_CLIENTS]),
	 .summary = "Selector: addresses and networks of clients"},
	{.name = "presenting", .type = VALUE_LIST, .offset = AT(connector, selectors[SELECTOR_PRESENTING]),
	 .wanted = "a name such as mail.contoso.com",
	 .summary = "Selector: names of verified certificates, as \"subject\" has them"},
	{.name = "header_from", .type = VALUE_BOOLEAN, .offset = AT(connector, header_from),
	 .default_text = "false", .summary = "true: the addresses of the From: header select as \"senders\" do"},
	{.name = "except", .type = VALUE_MAPS, .offset = AT(connector, except), .schema = &schema_exception,
	 .summary = "Mail that the connector does not match after all; one item suffices"},
	{.name = "require", .type = VALUE_MAP, .offset = AT(connector, require), .words = &require_words,
	 .schema = &schema_require,
	 .summary = "Demand: what the session that brings the mail must show; tls, none, or a map"},
	{.name = "deliver", .type = VALUE_MAP, .offset = AT(connector, deliver), .words = &deliver_words,
	 .schema = &schema_deliver,
	 .summary = "Demand: what Postfix must see where it delivers the mail; none, a level, or a map"},
	{.name = "on_failure", .type = VALUE_WORD, .offset = AT(connector, on_failure), .words = &actions,
	 .inherits = "defaults.on_failure", .summary = "What becomes of mail that does not meet \"require\""},
	{.name = "message", .type = VALUE_TEXT, .offset = AT(connector, message), .min = 1, .max = 400,
	 .characters = CHARACTERS_PRINTABLE, .summary = "The text of the reply, in place of the usual one, which {reason} in it stands for"},
};
const struct schema schema_connector = {"a connector", connector_keys, COUNT(connector_keys),
					sizeof(struct raw_connector)};

static const struct key policy_keys[] = {
	{.name = "daemon", .type = VALUE_MAP, .offset = AT(policy, daemon), .schema = &schema_daemon,
	 .summary = "Settings of forcedtlsd(8)"},
	{.name = "mode", .type = VALUE_WORD, .offset = AT(policy, mode), .words = &modes,
	 .default_text = "enforce",
	 .summary = "test: judge and log, but let everything pass, whatever a connector says"},
	{.name = "trusted_networks", NETWORKS(policy, trusted_networks),
	 .may_be_empty = true, .default_text = "127.0.0.0/8, ::1",
	 .summary = "Sessions from these addresses and networks are not judged"},
	{.name = "recipient_delimiter", .type = VALUE_TEXT, .offset = AT(policy, recipient_delimiter),
	 .min = 0, .max = 16, .characters = CHARACTERS_PRINTABLE, .default_text = "",
	 .summary = "The characters that separate a mailbox from its extension, as in Postfix"},
	{.name = "myorigin", .type = VALUE_TEXT, .offset = AT(policy, myorigin),
	 .wanted = "a domain such as example.org", .min = 1, .max = 253,
	 .characters = CHARACTERS_TEXT,
	 .summary = "The domain that the MTA gives an address without one, as in Postfix; for the policy service"},
	{.name = "mydomain", .type = VALUE_TEXT, .offset = AT(policy, mydomain),
	 .wanted = "a domain such as example.org", .min = 0, .max = 253,
	 .characters = CHARACTERS_TEXT,
	 .summary = "What Postfix appends to a domain without a dot (append_dot_mydomain); \"\": nothing"},
	{.name = "defaults", .type = VALUE_MAP, .offset = AT(policy, defaults), .schema = &schema_defaults,
	 .summary = "What a connector has where it says nothing"},
	{.name = "trace_header", .type = VALUE_BOOLEAN, .offset = AT(policy, trace_header),
	 .default_text = "false", .summary = "true: record the verdict in a header of the message"},
	{.name = "include", .type = VALUE_LIST, .offset = AT(policy, include),
	 .summary = "More files with connectors: names or glob(7) patterns"},
	{.name = "connectors", .type = VALUE_MAPS, .offset = AT(policy, connectors),
	 .schema = &schema_connector, .summary = "The connectors; their order does not matter"},
};
const struct schema schema_policy = {"the policy file", policy_keys, COUNT(policy_keys),
				     sizeof(struct raw_policy)};

static const struct key included_keys[] = {
	{.name = "connectors", .type = VALUE_MAPS, .offset = AT(included, connectors),
	 .schema = &schema_connector, .required = "an included file has connectors, and nothing else",
	 .summary = "The connectors; their order does not matter"},
};
const struct schema schema_included = {"an included file, which has \"connectors\" alone", included_keys,
				       COUNT(included_keys), sizeof(struct raw_included)};

/* clang-format on */

/* As deep as the tables are: no schema holds itself. */
static void walk(const struct schema *schema, struct strbuf *path, schema_visit *visit, void *context)
{
	for (size_t i = 0; i < schema->count; i++) {
		const struct key *key = &schema->keys[i];
		size_t length = path->length;

		strbuf_printf(path, "%s%s", length > 0 ? "." : "", key->name);
		visit(context, path->text, key);
		if (key->type == VALUE_LIST || key->type == VALUE_MAPS)
			strbuf_puts(path, "[]");
		if (key->schema != NULL)
			walk(key->schema, path, visit, context);
		path->length = length;
		path->text[length] = '\0';
	}
}

void schema_walk(const struct schema *schema, schema_visit *visit, void *context)
{
	struct strbuf path = {0};

	walk(schema, &path, visit, context);
	strbuf_fini(&path);
}
