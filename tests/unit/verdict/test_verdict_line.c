/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <jansson.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit/policy/build.h"
#include "util/memory.h"
#include "verdict/log_field.h"
#include "verdict/log_value.h"
#include "verdict/verdict_line.h"

static struct policy *policy;
static struct session session;
static struct event event;

static void open_case(void)
{
	policy = policy_new();
	cr_assert_not_null(policy);
	build_connector(policy, "from-contoso", "*.contoso.com", NULL, NULL)->on_failure = ON_FAILURE_REJECT;
	policy_finish(policy);
	build_session(&session, "<a@contoso.com>", "<b@example.org>");
	event = (struct event){0};
}

static void close_case(void)
{
	event_fini(&event);
	build_session_fini(&session);
	policy_free(&policy);
}

TestSuite(verdict_line, .init = open_case, .fini = close_case);

/* Decides anew. */
static struct verdict_view line_of(bool tested)
{
	event_fini(&event);
	event = (struct event){.sender = "<a@contoso.com>",
			       .recipient = "<b@example.org>",
			       .policy = policy,
			       .facts = &session.facts};
	event_decide(&event);
	return (struct verdict_view){.event = &event, .tested = tested};
}

static char *text_of(const struct verdict_view *line)
{
	return log_form_text(&verdict_line_form, line);
}

static char *json_of(const struct verdict_view *line)
{
	return log_form_json(&verdict_line_form, line);
}

static void expect_text(const struct verdict_view *line, const char *want)
{
	char *got = text_of(line);

	cr_expect_str_eq(got, want, "got %s\nwant %s", got, want);
	free(got);
}

Test(verdict_line, the_line_of_the_design)
{
	session.facts.tls = (struct tls_facts){.present = true,
					       .version = TLS_VERSION_1_0,
					       .version_text = "TLSv1",
					       .cipher = "ECDHE-RSA-AES256-SHA",
					       .bits = 256};
	struct verdict_view verdict = line_of(false);

	expect_text(&verdict,
		    "NOQUEUE: reject: RCPT from mail.contoso.com[192.0.2.25]: 550 5.7.6 TLSv1.2 or better "
		    "required, got TLSv1; connector=from-contoso reason=version helo=<mail.contoso.com> "
		    "from=<a@contoso.com> to=<b@example.org> tls=TLSv1 cipher=ECDHE-RSA-AES256-SHA bits=256 "
		    "subject=- issuer=- mode=enforce door=milter");
}

Test(verdict_line, absent_empty_and_queue_id)
{
	session.facts.tls = (struct tls_facts){.bits = -1};
	session.facts.helo = NULL;
	session.facts.client_name = NULL;
	session.facts.certificate.subject_cn = "";
	session.facts.certificate.issuer_cn = "-";
	struct verdict_view verdict = line_of(false);

	event.queue_id = "4ABC";
	event.sender = "<>";
	expect_text(&verdict,
		    "4ABC: reject: RCPT from unknown[192.0.2.25]: 550 5.7.10 TLS required for mail from "
		    "*.contoso.com; connector=from-contoso reason=plaintext helo=- from=<> "
		    "to=<b@example.org> tls=- cipher=- bits=- subject=\"\" issuer=\\x2D mode=enforce "
		    "door=milter");
}

Test(verdict_line, pass_says_why)
{
	struct verdict_view verdict = line_of(false);
	char *got = text_of(&verdict);

	cr_expect_not_null(strstr(got,
				  "NOQUEUE: pass: RCPT from mail.contoso.com[192.0.2.25]: requirements met; "
				  "connector=from-contoso reason=- "));
	free(got);
}

Test(verdict_line, quarantine_has_no_codes)
{
	policy->connectors[0]->on_failure = ON_FAILURE_QUARANTINE;
	session.facts.tls = (struct tls_facts){.bits = -1};
	struct verdict_view verdict = line_of(false);
	char *got = text_of(&verdict), *line = json_of(&verdict);
	json_t *json = json_loads(line, 0, NULL);

	cr_expect_not_null(strstr(got,
				  "NOQUEUE: quarantine: RCPT from mail.contoso.com[192.0.2.25]: TLS required "
				  "for mail from *.contoso.com; connector=from-contoso reason=plaintext "));
	cr_expect_str_eq(json_string_value(json_object_get(json, "verdict")), "quarantine");
	cr_expect_str_eq(json_string_value(json_object_get(json, "reply")),
			 "TLS required for mail from *.contoso.com");
	json_decref(json);
	free(line);
	free(got);
}

