/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_RUN_TRUSTED_PATH_H
#define FORCEDTLS_RUN_TRUSTED_PATH_H

#include <stdbool.h>

/*
 * True when nobody but root can put one file in the place of another at path,
 * or anywhere on the way there: each directory and each symbolic link that is
 * met is root's, and others can write to none of them (to a directory on the
 * way with the sticky bit they can). False as well when it cannot be told.
 * path: from the root directory on; its last component need not exist.
 */
bool trusted_path(const char *path);

#endif
