/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "doctor/endpoint.h"
#include "doctor/listening.h"
#include "doctor/postconf.h"
#include "doctor/postfix.h"

static struct postfix *read(const char *values, const char *services, const char *overrides)
{
	return postconf_parse(NULL, values, "", services, overrides);
}

static void expect_value(const struct postfix *postfix, const struct service *service, const char *name,
			 const char *wanted)
{
	char *value = postfix_text(postfix, service, name);

	cr_expect_str_eq(value, wanted, "%s", name);
	free(value);
}

Test(doctor_postfix, a_service_has_its_own_values)
{
	struct postfix *postfix =
		read("a = 1\nb = $a\nempty =\nno equals\na = 2\n",
		     "smtp inet n - y - - smtpd -v -o a=3\nbroken inet n\n10.0.0.1:25 inet n - n - - smtpd\n",
		     "smtp/inet/a = 3\n10.0.0.1:25/inet/b = x = y\nnobody/inet/a = 4\nslash = 5\n");
	const struct service *smtp = postfix_find_service(postfix, "smtp", "inet");
	const struct service *other = postfix_find_service(postfix, "10.0.0.1:25", "inet");

	cr_assert_eq(postfix->service_count, 2);
	cr_expect(smtp->chroot && !other->chroot);
	expect_value(postfix, NULL, "b", "2");
	expect_value(postfix, smtp, "b", "3");
	expect_value(postfix, other, "b", "x = y");
	expect_value(postfix, NULL, "empty", "");
	expect_value(postfix, NULL, "unknown", "");
	cr_expect(postfix_overrides(smtp, "a") && !postfix_overrides(smtp, "b"));
	postfix_free(&postfix);
}

Test(doctor_postfix, versions)
{
	static const struct {
		const char *version;
		bool since_3_11_7, since_3_12_0;
	} cases[] = {{"3.7.11", false, false}, {"3.11.6", false, false},
		     {"3.11.7", true, false},  {"3.12-20260805", true, false},
		     {"3.12.0", true, true},   {"4.0.0", true, true},
		     {"", false, false},       {"new", false, false}};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char values[64];
		struct postfix *postfix;

		(void)snprintf(values, sizeof values, "mail_version = %s\n", cases[i].version);
		postfix = read(values, "", "");
		cr_expect_eq(postfix_is_since(postfix, 3, 11, 7), cases[i].since_3_11_7, "%s",
			     cases[i].version);
		cr_expect_eq(postfix_is_since(postfix, 3, 12, 0), cases[i].since_3_12_0, "%s",
			     cases[i].version);
		postfix_free(&postfix);
	}
}

Test(doctor_postfix, lists)
{
	static const char text[] = "a,b\t{ c, d {e} } ,, {f";
	static const char *const wanted[] = {"a", "b", "{ c, d {e} }", "{f"};
	struct words words;
	char *inside;

	words_split(text, &words);
	cr_assert_eq(words.count, 4);
	for (size_t i = 0; i < 4; i++)
		cr_expect_str_eq(words.list[i], wanted[i]);
	inside = word_unbrace(words.list[2]);
	cr_expect_str_eq(inside, "c, d {e}");
	free(inside);
	words_fini(&words);
}

Test(doctor_postfix, endpoints)
{
	static const struct {
		const char *ours, *postfix;
		bool same;
	} cases[] = {
		{"unix:/run/f/m", "unix:/run/f/m", true},
		{"local:/run/f/m", "unix:/run//f/./m", true},
		{"/run/f/m", "unix:/var/run/f/m", true},
		{"unix:/run/f/m", "unix:/run/f/n", false},
		{"inet:8891@127.0.0.1", "inet:localhost:8891", true},
		{"inet:8891", "inet:127.0.0.1:8891", true},
		{"inet6:8891@[::1]", "inet:[::1]:8891", true},
		{"inet:8891@127.0.0.1", "inet:127.0.0.1:8892", false},
		{"inet:8891@192.0.2.1", "inet:127.0.0.1:8891", false},
		{"inet:8891@127.0.0.1", "inet:8891@127.0.0.1", false},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct endpoint ours, theirs;
		bool same = endpoint_read_ours(cases[i].ours, &ours) &&
			    endpoint_read_postfix(cases[i].postfix, &theirs) &&
			    endpoint_is_same(&ours, &theirs);

		cr_expect_eq(same, cases[i].same, "%s and %s", cases[i].ours, cases[i].postfix);
		endpoint_fini(&ours);
		endpoint_fini(&theirs);
	}
}

Test(doctor_postfix, who_gets_through)
{
	static const struct {
		const char *restrictions;
		enum audience audience;
	} cases[] = {
		{"", AUDIENCE_ANYBODY},
		{"smtpd_client_restrictions = permit_sasl_authenticated, reject\n", AUDIENCE_OWN},
		{"smtpd_relay_restrictions = permit_mynetworks permit_sasl_authenticated reject\n",
		 AUDIENCE_OWN},
		{"smtpd_client_restrictions = permit_mynetworks, permit, reject\n", AUDIENCE_ANYBODY},
		{"smtpd_recipient_restrictions = permit_mynetworks, reject_unauth_destination\n",
		 AUDIENCE_ANYBODY},
		{"smtpd_client_restrictions = check_client_access hash:/x, reject\n", AUDIENCE_UNKNOWN},
		{"smtpd_client_restrictions = warn_if_reject reject\n", AUDIENCE_ANYBODY},
		{"smtpd_client_restrictions = $mua\nmua = permit_sasl_authenticated, reject\n", AUDIENCE_OWN},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct postfix *postfix = read(cases[i].restrictions, "smtp inet n - n - - smtpd\n", "");

		cr_expect_eq(smtpd_audience(postfix, &postfix->services[0]), cases[i].audience, "%s",
			     cases[i].restrictions);
		postfix_free(&postfix);
	}
}

Test(doctor_postfix, who_gets_there)
{
	static const struct {
		const char *values, *service;
		bool reached;
	} cases[] = {
		{"inet_interfaces = all\n", "smtp inet n - n - - smtpd\n", true},
		{"inet_interfaces = loopback-only\n", "smtp inet n - n - - smtpd\n", false},
		{"inet_interfaces = 127.0.0.1, [::1]\n", "smtp inet n - n - - smtpd\n", false},
		{"inet_interfaces = loopback-only\n", "192.0.2.1:25 inet n - n - - smtpd\n", true},
		{"inet_interfaces = all\n", "127.0.0.1:10025 inet n - n - - smtpd\n", false},
		{"inet_interfaces = all\n", "[::1]:10025 inet n - n - - smtpd\n", false},
		{"inet_interfaces = all\n", "localhost:10025 inet n - n - - smtpd\n", false},
		{"smtpd_upstream_proxy_protocol = haproxy\n", "127.0.0.1:10025 inet n - n - - smtpd\n", true},
		{"inet_interfaces = all\n", "smtpd pass - - n - - smtpd\n", true},
		{"inet_interfaces = all\n", "smtp inet n - n - - postscreen\n", false},
		{"master_service_disable = inet\n", "smtp inet n - n - - smtpd\n", false},
		{"master_service_disable = smtp/inet\n", "smtp inet n - n - - smtpd\n", false},
		{"master_service_disable = smtps.inet\n", "smtp inet n - n - - smtpd\n", true},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct postfix *postfix = read(cases[i].values, cases[i].service, "");

		cr_expect_eq(smtpd_is_reached(postfix, &postfix->services[0]), cases[i].reached, "%s%s",
			     cases[i].values, cases[i].service);
		postfix_free(&postfix);
	}
}
