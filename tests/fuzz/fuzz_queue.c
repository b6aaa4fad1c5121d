/* SPDX-License-Identifier: MIT */
/*
 * A fuzzer (tests/README.md). What postqueue -j prints, up to a NUL, and behind that the log: mail that waits and mail
 * that is held, read and grouped and shown.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cli/deferred.h"
#include "cli/held.h"
#include "fuzz/fields.h"
#include "fuzz/must.h"
#include "util/memory.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NOW ((time_t)1795168800)

/* Whatever a queue has, nothing steers a terminal. */
static void check_shown(struct waiting *waiting)
{
	json_t *groups = waiting_json(waiting, NOW);
	FILE *terminal = stdout;
	char *text = NULL;
	size_t length = 0;

	MUST(groups != NULL);
	MUST((stdout = open_memstream(&text, &length)) != NULL);
	MUST(waiting_print(waiting->form, groups, true));
	MUST(fclose(stdout) == 0);
	stdout = terminal;
	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)text[i];

		MUST((c >= 0x20 && c != 0x7f) || c == '\n');
	}
	free(text);
	json_decref(groups);
}

static void read_part(const char *text, enum queue_part part, queue_found found, void *context)
{
	FILE *in = fmemopen((void *)(uintptr_t)text, strlen(text), "r");

	MUST(in != NULL);
	(void)queue_read(in, "queue", part, found, context);
	MUST(fclose(in) == 0);
}

static void read_log(struct held_mail *held, const char *text)
{
	int fd = memfd_create("log", MFD_CLOEXEC);
	char path[40], *paths[] = {path};

	MUST(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	(void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	(void)held_read_log(held, paths, 1);
	MUST(close(fd) == 0);
}

static void check_deferred(const char *text)
{
	struct waiting waiting = {.form = &deferred_form};
	struct policy *policy = policy_new();
	struct deferred_mail deferred = {.policy = policy, .waiting = &waiting};

	policy_finish(policy);
	read_part(text, QUEUE_ON_ITS_WAY, deferred_add, &deferred);
	check_shown(&waiting);
	waiting_fini(&waiting);
	policy_free(&policy);
}

static void check_held(const char *text, const char *log)
{
	struct waiting waiting = {.form = &held_form};
	struct held_mail held = {.now = NOW};

	read_part(text, QUEUE_HELD, held_add, &held);
	if (log != NULL)
		read_log(&held, log);
	held_group(&held, &waiting);
	check_shown(&waiting);
	held_fini(&held);
	waiting_fini(&waiting);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fields fields;

	fields_init(&fields, data, size);
	if (fields.texts[0][0] != '\0') {
		check_deferred(fields.texts[0]);
		check_held(fields.texts[0], fields.texts[1]);
	}
	fields_fini(&fields);
	return 0;
}
