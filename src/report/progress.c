/* SPDX-License-Identifier: MIT */
/*
 * How far reading is. Drawn once a second at most, and not in the first.
 */
#include "report/progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "util/utf8.h"

#define BAR_WIDTH 30

void progress_init(struct progress *progress_r)
{
	time_t now = time(NULL);

	*progress_r = (struct progress){.shown = isatty(STDERR_FILENO) == 1, .begin = now, .last = now};
}

void progress_show(struct progress *progress, const char *name, double done, unsigned long long lines)
{
	static const char bar[] = "##############################";
	time_t now;
	char *shown;

	if (!progress->shown)
		return;
	now = time(NULL);
	if (now == progress->last || now - progress->begin < 1)
		return;
	progress->last = now;
	progress->drawn = true;
	shown = utf8_printable(name);
	if (done >= 0) {
		int full = done < 1 ? (int)(done * BAR_WIDTH) : BAR_WIDTH;

		(void)fprintf(stderr, "\r\033[K[%-*.*s] %3d%%  %llu lines  %.40s", BAR_WIDTH, full, bar,
			      (int)(done * 100), lines, shown);
	} else {
		(void)fprintf(stderr, "\r\033[K%llu lines  %.40s", lines, shown);
	}
	(void)fflush(stderr);
	free(shown);
}

void progress_end(struct progress *progress)
{
	if (progress->drawn)
		(void)fputs("\r\033[K", stderr);
	progress->drawn = false;
}
