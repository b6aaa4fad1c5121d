/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_RUN_LIMITS_H
#define FORCEDTLS_RUN_LIMITS_H

/*
 * Raises the limits of open descriptors and of threads as far as they go: each
 * session takes one, libmilter spins when there is no descriptor left, and a
 * session for which there is no thread hangs. What cannot be raised is logged.
 */
void limits_raise(void);

#endif
