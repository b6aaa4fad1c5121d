# SPDX-License-Identifier: MIT
"""Configurations of Postfix as they are found in life, each with forcedtls added in the right way: settings of main.cf
and lines of master.cf beside those of lab/doctored.py. {milter}, {check} and {map} are ours; {port} is its smtpd."""

_SUBMISSION = """\
smtps inet n - n - - smtpd
  -o syslog_name=postfix/smtps
  -o smtpd_tls_wrappermode=yes
  -o smtpd_sasl_auth_enable=yes
  -o smtpd_client_restrictions=$mua_client_restrictions
  -o smtpd_milters=inet:127.0.0.1:8891
  -o milter_macro_daemon_name=ORIGINATING
"""
_MUA = {"mua_client_restrictions": "permit_sasl_authenticated, reject"}
_AMAVIS = """\
smtp-amavis unix - - n - 2 smtp
  -o smtp_data_done_timeout=1200
  -o smtp_send_xforward_command=yes
  -o smtp_tls_security_level=none
  -o smtp_tls_policy_maps=
127.0.0.1:10025 inet n - n - - smtpd
  -o content_filter=
  -o smtpd_milters=
  -o smtpd_client_restrictions=permit_mynetworks,reject
  -o mynetworks=127.0.0.0/8
  -o receive_override_options=no_header_body_checks,no_unknown_recipient_checks,no_milters
"""

