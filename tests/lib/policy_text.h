/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_TESTS_POLICY_TEXT_H
#define FORCEDTLS_TESTS_POLICY_TEXT_H

/* Changes to the text of a scenario's policy. The caller frees the results. */

/* The same with the items of "connectors:" (a block sequence) in reverse order. */
char *policy_text_reversed(const char *policy);

/* The same with "daemon: user:" where it has none. "daemon:" must be a block mapping. */
char *policy_text_with_user(const char *policy, const char *user);

#endif
