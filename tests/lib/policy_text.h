/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_TESTS_POLICY_TEXT_H
#define FORCEDTLS_TESTS_POLICY_TEXT_H

/* Changes to the text of a scenario's policy. The caller frees the results. */

/* The same with the items of "connectors:" (a block sequence) in reverse order. */
char *policy_text_reversed(const char *policy);

/* What the MTA of the scenarios adds to an address without domain: its own name. */
#define POLICY_TEXT_MYORIGIN "mx.example.org"

/*
 * The same with "daemon: user:" where it has none, with the policy service's
 * socket and the control socket ("unix:..."), and with "myorigin:". "daemon:" must be a block mapping.
 */
char *policy_text_for_daemon(const char *policy, const char *user, const char *policy_service,
			     const char *control);

#endif
