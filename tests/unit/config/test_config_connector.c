/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <string.h>

#include "policy/pattern_index.h"
#include "load.h"

TestSuite(config_connector);

Test(config_connector, all)
{
	struct config *config = load("connectors:\n"
				     "  - name: from-contoso\n"
				     "    description: |\n      two\n      lines\n"
				     "    mode: test\n"
				     "    senders: [a.example, b.example]\n"
				     "    recipients: c.example\n"
				     "    clients: [192.0.2.0/24, 192.0.2.0/25]\n"
				     "    require: tls\n"
				     "    on_failure: reject\n"
				     "    message: 100% TLS\n");
	const struct connector *connector = config->policy->connectors[0];

	cr_expect_str_eq(connector->name, "from-contoso");
	cr_expect_str_eq(connector->description, "two\nlines\n");
	cr_expect_eq(connector->place.file, 0);
	cr_expect_str_eq(config->policy->files[0], "p");
	cr_expect_eq(connector->place.line, 2);
	cr_expect_eq(connector->place.column, 5);
	cr_expect_eq(connector->mode, MODE_TEST);
	cr_expect_eq(connector->on_failure, ON_FAILURE_REJECT);
	cr_expect_str_eq(connector->message, "100% TLS");
	cr_expect(connector->has[SELECTOR_SENDERS] && connector->has[SELECTOR_RECIPIENTS] &&
		  connector->has[SELECTOR_CLIENTS]);
	cr_expect_eq(connector->clients.count, 2);
	cr_expect_eq(connector->exception_count, 0);
	cr_expect(connector->has_require);
	cr_expect_eq(pattern_index_count(config->policy->senders), 2);
	cr_expect_eq(pattern_index_count(config->policy->recipients), 1);
	config_free(&config);
}

Test(config_connector, what_is_not_said_comes_from_the_defaults)
{
	struct config *config = load("connectors:\n"
				     "  - {name: a, clients: 192.0.2.1, require: none}\n"
				     "  - {name: b, senders: b.example, require: tls, on_failure: tempfail}\n"
				     "defaults: {on_failure: reject}\n");
	const struct connector *a = config->policy->connectors[0];

	cr_expect_null(a->description);
	cr_expect_null(a->message);
	cr_expect_eq(a->mode, MODE_ENFORCE);
	cr_expect_eq(a->on_failure, ON_FAILURE_REJECT);
	cr_expect_not(a->has[SELECTOR_SENDERS] || a->has[SELECTOR_RECIPIENTS]);
	cr_expect_eq(config->policy->networks.count, 1);
	cr_expect_eq(config->policy->connectors[1]->on_failure, ON_FAILURE_TEMPFAIL);
	cr_expect_eq(config->policy->connectors[1]->number, 1);
	config_free(&config);
}

Test(config_connector, without_any_default_mail_is_deferred)
{
	struct config *config = load("connectors:\n  - {name: a, senders: a.example, require: tls}\n");

	cr_expect_eq(config->policy->connectors[0]->on_failure, ON_FAILURE_TEMPFAIL);
	config_free(&config);
}

Test(config_connector, exceptions)
{
	struct config *config = load("connectors:\n"
				     "  - name: a\n"
				     "    senders: '*'\n"
				     "    require: tls\n"
				     "    except:\n"
				     "      - {senders: [b.example, c.example], recipients: d.example}\n"
				     "      - clients: [192.0.2.1, 192.0.2.2]\n"
				     "        authenticated: true\n");
	const struct connector *connector = config->policy->connectors[0];

	cr_assert_eq(connector->exception_count, 2);
	cr_expect_eq(pattern_index_count(connector->exceptions[0].senders), 2);
	cr_expect_eq(pattern_index_count(connector->exceptions[0].recipients), 1);
	cr_expect_not(connector->exceptions[0].has_clients);
	cr_expect_not(connector->exceptions[0].authenticated);
	cr_expect_eq(connector->exceptions[0].place.line, 6);
	cr_expect_null(connector->exceptions[1].senders);
	cr_expect_null(connector->exceptions[1].recipients);
	cr_expect(connector->exceptions[1].has_clients);
	cr_expect_eq(connector->exceptions[1].clients.count, 2);
	cr_expect(connector->exceptions[1].authenticated);
	cr_expect_eq(connector->exceptions[1].place.line, 7);
	config_free(&config);
}

