/* SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "tls/tls_delay.h"

#define MX "mx.contoso.com[192.0.2.1]"
#define SAID "host " MX " said: "

static const struct {
	const char *reason;
	const char *name;
} cases[] = {
	/* Postfix's own. */
	{"TLS is required, but was not offered by host " MX, "not-offered"},
	{"delivery temporarily suspended: TLS is required, but was not offered by host " MX, "not-offered"},
	{"TLS is required, but host " MX " refused to start TLS: 454 4.7.0 TLS not available", "not-offered"},
	{"Sender requested REQUIRETLS, but TLS service was not offered by host " MX, "not-offered"},
	{"Sender requested REQUIRETLS, but host " MX " refused to start TLS: 454 4.7.0 no", "not-offered"},
	{"TLS is required, but our TLS engine is unavailable", "unavailable"},
	{"TLS is required, but unavailable", "unavailable"},
	{"Cannot start TLS: handshake failure", "handshake"},
	{"delivery temporarily suspended: Cannot start TLS: handshake failure", "handshake"},
	{"lost connection with " MX " while receiving the STARTTLS response", "handshake"},
	{"conversation with " MX " timed out while receiving the STARTTLS response", "handshake"},
	{"Server certificate not verified", "certificate"},
	{"Server certificate not trusted", "certificate"},
	{"Sender requested REQUIRETLS, but no matching server certificate was found. The last attempted "
	 "server "
	 "was " MX,
	 "certificate"},
	{"Sender requested REQUIRETLS, but no trusted server certificate was found. The last attempted "
	 "server was " MX,
	 "certificate"},
	{"client TLS configuration problem", "policy"},
	{"delivery temporarily suspended: client TLS configuration problem", "policy"},
	{"Temporary lookup error", "policy"},
	{"Sender requested REQUIRETLS, but no server was found that supports REQUIRETLS. The last attempted "
	 "server "
	 "was " MX,
	 "policy"},
	{"Sender requested REQUIRETLS, but my configured TLS security level 'may' disables certificate "
	 "matching.",
	 "policy"},
	{"REQUIRETLS policy configuration error. The last attempted server was mx.contoso.com", "policy"},
	{"TLSA lookup error for mx.contoso.com:25", "dane"},
	{"no TLSA records found", "dane"},
	{"TLSA records unusable", "dane"},
	{"non DNSSEC destination", "dane"},
	{"Verification not possible, MX RRset is insecure", "dane"},
	/* A server that asks for TLS: by its code. */
	{SAID "451 4.7.10 TLS required for mail from example.org (in reply to RCPT TO command)", "remote"},
	{SAID "451 4.7.10 Sprechen Sie leiser (in reply to RCPT TO command)", "remote"},
	{SAID "451-4.7.10 first line 451 4.7.10 second line (in reply to RCPT TO command)", "remote"},
	{SAID "550 5.7.10 soft_bounce makes it wait (in reply to MAIL FROM command)", "remote"},
	{SAID "451 4.7.6 TLSv1.2 or better required, got TLSv1 (in reply to RCPT TO command)", "remote"},
	{SAID "451 4.7.5 verified certificate required (in reply to RCPT TO command)", "remote"},
	{SAID "538 5.7.11 no plain login (in reply to MAIL FROM command)", "remote"},
	{SAID "451 4.7.30 no (in reply to MAIL FROM command)", "remote"},
	{SAID "451 4.7.10", "remote"},
	{"delivery temporarily suspended: host " MX " refused to talk to me: 421 4.7.10 no", "remote"},
	/* By its words. */
	{SAID "530 5.7.0 Must issue a STARTTLS command first (in reply to MAIL FROM command)", "remote"},
	{SAID "450 4.7.1 Session encryption is required (in reply to MAIL FROM command)", "remote"},
	{SAID "421 4.7.1 relay.example.org Error: No client certificate presented (in reply to EHLO command)",
	 "remote"},
	{SAID "403 4.7.0 encryption too weak 0 less than 112 (in reply to MAIL FROM command)", "remote"},
	{SAID "451 please use tls. (in reply to MAIL FROM command)", "remote"},
	{"host " MX " refused to talk to me: 421 \"TLS\" only", "remote"},
	{"SASL authentication failed; server " MX " said: 530 Must issue a STARTTLS command first", "remote"},
	{"SASL [CACHED] authentication failed; server " MX " said: 538 5.7.11 Encryption required", "remote"},
	/* As other servers put it. */
	{SAID "451 5.7.3 STARTTLS is required to send mail (in reply to MAIL FROM command)", "remote"},
	{SAID "450 4.4.317 Cannot connect to remote server [Message=451 5.7.3 STARTTLS is required to send "
	      "mail] (in reply to end of DATA command)",
	 "remote"},
	{SAID
	 "450 4.4.317 Certificate, Expected Subject: a Presented Subject: b (in reply to RCPT TO command)",
	 "remote"},
	{SAID "454 4.7.5 The certificate specified in TlsCertificateName could not be found", "remote"},
	{SAID "450 4.7.320 Certificate validation failed (in reply to RCPT TO command)", "remote"},
	{SAID "450 4.7.324 dnssec-invalid (in reply to RCPT TO command)", "remote"},
	{SAID "550 5.7.51 TenantInboundAttribution; There is a partner connector configured that matched the "
	      "message's recipient domain. The connector had either the RestrictDomainsToIPAddresses or "
	      "RestrictDomainsToCertificate set (in reply to RCPT TO command)",
	 "remote"},
	{SAID "421 4.7.0 TLS required for RCPT domain, closing connection (in reply to RCPT TO command)",
	 "remote"},
	{SAID
	 "421-4.7.29 Your email has been rate limited because this message wasn't sent 421-4.7.29 over a "
	 "TLS connection. 421 4.7.29 For more information (in reply to end of DATA command)",
	 "remote"},
	{SAID "421 4.7.1 " MX " Error: Client certificate not trusted (in reply to EHLO command)", "remote"},
	{SAID "550 5.7.1 Session encryption is required (in reply to RCPT TO command)", "remote"},
	{SAID "530 5.5.1 Invalid command: Must issue a STARTTLS command first", "remote"},
	{SAID "550 5.5.0 Enforced TLS is not possible to the domain contoso.com", "remote"},
	{SAID "501 5.7.1 recipient requires encrypted message transmission (in reply to RCPT TO command)",
	 "remote"},
	{SAID "451 4.7.1 SSL/TLS required", "remote"},
	{SAID "451 4.7.1 we want TLSv1.3", "remote"},
	{SAID "451 4.7.1 x\x01TLS, [TLS] and {TLS}", "remote"},
	{SAID "451 4.7.1 {TLS", "remote"},
	{SAID "451 4.7.1 \\TLS", "remote"},
	{SAID "451 4.7.1 see 9TLS", "-"},
	{SAID "TLS required", "remote"},
	{SAID "451 see ", "-"},
	{SAID "403 4.7.0 CN mail.example.org is not known", "-"},
	{"TLS is", "-"},
	{"lost connection with x", "-"},
	{SAID "403 4.7.0 authentication required (in reply to MAIL FROM command)", "remote"},
	{SAID "403 4.7.0 not authenticated (in reply to MAIL FROM command)", "remote"},
	{SAID "503 5.7.0 authentication failed (in reply to MAIL FROM command)", "remote"},
	{SAID "403 4.7.0 authentication failure FAIL (in reply to MAIL FROM command)", "remote"},
	{SAID "403 4.7.0 no authentication requested (in reply to MAIL FROM command)", "remote"},
	{SAID "403 4.7.0 CN mail.example.org does not match mail.contoso.com (in reply to MAIL FROM command)",
	 "remote"},
	{SAID "503 5.7.0 Cert Subject /CN=a does not match /CN=b (in reply to MAIL FROM command)", "remote"},
	{SAID "403 4.7.0 Cert Issuer /CN=a does not match /CN=b (in reply to MAIL FROM command)", "remote"},
	/* In several lines, of which any may have it. */
	{SAID "451-see our rules 451 4.7.10 and do better (in reply to RCPT TO command)", "remote"},
	{SAID "451-4.7.1 see our rules 451-4.7.1 or those 451 4.7.6 and do better", "remote"},
	{SAID "451-4.7.1 rules 550 4.7.10 is no line of this reply", "-"},
	{SAID "530 5.7.0 Authentication required (in reply to MAIL FROM command)", "-"},
	{SAID "454 4.7.0 Temporary authentication failure (in reply to AUTH command)", "-"},
	{SAID "553 5.7.1 sender address does not match the login, CN or not", "-"},
	{SAID "403 4.7.0 greylisted: CN a does not match b", "-"},
	{SAID "451 4.7.3200 another code", "-"},
	/* Nothing of TLS. */
	{"", "-"},
	{"connect to " MX ":25: Connection refused", "-"},
	{"delivery temporarily suspended: connect to " MX ":25: Connection timed out", "-"},
	{"delivery temporarily suspended: ", "-"},
	{"lost connection with " MX " while performing the EHLO handshake", "-"},
	{"lost connection with " MX " while sending RCPT TO", "-"},
	{"conversation with " MX " timed out while receiving the initial server greeting", "-"},
	{"lost connection with  while receiving the STARTTLS response of another", "-"},
	{SAID
	 "450 4.7.1 <tls@contoso.com>: Recipient address rejected: greylisted (in reply to RCPT TO command)",
	 "-"},
	{SAID "450 4.7.1 blocked, see https://example.net/tls/why and tls.example.net (in reply to RCPT TO "
	      "command)",
	 "-"},
	{SAID
	 "450 4.7.1 starttls-policy@example.net and example.tls do not count (in reply to RCPT TO command)",
	 "-"},
	{SAID "451 4.7.100 another code (in reply to RCPT TO command)", "-"},
	{SAID "451 4.7.1 0 (in reply to RCPT TO command)", "-"},
	{SAID "451 4.3.0 try again later (in reply to RCPT TO command)", "-"},
	{SAID "45", "-"},
	{SAID "451", "-"},
	{SAID "451 4", "-"},
	{SAID "451 3.7.10 no such class", "-"},
	{SAID, "-"},
	{"host ", "-"},
	{"host said: 451 4.7.10 no", "-"},
	/* None of Postfix's texts can come from a server, and none counts with more behind it. */
	{SAID "451 4.3.0 Server certificate not verified (in reply to RCPT TO command)", "-"},
	{SAID "451 4.3.0 delivery temporarily suspended: no TLSA records found", "-"},
	{"no TLSA records found at all", "-"},
	/* A host without a name; other lines of a reply, of one code and of two. */
	{"lost connection with  while receiving the STARTTLS response", "handshake"},
	{SAID "451-x \x01 451 4.7.5 no", "remote"},
	{SAID "451-x 452 4.7.5 no", "-"},
	{"Temporary lookup error of somebody else", "-"},
	{"unable to look up host TLS is required, but was not offered by host x", "-"},
};

