/* SPDX-License-Identifier: MIT */
/*
 * What must hold for any bytes that are read as a policy or a list. Shared by the
 * fuzzers and by the mutation test; knows no policy that is good or bad.
 */
#include "fuzz/try_policy.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <unistr.h>

#include "config/config.h"
#include "util/memory.h"
#include "lint/lint.h"
#include "fuzz/must.h"

/* Longer than any message: a path, a quoted value, and what is said of it. */
#define MESSAGE_MAX 2000

static void check_message(const struct diagnostic *diagnostic)
{
	char *text = diagnostic_text(diagnostic);
	size_t length = strlen(text);

	MUST(length > 0 && length <= MESSAGE_MAX);
	MUST(u8_check((const uint8_t *)text, length) == NULL);
	for (size_t i = 0; i < length; i++)
		MUST((unsigned char)text[i] >= 0x20 && text[i] != 0x7f);
	MUST((diagnostic->line == 0) == (diagnostic->column == 0));
	free(text);
}

static void check_messages(const struct diagnostics *diagnostics)
{
	size_t errors = 0;

	MUST(diagnostics->count <= DIAGNOSTICS_MAX);
	for (size_t i = 0; i < diagnostics->count; i++) {
		const struct diagnostic *this = &diagnostics->list[i];

		check_message(this);
		errors += this->severity == SEVERITY_ERROR;
		if (i > 0) {
			const struct diagnostic *last = this - 1;

			MUST(strcmp(last->file, this->file) < 0 || last->line < this->line ||
			     (last->line == this->line && last->column <= this->column));
		}
	}
	MUST(diagnostics->unlisted > 0 ? diagnostics->errors >= errors : diagnostics->errors == errors);
	MUST(diagnostics->errors == 0 || errors > 0);
}

static void check_require(const struct require *require)
{
	MUST(require->nothing || require->min_version >= TLS_VERSION_1_0);
	MUST(require->min_cipher_bits >= 0 && require->min_cipher_bits <= 256);
	MUST(!require->any_certificate || require->certificate_count == 0);
	for (size_t i = 0; i < require->certificate_count; i++) {
		const struct certificate_entry *entry = &require->certificates[i];

		MUST(entry->has_fingerprint || entry->has_subject || entry->has_issuer ||
		     entry->valid_from > 0 || entry->valid_to > 0);
		MUST(entry->valid_to == 0 || entry->valid_from <= entry->valid_to);
	}
	MUST(!require->has_allowed_clients || require->allowed_clients.count > 0);
	MUST(require->allowed_senders == NULL || pattern_index_count(require->allowed_senders) > 0);
}

/* The words of an answer, each of the form NAME=VALUE behind the first, as Postfix splits it. */
static void check_words(const char *answer)
{
	static const char *const levels[] = {"encrypt",   "fingerprint", "dane",
					     "dane-only", "verify",      "secure"};
	static const char *const names[] = {"match",   "tafile",     "protocols",       "ciphers",
					    "exclude", "servername", "connection_reuse"};
	size_t length = strcspn(answer, " "), at = 0;
	bool known = false;

	for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++)
		known = known || (strlen(levels[i]) == length && strncmp(levels[i], answer, length) == 0);
	MUST(known);
	/* In this order, and so each but tafile at most once. */
	for (answer += length; *answer != '\0'; answer += length) {
		const char *name = ++answer;

		length = strcspn(name, " ");
		while (at < sizeof names / sizeof names[0] &&
		       (strncmp(names[at], name, strlen(names[at])) != 0 || name[strlen(names[at])] != '='))
			at++;
		MUST(at < sizeof names / sizeof names[0]);
		MUST(length > strlen(names[at]) + 1);
		if (strcmp(names[at], "tafile") == 0) /* one for each file, whatever its name */
			continue;
		MUST(memchr(name + strlen(names[at]) + 1, '=', length - strlen(names[at]) - 1) == NULL);
		at++;
	}
}