Test(config_connector, disabled_ones_are_checked_and_left_out)
{
	struct config *config = load("connectors:\n"
				     "  - {name: a, senders: a.example, require: tls, enabled: false}\n"
				     "  - {name: b, senders: b.example, require: tls}\n"
				     "  - {name: c, senders: b.example, require: tls, enabled: false}\n");

	cr_expect_eq(config->policy->connector_count, 1);
	cr_expect_str_eq(config->policy->connectors[0]->name, "b");
	cr_expect_eq(config->policy->connectors[0]->number, 0);
	cr_expect_eq(pattern_index_count(config->policy->senders), 1);
	config_free(&config);
	expect_messages(
		"connectors:\n"
		"  - {name: a, enabled: false, senders: 'a*b', require: {}}\n"
		"  - {name: b, enabled: false}\n",
		"p:2:40: error: connectors[0].senders: \"a*b\" has a \"*\" where none may stand; it stands "
		"alone, or first as in *.contoso.com\n"
		"p:2:56: error: connectors[0].require: says nothing; to ask for TLS alone, write \"require: "
		"tls\"\n"
		"p:3:5: error: connectors[1]: has no selector; give it senders, recipients, clients or "
		"presenting\n"
		"p:3:5: error: connectors[1]: has no demand; give it \"require\" or \"deliver\"\n");
}

/* A selector or a demand that is wrong is not missing as well. */
Test(config_connector, one_fault_one_message)
{
	expect_messages(
		"connectors:\n  - {name: a, senders: [], require: nothing}\n",
		"p:2:24: error: connectors[0].senders: is an empty list\n"
		"p:2:37: error: connectors[0].require: unknown value \"nothing\"; it must be one of: tls, "
		"none, a map\n");
	expect_messages("connectors:\n  - {name: a, recipients: b.example, deliver: tls}\n",
			"p:2:47: error: connectors[0].deliver: unknown level \"tls\"; it must be one of: "
			"none, encrypt, "
			"fingerprint, dane, dane-only, verify, secure, a map\n");
}

/* Either would except mail that nobody meant to except. */
Test(config_connector, exceptions_that_say_nothing)
{
	expect_messages(
		"connectors:\n"
		"  - {name: a, senders: a.example, require: tls, except: [{}]}\n"
		"  - {name: b, senders: b.example, require: tls, except: [{authenticated: false}]}\n",
		"p:2:58: error: connectors[0].except[0]: is empty, and would except everything\n"
		"p:3:74: error: connectors[1].except[0].authenticated: only true says something; to except "
		"nobody, leave the key out\n");
}

Test(config_connector, message_length)
{
	char text[1000] = "connectors:\n  - {name: a, senders: a.example, require: tls, message: \"";
	size_t length = strlen(text);
	struct config *config;

	memset(text + length, '%', 400);
	memcpy(text + length + 400, "\"}\n", 4);
	config = load(text);
	cr_expect_eq(strlen(config->policy->connectors[0]->message), 400);
	config_free(&config);
	memset(text + length, '%', 401);
	memcpy(text + length + 401, "\"}\n", 4);
	expect_messages(text, "p:2:58: error: connectors[0].message: has 401 bytes; 400 is the most\n");
}

Test(config_connector, what_the_whole_policy_brought)
{
	struct config *config =
		load("trace_header: true\n"
		     "recipient_delimiter: '+'\n"
		     "defaults: {on_failure: quarantine}\n"
		     "connectors:\n"
		     "  - name: a\n"
		     "    senders: [a.example, ceo@b.example]\n"
		     "    header_from: true\n"
		     "    presenting: [mail.a.example, '*.A.example', /C=DE/CN=mail]\n"
		     "    require: {allowed_senders: [a.example, .a.example]}\n"
		     "  - {name: b, presenting: b.example, require: tls, on_failure: reject}\n"
		     "  - {name: c, senders: c.example, header_from: false, require: tls}\n");
	const struct policy *policy = config->policy;
	const struct connector *a = policy->connectors[0];

	cr_expect(policy->trace_header);
	cr_expect(policy->has_header_from);
	cr_expect(a->header_from && a->has[SELECTOR_PRESENTING] && a->has[SELECTOR_SENDERS]);
	cr_expect_eq(a->on_failure, ON_FAILURE_QUARANTINE);
	cr_assert_eq(a->presenting_count, 3);
	cr_expect_eq(a->presenting[0].kind, CERTIFICATE_NAME_HOST);
	cr_expect_eq(a->presenting[1].kind, CERTIFICATE_NAME_TREE);
	cr_expect_str_eq(a->presenting[1].written, "*.A.example");
	cr_expect_eq(a->presenting[2].kind, CERTIFICATE_NAME_DN);
	cr_expect_eq(pattern_index_count(a->require.allowed_senders), 2);
	cr_expect_not(policy->connectors[1]->has[SELECTOR_SENDERS] || policy->connectors[1]->header_from);
	cr_expect_eq(policy->connectors[1]->on_failure, ON_FAILURE_REJECT);
	cr_expect_null(policy->connectors[1]->require.allowed_senders);
	cr_expect_eq(pattern_index_count(policy->names), 2, "a name, and the wildcard over it");
	cr_expect_not(policy->connectors[2]->header_from);
	config_free(&config);
	config = load("connectors:\n  - {name: a, senders: a.example, require: tls}\n");
	cr_expect_not(config->policy->trace_header || config->policy->has_header_from);
	config_free(&config);
}
