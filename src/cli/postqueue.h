/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_CLI_POSTQUEUE_H
#define FORCEDTLS_CLI_POSTQUEUE_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

/* A postqueue(1) that runs. */
struct postqueue {
	pid_t pid;
	FILE *out; /* what it prints */
};

/*
 * Runs "postqueue -j", without a shell, from one of the directories where
 * systems have it. config_directory: of main.cf, NULL for Postfix's own. What
 * it says on standard error goes to ours. False, with a message there, when
 * it cannot be run. The caller ends it with postqueue_end.
 */
bool postqueue_start(const char *config_directory, struct postqueue *postqueue_r);

/* Closes what it prints and waits for its end. False, with a message, when it failed. */
bool postqueue_end(struct postqueue *postqueue);

#endif
