/* SPDX-License-Identifier: MIT */
/* The table of checks. man/forcedtls-doctor.7 has it for the reader; tests/doctor/manual.py compares. */
#include "doctor/check.h"

#include <string.h>

#include "doctor/checks.h"
#include "doctor/listening.h"

const struct check checks[] = {
	/* The policy, and the daemon that has it. */
	{"daemon-not-running", READS_POLICY, FINDING_ERROR, check_daemon_away, "daemon.milter, the socket",
	 "Nobody answers at the socket of daemon.milter, or what answers is no milter. The MTA puts mail "
	 "off, or does "
	 "what its default action says.",
	 "Starting the daemon; its log says why it did not start."},
	{"policy-not-readable", READS_POLICY, FINDING_ERROR, check_policy_readable,
	 "the policy's files, daemon.user",
	 "The user that the daemon becomes may not read a file of the policy. It starts, as root, and each "
	 "reload fails "
	 "from then on.",
	 "A group that may read it."},
	{"daemon-other-policy", READS_POLICY, FINDING_WARNING, check_other_policy,
	 "what the daemon says of the policy in force, the policy's files",
	 "The daemon runs with what the policy's files were before they were changed. Asked by root and by "
	 "the "
	 "daemon's user alone, of the file that the daemon has.",
	 "A reload; where it fails the daemon keeps the policy that it has, and says why."},
	{"policy-trusts-everybody", READS_POLICY, FINDING_ERROR, check_trusts_everybody, "trusted_networks",
	 "A network in trusted_networks is as wide as a provider's (a warning), or holds everybody: who is "
	 "in it is not "
	 "judged.",
	 "This host's own networks, and relays by their addresses."},
	/* What arrives. */
	{"postfix-not-asked", READS_SMTPD, FINDING_ERROR, check_not_asked,
	 "smtpd_milters, smtpd_*_restrictions, the services of master.cf",
	 "A service takes mail from strangers and names neither our milter nor our policy service, or names "
	 "another "
	 "socket: what comes in there is judged by nobody. Services on loopback, and those whose "
	 "restrictions let in "
	 "nobody but users who have logged in and $mynetworks, may be without, unless a network in that is "
	 "as wide as a provider's. Where a table says who is let "
	 "in, be it mynetworks or relay_clientcerts, this "
	 "is a note.",
	 "Our socket in smtpd_milters of that service."},
	{"postfix-milter-syntax", READS_SMTPD, FINDING_ERROR, check_milter_syntax, "smtpd_milters",
	 "Our socket is written as libmilter writes it (inet:PORT@HOST, or a path alone), which Postfix "
	 "takes for "
	 "something else.",
	 "unix:PATH, or inet:HOST:PORT."},
	{"postfix-no-milters", READS_SMTPD, FINDING_ERROR, check_no_milters, "receive_override_options",
	 "The service has no_milters: it asks no milter, whatever smtpd_milters says.", NULL},
	{"postfix-milter-default-action", READS_SMTPD, FINDING_ERROR, check_milter_default_action,
	 "milter_default_action, default_action of our milter",
	 "While the daemon does not answer, mail is let in (accept, an error) or refused for good (reject, a "
	 "warning). "
	 "What other milters have is their business.",
	 "tempfail, for all milters where ours is the only one, else for ours."},
	{"postfix-milter-unreachable", READS_SMTPD, FINDING_ERROR, check_milter_unreachable,
	 "smtpd_milters, the chroot column of master.cf, the socket",
	 "The service does not get to our milter: it runs in a chroot that the socket is not in, may not "
	 "write to the "
	 "socket or enter its directory, or something else answers there. This is tried as the service does "
	 "it: in its "
	 "chroot, as mail_owner with that user's groups. Without root nobody can try, and that is a note.",
	 "A service without chroot, or a socket below the queue directory; a group and a mode that let "
	 "Postfix in."},
	{"postfix-milter-protocol", READS_SMTPD, FINDING_ERROR, check_milter_protocol, "milter_protocol",
	 "With a milter_protocol below 6 Postfix does not hand over what our milter asks for.", NULL},
	{"postfix-milter-macros", READS_SMTPD, FINDING_ERROR, check_milter_macros, "milter_macro_defaults",
	 "A default for a macro that tells of TLS, a certificate, a login or the client is taken for the "
	 "session's own: "
	 "plaintext would count as TLS.",
	 NULL},
	{"postfix-milter-maps", READS_SMTPD, FINDING_NOTE, check_milter_maps, "smtpd_milter_maps",
	 "A table gives some clients other milters, or none.", "A look at the table."},
	{"postfix-proxy-filter", READS_SMTPD, FINDING_ERROR, check_proxy_filter, "smtpd_proxy_filter",
	 "With a filter before the queue Postfix shows no headers, and holds nothing: mail that header_from, "
	 "trace_header "
	 "or quarantine is for is put off.",
	 "A filter after the queue, content_filter."},
	{"postfix-xclient", READS_SMTPD, FINDING_ERROR, check_xclient, "smtpd_authorized_xclient_hosts",
	 "A host that is not in trusted_networks may say which client it speaks for, and so that it is a "
	 "trusted one. What a file or a table has is not looked into, and that is a warning.",
	 NULL},
	{"postfix-reject-filter", READS_SMTPD, FINDING_NOTE, check_reject_filter, "smtpd_reject_filter_maps",
	 "Postfix 3.11 and later rewrites replies by this table, those of connectors among them.",
	 "A look at the table."},
	/* TLS. */
	{"postfix-no-starttls", READS_SMTPD, FINDING_ERROR, check_no_starttls,
	 "smtpd_tls_security_level, smtpd_use_tls, smtpd_tls_wrappermode, smtpd_discard_ehlo_keywords",
	 "Postfix offers no TLS, so that no partner can meet a connector.", NULL},
	{"postfix-server-certificate", READS_SMTPD, FINDING_ERROR, check_server_certificate,
	 "smtpd_tls_chain_files, smtpd_tls_cert_file and the like",
	 "Postfix has no certificate of its own, or its file is not there: it offers no TLS.",
	 "The command makes one and signs it itself; partners that verify yours want one of a CA."},
	{"postfix-ask-ccert", READS_SMTPD, FINDING_ERROR, check_ask_ccert,
	 "smtpd_tls_ask_ccert, smtpd_tls_req_ccert",
	 "Connectors want a certificate, or select by one, and Postfix asks clients for none.", NULL},
	{"postfix-ca-missing", READS_SMTPD, FINDING_ERROR, check_ca_missing,
	 "smtpd_tls_CAfile, smtpd_tls_CApath, tls_append_default_CA",
	 "Connectors want a certificate that Postfix verified, and it knows no CA.",
	 "The CAs that the system trusts, or better those of your partners."},
	{"postfix-ca-unreadable", READS_SMTPD, FINDING_ERROR, check_ca_unreadable,
	 "smtpd_tls_CAfile, the file",
	 "There is no certificate in the file, or no file. Postfix then offers no TLS at all.", NULL},
	{"postfix-ca-path", READS_SMTPD, FINDING_ERROR, check_ca_path, "smtpd_tls_CApath, the directory",
	 "A service in a chroot looks for the directory there, and it is not there.", NULL},
	{"postfix-public-cas", READS_SMTPD, FINDING_WARNING, check_public_cas, "smtpd_tls_CAfile, the file",
	 "A connector takes any verified certificate, and all public CAs count: anybody can have one.",
	 "A file with your partners' CAs, or their names in the policy."},
	{"postfix-session-tickets", READS_SMTPD, FINDING_ERROR, check_session_tickets,
	 "tls_session_ticket_cipher, smtpd_tls_session_cache_timeout, mail_version; smtpd_tls_CAfile, "
	 "smtpd_tls_CApath, tls_append_default_CA and smtpd_tls_ask_ccert of all services",
	 "Before Postfix 3.11.7 all services share their session tickets: what a service with other CAs "
	 "verified "
	 "counts as verified here.",
	 NULL},
	{"postfix-tls-version", READS_SMTPD, FINDING_ERROR, check_tls_version,
	 "smtpd_tls_protocols, smtpd_tls_mandatory_protocols",
	 "Postfix offers no version as high as connectors demand.", NULL},
	{"postfix-tls-ciphers", READS_SMTPD, FINDING_ERROR, check_tls_ciphers,
	 "smtpd_tls_ciphers, smtpd_tls_mandatory_ciphers, tls_high_cipherlist and the like, "
	 "smtpd_tls_exclude_ciphers, smtpd_tls_mandatory_exclude_ciphers, smtpd_tls_protocols, "
	 "smtpd_tls_mandatory_protocols",
	 "No cipher that Postfix offers below TLSv1.3 is one that a connector's ciphers, min_cipher_bits "
	 "and forward_secrecy take. Where Postfix offers TLSv1.3 this is a warning: partners with that can "
	 "meet the connector. Which suites OpenSSL has for TLSv1.3, and which ciphers go with the "
	 "server's certificate, is not looked at.",
	 "The default of the parameter that leaves nothing."},
	/* The policy service. */
	{"postfix-policy-service-order", READS_SMTPD, FINDING_ERROR, check_policy_service_order,
	 "smtpd_recipient_restrictions and the other lists, mynetworks",
	 "A permit stands before our policy service in its list: whom it lets in nobody asks us about. "
	 "permit_mynetworks may stand there where trusted_networks holds $mynetworks, "
	 "permit_sasl_authenticated where "
	 "each connector has an exception for sessions that have logged in. What a table or another program "
	 "before us "
	 "lets in cannot be told, and is a note. Beside the milter this counts for fingerprints alone.",
	 NULL},
	{"postfix-policy-service-stage", READS_SMTPD, FINDING_ERROR, check_policy_service_stage,
	 "smtpd_data_restrictions and the like, smtpd_delay_reject",
	 "Our policy service is asked where Postfix has no recipient to tell, and puts off all mail.", NULL},
	{"postfix-policy-service-warned", READS_SMTPD, FINDING_ERROR, check_policy_service_warned,
	 "smtpd_recipient_restrictions and the other lists, smtpd_restriction_classes",
	 "warn_if_reject stands before our policy service, or before a class that has it: Postfix logs what "
	 "it refuses, and lets the mail in.",
	 NULL},
	{"postfix-policy-service-default-action", READS_SMTPD, FINDING_ERROR,
	 check_policy_service_default_action,
	 "smtpd_policy_service_default_action, default_action of our service",
	 "While the daemon does not answer, mail is let in.", NULL},
	{"postfix-policy-service-unreachable", READS_SMTPD, FINDING_ERROR, check_policy_service_unreachable,
	 "smtpd_recipient_restrictions and the other lists, the socket",
	 "The service does not get to our policy service; as for postfix-milter-unreachable.", NULL},
	{"postfix-policy-service-headers", READS_SMTPD, FINDING_ERROR, check_policy_service_headers,
	 "smtpd_milters, smtpd_recipient_restrictions",
	 "A connector has header_from, and the policy service, which sees no headers, is asked alone.", NULL},
	{"postfix-policy-service-probe", READS_SMTPD, FINDING_NOTE, check_policy_service_probe,
	 "address_verify_sender",
	 "About mail to the sender of its own probes Postfix asks no policy service.", NULL},
	{"postfix-fingerprint-not-told", READS_SMTPD, FINDING_ERROR, check_fingerprint_not_told,
	 "smtpd_recipient_restrictions, daemon.policy_service",
	 "A connector has a fingerprint, and only the policy service is told of them: asked by the milter "
	 "alone, the "
	 "daemon puts such mail off.",
	 NULL},
	{"postfix-fingerprint-digest", READS_SMTPD, FINDING_ERROR, check_fingerprint_digest,
	 "smtpd_tls_fingerprint_digest, compatibility_level",
	 "Fingerprints are compared as SHA-256, and Postfix makes others.", NULL},
	{"postfix-myorigin", READS_POSTFIX, FINDING_ERROR, check_myorigin, "myorigin, the policy's myorigin",
	 "The policy service has to know what Postfix appends to an address without a domain. Another value "
	 "is an error, "
	 "none a warning: such mail is put off.",
	 "myorigin in the policy."},
	{"postfix-mydomain", READS_POSTFIX, FINDING_ERROR, check_mydomain,
	 "append_dot_mydomain, mydomain, the policy's mydomain",
	 "As postfix-myorigin, for a domain without a dot.", "mydomain in the policy."},
	/* Addresses and answers. */
	{"postfix-recipient-delimiter", READS_POSTFIX, FINDING_ERROR, check_recipient_delimiter,
	 "recipient_delimiter, the policy's recipient_delimiter",
	 "A connector names a mailbox, and Postfix delivers mail to its extensions there, which the "
	 "connector is not "
	 "for.",
	 "recipient_delimiter in the policy."},
	{"postfix-foreign-recipients", READS_POSTFIX, FINDING_WARNING, check_foreign_recipients,
	 "mydestination, virtual_alias_domains, virtual_mailbox_domains, relay_domains",
	 "A connector has require for recipients in a domain that is not this host's, and no connector has "
	 "deliver "
	 "for it: mail that leaves is not covered. Where a table says which domains are its own this is not "
	 "looked at.",
	 "deliver for that domain."},
	{"postfix-nul-in-headers", READS_POSTFIX, FINDING_WARNING, check_nul_in_headers,
	 "message_reject_characters",
	 "A connector has header_from, and Postfix hands a header over up to its first NUL "
	 "byte: the rest of From: is not judged.",
	 NULL},
	{"postfix-mta", READS_POSTFIX, FINDING_ERROR, check_mta, "daemon.mta",
	 "The policy says that the MTA is Sendmail.", "auto, or postfix."},
	{"postfix-comment", READS_POSTFIX, FINDING_ERROR, check_comment, "main.cf as it is written",
	 "A # stands behind a value: Postfix takes it for a part of it.", NULL},
	{"postfix-not-expanded", READS_POSTFIX, FINDING_NOTE, check_unexpandable, "main.cf as it is written",
	 "A value cannot be expanded as Postfix does it, and what depends on it was not checked.", NULL},
	/* What leaves. */
	{"postfix-tls-policy-maps", READS_SMTP, FINDING_ERROR, check_tls_policy_maps, "smtp_tls_policy_maps",
	 "Connectors have deliver, and Postfix does not ask us. Where it asks tables these may be what "
	 "forcedtls export "
	 "prints, and that is a note.",
	 NULL},
	{"postfix-tls-policy-name", READS_SMTP, FINDING_ERROR, check_tls_policy_name, "smtp_tls_policy_maps",
	 "Our socket has no map of that name, and all mail is put off.", "tls_policy, partners or rest."},
	{"postfix-tls-policy-order", READS_SMTP, FINDING_ERROR, check_tls_policy_order,
	 "smtp_tls_policy_maps",
	 "A map is asked before ours (a warning, since what is in it cannot be told), ours answers for "
	 "everybody before "
	 "a map for MTA-STS or DANE (a warning), or one of partners and rest is missing.",
	 "partners, the other maps, rest."},
	{"postfix-tls-policy-unreachable", READS_SMTP, FINDING_ERROR, check_tls_policy_unreachable,
	 "smtp_tls_policy_maps, the chroot column of master.cf, the socket",
	 "The client, or proxymap(8) for it, does not get to our socket; as for postfix-milter-unreachable.",
	 NULL},
	{"postfix-smtp-tls-level", READS_SMTP, FINDING_WARNING, check_smtp_tls_level,
	 "smtp_tls_security_level, smtp_use_tls",
	 "Without an answer of ours Postfix does no TLS, and a session in plaintext that is kept open may "
	 "serve a "
	 "partner too.",
	 NULL},
	{"postfix-smtp-tls-reuse", READS_SMTP, FINDING_WARNING, check_smtp_tls_reuse,
	 "smtp_tls_connection_reuse, smtp_tls_security_level",
	 "Postfix keeps sessions of level encrypt by server: one that was made for somebody else, where that "
	 "is the level of all others, may take the mail of a connector with level encrypt, whose version "
	 "and ciphers it does not have. Other levels of connectors need no such care.",
	 NULL},
	{"postfix-smtp-ca", READS_SMTP, FINDING_ERROR, check_smtp_ca, "smtp_tls_CAfile, smtp_tls_CApath",
	 "Connectors have level verify or secure, and Postfix has no CA to verify servers with: the mail "
	 "stays.",
	 NULL},
	{"postfix-smtp-fingerprint-digest", READS_SMTP, FINDING_ERROR, check_smtp_fingerprint_digest,
	 "smtp_tls_fingerprint_digest, compatibility_level",
	 "Connectors have level fingerprint, and Postfix makes other digests than SHA-256: the mail stays.",
	 NULL},
	{"postfix-dnssec", READS_SMTP, FINDING_ERROR, check_dnssec, "smtp_dns_support_level",
	 "Connectors have level dane or dane-only, and Postfix asks for no DNSSEC.",
	 "dnssec, and a resolver that "
	 "validates."},
	{"postfix-tls-required", READS_SMTP, FINDING_ERROR, check_tls_required, "tls_required_enable",
	 "With Postfix 3.10 and later an author's header \"TLS-Required: no\" has mail leave in plaintext. "
	 "Reports of "
	 "TLSRPT carry it on purpose: they then wait for TLS as all mail does.",
	 NULL},
	{"postfix-requiretls", READS_POSTFIX, FINDING_NOTE, check_requiretls, "requiretls_enable",
	 "With Postfix 3.11 and later mail that asks for REQUIRETLS comes back where a connector has level "
	 "encrypt.",
	 "Level secure."},
	{"postfix-relayhost", READS_POSTFIX, FINDING_ERROR, check_relayhost,
	 "relayhost, default_transport, relay_transport, content_filter, virtual_transport, "
	 "local_transport; static: tables in transport_maps, "
	 "sender_dependent_relayhost_maps and sender_dependent_default_transport_maps",
	 "All mail leaves by a host that no connector names: Postfix asks for a policy of that host alone. "
	 "What a connector for * has counts for it, where no other demands more. A filter on loopback is "
	 "no such host; virtual_transport and local_transport count for the domains that they are for.",
	 "A connector for that host."},
	{"postfix-fallback-relay", READS_SMTP, FINDING_ERROR, check_fallback_relay, "smtp_fallback_relay",
	 "Mail that a partner's server cannot take as demanded leaves by a host that no connector names.",
	 NULL},
	{"postfix-transport-maps", READS_POSTFIX, FINDING_NOTE, check_transport_maps,
	 "transport_maps, sender_dependent_relayhost_maps, sender_dependent_default_transport_maps",
	 "A table may send a partner's mail to a host that no connector names.", "A look at the table."},
	/* A session of one's own, with --live. */
	{"live-no-daemon", READS_LIVE, FINDING_ERROR, check_live_daemon, "daemon.control",
	 "Nobody answers at the control socket.", NULL},
	{"live-no-session", READS_LIVE, FINDING_ERROR, check_live_session, "a session to the service",
	 "The service cannot be reached, or does not take a recipient's name.", NULL},
	{"live-no-tls", READS_LIVE, FINDING_ERROR, check_live_tls, "a session to the service",
	 "The service offers no STARTTLS, or the handshake fails.", "The log of Postfix says why."},
	{"live-not-told", READS_LIVE, FINDING_ERROR, check_live_not_told,
	 "what the daemon was told in a session to the service",
	 "Postfix has our socket in its configuration and did not ask there: it runs with an older one, or "
	 "refused the "
	 "recipient before.",
	 NULL},
	{"live-facts", READS_LIVE, FINDING_ERROR, check_live_facts,
	 "what the daemon was told in a session to the service",
	 "The session had TLS, and the daemon was not told of its version or cipher.", NULL},
	{"live-certificate", READS_LIVE, FINDING_ERROR, check_live_certificate,
	 "what the daemon was told in a session to the service",
	 "Connectors want a certificate, and Postfix asked for none, or handed over no SHA-256 fingerprint "
	 "of it.",
	 NULL},
	/* Sendmail. */
	{"sendmail-no-filter", READS_SENDMAIL, FINDING_ERROR, check_sendmail_no_filter,
	 "X lines, InputMailFilters, DaemonPortOptions",
	 "No filter has our socket, or a port does not ask it: mail is let in unjudged.", NULL},
	{"sendmail-filter-flags", READS_SENDMAIL, FINDING_ERROR, check_sendmail_flags, "F= of our filter",
	 "Without F=T Sendmail lets mail in while the daemon does not answer.", NULL},
	{"sendmail-filter-unreachable", READS_SENDMAIL, FINDING_ERROR, check_sendmail_unreachable,
	 "S= of our filter, the socket and its directory",
	 "Others can write to the socket's directory, which Sendmail calls unsafe, or what answers is no "
	 "milter.",
	 NULL},
	{"sendmail-filter-timeouts", READS_SENDMAIL, FINDING_WARNING, check_sendmail_timeouts,
	 "T= of our filter", "A timeout is so short that mail is put off on a busy host.", NULL},
	{"sendmail-starttls", READS_SENDMAIL, FINDING_ERROR, check_sendmail_starttls,
	 "ServerCertFile, ServerKeyFile", "Sendmail has no certificate or no key, and offers no TLS.", NULL},
	{"sendmail-server-key", READS_SENDMAIL, FINDING_ERROR, check_sendmail_key,
	 "the mode of ServerKeyFile",
	 "Others than its owner can read the key: Sendmail does not use it, and offers no TLS.", NULL},
	{"sendmail-tls-off", READS_SENDMAIL, FINDING_ERROR, check_sendmail_tls_off, "M= of DaemonPortOptions",
	 "A port has the modifier S, and offers no TLS.", NULL},
	{"sendmail-ca-missing", READS_SENDMAIL, FINDING_ERROR, check_sendmail_ca, "CACertFile, CACertPath",
	 "Connectors want a certificate that Sendmail verified, and it knows no CA.", NULL},
	{"sendmail-not-asked", READS_SENDMAIL, FINDING_ERROR, check_sendmail_not_asked, "TLSSrvOptions",
	 "Connectors want a certificate, and Sendmail asks clients for none.", NULL},
	{"sendmail-fingerprint", READS_SENDMAIL, FINDING_ERROR, check_sendmail_fingerprint,
	 "CertFingerprintAlgorithm", "Connectors have fingerprints, and Sendmail hands over no SHA-256 one.",
	 NULL},
	{"sendmail-access-map", READS_SENDMAIL, FINDING_ERROR, check_sendmail_access, "K lines",
	 "Connectors have deliver, and Sendmail has no access map. Where it has one, what is in it cannot be "
	 "told, and "
	 "that is a note.",
	 NULL},
	{"sendmail-mta", READS_SENDMAIL, FINDING_ERROR, check_sendmail_mta, "daemon.mta",
	 "The policy says that the MTA is Postfix: names of certificates that Sendmail did not verify would "
	 "count.",
	 "auto, or sendmail."},
};

