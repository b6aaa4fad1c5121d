/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>

#include "util/memory.h"
#include "load.h"

TestSuite(config_advice);

#define TODAY 20270115

Test(config_advice, mode_that_the_policy_overrides)
{
	expect_advice(
		"mode: test\nconnectors:\n  - {name: a, mode: enforce, senders: a.example, require: tls}\n",
		TODAY,
		"p:3:21: warning: connectors[0].mode: the policy as a whole is in test mode: nothing is "
		"enforced\n");
	expect_advice(
		"mode: test\nconnectors:\n  - {name: a, mode: test, senders: a.example, require: tls}\n",
		TODAY, "");
}

Test(config_advice, exceptions_that_anyone_can_claim)
{
	expect_advice_on_arrivals(
		"connectors:\n"
		"  - name: a\n"
		"    recipients: a.example\n"
		"    except:\n"
		"      - {senders: b.example}\n"
		"      - {senders: b.example, clients: 192.0.2.1}\n"
		"      - {senders: b.example, authenticated: true}\n"
		"      - {senders: b.example, recipients: x@a.example}\n"
		"      - {recipients: x@a.example}\n"
		"    require: tls\n",
		TODAY,
		"p:5:9: warning: connectors[0].except[0]: \"senders\" alone: anyone can claim to be such a "
		"sender; add clients\n");
}