static void check_deliver(const struct connector *connector)
{
	const struct tls_policy *tls_policy = &connector->tls_policy;

	MUST(connector->has[SELECTOR_RECIPIENTS] && !connector->has[SELECTOR_SENDERS] &&
	     !connector->has[SELECTOR_CLIENTS]);
	MUST(!connector->has[SELECTOR_PRESENTING] && !connector->header_from &&
	     connector->exception_count == 0);
	MUST(tls_policy->nothing == (tls_policy->answer == NULL));
	if (tls_policy->nothing)
		return;
	MUST(strlen(tls_policy->answer) <= TLS_POLICY_ANSWER_MAX);
	for (const char *c = tls_policy->answer; *c != '\0'; c++)
		MUST(*c >= 0x20 && *c < 0x7f && strchr(",{}()\"'\\#$;", *c) == NULL);
	check_words(tls_policy->answer);
	MUST((tls_policy->level == TLS_POLICY_FINGERPRINT) == (tls_policy->fingerprint_count > 0));
	MUST(tls_policy->match_count == 0 || tls_policy->level == TLS_POLICY_VERIFY ||
	     tls_policy->level == TLS_POLICY_SECURE);
	MUST(strstr(tls_policy->answer, " protocols=!SSLv2:!SSLv3") != NULL);
}

static void check_connector(const struct connector *connector)
{
	size_t length = strlen(connector->name);

	MUST(length >= 1 && length <= 64);
	MUST(strspn(connector->name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") ==
	     length);
	MUST(connector->has[SELECTOR_SENDERS] || connector->has[SELECTOR_RECIPIENTS] ||
	     connector->has[SELECTOR_CLIENTS] || connector->has[SELECTOR_PRESENTING]);
	MUST(connector->has[SELECTOR_PRESENTING] == (connector->presenting_count > 0));
	MUST(!connector->header_from || connector->has[SELECTOR_SENDERS]);
	MUST(connector->has[SELECTOR_CLIENTS] == (connector->clients.count > 0));
	MUST(connector->has_require || connector->has_tls_policy);
	if (connector->has_require)
		check_require(&connector->require);
	if (connector->has_tls_policy)
		check_deliver(connector);
	for (size_t i = 0; i < connector->exception_count; i++) {
		const struct exception *exception = &connector->exceptions[i];

		MUST(exception->senders != NULL || exception->recipients != NULL || exception->has_clients ||
		     exception->authenticated);
	}
	for (const char *c = connector->message; c != NULL && *c != '\0'; c++)
		MUST(*c >= 0x20 && *c < 0x7f);
	MUST(connector->message == NULL || strlen(connector->message) <= 400);
}

static void check_config(const struct config *config)
{
	MUST(config->daemon.milter[0] != '\0' && config->daemon.user[0] != '\0');
	MUST((config->daemon.socket_mode & ~(mode_t)0777) == 0);
	for (size_t i = 0; i < config->policy->connector_count; i++) {
		MUST(config->policy->connectors[i]->number == i);
		check_connector(config->policy->connectors[i]);
	}
}

/* So that entries of the policies in tests/policies end soon, have ended, and have not yet begun. */
#define TODAY 20270215

bool try_policy(const char *name, const unsigned char *bytes, size_t length)
{
	struct diagnostics diagnostics = {0};
	struct config *config = config_check_bytes(name, bytes, length, TODAY, &diagnostics);
	bool valid = config != NULL;

	if (valid)
		lint_config(config, &diagnostics);
	MUST(valid == (diagnostics.errors == 0));
	check_messages(&diagnostics);
	if (valid)
		check_config(config);
	config_free(&config);
	diagnostics_fini(&diagnostics);
	return valid;
}

bool try_list(const unsigned char *bytes, size_t length)
{
	static const char *const selectors[] = {"senders", "clients"};
	int fd = memfd_create("list", MFD_CLOEXEC);
	bool valid = false;

	MUST(fd >= 0 && pwrite(fd, bytes, length, 0) == (ssize_t)length);
	for (size_t i = 0; i < sizeof selectors / sizeof *selectors; i++) {
		struct strbuf policy = {0};

		strbuf_printf(&policy,
			      "recipient_delimiter: \"+\"\nconnectors: [{name: a, %s: {file: "
			      "/proc/self/fd/%d}, require: tls}]\n",
			      selectors[i], fd);
		valid |= try_policy("policy.yaml", (const unsigned char *)policy.text, policy.length);
		strbuf_fini(&policy);
	}
	(void)close(fd);
	return valid;
}