Test(verdict_line, test_mode)
{
	policy->mode = MODE_TEST;
	session.facts.tls = (struct tls_facts){.bits = -1};
	struct verdict_view verdict = line_of(true);
	char *got = text_of(&verdict);

	cr_expect_not_null(strstr(got, "NOQUEUE: would-reject: RCPT from "));
	cr_expect_not_null(strstr(got, " mode=test door=milter"));
	free(got);
}

/* Every byte value in every place that a peer fills: one line, and no field more than there are. */
Test(verdict_line, nothing_can_be_forged)
{
	char evil[256 + 64];
	size_t length = 0;

	length += (size_t)sprintf(evil, "x> to=<y@z> mode=enforce; connector=\"-\" \\");
	for (int c = 1; c < 256; c++)
		evil[length++] = (char)c;
	evil[length] = '\0';
	session.facts.helo = session.facts.client_name = evil;
	session.facts.tls.cipher = session.facts.tls.version_text = evil;
	session.facts.tls.version = TLS_VERSION_UNKNOWN;
	session.facts.certificate.subject_cn = session.facts.certificate.issuer_cn = evil;
	struct verdict_view verdict = line_of(false);
	char *got;
	int fields = 0, brackets = 0;

	event.sender = event.recipient = event.queue_id = evil;
	got = text_of(&verdict);
	for (const char *at = got; *at != '\0'; at++) {
		cr_assert(*at >= 0x20 && *at < 0x7f, "byte %d", *at);
		fields += strncmp(at, " helo=", 6) == 0 || strncmp(at, " from=", 6) == 0 ||
			  strncmp(at, " to=", 4) == 0 || strncmp(at, " mode=", 6) == 0 ||
			  strncmp(at, " connector=", 11) == 0;
		brackets += *at == '<' || *at == '>';
	}
	cr_expect_eq(fields, 5);
	cr_expect_eq(brackets, 6);
	free(got);
}

Test(verdict_line, a_client_name_cannot_bring_an_address)
{
	session.facts.client_name = "mx[203.0.113.9]:";
	struct verdict_view verdict = line_of(false);
	char *got = text_of(&verdict);

	cr_expect_not_null(strstr(got, "RCPT from mx\\x5B203.0.113.9\\x5D:[192.0.2.25]: "), "%s", got);
	free(got);
}

Test(verdict_line, values_are_bounded)
{
	char *huge = xmalloc(100001);
	struct strbuf out = {0};

	memset(huge, 'a', 100000);
	huge[100000] = '\0';
	log_field_add_value(&out, huge, log_value_room(SIZE_MAX));
	cr_expect_eq(out.length, LOG_VALUE_MAX + 3);
	strbuf_fini(&out);
	log_field_add_value(&out, huge, log_value_room(100));
	cr_expect_eq(out.length, 100 + 3);
	strbuf_fini(&out);
	free(huge);
}

/* Text of ours that is as long as it may be. */
static char *longest(size_t length)
{
	char *text = xmalloc(length + 1);

	memset(text, '"', length);
	text[length] = '\0';
	return text;
}

