/* SPDX-License-Identifier: MIT */
/*
 * Linked into forcedtls and forcedtlsd, it stands between them, the libraries
 * that they use, and what these call: a symbol of the program comes before
 * that of a library. Each call is counted, and those of the plan fail. Must
 * not allocate, and change nothing else.
 */
#undef _FORTIFY_SOURCE /* whose names are others */

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <grp.h>
#include <idn2.h>
#include <jansson.h>
#include <libmilter/mfapi.h>
#include <link.h>
#include <netdb.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <pthread.h>
#include <pwd.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unicase.h>
#include <unistd.h>
#include <yaml.h>
#include <zlib.h>

#include "plan.h"

enum border_call {
#define CALL(result, name, ...) BORDER_##name,
#define ALLOCATION(name, ...) BORDER_##name, BORDER_our_##name,
#include "calls.def"
#undef CALL
#undef ALLOCATION
	BORDER_open,
	BORDER_openat,
	BORDER_fcntl,
	BORDER_COUNT,
};

#define ERRORS_MAX 4

static const struct {
	const char *name;
	int errors[ERRORS_MAX]; /* 0: no more */
} calls[] = {
#define CALL(result, name, parameters, arguments, failure, ...) {#name, {__VA_ARGS__}},
#define ALLOCATION(name, ...) {#name, {ENOMEM}}, {#name " (ours)", {ENOMEM}},
#include "calls.def"
#undef CALL
#undef ALLOCATION
	{"open", {EMFILE, EACCES, EINTR}},
	{"openat", {EMFILE, EACCES}},
	{"fcntl", {EMFILE}},
};

static struct border_plan *plan;
static void *real_calls[BORDER_COUNT];

#define QUIET_MAX 8

/*
 * Where a sanitizer's runtime is, it ends the process where a call of its own
 * fails, and the C library calls for it: pthread_getattr_np(3) does, at the
 * start of each thread. Their calls pass then; without a sanitizer none does.
 */
static struct code {
	uintptr_t begin, end;
} quiet[QUIET_MAX];
static size_t quiet_count;

static bool is_library(const struct dl_phdr_info *object, const char *const *names)
{
	while (*names != NULL && strstr(object->dlpi_name, *names) == NULL)
		names++;
	return *names != NULL;
}

static int add_code(struct dl_phdr_info *object, size_t size, void *names)
{
	(void)size;
	for (int i = 0; is_library(object, names) && i < object->dlpi_phnum; i++) {
		const ElfW(Phdr) *segment = &object->dlpi_phdr[i];
		uintptr_t begin = object->dlpi_addr + segment->p_vaddr;

		if (segment->p_type == PT_LOAD && (segment->p_flags & PF_X) != 0 && quiet_count < QUIET_MAX)
			quiet[quiet_count++] = (struct code){begin, begin + segment->p_memsz};
	}
	return 0;
}

static void find_quiet(void)
{
	static const char *const runtimes[] = {"/libasan.", "/libtsan.", NULL};
	static const char *const c_library[] = {"/libc.", "/ld-linux", "/libpthread.", NULL};

	(void)dl_iterate_phdr(add_code, (void *)(uintptr_t)runtimes);
	if (quiet_count > 0)
		(void)dl_iterate_phdr(add_code, (void *)(uintptr_t)c_library);
}

static bool is_quiet(const void *caller)
{
	uintptr_t address = (uintptr_t)caller;
	bool found = false;

	for (size_t i = 0; i < quiet_count && !found; i++)
		found = address >= quiet[i].begin && address < quiet[i].end;
	return found;
}

/* The first memory is asked for before begin() runs, by one thread. */
static void *real(enum border_call call)
{
	if (real_calls[call] == NULL)
		real_calls[call] = dlsym(RTLD_NEXT, calls[call].name);
	return real_calls[call];
}

static bool fails(enum border_call call, const void *caller)
{
	uint32_t count, nth;

	if (plan == NULL || is_quiet(caller))
		return false;
	count = atomic_fetch_add(&plan->row_list[call].count, 1) + 1;
	nth = atomic_load(&plan->nth);
	if (nth == 0 || plan->row != (uint32_t)call || count < nth || count > plan->last)
		return false;
	atomic_fetch_add(&plan->failed, 1);
	errno = calls[call].errors[plan->error];
	return true;
}

/* One of the two rows of an allocation: calls of a library, and of this program. */
static enum border_call row_of(enum border_call of_libraries, const void *caller)
{
	extern const char __executable_start, etext; /* NOLINT(bugprone-reserved-identifier) */
	const char *address = caller;

	return address >= &__executable_start && address < &etext ? of_libraries + 1 : of_libraries;
}

#define CALLER __builtin_return_address(0)
#define REAL(name) ((__typeof__(&(name)))real(BORDER_##name))
#define CALL(result, name, parameters, arguments, failure, ...)                                              \
	result name parameters                                                                               \
	{                                                                                                    \
		return fails(BORDER_##name, CALLER) ? (failure) : REAL(name) arguments;                      \
	}
#define ALLOCATION(name, parameters, arguments)                                                              \
	void *name parameters                                                                                \
	{                                                                                                    \
		return fails(row_of(BORDER_##name, CALLER), CALLER) ? NULL : REAL(name) arguments;           \
	}
#include "calls.def"
#undef CALL
#undef ALLOCATION

int open(const char *path, int flags, ...)
{
	va_list arguments;
	mode_t mode;

	va_start(arguments, flags);
	mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(arguments, mode_t) : 0;
	va_end(arguments);
	return fails(BORDER_open, CALLER) ? -1 : REAL(open)(path, flags, mode);
}

int openat(int directory, const char *path, int flags, ...)
{
	va_list arguments;
	mode_t mode;

	va_start(arguments, flags);
	mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(arguments, mode_t) : 0;
	va_end(arguments);
	return fails(BORDER_openat, CALLER) ? -1 : REAL(openat)(directory, path, flags, mode);
}

int fcntl(int fd, int command, ...)
{
	va_list arguments;
	void *argument;

	va_start(arguments, command);
	argument = va_arg(arguments, void *);
	va_end(arguments);
	return fails(BORDER_fcntl, CALLER) ? -1 : REAL(fcntl)(fd, command, argument);
}

__attribute__((constructor)) static void begin(void)
{
	const char *path = getenv(BORDER_ENVIRONMENT);
	int fd = path != NULL ? REAL(open)(path, O_RDWR | O_CLOEXEC) : -1;
	struct border_plan *mapped;

	for (enum border_call call = 0; call < BORDER_COUNT; call++)
		(void)real(call);
	find_quiet();
	if (fd < 0)
		return;
	mapped = mmap(NULL, sizeof *mapped, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	(void)close(fd);
	if (mapped == MAP_FAILED)
		return;
	mapped->rows = BORDER_COUNT;
	for (enum border_call call = 0; call < BORDER_COUNT; call++) {
		struct border_row *row = &mapped->row_list[call];

		(void)snprintf(row->name, sizeof row->name, "%s", calls[call].name);
		for (row->errors = 0; row->errors < ERRORS_MAX && calls[call].errors[row->errors] != 0;)
			row->errors++;
	}
	/* glibc looks at a null pointer where it has no memory for its table of databases: that is made before. */
	if (mapped->row == BORDER_malloc)
		(void)getpwuid(0);
	plan = mapped;
}

__attribute__((destructor)) static void end(void)
{
	if (plan == NULL)
		return;
	plan->descriptors = 0;
	for (int fd = 0; fd < 1024; fd++)
		if (REAL(fcntl)(fd, F_GETFD) >= 0)
			plan->descriptors++;
}
