/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_REPORT_REPORT_H
#define FORCEDTLS_REPORT_REPORT_H

/* forcedtls report. Gets its own name in argv[0] and returns an exit status (sysexits.h beside what the manual says). */
int report_command(int argc, char **argv);

#endif
