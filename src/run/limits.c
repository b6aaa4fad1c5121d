/* SPDX-License-Identifier: MIT */
/* Resource limits of the process. Knows nothing of what uses them up. */
#include "run/limits.h"

#include <errno.h>
#include <string.h>
#include <sys/resource.h>

#include "run/log.h"

void limits_raise(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		if (limit.rlim_cur == limit.rlim_max)
			return;
		limit.rlim_cur = limit.rlim_max;
		if (setrlimit(RLIMIT_NOFILE, &limit) == 0)
			return;
	}
	log_line(LOG_SEVERITY_WARNING, "cannot raise the limit of open files: %s", strerror(errno));
}
