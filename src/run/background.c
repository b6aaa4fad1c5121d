/* SPDX-License-Identifier: MIT */
/*
 * Threads for which nobody waits. Low in priority, and not the lowest: one may
 * hold a lock of malloc(3)'s for a moment, and has to get on with it.
 */
#include "run/background.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "run/log.h"

void background_thread(void)
{
	/* On Linux each thread has a nice value of its own (nice(2)), and -1 is one, too. */
	errno = 0;
	if (nice(BACKGROUND_NICE) == -1 && errno != 0)
		log_line(LOG_SEVERITY_WARNING, "cannot lower the priority of a thread: %s", strerror(errno));
}
