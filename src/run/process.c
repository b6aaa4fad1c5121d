/* SPDX-License-Identifier: MIT */
/* Reads /proc/self and what getrusage(2) has. Knows nothing of who asks. */
#include "run/process.h"

#include <dirent.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

/* Numbers of /proc/self/statm (proc(5)): pages of all, of those that are resident, and of data with the stack. */
enum statm { STATM_VIRTUAL, STATM_RESIDENT, STATM_DATA, STATM_COUNT };

static uint64_t statm_bytes(enum statm which)
{
	unsigned long long pages[STATM_COUNT] = {0};
	long page_size = sysconf(_SC_PAGESIZE);
	FILE *file = fopen("/proc/self/statm", "re");

	if (file == NULL)
		return 0;
	if (fscanf(file, "%llu %llu %*u %*u %*u %llu", /* NOLINT(cert-err34-c): the kernel's own */
		   &pages[STATM_VIRTUAL], &pages[STATM_RESIDENT], &pages[STATM_DATA]) != STATM_COUNT)
		pages[which] = 0;
	(void)fclose(file);
	return page_size > 0 ? pages[which] * (uint64_t)page_size : 0;
}

uint64_t process_resident_bytes(void)
{
	return statm_bytes(STATM_RESIDENT);
}

uint64_t process_virtual_bytes(void)
{
	return statm_bytes(STATM_VIRTUAL);
}

uint64_t process_data_bytes(void)
{
	return statm_bytes(STATM_DATA);
}

double process_cpu_seconds(void)
{
	struct rusage usage;

	if (getrusage(RUSAGE_SELF, &usage) < 0)
		return 0;
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
	       (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

uint64_t process_open_files(void)
{
	DIR *directory = opendir("/proc/self/fd");
	uint64_t count = 0;

	if (directory == NULL)
		return 0;
	while (readdir(directory) != NULL) /* NOLINT(concurrency-mt-unsafe): nobody else has this one */
		count++;
	(void)closedir(directory);
	return count > 3 ? count - 3 : 0; /* ".", ".." and its own */
}

uint64_t process_max_files(void)
{
	struct rlimit limit;

	return getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY ? limit.rlim_cur : 0;
}