/* Whatever peers send, the line stays below what syslog daemons take, and what matters is whole. */
Test(verdict_line, lines_are_bounded)
{
	static const char *const fillings[] = {"a", "\x01", "\xff", "\xc3\xbc", "\xf0\x9f\x98\x80", "\""};
	struct from_selection from = {0};
	struct strbuf huge = {0};

	strbuf_puts(&huge, "");
	policy->connectors[0]->message = longest(400);
	policy->connectors[0]->header_from = true;
	for (size_t i = 0; i < 8; i++) {
		strbuf_cut(&huge, 0);
		for (size_t k = 0; k < 600; k++)
			strbuf_putc(&huge, (char)('a' + (int)i));
		strbuf_puts(&huge, "@contoso.com");
		from_selection_add(&from, policy, huge.text);
	}
	strbuf_fini(&huge);
	for (size_t i = 0; i < sizeof fillings / sizeof *fillings; i++) {
		struct strbuf evil = {0};
		char *text, *line;
		json_t *json;

		while (evil.length < 2000)
			strbuf_puts(&evil, fillings[i]);
		session.facts.helo = session.facts.client_name = evil.text;
		session.facts.tls.cipher = session.facts.tls.version_text = evil.text;
		session.facts.tls.version = TLS_VERSION_UNKNOWN;
		session.facts.certificate.subject_cn = session.facts.certificate.issuer_cn = evil.text;
		session.facts.header_from = &from;
		struct verdict_view verdict = line_of(false);

		event.sender = event.recipient = event.queue_id = evil.text;
		text = text_of(&verdict);
		line = json_of(&verdict);
		cr_expect(strlen(text) <= LOG_VALUE_LINE_MAX && strlen(line) <= LOG_VALUE_LINE_MAX,
			  "%zu: %zu, %zu", i, strlen(text), strlen(line));
		cr_expect_not_null(strstr(text, "; connector=from-contoso reason=version helo=<"), "%s",
				   text);
		cr_expect_not_null(strstr(text, "...> tls="), "%s", text);
		cr_expect_not_null(strstr(text, "... mode=enforce door=milter"), "%s", text);
		json = json_loads(line, 0, NULL);
		cr_assert_not_null(json, "%s", line);
		cr_expect_str_eq(json_string_value(json_object_get(json, "connector")), "from-contoso");
		cr_expect_str_eq(json_string_value(json_object_get(json, "reason")), "version");
		cr_expect_not_null(strstr(json_string_value(json_object_get(json, "from")), "..."));
		json_decref(json);
		free(line);
		free(text);
		strbuf_fini(&evil);
	}
	from_selection_fini(&from);
}

/* One long value is no reason to cut the others. */
Test(verdict_line, short_values_stay_whole)
{
	struct strbuf evil = {0};
	char *text;

	for (size_t i = 0; i < 512; i++)
		strbuf_putc(&evil, '\x01');
	session.facts.helo = session.facts.client_name = session.facts.tls.cipher = evil.text;
	struct verdict_view verdict = line_of(false);

	text = text_of(&verdict);
	cr_expect(strlen(text) <= LOG_VALUE_LINE_MAX && strlen(text) > LOG_VALUE_LINE_MAX / 2, "%zu",
		  strlen(text));
	cr_expect_not_null(strstr(text, "...> from=<a@contoso.com> to=<b@example.org> tls=TLSv1.2 cipher="),
			   "%s", text);
	free(text);
	strbuf_fini(&evil);
}

static void pin(const char *subject)
{
	struct require *require = &policy->connectors[0]->require;
	const char *error;

	require->certificates = xcalloc(2, sizeof *require->certificates);
	require->certificate_count = 2;
	require->certificates[0].has_fingerprint = true;
	require->certificates[1].has_subject = require->certificates[1].has_issuer = true;
	cr_assert(certificate_subject_parse(subject, &require->certificates[1].subject, &error));
	cr_assert(certificate_issuer_parse("Some CA", &require->certificates[1].issuer, &error));
}

#define ZEROS                                                                                                \
	"00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00"

Test(verdict_line, names_the_certificates_that_were_wanted)
{
	struct fingerprints *shown = &session.facts.certificate.fingerprints;
	struct verdict_view verdict;
	char *got;

	pin("mail.contoso.com");
	session.facts.certificate.state = CERTIFICATE_UNVERIFIED;
	*shown = (struct fingerprints){.seen = FINGERPRINTS_SHOWN, .count = 2};
	shown->list[0].bytes[0] = 0xff;
	shown->list[1].bytes[31] = 0x01;
	verdict = line_of(false);
	got = text_of(&verdict);
	cr_expect(strstr(got, " reason=fingerprint ") != NULL, "%s", got);
	cr_expect(
		strstr(got,
		       " certificate=unverified "
		       "fingerprint=FF:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:"
		       "00:00:00:00:00:00:00:00,00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:"
		       "00:00:00:00:00:00:00:00:00:00:00:01 wanted=fingerprint:" ZEROS
		       "|subject:mail.contoso.com,issuer:Some\\x20CA mode=") != NULL,
		"%s", got);
	free(got);
	got = json_of(&verdict);
	cr_expect(strstr(got, "\"wanted\":\"fingerprint:" ZEROS
			      "|subject:mail.contoso.com,issuer:Some CA\"") != NULL &&
			  strstr(got, "\"certificate\":\"unverified\"") != NULL,
		  "%s", got);
	free(got);
	shown->list[1].bytes[31] = 0x00;
	verdict = line_of(false);
	got = text_of(&verdict);
	cr_expect(strstr(got, "pass: ") != NULL && strstr(got, "wanted=") == NULL &&
			  strstr(got, "certificate=") == NULL,
		  "%s", got);
	free(got);
}