SHAPES = {
    "debian": ({"smtpd_banner": "$myhostname ESMTP $mail_name (Debian/GNU)", "biff": "no", "append_dot_mydomain": "no",
                "readme_directory": "no", "mailbox_size_limit": "0", "recipient_delimiter": "+", "relayhost": "",
                "smtpd_relay_restrictions": "permit_mynetworks permit_sasl_authenticated defer_unauth_destination",
                "smtpd_tls_session_cache_database": "btree:${{data_directory}}/smtpd_scache"}, ""),
    "amavis": ({"content_filter": "smtp-amavis:[127.0.0.1]:10024"}, _AMAVIS),
    "rspamd": ({"smtpd_milters": "{milter}, inet:localhost:11332", "non_smtpd_milters": "inet:localhost:11332",
                "milter_mail_macros": "i {{mail_addr}} {{client_addr}} {{client_name}} {{auth_authen}}"}, ""),
    "opendkim and opendmarc": ({"smtpd_milters": "{milter},{{ inet:127.0.0.1:8891, default_action=accept }},"
                                                 "{{ unix:opendmarc/opendmarc.sock, default_action=accept }}",
                                "non_smtpd_milters": "inet:127.0.0.1:8891"}, ""),
    "submission and smtps": (_MUA | {"smtpd_sasl_type": "dovecot", "smtpd_sasl_path": "private/auth"}, _SUBMISSION),
    "postscreen": ({"postscreen_greet_action": "enforce", "postscreen_dnsbl_sites": "zen.spamhaus.example*3"},
                   "2525 inet n - n - 1 postscreen\nsmtpd pass - - n - - smtpd\ndnsblog unix - - n - 0 dnsblog\n"
                   "tlsproxy unix - - n - 0 tlsproxy\n"),
    "postgrey and spf": ({"smtpd_recipient_restrictions":
                          "{check}, permit_mynetworks, permit_sasl_authenticated, reject_unauth_destination, "
                          "check_policy_service inet:127.0.0.1:10023, check_policy_service unix:private/policyd-spf"},
                         "policyd-spf unix - n n - 0 spawn user=nobody argv=/usr/bin/policyd-spf\n"),
    "iredmail": ({"smtpd_recipient_restrictions":
                  "reject_non_fqdn_recipient reject_unlisted_recipient check_policy_service inet:127.0.0.1:7777 "
                  "permit_mynetworks permit_sasl_authenticated reject_unauth_destination",
                  "smtpd_end_of_data_restrictions": "check_policy_service inet:127.0.0.1:7777",
                  "content_filter": "smtp-amavis:[127.0.0.1]:10024", "message_size_limit": "15728640"}, _AMAVIS),
    "mysql": ({"virtual_mailbox_domains": "proxy:mysql:/etc/postfix/domains.cf",
               "virtual_mailbox_maps": "proxy:mysql:/etc/postfix/mailboxes.cf",
               "virtual_alias_maps": "proxy:mysql:/etc/postfix/aliases.cf",
               "virtual_transport": "lmtp:unix:private/dovecot-lmtp", "smtpd_sender_login_maps": "$virtual_mailbox_maps",
               "smtpd_sender_restrictions": "reject_authenticated_sender_login_mismatch"}, ""),
    "gateway": ({"relay_domains": "example.org example.net", "transport_maps": "hash:/etc/postfix/transport",
                 "relay_recipient_maps": "hash:/etc/postfix/recipients", "mydestination": ""}, ""),
    "lists": ({"transport_maps": "regexp:/var/lib/mailman3/data/postfix_lmtp",
               "local_recipient_maps": "regexp:/var/lib/mailman3/data/postfix_lmtp",
               "owner_request_special": "no"}, ""),
    "blocklists": ({"smtpd_helo_required": "yes",
                    "smtpd_helo_restrictions": "permit_mynetworks, reject_invalid_helo_hostname",
                    "smtpd_recipient_restrictions":
                    "permit_mynetworks, reject_unauth_destination, reject_rbl_client zen.spamhaus.example=127.0.0.[2..11], "
                    "check_client_access cidr:/etc/postfix/clients, permit",
                    "header_checks": "pcre:/etc/postfix/header_checks"}, ""),
    "old names": ({"smtpd_tls_security_level": "", "smtpd_use_tls": "yes", "smtp_tls_security_level": "",
                   "smtp_use_tls": "yes"}, ""),
    "stress": ({"smtpd_timeout": "${{stress?{{10}}:{{300}}}}s", "smtpd_hard_error_limit": "${{stress?{{1}}:{{20}}}}"}, ""),
    "mta-sts": ({"smtp_tls_policy_maps": "{map}:partners, socketmap:inet:127.0.0.1:8461:postfix"}, ""),
    "dane": ({"smtp_tls_security_level": "dane", "smtp_dns_support_level": "dnssec"}, ""),
    "through proxymap": ({"smtp_tls_policy_maps": "proxy:{map}:tls_policy",
                          "proxy_read_maps": "$smtp_tls_policy_maps $virtual_alias_maps"}, ""),
    "internal port": ({}, "192.0.2.10:25 inet n - n - - smtpd\n  -o smtpd_milters=\n"
                          "  -o smtpd_recipient_restrictions=permit_mynetworks,reject\n"),
    "haproxy": ({}, "10025 inet n - n - - smtpd\n  -o smtpd_upstream_proxy_protocol=haproxy\n"),
    "qmqp and others": ({}, "628 inet n - n - - qmqpd\nmaildrop unix - n n - - pipe flags=DRhu user=vmail argv=/usr/bin/maildrop\n"
                            "scalemail-backend unix - n n - 2 pipe flags=R user=scalemail argv=/usr/lib/x ${{nexthop}} ${{user}}\n"),
    "milter of ours named by another parameter": ({"forcedtls": "{milter}", "smtpd_milters": "$forcedtls"}, ""),
    "conditional": ({"smtpd_milters": "${{{{$compatibility_level}} <level {{1}} ? {{}} : {{{milter}}}}}"}, ""),
    "encrypted only": ({"smtpd_tls_security_level": "encrypt", "smtpd_tls_mandatory_protocols": ">=TLSv1.2"}, ""),
    "hardened": ({"smtpd_tls_mandatory_ciphers": "high", "smtpd_tls_ciphers": "high", "tls_preempt_cipherlist": "yes",
                  "smtpd_tls_mandatory_protocols": "!SSLv2, !SSLv3, !TLSv1, !TLSv1.1",
                  "smtpd_tls_protocols": "!SSLv2 !SSLv3 !TLSv1 !TLSv1.1",
                  "smtpd_tls_exclude_ciphers": "aNULL, LOW, EXP, MEDIUM, ADH, AECDH, MD5, DSS, ECDSA, CAMELLIA128, 3DES, "
                                               "CAMELLIA256, RSA+AES, eNULL, KRB5-DES, CBC3-SHA, PSD",
                  "tls_high_cipherlist": "EDH+CAMELLIA:EDH+aRSA:EECDH+aRSA+AESGCM:EECDH+aRSA+SHA256:EECDH:+CAMELLIA128:"
                                         "+AES128:+SSLv3:!aNULL:!eNULL:!LOW:!3DES:!MD5:!EXP:!PSK:!DSS:!RC4:!SEED:!IDEA:!ECDSA:"
                                         "kEDH:AES128-SHA:AES256-SHA"}, ""),
    "xforward": ({"smtpd_authorized_xforward_hosts": "127.0.0.0/8 10.0.0.0/8", "smtpd_authorized_verp_clients": "$mynetworks"}, ""),
}
