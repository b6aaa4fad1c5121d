/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_RUN_NOTIFY_H
#define FORCEDTLS_RUN_NOTIFY_H

/*
 * Tells a service manager that asked for it that we serve (sd_notify(3)): what
 * it names in $NOTIFY_SOCKET gets "READY=1". Does nothing without that; a
 * failure is logged.
 */
void notify_ready(void);

#endif
