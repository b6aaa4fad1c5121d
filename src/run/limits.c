/* SPDX-License-Identifier: MIT */
/* Resource limits of the process. Knows nothing of what uses them up. */
#include "run/limits.h"

#include <errno.h>
#include <string.h>
#include <sys/resource.h>

#include "run/log.h"

static void limits_raise_one(unsigned resource, const char *what)
{
	struct rlimit limit;

	if (getrlimit(resource, &limit) == 0) {
		if (limit.rlim_cur == limit.rlim_max)
			return;
		limit.rlim_cur = limit.rlim_max;
		if (setrlimit(resource, &limit) == 0)
			return;
	}
	log_line(LOG_SEVERITY_WARNING, "cannot raise the limit of %s: %s", what, strerror(errno));
}

void limits_raise(void)
{
	limits_raise_one(RLIMIT_NOFILE, "open files");
	limits_raise_one(RLIMIT_NPROC, "threads");
}