/* Without a verified certificate the reason is one; what kept it from being verified is another matter. */
Test(verdict_line, says_what_is_known_of_the_certificate)
{
	static const char *const names[] = {
		[CERTIFICATE_UNTOLD] = "untold",
		[CERTIFICATE_NONE] = "none",
		[CERTIFICATE_UNVERIFIED] = "unverified",
	};

	pin("mail.contoso.com");
	session.facts.certificate.fingerprints.seen = FINGERPRINTS_NONE;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		char wanted[80];
		struct verdict_view verdict;
		char *got;

		session.facts.certificate.state = (enum certificate_state)i;
		verdict = line_of(false);
		got = text_of(&verdict);
		(void)snprintf(wanted, sizeof wanted, " certificate=%s wanted=", names[i]);
		cr_expect(strstr(got, " reason=no-certificate ") != NULL && strstr(got, wanted) != NULL, "%s",
			  got);
		free(got);
	}
}

Test(verdict_line, json_has_the_same_facts)
{
	session.facts.helo = "h\"\n\xff";
	struct verdict_view verdict = line_of(false);
	char *line = json_of(&verdict);
	json_t *json = json_loads(line, 0, NULL);

	cr_assert_not_null(json, "%s", line);
	cr_expect_null(strchr(line, '\n'));
	cr_expect_str_eq(json_string_value(json_object_get(json, "verdict")), "pass");
	cr_expect_str_eq(json_string_value(json_object_get(json, "stage")), "RCPT");
	cr_expect_str_eq(json_string_value(json_object_get(json, "connector")), "from-contoso");
	cr_expect_str_eq(json_string_value(json_object_get(json, "helo")), "h\"\n\xef\xbf\xbd");
	cr_expect_str_eq(json_string_value(json_object_get(json, "from")), "a@contoso.com");
	cr_expect_eq(json_integer_value(json_object_get(json, "bits")), 256);
	cr_expect(json_is_null(json_object_get(json, "subject")));
	cr_expect(json_is_null(json_object_get(json, "reason")));
	cr_expect_str_eq(json_string_value(json_object_get(json, "mode")), "enforce");
	json_decref(json);
	free(line);
}

Test(verdict_line, every_stage_has_its_name)
{
	static const char *const names[] = {
		[EVENT_STAGE_RECIPIENT] = "RCPT",
		[EVENT_STAGE_DATA] = "DATA",
		[EVENT_STAGE_END_OF_HEADER] = "END-OF-HEADERS",
		[EVENT_STAGE_END_OF_MESSAGE] = "END-OF-MESSAGE",
	};
	struct verdict_view verdict = line_of(false);

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		char *text, *line;
		json_t *json;

		event.stage = (enum event_stage)i;
		text = text_of(&verdict);
		cr_expect(strncmp(text, "NOQUEUE: pass: ", 15) == 0 &&
				  strncmp(text + 15, names[i], strlen(names[i])) == 0 &&
				  strncmp(text + 15 + strlen(names[i]), " from ", 6) == 0,
			  "%s", text);
		line = json_of(&verdict);
		json = json_loads(line, 0, NULL);
		cr_expect_str_eq(json_string_value(json_object_get(json, "stage")), names[i]);
		json_decref(json);
		free(line);
		free(text);
	}
}

