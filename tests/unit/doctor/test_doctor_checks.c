/* SPDX-License-Identifier: MIT */
/* What checks find in small configurations. That real ones are mended is tests/integration's. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "lib/examine_text.h"
#include "util/memory.h"

/* Right, for a policy as examine_policy has it. */
static const char values[] =
	"compatibility_level = 3.6\nmail_version = 3.7.11\nqueue_directory = /var/spool/postfix\nmail_owner "
	"= postfix\n"
	"inet_interfaces = all\nsmtpd_milters = unix:forcedtls/milter.sock\nmilter_default_action = "
	"tempfail\n"
	"milter_protocol = 6\nsmtpd_delay_reject = yes\nsmtpd_tls_security_level = may\nsmtpd_tls_cert_file "
	"= /c\n"
	"smtpd_tls_ask_ccert = yes\nsmtpd_tls_CAfile = /ca\nmyhostname = mx.example.org\nmydestination = "
	"example.org\n"
	"message_reject_characters = \\0\ndefault_transport = smtp\nrelay_transport = relay\n"
	"smtp_tls_policy_maps = socketmap:unix:forcedtls/tls_policy.sock:tls_policy\nsmtp_tls_security_level "
	"= may\n"
	"smtp_tls_CAfile = /ca\nsmtp_dns_support_level = dnssec\ntls_session_ticket_cipher = aes-256-cbc\n"
	"smtpd_tls_session_cache_timeout = 3600s\nappend_dot_mydomain = no\nmyorigin = example.org\n";
/* As Postfix has them by default. */
#define GRADES                                                                                               \
	"smtpd_tls_ciphers = medium\nsmtpd_tls_mandatory_ciphers = medium\n"                                 \
	"tls_medium_cipherlist = aNULL:-aNULL:HIGH:MEDIUM:+RC4:@STRENGTH\n"
/* The policy service alone, and nothing of a probe's sender. */
#define ALONE "smtpd_milters =\naddress_verify_sender = <>\n"
/* Which sees no headers, and a connector of examine_policy has header_from. */
#define HEADERS "2 postfix-policy-service-headers main.cf\n"
#define SERVICE "check_policy_service unix:forcedtls/policy_service.sock"
/* A service for one's own users, without us. */
#define SUBMISSION                                                                                           \
	"submission inet n - n - - smtpd\n", "submission/inet/smtpd_milters =\n"                             \
					     "submission/inet/smtpd_client_restrictions = "
static const char services[] = "smtp inet n - y - - smtpd\nsmtp unix - - y - - smtp\n";

static char *examine(const char *more_values, const char *more_services, const char *overrides)
{
	struct config *config = examine_policy();
	struct findings findings = {0};
	struct strbuf text = {0};
	char *found;

	strbuf_printf(&text, "%s%s===\n===\n%s%s===\n%s===\n", values, more_values, services, more_services,
		      overrides);
	examine_text(text.text, config, &findings);
	found = findings_text(&findings);
	findings_fini(&findings);
	strbuf_fini(&text);
	config_free(&config);
	return found;
}

