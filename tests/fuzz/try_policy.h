/* SPDX-License-Identifier: MIT */
#ifndef TESTS_FUZZ_TRY_POLICY_H
#define TESTS_FUZZ_TRY_POLICY_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Reads bytes as a policy file of that name and checks what must hold whatever they are:
 * a sound policy, or errors, and messages that are fit to print. Aborts when
 * something does not hold. True when the policy is valid.
 */
bool try_policy(const char *name, const unsigned char *bytes, size_t length);

/* The same with bytes as a list file: first of patterns, then of networks. True when either is valid. */
bool try_list(const unsigned char *bytes, size_t length);

#endif
