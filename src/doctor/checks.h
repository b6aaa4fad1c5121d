/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_DOCTOR_CHECKS_H
#define FORCEDTLS_DOCTOR_CHECKS_H

#include "doctor/examination.h"

/*
 * The functions behind the table of checks (check.c), which says of each what
 * it reads and what it looks for. Each is pure but for examination->world, and
 * adds to examination->findings.
 */
typedef void check_function(struct examination *examination);

/* check_arriving.c */
check_function check_not_asked;
check_function check_milter_syntax;
check_function check_no_milters;
check_function check_milter_default_action;
check_function check_milter_unreachable;
check_function check_milter_protocol;
check_function check_milter_macros;
check_function check_milter_maps;
check_function check_proxy_filter;
/* check_policy_service.c */
check_function check_policy_service_order;
check_function check_policy_service_stage;
check_function check_policy_service_warned;
check_function check_policy_service_default_action;
check_function check_policy_service_unreachable;
check_function check_policy_service_probe;
check_function check_policy_service_headers;
check_function check_fingerprint_not_told;
check_function check_myorigin;
check_function check_mydomain;
/* check_certificates.c */
check_function check_no_starttls;
check_function check_server_certificate;
check_function check_ask_ccert;
check_function check_ca_missing;
check_function check_ca_unreadable;
check_function check_ca_path;
check_function check_public_cas;
check_function check_session_tickets;
check_function check_fingerprint_digest;
check_function check_xclient;
/* check_tls_offer.c */
check_function check_tls_version;
check_function check_tls_ciphers;
/* check_leaving.c */
check_function check_tls_policy_maps;
check_function check_tls_policy_name;
check_function check_tls_policy_order;
check_function check_tls_policy_unreachable;
check_function check_smtp_tls_level;
check_function check_smtp_ca;
check_function check_smtp_fingerprint_digest;
check_function check_dnssec;
check_function check_tls_required;
check_function check_requiretls;
check_function check_smtp_tls_reuse;
/* check_next_hops.c */
check_function check_relayhost;
check_function check_fallback_relay;
check_function check_transport_maps;
/* check_addresses.c */
check_function check_recipient_delimiter;
check_function check_foreign_recipients;
check_function check_comment;
check_function check_reject_filter;
check_function check_nul_in_headers;
check_function check_mta;
check_function check_unexpandable;
/* check_daemon.c */
check_function check_daemon_away;
check_function check_policy_readable;
check_function check_other_policy;
check_function check_trusts_everybody;
/* check_live.c */
check_function check_live_daemon;
check_function check_live_session;
check_function check_live_tls;
check_function check_live_not_told;
check_function check_live_facts;
check_function check_live_certificate;
/* check_sendmail.c */
check_function check_sendmail_no_filter;
check_function check_sendmail_flags;
check_function check_sendmail_unreachable;
check_function check_sendmail_timeouts;
check_function check_sendmail_starttls;
check_function check_sendmail_key;
check_function check_sendmail_ca;
check_function check_sendmail_not_asked;
check_function check_sendmail_fingerprint;
check_function check_sendmail_tls_off;
check_function check_sendmail_access;
check_function check_sendmail_mta;

/* Sets a parameter to the CAs that the system trusts, and says what to write where partners use others. */
void fix_ca_file(struct examination *examination, struct finding *finding, const char *name);

enum certificate_file certificate_state(const struct examination *examination, const char *file);
/* True where it is certain that there is no certificate in it. */
bool is_no_certificate_file(enum certificate_file state);

/* daemon.mta says told, which this MTA is not, and a certificate counts: what comes of it. */
void say_other_mta(struct examination *examination, enum mta told, const char *what);

/* Where strangers are judged, and so their session counts. */
bool strangers_are_judged(const struct examination *examination);
/* "none", "may" or "encrypt", as Postfix makes it of all its parameters. A static string. */
const char *server_level(const struct examination *examination);

/* True for what judges there: our milter, asked as it should be, or our policy service. */
bool is_judged_by_milter(const struct examination *examination);
bool is_judged_by_policy_service(const struct examination *examination);
bool is_judged(const struct examination *examination);

#endif
