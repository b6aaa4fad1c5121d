/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_CONFIG_FILE_H
#define FORCEDTLS_CONFIG_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "config/report.h"

/* Far more than a policy needs, and less than would hurt: one file, all files, and how many of them. */
#define FILE_SIZE_MAX ((size_t)64 * 1024 * 1024)
#define FILE_BYTES_MAX ((size_t)256 * 1024 * 1024)
#define FILE_COUNT_MAX ((size_t)10000)

/*
 * How much memory a policy takes at the most: for each byte of a file, and each
 * value that an alias stands for, for each byte of a list, and beside these.
 * Measured: 195 (connectors without anything in them), 27 (clients of seven characters, and 12 of names), and 8 MB.
 */
#define FILE_BYTE_TAKES ((uint64_t)256)
#define FILE_LIST_BYTE_TAKES ((uint64_t)40)
#define FILE_POLICY_TAKES ((uint64_t)32 * 1024 * 1024)

/* False, and the loading is unfit, where there is less memory than that. loading: NULL is fine, and has all. */
bool file_fits(struct loading *loading, uint64_t takes);

/* A file, and who names it. */
struct file_reference {
	const char *name; /* as it is opened */
	const struct source *source;
	const struct path *path;
	const struct node *node; /* NULL: the policy file itself, which no other file names */
	bool is_list; /* read line by line */
};

/* Which file it is, whatever it is called. */
struct file_identity {
	dev_t device;
	ino_t inode;
};

/*
 * Opens a regular file within the limits of the source's loading, if it has
 * one, which notes it as it is now, and has its digest begin. Ended with
 * file_close. -1: why is in the source's diagnostics, where the file is named,
 * or its loading is unfit.
 */
int file_open(const struct file_reference *reference, struct file_identity *identity_r);
void file_close(const struct file_reference *reference, int fd);

/*
 * Bytes that were just read, in_file with those before. False when they are too
 * many, which is reported, or when the loading is unfit by them.
 */
bool file_take_bytes(const struct file_reference *reference, size_t in_file, const void *bytes,
		     size_t length);

/* What is wrong with the file, behind its name in quotes where another file names it. */
void file_error(const struct file_reference *reference, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* The same: what failed, and why (errno). */
void file_error_because(const struct file_reference *reference, const char *what, int error);
/* Reports that reading failed, by errno. */
void file_report_unreadable(const struct file_reference *reference);

/* Reads a whole file. The caller frees *bytes_r. False: reported, or the loading is unfit. */
bool file_read(const struct file_reference *reference, unsigned char **bytes_r, size_t *length_r,
	       struct file_identity *identity_r);

/* name as it is to be opened when the file "from" names it. The caller frees it. */
char *file_resolve(const char *from, const char *name);

/* name from the root directory on, as we are in it now; as it is where nobody knows that. The caller frees it. */
char *file_absolute(const char *name);

#endif
