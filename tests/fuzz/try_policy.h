/* SPDX-License-Identifier: MIT */
#ifndef TESTS_FUZZ_TRY_POLICY_H
#define TESTS_FUZZ_TRY_POLICY_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Reads bytes as a policy file and checks what must hold whatever they are:
 * a sound policy, or errors, and messages that are fit to print. Aborts when
 * something does not hold. True when the policy is valid.
 */
bool try_policy(const unsigned char *bytes, size_t length);

#endif
