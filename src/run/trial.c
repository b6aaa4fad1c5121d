/* SPDX-License-Identifier: MIT */
/* A policy is loaded to see whether it fits: both sides. Knows nothing of what is in one. */
#include "run/trial.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sysexits.h>

#include "config/child.h"
#include "run/memory_left.h"
#include "run/process.h"
#include "util/memory.h"

/* This program, also when another has been put in its place (proc(5)). */
#define OURSELVES "/proc/self/exe"

/* As long as who asks waits for an answer (forcedtls reload). */
#define PATIENCE_MS 60000

/* What the trial says when it begins: what ends it from there on is want of memory. */
#define BEGUN "begun\n"
/* And what it says when it has loaded it: what that may take. */
#define TAKES "%" PRIu64 "\n"
#define TAKES_SIZE 21

/* Of what is left the policy may take so much: logs, and sessions that come meanwhile, have the rest. */
static uint64_t trial_share(uint64_t bytes)
{
	return bytes - bytes / 8;
}

/*
 * Whether it is loaded within so many bytes, and *takes_r what that may take, by
 * its files. *begun_r: whether it was tried at all; why_r: what went wrong.
 */
static bool trial_fits(const char *program, const char *path, uint64_t bytes, uint64_t *takes_r,
		       bool *begun_r, const char **why_r)
{
	struct strbuf within = {0}, said = {0};
	bool fits;

	strbuf_printf(&within, "--" TRIAL_OPTION "=%" PRIu64, bytes);
	{
		const char *const words[] = {"forcedtlsd", within.text, "-c", path, NULL};
		const struct child child = {.program = program,
					    .words = words,
					    .output_max = sizeof BEGUN - 1 + TAKES_SIZE,
					    .patience_ms = PATIENCE_MS};

		fits = child_run(&child, &said, why_r);
	}
	*begun_r = said.length >= sizeof BEGUN - 1;
	*takes_r = *begun_r ? strtoull(said.text + sizeof BEGUN - 1, NULL, 10) : 0;
	strbuf_fini(&said);
	strbuf_fini(&within);
	return fits;
}

static void add_unfit(const char *path, const struct memory_left *left, bool begun, const char *why,
		      struct diagnostics *diagnostics)
{
	const double megabytes = (double)left->bytes / (1024 * 1024);

	if (left->bytes == UINT64_MAX)
		diagnostics_add(
			diagnostics, SEVERITY_ERROR, path, 0, 0, "",
			"could not be loaded beside the policy in force, which stays: there was no "
			"memory, though no limit is known, and in a process of its own: %s; reload once "
			"more",
			why);
	else if (begun && why == child_failed)
		diagnostics_add(diagnostics, SEVERITY_ERROR, path, 0, 0, "",
				"does not fit in memory beside the policy in force, which stays: %.0f MB are "
				"left by %s; give it more",
				megabytes, left->limit);
	else
		diagnostics_add(diagnostics, SEVERITY_ERROR, path, 0, 0, "",
				"may not fit in memory beside the policy in force, which stays: %.0f MB are "
				"left by %s, and it cannot be tried in a process of its own: %s",
				megabytes, left->limit, why);
	diagnostics->temporary++;
}

static void add_unfit_now(const char *path, struct diagnostics *diagnostics)
{
	diagnostics_add(
		diagnostics, SEVERITY_ERROR, path, 0, 0, "",
		"has grown since it was tried whether it fits in memory beside the policy in force, or "
		"there is less of that: the one in force stays; reload once more");
	diagnostics->temporary++;
}

/* It fits: what is loaded is no larger. */
static struct config *reload_what_was_tried(const char *path, const struct config *before, uint64_t tried,
					    struct diagnostics *diagnostics)
{
	uint64_t takes;
	struct config *config = config_reload_within(path, before, tried, diagnostics, &takes);

	if (takes > tried)
		add_unfit_now(path, diagnostics);
	return config;
}

struct config *trial_reload_within(const char *program, const char *path, const struct config *before,
				   const struct memory_left *left, struct diagnostics *diagnostics)
{
	const uint64_t share = trial_share(left->bytes);
	const char *why;
	uint64_t takes;
	bool begun;
	struct config *config = config_reload_within(path, before, share, diagnostics, &takes);

	if (takes <= share)
		return config;
	if (trial_fits(program, path, share, &takes, &begun, &why))
		return reload_what_was_tried(path, before, takes, diagnostics);
	add_unfit(path, left, begun, why, diagnostics);
	return NULL;
}

struct config *trial_reload(const char *path, const struct config *before, struct diagnostics *diagnostics)
{
	const struct memory_left left = memory_left();

	return trial_reload_within(OURSELVES, path, before, &left, diagnostics);
}

/* Where the memory of the host or of a cgroup ends, another process might have to go. Where that fails, it may. */
static void go_first(void)
{
	FILE *file = fopen("/proc/self/oom_score_adj", "we");

	if (file == NULL)
		return;
	(void)fputs("1000", file);
	(void)fclose(file);
}

/* False where it could take more than that. */
static bool take_no_more(uint64_t bytes)
{
	const uint64_t used = process_virtual_bytes();
	struct rlimit limit;

	if (used == 0 || getrlimit(RLIMIT_AS, &limit) < 0)
		return false;
	if (bytes < limit.rlim_cur && used < limit.rlim_cur - bytes)
		limit.rlim_cur = used + bytes;
	return setrlimit(RLIMIT_AS, &limit) == 0;
}

int trial_run(const char *path, const char *within)
{
	struct diagnostics diagnostics = {0};
	struct config *config;
	uint64_t takes;

	go_first();
	(void)prctl(PR_SET_DUMPABLE, 0); /* without memory it aborts, which is nothing to look into */
	if (!take_no_more(strtoull(within, NULL, 10)) || fputs(BEGUN, stdout) < 0 || fflush(stdout) != 0)
		return EX_OSERR;
	config = config_reload_within(path, NULL, UINT64_MAX, &diagnostics, &takes);
	config_free(&config);
	diagnostics_fini(&diagnostics);
	if (takes == UINT64_MAX)
		return EX_OSERR; /* the system or a library had no memory, and said so */
	return printf(TAKES, takes) < 0 || fflush(stdout) != 0 ? EX_OSERR : EX_OK;
}
