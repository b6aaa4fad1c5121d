/* SPDX-License-Identifier: MIT */
#include "run/memory_left.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "run/process.h"
#include "unit/run/place.h"

#define MB ((uint64_t)1024 * 1024)

static char *root, *slice, *service;

static char *make_folder(const char *in, const char *name)
{
	char *path = place_path(in, name);

	cr_assert(mkdir(path, 0755) == 0);
	return path;
}

static void set_up(void)
{
	root = place_make();
	slice = make_folder(root, "system.slice");
	service = make_folder(slice, "forcedtlsd.service");
}

static void tear_down(void)
{
	place_remove(service);
	place_remove(slice);
	place_remove(root);
}

TestSuite(memory_left, .init = set_up, .fini = tear_down);

static void write_in(const char *folder, const char *name, const char *text)
{
	char *path = place_path(folder, name);

	place_write(path, text);
	free(path);
}

static void expect_in_cgroups(uint64_t swap, uint64_t bytes, const char *limit)
{
	struct memory_left left = {.bytes = UINT64_MAX};

	memory_left_in_cgroups(&left, root, "/system.slice/forcedtlsd.service", swap);
	cr_expect(left.bytes == bytes, "%ju is left, and not %ju", (uintmax_t)left.bytes, (uintmax_t)bytes);
	cr_expect_str_eq(left.limit, limit);
}

Test(memory_left, below_the_least)
{
	struct memory_left left = {.bytes = UINT64_MAX};

	memory_left_below(&left, UINT64_MAX, 5, "none", "");
	cr_expect(left.bytes == UINT64_MAX && left.limit[0] == '\0');
	memory_left_below(&left, 100, 40, "first", "");
	memory_left_below(&left, 100, 40, "as much", "");
	memory_left_below(&left, 100, 30, "more", "");
	cr_expect(left.bytes == 60);
	cr_expect_str_eq(left.limit, "first");
	memory_left_below(&left, 100, 41, "less of ", "/a");
	cr_expect(left.bytes == 59);
	cr_expect_str_eq(left.limit, "less of /a");
	memory_left_below(&left, 100, 101, "passed", "");
	cr_expect(left.bytes == 0);
}

Test(memory_left, cgroups)
{
	expect_in_cgroups(0, UINT64_MAX, "");
	write_in(service, "memory.max", "max\n");
	write_in(service, "memory.high", "max\n");
	write_in(service, "memory.current", "5000\n");
	expect_in_cgroups(0, UINT64_MAX, "");
	write_in(service, "memory.max", "100000\n");
	expect_in_cgroups(0, 95000, "memory.max (MemoryMax=) of the cgroup /system.slice/forcedtlsd.service");
	write_in(service, "memory.high", "90000\n");
	expect_in_cgroups(0, 85000,
			  "memory.high (MemoryHigh=) of the cgroup /system.slice/forcedtlsd.service");
	write_in(slice, "memory.max", "80000\n");
	write_in(slice, "memory.current", "6000\n");
	expect_in_cgroups(0, 74000, "memory.max (MemoryMax=) of the cgroup /system.slice");
	write_in(slice, "memory.current", "");
	expect_in_cgroups(0, 0, "memory.max (MemoryMax=) of the cgroup /system.slice");
}

Test(memory_left, files_in_a_cgroup_give_way)
{
	write_in(service, "memory.max", "100000\n");
	write_in(service, "memory.current", "90000\n");
	write_in(service, "memory.stat",
		 "anon 20000\nfile 30000\ninactive_anon 1\ninactive_file 1000\nactive_file 20000\n"
		 "workingset_refault_active_file 7\nslab_reclaimable 300\n");
	expect_in_cgroups(0, 31300, "memory.max (MemoryMax=) of the cgroup /system.slice/forcedtlsd.service");
}

Test(memory_left, swap_of_a_cgroup)
{
	static const char limit[] = "memory.max (MemoryMax=) of the cgroup /system.slice/forcedtlsd.service";

	write_in(service, "memory.max", "100000\n");
	write_in(service, "memory.current", "90000\n");
	expect_in_cgroups(5000, 10000, limit);
	write_in(service, "memory.swap.current", "1000\n");
	write_in(service, "memory.swap.max", "max\n");
	expect_in_cgroups(5000, 15000, limit);
	write_in(service, "memory.swap.max", "3000\n");
	expect_in_cgroups(5000, 12000, limit);
	write_in(service, "memory.swap.max", "0\n");
	expect_in_cgroups(5000, 10000, limit);
}

Test(memory_left, of_the_host)
{
	struct memory_left left = {.bytes = UINT64_MAX};
	char *path = place_path(root, "meminfo");

	memory_left_on_host(&left, path, 5);
	cr_expect(left.bytes == UINT64_MAX, "without a file");
	place_write(path, "MemTotal:       16000000 kB\nMemFree:         1000000 kB\n");
	memory_left_on_host(&left, path, 5);
	cr_expect(left.bytes == UINT64_MAX, "without the line");
	place_write(path, "MemTotal:       16000000 kB\nMemAvailable:    2000000 kB\nBuffers: 1 kB\n");
	memory_left_on_host(&left, path, 5);
	cr_expect(left.bytes == 2000000 * (uint64_t)1024 + 5);
	cr_expect_str_eq(left.limit, "what the host has");
	free(path);
}

/* In a process of its own, as each test is. */
Test(memory_left, of_this_process)
{
	struct rlimit limit;
	struct memory_left left;

	cr_assert(getrlimit(RLIMIT_DATA, &limit) == 0);
	limit.rlim_cur = process_data_bytes() + 20 * MB;
	cr_assert(setrlimit(RLIMIT_DATA, &limit) == 0);
	left = memory_left();
	cr_expect(left.bytes > 10 * MB && left.bytes <= 20 * MB, "%ju", (uintmax_t)left.bytes);
	cr_expect_str_eq(left.limit, "RLIMIT_DATA (LimitDATA=)");
	cr_assert(getrlimit(RLIMIT_AS, &limit) == 0);
	limit.rlim_cur = process_virtual_bytes() + 8 * MB;
	cr_assert(setrlimit(RLIMIT_AS, &limit) == 0);
	left = memory_left();
	cr_expect(left.bytes <= 8 * MB, "%ju", (uintmax_t)left.bytes);
	cr_expect_str_eq(left.limit, "RLIMIT_AS (LimitAS=)");
}