const size_t check_count = sizeof checks / sizeof checks[0];

static void run_all(struct examination *examination, enum check_reads reads)
{
	for (size_t i = 0; i < check_count; i++) {
		if (checks[i].reads != reads)
			continue;
		examination->check = &checks[i];
		checks[i].run(examination);
		findings_end_check(examination->findings);
	}
}

void checks_run_policy(struct examination *examination)
{
	run_all(examination, READS_POLICY);
}

/* The transports that mail takes by default, and no other: what a content filter's have is its own business. */
static bool is_used_client(const struct examination *examination, const struct service *service)
{
	static const char *const names[] = {"default_transport", "relay_transport"};
	size_t length = strlen(service->name);

	if (strcmp(service->type, "unix") != 0 || !service_is(examination->postfix, service, "smtp"))
		return false;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		const char *transport = main_setting(examination, names[i]);

		if (strcspn(transport, ":") == length && strncmp(transport, service->name, length) == 0)
			return true;
	}
	return false;
}

/* Whether strangers reach any smtpd. */
static bool any_is_reached(const struct postfix *postfix)
{
	for (size_t i = 0; i < postfix->service_count; i++)
		if (smtpd_is_reached(postfix, &postfix->services[i]))
			return true;
	return false;
}

/*
 * An smtpd that strangers reach. Where they reach none, somebody may stand in
 * front of one on loopback: those that ask us are looked at then.
 */