/* Which addresses they are cannot be mistaken, nor how many. */
Test(verdict_line, addresses_of_the_header)
{
	struct from_selection from = {0};
	char *text, *json;

	policy->connectors[0]->header_from = true;
	/* No address with such bytes in it is read from a header; whoever hands one over, no field breaks. */
	(void)readings_add(&from.addresses, &(struct address){.local = "x,y", .domain = "contoso.com"});
	from_selection_add(&from, policy, "\"a,b@contoso.com\" <z@contoso.com>");
	(void)readings_add(&from.addresses, &(struct address){.local = "a>b", .domain = "contoso.com"});
	from_selection_add(&from, policy, "<<c@contoso.com");
	struct verdict_view verdict = line_of(false);

	session.facts.header_from = &(struct from_selection){0};
	text = text_of(&verdict);
	json = json_of(&verdict);
	cr_expect_not_null(strstr(text, " header_from=<> "), "got %s", text);
	cr_expect_not_null(strstr(json, "\"header_from\":[]"), "got %s", json);
	free(text);
	free(json);
	session.facts.header_from = &from;
	text = text_of(&verdict);
	json = json_of(&verdict);
	cr_expect_not_null(strstr(text, " header_from=<x\\x2Cy@contoso.com,z@contoso.com,a\\x3Eb@contoso.com,"
					"contoso.com> "),
			   "got %s", text);
	cr_expect_not_null(strstr(json, "\"header_from\":[\"x,y@contoso.com\",\"z@contoso.com\","
					"\"a>b@contoso.com\",\"contoso.com\"]"),
			   "got %s", json);
	free(text);
	free(json);
	from_selection_fini(&from);
	memset(text = xmalloc(4001), 'x', 4000);
	memcpy(text + 600, "@contoso.com,y@contoso.com", sizeof "@contoso.com,y@contoso.com");
	from_selection_add(&from, policy, text);
	free(text);
	text = text_of(&verdict);
	cr_expect_not_null(strstr(text, "xx...> tls="), "got %s", text);
	free(text);
	from_selection_fini(&from);
}

Test(verdict_line, client_without_an_address)
{
	session.facts.client = (struct ip_address){0};
	struct verdict_view verdict = line_of(false);
	char *line = json_of(&verdict);
	json_t *json = json_loads(line, 0, NULL);

	cr_assert_not_null(json, "%s", line);
	cr_expect_str_eq(json_string_value(json_object_get(json, "client_address")), "unknown");
	json_decref(json);
	free(line);
}

/* A line each, whatever peers send, so that no field can be forged there either. */
Test(verdict_line, journal_has_the_same_fields)
{
	session.facts.tls = (struct tls_facts){.bits = -1};
	session.facts.helo = "h\nFORCEDTLS_VERDICT=pass";
	session.facts.client_name = NULL;
	session.facts.certificate.subject_cn = "";
	struct verdict_view verdict = line_of(false);
	char *got;

	event.queue_id = "4ABC";
	got = log_form_journal(&verdict_line_form, &verdict);
	cr_expect_str_eq(
		got,
		"MESSAGE_ID=88e57c4768ab4f2c9e36f59050b8ed8b\nFORCEDTLS_QUEUE_ID=4ABC\n"
		"FORCEDTLS_VERDICT=reject\nFORCEDTLS_STAGE=RCPT\nFORCEDTLS_CLIENT_NAME=unknown\n"
		"FORCEDTLS_CLIENT_ADDRESS=192.0.2.25\nFORCEDTLS_REPLY=550 5.7.10 TLS required for mail "
		"from *.contoso.com\nFORCEDTLS_CONNECTOR=from-contoso\nFORCEDTLS_REASON=plaintext\n"
		"FORCEDTLS_HELO=h\\x0AFORCEDTLS_VERDICT=pass\nFORCEDTLS_FROM=a@contoso.com\n"
		"FORCEDTLS_TO=b@example.org\nFORCEDTLS_SUBJECT=\nFORCEDTLS_MODE=enforce\n"
		"FORCEDTLS_DOOR=milter\n",
		"got %s", got);
	free(got);
}

static void expect_part(bool tested, const char *part, bool there)
{
	struct verdict_view verdict = {.event = &event, .tested = tested};
	char *got = text_of(&verdict);

	cr_expect_eq(strstr(got, part) != NULL, there, "%s in %s", part, got);
	free(got);
}

