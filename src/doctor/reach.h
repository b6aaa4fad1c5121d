/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_DOCTOR_REACH_H
#define FORCEDTLS_DOCTOR_REACH_H

#include "doctor/world.h"

/*
 * Goes to a socket as the visitor, in a child of its own, and asks there what
 * any of our services answers without judging anything: milter options, a
 * question about VRFY, a key that begins with a dot. Takes a second or two at
 * most. Not to be called with threads about.
 */
enum reach reach_try(const struct visitor *visitor, const struct endpoint *endpoint, enum protocol protocol);

/* Whether a file can be read by user, with its groups. */
enum access_state reach_can_read(const char *user, const char *path);

#endif
