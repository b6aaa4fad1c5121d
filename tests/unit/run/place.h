/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_TESTS_UNIT_RUN_PLACE_H
#define FORCEDTLS_TESTS_UNIT_RUN_PLACE_H

/* A new, empty directory. The caller ends it with place_remove. */
char *place_make(void);
/* directory "/" name. The caller frees it. */
char *place_path(const char *directory, const char *name);
void place_write(const char *path, const char *text);
/* The whole file; fails the test when there is none. The caller frees it. */
char *place_read(const char *path);
/* Removes the directory, which has to hold plain entries alone, and frees its name. */
void place_remove(char *directory);

#endif
