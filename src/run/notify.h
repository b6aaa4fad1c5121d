/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_RUN_NOTIFY_H
#define FORCEDTLS_RUN_NOTIFY_H

/*
 * Both tell a service manager that asked for it how we are (sd_notify(3)), at
 * the socket that it names in $NOTIFY_SOCKET, and do nothing without that; a
 * failure is logged. Threads: safe, as long as nobody changes the environment.
 */

/* "READY=1": we serve, after the start or after a reload, whatever came of it. */
void notify_ready(void);

/* "RELOADING=1", with the time that Type=notify-reload wants: until notify_ready a reload is under way. */
void notify_reloading(void);

#endif