static bool is_looked_at(struct examination *examination, bool any_reached)
{
	const struct postfix *postfix = examination->postfix;
	const struct service *service = examination->service;

	if (any_reached)
		return smtpd_is_reached(postfix, service);
	return strcmp(service->type, "inet") == 0 && service_is(postfix, service, "smtpd") &&
	       is_judged(examination);
}

static void run_smtpd(struct examination *examination, bool any_reached)
{
	if (!is_looked_at(examination, any_reached))
		return;
	examination->for_anybody =
		smtpd_audience(examination->postfix, examination->service) == AUDIENCE_ANYBODY;
	run_all(examination, READS_SMTPD);
}

void checks_run_postfix(struct examination *examination)
{
	const struct postfix *postfix = examination->postfix;
	bool arrives = any_connector(examination, connector_selects);
	bool leaves = any_connector(examination, connector_leaves);
	bool any_reached = any_is_reached(postfix);

	for (size_t i = 0; i < postfix->service_count; i++) {
		examination->service = &postfix->services[i];
		if (arrives)
			run_smtpd(examination, any_reached);
		if (leaves && is_used_client(examination, examination->service))
			run_all(examination, READS_SMTP);
	}
	examination->service = NULL;
	run_all(examination, READS_POSTFIX);
}

void checks_run_live(struct examination *examination, live_ask *ask, void *context)
{
	const struct postfix *postfix = examination->postfix;

	for (size_t i = 0; i < postfix->service_count; i++) {
		const struct service *service = &postfix->services[i];
		struct live_session session;

		if (strcmp(service->type, "inet") != 0 || !smtpd_is_reached(postfix, service) ||
		    smtpd_audience(postfix, service) != AUDIENCE_ANYBODY)
			continue;
		live_session_open(postfix, service, ask, context, &session);
		examination->service = service;
		examination->live = &session;
		run_all(examination, READS_LIVE);
		examination->live = NULL;
		live_session_fini(&session);
	}
	examination->service = NULL;
}

void checks_run_sendmail(struct examination *examination)
{
	run_all(examination, READS_SENDMAIL);
}
