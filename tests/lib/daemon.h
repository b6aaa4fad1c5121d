/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_TESTS_DAEMON_H
#define FORCEDTLS_TESTS_DAEMON_H

#include <stdbool.h>
#include <sys/types.h>

#include "util/memory.h"

/* forcedtlsd under test: started in the foreground, its log read from a pipe. */
struct daemon;

/*
 * Starts it with that policy text in a directory of its own, as the user who
 * runs the test ("nobody" for root), and waits until its socket negotiates.
 * NULL: why not was added to problems.
 */
struct daemon *daemon_start(const char *forcedtlsd, const char *policy, struct strbuf *problems);

/* "unix:..." */
const char *daemon_socket(const struct daemon *daemon);

/* The path of the policy service's socket. */
const char *daemon_policy_service(const struct daemon *daemon);

/* The next line of its log, NULL when none comes in that time or it has ended. The caller frees it. */
char *daemon_log_line(struct daemon *daemon, int timeout_ms);

/* Has it read its policy again, which its log then tells. */
void daemon_reload(const struct daemon *daemon);

/* Another policy text in the place of the one that it was started with, for a reload. */
bool daemon_write_policy(const struct daemon *daemon, const char *policy);

/* Of its process. */
pid_t daemon_pid(const struct daemon *daemon);

/* The path of its policy file. */
const char *daemon_policy_path(const struct daemon *daemon);

/*
 * Ends it with SIGTERM: its exit status, -1 when a signal ended it or when it
 * had to be killed after that time. What it says meanwhile can be read after.
 */
int daemon_stop(struct daemon *daemon, int timeout_ms);

/* Kills it. Lines not yet read can be read until daemon_free. */
void daemon_kill(struct daemon *daemon);
void daemon_free(struct daemon **daemon);

#endif