static const struct {
	const char *values, *services, *overrides;
	const char *found; /* lines: severity, id, where */
} cases[] = {
	{"", "", "", ""},
	/* As Postfix has them by default. */
	{"smtpd_milters =\n", "", "", "2 postfix-not-asked master.cf: smtp/inet\n"},
	{"", "", "smtp/inet/smtpd_milters =\n", "2 postfix-not-asked master.cf: smtp/inet\n"},
	{"", "smtpd pass - - y - - smtpd\n", "smtpd/pass/smtpd_milters =\n",
	 "2 postfix-not-asked master.cf: smtpd/pass\n"},
	/* Nobody gets there, or nobody is let in but users. */
	{"", "127.0.0.1:10025 inet n - n - - smtpd\n", "127.0.0.1:10025/inet/smtpd_milters =\n", ""},
	{"", "submission inet n - n - - smtpd\n",
	 "submission/inet/smtpd_milters =\nsubmission/inet/smtpd_relay_restrictions = "
	 "permit_sasl_authenticated, reject\n",
	 ""},
	/* Nobody gets to any: then to those that ask us, through somebody in front. */
	{"inet_interfaces = loopback-only\nmilter_default_action = accept\n", "", "",
	 "2 postfix-milter-default-action main.cf\n"},
	{"inet_interfaces = loopback-only\nsmtpd_milters =\n", "", "", ""},
	/* Anybody who has a certificate, or the world as one's own network. */
	{"", SUBMISSION "permit_tls_all_clientcerts, reject\n",
	 "2 postfix-not-asked master.cf: submission/inet\n"},
	{"relay_clientcerts = hash:/c\n", SUBMISSION "permit_tls_clientcerts, reject\n",
	 "0 postfix-not-asked master.cf: submission/inet\n"},
	{"relay_clientcerts =\n", SUBMISSION "permit_sasl_authenticated, permit_tls_clientcerts, reject\n",
	 ""},
	{"mynetworks = 127.0.0.0/8 10.0.0.0/8 [fd00::]/16\n", SUBMISSION "permit_mynetworks, reject\n", ""},
	{"mynetworks = 127.0.0.0/8 0.0.0.0/0\n", SUBMISSION "permit_mynetworks, reject\n",
	 "2 postfix-not-asked master.cf: submission/inet\n"},
	{"mynetworks = [2000::]/3\n", SUBMISSION "permit_mynetworks, reject\n",
	 "2 postfix-not-asked master.cf: submission/inet\n"},
	{"mynetworks = static:all\n", SUBMISSION "permit_mynetworks, reject\n",
	 "2 postfix-not-asked master.cf: submission/inet\n"},
	{"mynetworks = /etc/postfix/nets\n", SUBMISSION "permit_mynetworks, reject\n",
	 "0 postfix-not-asked master.cf: submission/inet\n"},
	{"", SUBMISSION "permit_sasl_authenticated, warn_if_reject, reject\n",
	 "2 postfix-not-asked master.cf: submission/inet\n"},
	{"", SUBMISSION "warn_if_reject permit, reject\n",
	 "2 postfix-not-asked master.cf: submission/inet\n"},
	{"smtpd_restriction_classes = users\nusers = permit_sasl_authenticated, reject\n",
	 SUBMISSION "users\n", ""},
	{"smtpd_restriction_classes = users\nusers = permit\n", SUBMISSION "users, reject\n",
	 "2 postfix-not-asked master.cf: submission/inet\n"},
	/* XCLIENT: who may speak for a trusted one. */
	{"smtpd_authorized_xclient_hosts = 127.0.0.0/8\n", "", "", ""},
	{"smtpd_authorized_xclient_hosts = 127.0.0.1, proxy.example.com\n", "", "",
	 "2 postfix-xclient main.cf\n"},
	{"smtpd_authorized_xclient_hosts = static:all\n", "", "", "2 postfix-xclient main.cf\n"},
	{"smtpd_authorized_xclient_hosts = cidr:/etc/postfix/proxies\n", "", "",
	 "1 postfix-xclient main.cf\n"},
	{"smtpd_authorized_xclient_hosts = /etc/postfix/proxies, 192.0.2.1\n", "", "",
	 "2 postfix-xclient main.cf\n"},
	{ALONE
	 "mynetworks = cidr:/etc/postfix/nets\nsmtpd_recipient_restrictions = permit_mynetworks, " SERVICE
	 "\n",
	 "", "", "0 postfix-policy-service-order main.cf\n" HEADERS},
	{ALONE "mynetworks = static:all\nsmtpd_recipient_restrictions = permit_mynetworks, " SERVICE "\n", "",
	 "", "2 postfix-policy-service-order main.cf\n" HEADERS},
	/* The policy service: in a class, and where what it refuses is only logged. */
	{ALONE "smtpd_recipient_restrictions = " SERVICE ", permit_mynetworks\n", "", "", HEADERS},
	{ALONE "smtpd_recipient_restrictions = warn_if_reject, " SERVICE ", reject_unauth_destination\n", "",
	 "", "2 postfix-policy-service-warned main.cf\n" HEADERS},
	{ALONE "smtpd_restriction_classes = forced\nforced = " SERVICE "\n"
	       "smtpd_recipient_restrictions = forced, permit_mynetworks\n",
	 "", "", HEADERS},
	{ALONE "smtpd_restriction_classes = forced, deep\nforced = reject_unlisted_recipient, " SERVICE "\n"
	       "deep = forced\nsmtpd_recipient_restrictions = warn_if_reject deep, permit\n",
	 "", "", "2 postfix-policy-service-warned main.cf\n" HEADERS},
	{ALONE "smtpd_restriction_classes = forced, other\nforced = " SERVICE "\nother = permit\n"
	       "smtpd_recipient_restrictions = other, forced\n",
	 "", "", "2 postfix-policy-service-order main.cf\n" HEADERS},
	{ALONE "smtpd_restriction_classes = forced\nforced = permit, " SERVICE "\n"
	       "smtpd_recipient_restrictions = forced\n",
	 "", "", "2 postfix-policy-service-order main.cf\n" HEADERS},
	{ALONE "smtpd_restriction_classes = loop\nloop = loop\nsmtpd_recipient_restrictions = loop\n", "", "",
	 "2 postfix-not-asked master.cf: smtp/inet\n"},
	{ALONE "smtpd_recipient_restrictions = warn_if_reject permit, " SERVICE "\n", "", "",
	 "2 postfix-policy-service-order main.cf\n" HEADERS},
	/* A table says who. */
	{"", "submission inet n - n - - smtpd\n",
	 "submission/inet/smtpd_milters =\n"
	 "submission/inet/smtpd_client_restrictions = check_client_access cidr:/x, reject\n",
	 "0 postfix-not-asked master.cf: submission/inet\n"},
	/* Through other parameters. */
	{"action = accept\nmilter_default_action = $action\n", "", "",
	 "2 postfix-milter-default-action main.cf\n"},
	{"milter_default_action = ${{$compatibility_level} <level {3.9} ? {accept} : {tempfail}}\n", "", "",
	 "2 postfix-milter-default-action main.cf\n"},
	{"action = tempfail\nmilter_default_action = $action\n", "", "smtp/inet/action = accept\n",
	 "2 postfix-milter-default-action main.cf\n"},
	/* Tickets: no other service asks for certificates, or it has the same CAs. */
	{"", "26 inet n - n - - smtpd\n",
	 "26/inet/smtpd_tls_CAfile = /other\n26/inet/smtpd_tls_ask_ccert = no\n",
	 "2 postfix-ask-ccert master.cf: 26/inet\n"},
	{"", "26 inet n - n - - smtpd\n", "26/inet/smtpd_tls_CAfile = /other\n",
	 "2 postfix-session-tickets main.cf\n2 postfix-session-tickets main.cf\n"},
	{"mail_version = 3.11.7\n", "26 inet n - n - - smtpd\n", "26/inet/smtpd_tls_CAfile = /other\n", ""},
	{"tls_session_ticket_cipher =\n", "26 inet n - n - - smtpd\n", "26/inet/smtpd_tls_CAfile = /other\n",
	 ""},
	/* An older name for the same thing. */
	{"smtpd_tls_security_level =\nsmtpd_use_tls = yes\n", "", "", ""},
	{"smtpd_tls_security_level =\nsmtpd_use_tls = no\n", "", "", "2 postfix-no-starttls main.cf\n"},
	{"smtpd_tls_security_level =\nsmtpd_tls_wrappermode = yes\n", "", "", ""},
	/* Ciphers: a connector wants ECDHE+AES256, or TLS 1.3. */
	{GRADES, "", "", ""},
	{GRADES "smtpd_tls_exclude_ciphers = aNULL:RC4, 3DES NO-SUCH\n", "", "", ""},
	{GRADES "smtpd_tls_exclude_ciphers = AES256\n", "", "", "1 postfix-tls-ciphers main.cf\n"},
	{GRADES, "", "smtp/inet/smtpd_tls_exclude_ciphers = kECDHE\n",
	 "1 postfix-tls-ciphers master.cf: smtp/inet\n"},
	{GRADES "smtpd_tls_exclude_ciphers = AES256\nsmtpd_tls_protocols = !TLSv1.3\n", "", "",
	 "2 postfix-tls-version main.cf\n2 postfix-tls-ciphers main.cf\n"},
	{GRADES "smtpd_tls_ciphers = high\ntls_high_cipherlist = ECDHE+AES128\n", "", "",
	 "1 postfix-tls-ciphers main.cf\n"},
	/* What mandatory TLS has beside it. */
	{GRADES "smtpd_tls_mandatory_exclude_ciphers = AES256\n", "", "", ""},
	{GRADES "smtpd_tls_mandatory_exclude_ciphers = AES256\nsmtpd_tls_security_level = encrypt\n", "", "",
	 "1 postfix-tls-ciphers main.cf\n"},
	/* Nobody can tell, or there is no such session: other checks have that. */
	{GRADES "smtpd_tls_ciphers = better\n", "", "", ""},
	{GRADES "tls_medium_cipherlist = NO-SUCH\n", "", "", ""},
	{GRADES "smtpd_tls_exclude_ciphers = AES256\nsmtpd_tls_protocols = TLSv1.1\n", "", "",
	 "2 postfix-tls-version main.cf\n"},
	{"smtpd_discard_ehlo_keywords = silent-discard, STARTTLS\n", "", "",
	 "2 postfix-no-starttls main.cf\n"},
	{"smtpd_discard_ehlo_keywords = starttls\nsmtpd_tls_wrappermode = yes\n", "", "", ""},
	{"smtpd_discard_ehlo_keywords = chunking\n", "", "", ""},
	/* No version is left. */
	{"smtpd_tls_protocols = !SSLv2, !SSLv3, !TLSv1, !TLSv1.1, !TLSv1.2, !TLSv1.3\n", "", "",
	 "2 postfix-tls-version main.cf\n"},
	{"smtpd_tls_protocols = >=TLSv1.3, <=TLSv1.2\n", "", "", "2 postfix-tls-version main.cf\n"},
	{"smtpd_tls_protocols = SSLv3\n", "", "", "2 postfix-tls-version main.cf\n"},
	{"smtpd_tls_protocols = >=TLSv1.2\n", "", "", ""},
	{"smtpd_tls_protocols = !SSLv2:!SSLv3\n", "", "", ""},
	{"smtpd_tls_protocols = <=TLSv1.3, >=NewTLS\n", "", "", ""},
	/* 3.10 and later. */
	{"tls_required_enable = yes\n", "", "", "2 postfix-tls-required main.cf\n"},
	/* What leaves elsewhere is not asked about here. */
	{"default_transport = discard:\nrelay_transport = discard:\nsmtp_tls_policy_maps =\n", "", "", ""},
	/* By another host: that there is a connector for "*" names it not. */
	{"relayhost = [relay.example]:587\n", "", "", "2 postfix-relayhost main.cf\n"},
	{"default_transport = smtp:[relay.example]\n", "", "", "2 postfix-relayhost main.cf\n"},
	{"smtp_fallback_relay = [relay.example]\n", "", "", "2 postfix-fallback-relay main.cf\n"},
	{"relayhost = [secure.example]:587\n", "", "", ""},
	{"content_filter = smtp:[outbound.isp.example]:25\n", "", "", "2 postfix-relayhost main.cf\n"},
	{"", "", "smtp/inet/content_filter = smtp:[outbound.isp.example]\n",
	 "2 postfix-relayhost master.cf: smtp/inet\n"},
	{"content_filter = smtp:[127.0.0.1]:10024\n", "", "", ""},
	{"content_filter = smtp:localhost:10024\n", "", "", ""},
	{"content_filter = smtp:[::1]:10024\n", "", "", ""},
	{"content_filter = smtp:\n", "", "", ""},
	{"content_filter = lmtp:[filter.example]\n", "", "", ""},
	{"virtual_transport = smtp:[store.example]\nvirtual_mailbox_domains = own.example\n", "", "", ""},
	{"virtual_transport = smtp:[store.example]\nvirtual_mailbox_domains = own.example, secure.example\n",
	 "", "", "2 postfix-relayhost main.cf\n"},
	{"virtual_transport = smtp:[store.example]\nvirtual_mailbox_domains = hash:/etc/postfix/own\n", "",
	 "", "0 postfix-relayhost main.cf\n"},
	{"virtual_transport = smtp:[127.0.0.1]:2500\nvirtual_mailbox_domains = secure.example\n", "", "", ""},
	{"virtual_transport = lmtp:unix:private/dovecot-lmtp\nvirtual_mailbox_domains = secure.example\n", "",
	 "", ""},
	{"transport_maps = hash:/etc/postfix/transport\n", "", "", "0 postfix-transport-maps main.cf\n"},
	/* Sessions that are kept, and level encrypt for everybody. */
	{"smtp_tls_connection_reuse = yes\n", "", "", ""},
	{"smtp_tls_connection_reuse = yes\nsmtp_tls_security_level = encrypt\n", "", "",
	 "1 postfix-smtp-tls-reuse main.cf\n"},
	{"smtp_tls_security_level = encrypt\n", "", "smtp/unix/smtp_tls_connection_reuse = yes\n",
	 "1 postfix-smtp-tls-reuse master.cf: smtp/unix\n"},
	{"transport_maps = static:discard:\n", "", "", ""},
	{"transport_maps = static:local:, hash:/etc/postfix/transport\n", "", "",
	 "0 postfix-transport-maps main.cf\n"},
	{"sender_dependent_relayhost_maps = static:[relay.example]:587\n", "", "",
	 "2 postfix-relayhost main.cf\n"},
	/* A value that names itself. */
	{"smtpd_tls_loglevel = $smtpd_tls_loglevel\n", "", "", "0 postfix-not-expanded main.cf\n"},
};

Test(doctor_checks, find_what_is_wrong_and_nothing_else)
{
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char *found = examine(cases[i].values, cases[i].services, cases[i].overrides);

		cr_expect_str_eq(found, cases[i].found, "case %zu, %s%s%s: got\n%s", i, cases[i].values,
				 cases[i].services, cases[i].overrides, found);
		free(found);
	}
}

Test(doctor_checks, find_a_daemon_with_an_older_policy)
{
	struct config *config = examine_policy();
	const struct {
		const char *file, *digest, *found;
	} daemons[] = {
		{NULL, NULL, ""}, /* nobody was asked */
		{"policy.yaml", config->digest, ""},
		{"policy.yaml", "0123", "1 daemon-other-policy policy.yaml\n"},
		{"other.yaml", "0123", ""}, /* a reload would not put ours into force */
	};

	for (size_t i = 0; i < sizeof daemons / sizeof daemons[0]; i++) {
		struct findings findings = {0};
		char *found;

		examine_daemon(daemons[i].file, daemons[i].digest, config, &findings);
		found = findings_text(&findings);
		cr_expect_str_eq(found, daemons[i].found, "case %zu: got %s", i, found);
		free(found);
		findings_fini(&findings);
	}
	config_free(&config);
}