Test(tls_delay, every_text)
{
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		cr_expect_str_eq(tls_delay_name(tls_delay_find(cases[i].reason)), cases[i].name, "%s",
				 cases[i].reason);
}

Test(tls_delay, words)
{
	cr_expect_str_eq(
		tls_delay_words("delivery temporarily suspended: Cannot start TLS: handshake failure"),
		"Cannot start TLS: handshake failure");
	cr_expect_str_eq(tls_delay_words("Cannot start TLS: handshake failure"),
			 "Cannot start TLS: handshake failure");
	cr_expect_str_eq(tls_delay_words("delivery temporarily suspended: "), "");
}

/* A word beside a byte of a name is a part of that name, on either side; a dot may end the sentence. */
Test(tls_delay, a_word_is_one_by_itself)
{
	for (int c = 1; c < 256; c++) {
		bool name = c < 128 && (isalnum(c) || strchr("-_/@", c) != NULL);
		char before[80], behind[80], end[80];

		(void)snprintf(before, sizeof before, SAID "450 4.7.1 x%cTLS x", c);
		(void)snprintf(behind, sizeof behind, SAID "450 4.7.1 x TLS%cx", c);
		(void)snprintf(end, sizeof end, SAID "450 4.7.1 x tls%c", c);
		cr_expect_eq(tls_delay_find(before), name || c == '.' ? TLS_DELAY_NONE : TLS_DELAY_REMOTE,
			     "%d", c);
		cr_expect_eq(tls_delay_find(behind), name || c == '.' ? TLS_DELAY_NONE : TLS_DELAY_REMOTE,
			     "%d", c);
		cr_expect_eq(tls_delay_find(end), name ? TLS_DELAY_NONE : TLS_DELAY_REMOTE, "%d", c);
	}
	cr_expect_eq(tls_delay_find(SAID "TLS"), TLS_DELAY_REMOTE);
	cr_expect_eq(tls_delay_find(SAID "TL"), TLS_DELAY_NONE);
}

/* Digits of its code, a blank or "-", a class, a dot: a line of another form has no status. */
Test(tls_delay, a_status_has_its_form)
{
	static const char *const others[] = {"4510 4.7.10 x",  "45 4.7.10 x",  "451_4.7.10 x",
					     "451 3.7.10 x",   "451 6.7.10 x", "451 4-7.10 x",
					     "451 4.7.10.1 x", "451 4.7.10x",  "451 4.7.1",
					     "451  4.7.10",    "x51 4.7.10 x", "451"};
	static const char *const statuses[] = {"451 4.7.10 x", "451-4.7.10 x", "551 5.7.10 x",
					       "451 4.7.10",   "451 4.4.317",  "451-x 451 4.7.5"};
	char text[80];

	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
		(void)snprintf(text, sizeof text, SAID "%s", others[i]);
		cr_expect_eq(tls_delay_find(text), TLS_DELAY_NONE, "%s", text);
	}
	for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
		(void)snprintf(text, sizeof text, SAID "%s", statuses[i]);
		cr_expect_eq(tls_delay_find(text), TLS_DELAY_REMOTE, "%s", text);
	}
}