Test(verdict_line, any_certificate_and_alternative_names)
{
	struct require *require = &policy->connectors[0]->require;

	require->any_certificate = true;
	session.facts.certificate = (struct certificate_facts){
		.state = CERTIFICATE_UNVERIFIED, .subject_cn = "mail.x", .altnames = "a.example,b.example"};
	(void)line_of(false);
	expect_part(false, " wanted=any ", true);
	expect_part(false, " altnames=a.example,b.example ", true);
	expect_part(false, " subject=mail.x ", true);
	session.facts.certificate.subject_cn = NULL;
	session.facts.certificate.subject_dn = "/CN=y";
	session.facts.certificate.issuer_dn = "/CN=z";
	session.facts.certificate.altnames = NULL;
	(void)line_of(false);
	expect_part(false, " subject=/CN=y ", true);
	expect_part(false, " issuer=/CN=z ", true);
	expect_part(false, "altnames=", false);
}

/* Of a message that is judged as a whole, each line names the recipient that it is about. */
Test(verdict_line, recipient_of_test_mode)
{
	policy->connectors[0]->mode = MODE_TEST;
	policy->has_test_connectors = true;
	session.facts.tls.present = false;
	(void)line_of(false);
	expect_part(true, " to=<b@example.org>", true);
	event.tested_recipient = "<c@example.org>";
	expect_part(true, " to=<c@example.org>", true);
	expect_part(false, " to=<b@example.org>", true);
	event.tested_recipient = NULL;
}

