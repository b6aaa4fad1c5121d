/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_CLI_CLI_H
#define FORCEDTLS_CLI_CLI_H

/*
 * The commands of forcedtls(1). Each gets its own name in argv[0] and returns
 * an exit status (sysexits.h beside what the manual says).
 */
int cli_check(int argc, char **argv);
int cli_doctor(int argc, char **argv);
int cli_explain(int argc, char **argv);
int cli_export(int argc, char **argv);
int cli_pending(int argc, char **argv);
int cli_reload(int argc, char **argv);
int cli_status(int argc, char **argv);

struct config;

/* The policy, to be freed with config_free; NULL: what is wrong with it was printed, and the status is EX_CONFIG. */
struct config *cli_load(const char *path);

#endif
