/* SPDX-License-Identifier: MIT */
/*
 * Eight readers against one publisher, for the thread sanitizer and for plain
 * runs: no reader ever sees a configuration that is freed or half of another,
 * and every one is freed once, and by none of them while there is a reaper. Criterion and the thread sanitizer do not go
 * together: hence a program of its own.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "util/memory.h"
#include "run/snapshot.h"

#define READERS 8
#define PUBLISHED 2000
/* Before the reaper stops each reader has to have looked this often, and as often again after. */
#define READS_MIN 2000

static atomic_size_t frees;
static atomic_size_t frees_of_readers;
static _Thread_local bool is_reader;
static atomic_bool done;

struct reader {
	pthread_t thread;
	atomic_size_t reads;
	size_t torn;
	size_t backwards;
};

/* As the linker's --wrap has them. NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
void __real_config_free(struct config **config);
void __wrap_config_free(struct config **config);

/* Spoils what it frees, so that a late reader sees it without a sanitizer too. */
void __wrap_config_free(struct config **config)
{
	(*config)->daemon.milter[0] = '!';
	atomic_fetch_add(&frees, 1);
	if (is_reader)
		atomic_fetch_add(&frees_of_readers, 1);
	__real_config_free(config);
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

static char *numbered(unsigned number)
{
	struct strbuf text = {0};

	strbuf_printf(&text, "%u", number);
	return strbuf_take(&text);
}

/* Two copies of one number: a reader that sees them differ sees two configurations. */
static void publish(unsigned number)
{
	struct config *config = xcalloc(1, sizeof *config);

	config->daemon.milter = numbered(number);
	config->daemon.user = numbered(number);
	snapshot_publish(config);
}

static void read_once(struct reader *reader, unsigned long *last)
{
	struct snapshot *snapshot = snapshot_acquire();
	const struct daemon_settings *settings = &snapshot_config(snapshot)->daemon;
	unsigned long number = strtoul(settings->milter, NULL, 10);

	if (strcmp(settings->milter, settings->user) != 0)
		reader->torn++;
	if (number < *last)
		reader->backwards++;
	*last = number;
	snapshot_release(&snapshot);
	atomic_fetch_add(&reader->reads, 1);
}

static void *read_on(void *argument)
{
	struct reader *reader = argument;
	unsigned long last = 0;

	is_reader = true;
	while (!atomic_load(&done))
		read_once(reader, &last);
	return NULL;
}

static bool all_have_read(struct reader readers[READERS], size_t reads_min)
{
	for (size_t i = 0; i < READERS; i++)
		if (atomic_load(&readers[i].reads) < reads_min)
			return false;
	return true;
}

static void must(int error, const char *what)
{
	if (error == 0)
		return;
	(void)printf("Bail out! %s: %s\n", what, strerror(error));
	exit(EX_OSERR);
}

/* What the readers did while there was a reaper, and after. */
struct outcome {
	unsigned published;
	size_t reaped; /* freed when it had stopped */
	size_t by_readers; /* freed by readers until then */
};

/* The reaper stops in the midst of it, as it does when the daemon ends. */
static void run(struct reader readers[READERS], struct outcome *outcome_r)
{
	unsigned published = 0;

	publish(++published);
	must(snapshot_reaper_start(), "snapshot_reaper_start");
	for (size_t i = 0; i < READERS; i++)
		must(pthread_create(&readers[i].thread, NULL, read_on, &readers[i]), "pthread_create");
	while (published < PUBLISHED || !all_have_read(readers, READS_MIN))
		publish(++published);
	outcome_r->by_readers = atomic_load(&frees_of_readers);
	must(snapshot_reaper_stop(), "snapshot_reaper_stop");
	outcome_r->reaped = atomic_load(&frees);
	while (published < 2 * PUBLISHED || !all_have_read(readers, 2 * READS_MIN))
		publish(++published);
	atomic_store(&done, true);
	for (size_t i = 0; i < READERS; i++)
		must(pthread_join(readers[i].thread, NULL), "pthread_join");
	outcome_r->published = published;
}

static bool check(unsigned number, bool good, const char *what)
{
	(void)printf("%sok %u - %s\n", good ? "" : "not ", number, what);
	return good;
}

int main(void)
{
	static struct reader readers[READERS];
	size_t torn = 0, backwards = 0, alive;
	struct outcome outcome;
	bool good = true;

	run(readers, &outcome);
	for (size_t i = 0; i < READERS; i++) {
		torn += readers[i].torn;
		backwards += readers[i].backwards;
	}
	alive = outcome.published - atomic_load(&frees);
	snapshot_retire();
	(void)printf("1..6\n");
	good &= check(1, torn == 0, "no reader saw two configurations at once");
	good &= check(2, backwards == 0, "no reader saw an older configuration after a newer one");
	good &= check(3, alive == 1, "with no reader left, the one in force alone is alive");
	good &= check(4, atomic_load(&frees) == outcome.published, "each was freed once");
	good &= check(5, outcome.by_readers == 0, "no reader freed one while there was a reaper");
	good &= check(6, outcome.reaped > 0, "the reaper freed some");
	return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
