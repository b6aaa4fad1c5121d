/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_CONTROL_CONTROL_H
#define FORCEDTLS_CONTROL_CONTROL_H

#include "server/service.h"

/*
 * What forcedtls(1) asks a running daemon: one JSON object a line each way,
 * {"command": "status"} and what else the command takes (control/command.h).
 * Answers have "result": "ok", or "failed" with "error". Root and the user of
 * the daemon may ask, by the kernel's word for who is at the other end
 * (unix(7), SO_PEERCRED). Served by the thread that reloads, one after the
 * other.
 */
extern const struct service service_control;

/* Bytes of a request with its line end. */
#define CONTROL_REQUEST_MAX ((size_t)4096)

#endif
