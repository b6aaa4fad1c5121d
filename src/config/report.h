/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_CONFIG_REPORT_H
#define FORCEDTLS_CONFIG_REPORT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/diagnostics.h"
#include "config/postfix_settings.h"
#include "config/tree.h"
#include "util/date.h"
#include "util/place.h"

struct digest;
struct policy;
struct seen;

/* What the files of one policy share while they are read. */
struct loading {
	struct policy *policy; /* its list of files grows */
	date_t today; /* 0: only errors matter, and nobody asks for advice */
	bool has_delimiter; /* "recipient_delimiter" is written, so that mailboxes are what they are to the MTA */
	bool wrote_delimiter; /* the policy file has it, and nobody is asked */
	bool delimiter_missed; /* that it is not has been told */
	size_t files_left; /* that may still be opened */
	size_t bytes_left; /* that may still be read */
	uint64_t memory_left; /* that may still be taken, reckoned by the sizes of files (config/file.h) */
	uint64_t reckoned; /* bytes of the one file that is open, for which memory_left is less already */
	bool unfit; /* a file was not read for want of that; nothing is reported */
	bool no_memory; /* the system or a library had none, which is reported */
	bool may_ask_postfix; /* for what the policy file does not say */
	bool has_asked_postfix;
	bool postfix_delivers; /* the policy file says that the MTA is Postfix, and not Sendmail */
	enum postfix_answer postfix_answer;
	struct postfix_settings postfix; /* what it said */
	const struct postfix_settings *before; /* what the policy in force took of it; NULL: there is none */
	struct digest *digest; /* of all that is read; NULL: nobody wants it */
	struct seen *seen; /* what was opened and searched for; NULL: nobody wants to know */
};

/* A file that is being read. */
struct source {
	struct diagnostics *diagnostics;
	const char *name; /* for messages; names in the file are relative to it */
	uint32_t file; /* in the policy's list of files */
	struct loading *loading; /* NULL: the file names no others */
};

/* The file that a place is in, as a source for messages. */
struct source source_at(const struct source *source, struct place place);

/* Whether warnings of what is legal and probably wrong are wanted: not when only errors matter. */
bool source_wants_advice(const struct source *source);

/*
 * How one got to a value: "connectors[2].require.min_version" is a chain of
 * four, innermost first. Kept on the stack, and written out only when there is
 * something to say. NULL is the file as a whole.
 */
struct path {
	const struct path *parent;
	const char *key; /* NULL: an item of a list */
	size_t index; /* of the item, from 0 */
};

/* The path of the value at key within the map at parent; as long as the block that it stands in. */
#define PATH_KEY(parent_path, name) (&(const struct path){.parent = (parent_path), .key = (name)})

struct place source_place(const struct source *source, const struct node *node);

/*
 * A message about a value. node: where it stands; NULL for the file as a
 * whole. Text that comes from the file goes through report_quote first.
 */
void report_node(enum severity severity, const struct source *source, const struct path *path,
		 const struct node *node, const char *format, ...) __attribute__((format(printf, 5, 6)));
#define report_error(...) report_node(SEVERITY_ERROR, __VA_ARGS__)
#define report_warning(...) report_node(SEVERITY_WARNING, __VA_ARGS__)
/* The same about a place of which no node is left. */
void report_at(enum severity severity, const struct source *source, const struct path *path,
	       struct place place, const char *format, ...) __attribute__((format(printf, 5, 6)));
#define report_error_at(...) report_at(SEVERITY_ERROR, __VA_ARGS__)
#define report_warning_at(...) report_at(SEVERITY_WARNING, __VA_ARGS__)

/*
 * Why the error that was just reported came about, by errno. One of the moment
 * (the system has no memory, no descriptor; a disk or a file server fails) may
 * be gone the next time, with the same file.
 */
void report_cause(const struct source *source, int error);

/* An error or a warning of a text, which stands in quotes before it: "TLS1" is no version. */
void report_quoted(enum severity severity, const struct source *source, const struct path *path,
		   struct place place, const char *text, const char *format, ...)
	__attribute__((format(printf, 6, 7)));
/* Of what a scalar says. */
#define report_node_text(severity, source, path, node, ...)                                                  \
	report_quoted(severity, source, path, source_place(source, node), (node)->text, __VA_ARGS__)
#define report_text_error(...) report_node_text(SEVERITY_ERROR, __VA_ARGS__)
#define report_text_warning(...) report_node_text(SEVERITY_WARNING, __VA_ARGS__)

/* All of these come here. */
void report_message(enum severity severity, const struct source *source, const struct path *path,
		    struct place place, const char *format, va_list ap) __attribute__((format(printf, 5, 0)));

/* Bytes of a value that a message shows; "..." stands for the rest. */
#define REPORT_QUOTE_MAX ((size_t)100)
#define REPORT_QUOTE_SIZE (2 * REPORT_QUOTE_MAX + sizeof "\"...\"")

/* Writes text in double quotes and returns buffer. text: UTF-8. */
const char *report_quote(const char *text, char buffer[REPORT_QUOTE_SIZE]);

#endif
