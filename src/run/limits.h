/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_RUN_LIMITS_H
#define FORCEDTLS_RUN_LIMITS_H

/*
 * Raises the limit of open descriptors as far as it goes: each session takes
 * one, and libmilter spins when there is none left. What cannot be raised is logged.
 */
void limits_raise(void);

#endif
