/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_TESTS_UNIT_RUN_CLIENT_H
#define FORCEDTLS_TESTS_UNIT_RUN_CLIENT_H

#include <stdbool.h>
#include <stddef.h>

/* A client of a unix socket that fails its test when the other side is silent for long. */

/* A listening socket at path that does not block. */
int client_listen_at(const char *path, int backlog);
int client_connect(const char *path);
/* The same with a socket that is there already. */
void client_connect_fd(int fd, const char *path);
void client_send(int fd, const char *bytes, size_t length);
void client_puts(int fd, const char *text);
/* Receives exactly these bytes. */
void client_expect(int fd, const char *text);
/* Waits for the other side to close, with nothing to read before. */
void client_expect_end(int fd);
/* True when the other side closes before so many milliseconds are over. Nothing may be there to read. */
bool client_ends_within(int fd, int milliseconds);
/* True when the other side has closed, now. */
bool client_has_ended(int fd);

#endif