/* Of an argument, without what MAIL and RCPT may put around it, and no more than that. */
Test(verdict_line, arguments_without_what_is_around_them)
{
	static const char *const cases[][2] = {
		{"<a@x>", "<a@x>"},     {" \t<a@x> \t", "<a@x>"},
		{"a@x", "<a@x>"},       {" a@x\t", "<a@x>"},
		{"<a@x", "<\\x3Ca@x>"}, {"a@x>", "<a@x\\x3E>"},
		{"<>", "<>"},           {"<", "<\\x3C>"},
		{">", "<\\x3E>"},       {"", "<>"},
		{" \t", "<>"},          {"< a@x >", "<\\x20a@x\\x20>"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char want[60];

		(void)line_of(false);
		event.recipient = cases[i][0];
		(void)snprintf(want, sizeof want, " to=%s ", cases[i][1]);
		expect_part(false, want, true);
	}
}

Test(verdict_line, a_short_queue_id_and_what_is_null)
{
	struct verdict_view verdict;
	char *got;

	session.facts.tls.bits = -1;
	(void)line_of(false);
	event.queue_id = "A";
	verdict = (struct verdict_view){.event = &event};
	got = text_of(&verdict);
	cr_expect_eq(strncmp(got, "A: ", 3), 0, "%s", got);
	free(got);
	got = json_of(&verdict);
	cr_expect(strstr(got, "\"bits\":null") != NULL, "%s", got);
	cr_expect(strstr(got, "\"queue_id\":\"A\"") != NULL, "%s", got);
	free(got);
	session.facts.tls.bits = 0;
	got = json_of(&verdict);
	cr_expect(strstr(got, "\"bits\":0") != NULL, "%s", got);
	free(got);
}

Test(verdict_line, test_mode_of_the_policy_says_so)
{
	policy->mode = MODE_TEST;
	struct verdict_view verdict = line_of(false);
	char *text = text_of(&verdict);

	cr_expect_not_null(strstr(text, ": test mode: nothing is enforced; "), "got %s", text);
	free(text);
	policy->mode = MODE_ENFORCE;
	verdict = line_of(false);
	text = text_of(&verdict);
	cr_expect_null(strstr(text, "test mode"), "got %s", text);
	free(text);
}

Test(verdict_line, arguments_stand_without_what_is_around_them)
{
	static const struct {
		const char *argument, *want;
	} cases[] = {
		{" <a@x.example> ", " from=<a@x.example> "},
		{"a@x.example\t", " from=<a@x.example> "},
		{" \t", " from=<> "},
		{"<a@x.example", " from=<\\x3Ca@x.example> "},
		{"<", " from=<\\x3C> "},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct verdict_view verdict = line_of(false);
		char *text;

		event.sender = cases[i].argument;
		text = text_of(&verdict);
		cr_expect_not_null(strstr(text, cases[i].want), "%s is in %s", cases[i].argument, text);
		free(text);
	}
}

Test(verdict_line, what_no_terminal_may_see)
{
	session.facts.helo = "a\x7f"
			     "b";
	struct verdict_view verdict = line_of(false);
	char *json = json_of(&verdict);

	cr_expect_not_null(strstr(json, "\"helo\":\"a\\u007Fb\""), "got %s", json);
	free(json);
}

Test(log_value, text_and_nothing)
{
	struct strbuf out = {0};
	struct log_value_room room = log_value_room(6);
	json_t *json;

	log_value_add_text(&out,
			   "a\x01\x7f"
			   "b",
			   &room);
	cr_expect_str_eq(out.text, "a\\x01...");
	strbuf_cut(&out, 0);
	room = log_value_room(SIZE_MAX);
	log_value_add_text(&out, "a \x7f", &room);
	cr_expect_str_eq(out.text, "a \\x7F");
	strbuf_cut(&out, 0);
	log_field_add_value(&out, NULL, room);
	cr_expect_str_eq(out.text, "-");
	strbuf_fini(&out);
	json = log_value_json(NULL, 0, &room);
	cr_expect(json_is_null(json));
	json_decref(json);
}

static void expect_said(const char *part)
{
	const struct verdict_view line = line_of(false);
	char *got = text_of(&line);

	cr_expect_not_null(strstr(got, part), "%s", got);
	free(got);
}

Test(verdict_line, pass_says_why_nothing_was_required)
{
	policy->connectors[0]->has_require = false;
	expect_said(": no connector applies; ");
	build_cidrs(&policy->trusted_networks, "192.0.2.0/24");
	expect_said(": not judged: trusted network; ");
	session.facts.client.family = 0;
	session.facts.client_port = -1;
	session.facts.from_local_program = true;
	expect_said(": not judged: local submission; ");
}

Test(verdict_line, an_empty_queue_id_and_no_argument)
{
	struct verdict_view line = line_of(false);
	char *got;

	event.queue_id = "";
	event.sender = NULL;
	got = text_of(&line);
	cr_expect_eq(strncmp(got, "NOQUEUE: ", 9), 0, "%s", got);
	cr_expect_not_null(strstr(got, " from=- "), "%s", got);
	free(got);
	got = json_of(&line);
	cr_expect_not_null(strstr(got, "\"queue_id\":null"), "%s", got);
	free(got);
}

/* An entry that is over lacks a certificate as well; one that nobody could see says nothing of which would have done. */
Test(verdict_line, wanted_of_an_entry_that_is_over)
{
	struct require *require = &policy->connectors[0]->require;

	require->certificates = xcalloc(1, sizeof *require->certificates);
	require->certificate_count = 1;
	require->certificates[0].valid_to = 20260101;
	session.facts.certificate.state = CERTIFICATE_VERIFIED;
	expect_said(" wanted=");
	expect_part(false, " certificate=verified ", true);
	require->certificates[0] = (struct certificate_entry){.has_fingerprint = true};
	session.facts.certificate.fingerprints.seen = FINGERPRINTS_UNSEEN;
	expect_said(" reason=internal ");
	expect_part(false, " wanted=", false);
}

/* Who was selected by a name that nobody has verified is told what is known of it. */
Test(verdict_line, certificate_of_a_connector_in_doubt)
{
	event_fini(&event);
	event = (struct event){.policy = policy, .facts = &session.facts};
	event.decision.enforced = (struct judgement){
		.verdict = VERDICT_TEMPFAIL,
		.reason = REASON_VERSION,
		.has_connector = true,
		.decisive = {.connector = policy->connectors[0], .uncertain = true},
	};
	event.reply = (struct reply){.text = xstrdup("TLS required")};
	const struct verdict_view line = {.event = &event};
	char *got = text_of(&line);

	cr_expect_not_null(strstr(got, " certificate=untold "), "%s", got);
	free(got);
}
