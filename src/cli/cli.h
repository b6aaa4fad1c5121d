/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_CLI_CLI_H
#define FORCEDTLS_CLI_CLI_H

/*
 * The commands of forcedtls(1). Each gets its own name in argv[0] and returns
 * an exit status (sysexits.h beside what the manual says).
 */
int cli_check(int argc, char **argv);
int cli_explain(int argc, char **argv);
int cli_export(int argc, char **argv);
int cli_pending(int argc, char **argv);

#endif
