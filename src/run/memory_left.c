/* SPDX-License-Identifier: MIT */
/* Reads what limits the memory of this process. Knows nothing of who wants more of it. */
#include "run/memory_left.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>

#include "run/process.h"
#include "util/memory.h"

#define CGROUPS "/sys/fs/cgroup"

/* What the kernel writes is less. */
#define TEXT_SIZE 16384

/* The text of a small file of the kernel's; false where there is none. */
static bool memory_text(const char *path, char text_r[TEXT_SIZE])
{
	FILE *file = fopen(path, "re");
	size_t length;

	if (file == NULL)
		return false;
	length = fread(text_r, 1, TEXT_SIZE - 1, file);
	(void)fclose(file);
	text_r[length] = '\0';
	return length > 0;
}

/* The number in the line of that key; instead where there is none. */
static uint64_t number_of(const char *text, const char *key, uint64_t instead)
{
	const size_t length = strlen(key);

	for (const char *line = text; line != NULL; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, key, length) == 0)
			return strtoull(line + length, NULL, 10);
	}
	return instead;
}

void memory_left_below(struct memory_left *left, uint64_t most, uint64_t used, const char *name,
		       const char *detail)
{
	uint64_t bytes = most > used ? most - used : 0;

	if (most == UINT64_MAX || bytes >= left->bytes)
		return;
	left->bytes = bytes;
	(void)snprintf(left->limit, sizeof left->limit, "%s%s", name, detail);
}

/* A file of a cgroup. False where there is none. */
static bool cgroup_text(const struct strbuf *folder, const char *name, char text_r[TEXT_SIZE])
{
	struct strbuf path = {0};
	bool there;

	strbuf_printf(&path, "%s/%s", strbuf_text(folder), name);
	there = memory_text(strbuf_text(&path), text_r);
	strbuf_fini(&path);
	return there;
}

/* One number; UINT64_MAX where it says "max", or nothing. */
static uint64_t cgroup_number(const struct strbuf *folder, const char *name)
{
	char text[TEXT_SIZE];

	return cgroup_text(folder, name, text) && strncmp(text, "max", 3) != 0 ? strtoull(text, NULL, 10)
									       : UINT64_MAX;
}

static uint64_t lesser(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* What can be had back of what is used: files that are kept in memory, and what goes to swap. */
static uint64_t cgroup_gives(const struct strbuf *folder, uint64_t swap)
{
	const uint64_t paged = cgroup_number(folder, "memory.swap.current"),
		       paged_max = cgroup_number(folder, "memory.swap.max");
	char text[TEXT_SIZE];

	swap = lesser(swap, paged_max > paged ? paged_max - paged : 0);
	if (!cgroup_text(folder, "memory.stat", text))
		return swap;
	return swap + number_of(text, "active_file ", 0) + number_of(text, "inactive_file ", 0) +
	       number_of(text, "slab_reclaimable ", 0);
}

static void memory_left_in_cgroup(struct memory_left *left, const struct strbuf *folder, const char *cgroup,
				  uint64_t swap)
{
	static const struct {
		const char *file, *name;
	} limits[] = {{"memory.max", "memory.max (MemoryMax=) of the cgroup "},
		      {"memory.high", "memory.high (MemoryHigh=) of the cgroup "}};

	for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
		const uint64_t most = cgroup_number(folder, limits[i].file);

		if (most != UINT64_MAX)
			memory_left_below(left, most + cgroup_gives(folder, swap),
					  cgroup_number(folder, "memory.current"), limits[i].name, cgroup);
	}
}

void memory_left_in_cgroups(struct memory_left *left, const char *root, const char *cgroup, uint64_t swap)
{
	struct strbuf folder = {0};

	strbuf_printf(&folder, "%s%s", root, cgroup);
	for (;;) {
		memory_left_in_cgroup(left, &folder, strbuf_text(&folder) + strlen(root), swap);
		if (folder.length <= strlen(root))
			break;
		strbuf_cut(&folder, (size_t)(strrchr(folder.text, '/') - folder.text));
	}
	strbuf_fini(&folder);
}

void memory_left_on_host(struct memory_left *left, const char *meminfo, uint64_t swap)
{
	char text[TEXT_SIZE];
	uint64_t kilobytes;

	if (!memory_text(meminfo, text))
		return;
	kilobytes = number_of(text, "MemAvailable:", UINT64_MAX);
	if (kilobytes != UINT64_MAX)
		memory_left_below(left, kilobytes * 1024 + swap, 0, "what the host has", "");
}

/* used: 0 where nobody says how much. */
static void memory_left_of_process(struct memory_left *left, const struct rlimit *limit, uint64_t used,
				   const char *name)
{
	if (limit->rlim_cur != RLIM_INFINITY)
		memory_left_below(left, limit->rlim_cur, used > 0 ? used : UINT64_MAX, name, "");
}

/* That of the second version, where all controllers are in one hierarchy (cgroups(7)). */
static void memory_left_of_service(struct memory_left *left, uint64_t swap)
{
	char text[TEXT_SIZE], *own, *end;

	if (!memory_text("/proc/self/cgroup", text))
		return;
	own = strncmp(text, "0::/", 4) == 0 ? text : strstr(text, "\n0::/");
	if (own == NULL)
		return;
	own = strchr(own, '/');
	end = strchr(own, '\n');
	if (end != NULL)
		*end = '\0';
	memory_left_in_cgroups(left, CGROUPS, own[1] != '\0' ? own : "", swap);
}

struct memory_left memory_left(void)
{
	struct memory_left left = {.bytes = UINT64_MAX};
	struct rlimit limit;
	struct sysinfo host;
	const uint64_t swap = sysinfo(&host) == 0 ? (uint64_t)host.freeswap * host.mem_unit : 0;

	if (getrlimit(RLIMIT_AS, &limit) == 0)
		memory_left_of_process(&left, &limit, process_virtual_bytes(), "RLIMIT_AS (LimitAS=)");
	if (getrlimit(RLIMIT_DATA, &limit) == 0)
		memory_left_of_process(&left, &limit, process_data_bytes(), "RLIMIT_DATA (LimitDATA=)");
	memory_left_of_service(&left, swap);
	memory_left_on_host(&left, "/proc/meminfo", swap);
	return left;
}
