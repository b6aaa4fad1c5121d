/* SPDX-License-Identifier: MIT */
/*
 * Each call of the table fails in turn while forcedtlsd serves a round of
 * sessions. None has a verdict that is not right, the round that follows is
 * right, and no descriptor is left; or the daemon has ended for want of memory.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "daemon.h"
#include "plan.h"
#include "sessions.h"
#include "util/memory.h"

/* How long a client waits while something fails, and when nothing does. */
#define FAULT_TIMEOUT_MS 1500
#define TIMEOUT_MS 10000
#define END_S 5
/* Calls of one function that are tried where not all of them are. */
#define SAMPLE 1
#define OURS_SAMPLE 30
#define LAST_LINES 6

struct border {
	struct border_plan *plan;
	char *directory;
	char *program;
	char *policy;
	struct daemon *daemon;
	struct sockets sockets;
	char *control; /* of which sockets has the path */
	unsigned descriptors; /* of the daemon, at rest */
	bool all;
	unsigned runs, ended, faults;
	char *last_lines[LAST_LINES]; /* of its log */
};

static void bail_out(struct border *border, const char *what)
{
	(void)printf("Bail out! %s: %s\n", what, strerror(errno));
	if (border->daemon != NULL)
		daemon_kill(border->daemon);
	exit(EX_OSERR);
}

static char *path_in(const char *directory, const char *name)
{
	struct strbuf path = {0};

	strbuf_printf(&path, "%s/%s", directory, name);
	return strbuf_take(&path);
}

static void border_init(struct border *border)
{
	char directory[] = "/tmp/forcedtls-border-XXXXXX";
	const char *build = getenv("builddir"), *all = getenv("FORCEDTLS_BORDER");
	const struct passwd *user = geteuid() == 0 ? getpwnam("nobody") : NULL;
	char *path;
	int fd;

	border->all = all != NULL && strcmp(all, "all") == 0;
	border->program = path_in(build != NULL ? build : ".", "tests/border/forcedtlsd");
	if (mkdtemp(directory) == NULL || (user != NULL && chown(directory, user->pw_uid, user->pw_gid) != 0))
		bail_out(border, directory);
	border->directory = xstrdup(directory);
	border->sockets.tls_policy = path_in(directory, "tls_policy.sock");
	border->sockets.metrics = path_in(directory, "metrics.sock");
	border->policy = sessions_policy(border->sockets.tls_policy, border->sockets.metrics);
	path = path_in(directory, "plan");
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0 || ftruncate(fd, sizeof *border->plan) != 0)
		bail_out(border, path);
	border->plan = mmap(NULL, sizeof *border->plan, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (border->plan == MAP_FAILED || setenv(BORDER_ENVIRONMENT, path, 1) != 0)
		bail_out(border, path);
	(void)close(fd);
	free(path);
}

/* Nothing fails from here on. */
static void disarm(struct border_plan *plan)
{
	atomic_store(&plan->nth, 0);
}

static void arm(struct border_plan *plan, uint32_t row, uint32_t nth, uint32_t last, uint32_t error)
{
	disarm(plan);
	plan->row = row;
	plan->last = last;
	plan->error = error;
	atomic_store(&plan->failed, 0);
	for (size_t i = 0; i < BORDER_ROWS_MAX; i++)
		atomic_store(&plan->row_list[i].count, 0);
	atomic_store(&plan->nth, nth);
}

static void read_log(struct border *border)
{
	char *line;

	while (border->daemon != NULL && (line = daemon_log_line(border->daemon, 0)) != NULL) {
		free(border->last_lines[0]);
		memmove(border->last_lines, border->last_lines + 1,
			(LAST_LINES - 1) * sizeof *border->last_lines);
		border->last_lines[LAST_LINES - 1] = line;
	}
}

static unsigned open_descriptors(const struct border *border)
{
	char path[64];
	unsigned count = 0;
	DIR *directory;

	(void)snprintf(path, sizeof path, "/proc/%ld/fd", (long)daemon_pid(border->daemon));
	directory = opendir(path);
	while (directory != NULL && readdir(directory) != NULL)
		count++;
	if (directory != NULL)
		(void)closedir(directory);
	return count;
}

/* worst: the answer that may be. */
static bool play_round(const struct border *border, int timeout_ms, enum answer worst, const char **wrong_r)
{
	for (size_t i = 0; i < question_count; i++) {
		*wrong_r = questions[i].name;
		if (questions[i].ask(&border->sockets, timeout_ms) > worst)
			return false;
	}
	return true;
}

static enum answer worst_answer(const char *failing)
{
	return strcmp(failing, "malloc") == 0 ? ANSWER_LOST : ANSWER_NONE;
}

static void complain(struct border *border, const char *fault, const char *what, const char *detail)
{
	border->faults++;
	(void)printf("# FAULT %s: %s%s\n", fault, what, detail);
	read_log(border);
	for (size_t i = 0; i < LAST_LINES; i++)
		if (border->last_lines[i] != NULL)
			(void)printf("#   log: %s\n", border->last_lines[i]);
	(void)fflush(stdout);
}

/* False: why not was added to problems. */
static bool start(struct border *border, struct strbuf *problems)
{
	char *path;

	border->daemon = daemon_start(border->program, border->policy, problems);
	if (border->daemon == NULL)
		return false;
	border->sockets.milter = daemon_socket(border->daemon);
	border->sockets.policy_service = daemon_policy_service(border->daemon);
	path = xstrdup(daemon_policy_path(border->daemon));
	*strrchr(path, '/') = '\0';
	free(border->control);
	border->control = path_in(path, "control.sock");
	border->sockets.control = border->control;
	free(path);
	return true;
}

static void start_daemon(struct border *border)
{
	struct strbuf problems = {0};
	const char *wrong;

	disarm(border->plan);
	if (!start(border, &problems)) {
		(void)printf("# %s\n", strbuf_text(&problems));
		bail_out(border, "the daemon does not start");
	}
	strbuf_fini(&problems);
	if (!play_round(border, TIMEOUT_MS, ANSWER_RIGHT, &wrong)) {
		complain(border, "none", "a round is not right: ", wrong);
		bail_out(border, wrong);
	}
	read_log(border);
	border->descriptors = open_descriptors(border);
}

/* Whether it has ended, or does in the time that an abort takes. */
static bool has_ended(struct border *border)
{
	time_t deadline = time(NULL) + END_S;
	siginfo_t info = {0};

	while (info.si_pid == 0 && time(NULL) < deadline) {
		if (waitid(P_PID, (id_t)daemon_pid(border->daemon), &info, WEXITED | WNOHANG | WNOWAIT) != 0)
			bail_out(border, "waitid");
		read_log(border);
		(void)usleep(2000);
	}
	return info.si_pid != 0;
}

/* Which another thread's line may follow. */
static bool said_that_memory_is_gone(const struct border *border)
{
	bool said = false;

	for (size_t i = 0; i < LAST_LINES; i++)
		said = said || (border->last_lines[i] != NULL &&
				strstr(border->last_lines[i], "out of memory") != NULL);
	return said;
}

/* The next daemon has its own. */
static void forget_log(struct border *border)
{
	for (size_t i = 0; i < LAST_LINES; i++) {
		free(border->last_lines[i]);
		border->last_lines[i] = NULL;
	}
}

/* An end is right where memory was gone, and the daemon said so. */
static void judge_end(struct border *border, const char *fault)
{
	siginfo_t info = {0};

	(void)waitid(P_PID, (id_t)daemon_pid(border->daemon), &info, WEXITED | WNOWAIT);
	read_log(border);
	if (info.si_code == CLD_EXITED || info.si_status != SIGABRT || !said_that_memory_is_gone(border))
		complain(border, fault, "the daemon ended", "");
	else
		border->ended++;
	forget_log(border);
	daemon_free(&border->daemon);
	start_daemon(border);
}

/* Connections are closed by the other side, in its own time. */
static bool descriptors_return(const struct border *border)
{
	time_t deadline = time(NULL) + TIMEOUT_MS / 1000;

	while (open_descriptors(border) > border->descriptors) {
		if (time(NULL) > deadline)
			return false;
		(void)usleep(2000);
	}
	return true;
}

static void restart_daemon(struct border *border)
{
	daemon_free(&border->daemon);
	start_daemon(border);
}

static void try_one(struct border *border, uint32_t row, uint32_t nth, uint32_t error)
{
	const char *name = border->plan->row_list[row].name, *wrong;
	char fault[96];
	bool right;

	(void)snprintf(fault, sizeof fault, "%s, call %u, error %u", name, nth, error);
	arm(border->plan, row, nth, nth, error);
	right = play_round(border, FAULT_TIMEOUT_MS, worst_answer(name), &wrong);
	disarm(border->plan);
	read_log(border);
	if (atomic_load(&border->plan->failed) == 0)
		return;
	border->runs++;
	if (!right)
		complain(border, fault, "while it fails, ", wrong);
	right = play_round(border, TIMEOUT_MS, ANSWER_RIGHT, &wrong);
	if (right && descriptors_return(border))
		return;
	if (!right && has_ended(border)) {
		judge_end(border, fault);
		return;
	}
	complain(border, fault, right ? "descriptors are left open" : "afterwards, ", right ? "" : wrong);
	restart_daemon(border);
}

static uint32_t step_of(const struct border *border, const struct border_row *row, uint32_t count)
{
	uint32_t few = SAMPLE;

	if (border->all)
		few = strstr(row->name, "(ours)") != NULL ? OURS_SAMPLE : count;
	return few < count ? count / few + 1 : 1;
}

/* The calls of a round, counted once. */
static void try_all(struct border *border)
{
	uint32_t counts[BORDER_ROWS_MAX];
	const char *wrong;

	arm(border->plan, 0, 0, 0, 0);
	if (!play_round(border, TIMEOUT_MS, ANSWER_RIGHT, &wrong))
		bail_out(border, wrong);
	for (size_t i = 0; i < BORDER_ROWS_MAX; i++)
		counts[i] = atomic_load(&border->plan->row_list[i].count);
	for (uint32_t i = 0; i < border->plan->rows; i++) {
		const struct border_row *row = &border->plan->row_list[i];

		if (counts[i] > 0 && getenv("BORDER_SHOW") != NULL)
			(void)printf("# %s %u\n", row->name, counts[i]);
		for (uint32_t nth = 1; nth <= counts[i]; nth += step_of(border, row, counts[i]))
			for (uint32_t error = 0; error < row->errors; error++)
				try_one(border, i, nth, error);
	}
}

/* It starts and is right, or it does not and says why. Without a control socket it starts all the same. */
static void try_start(struct border *border, uint32_t row, uint32_t nth, uint32_t error)
{
	struct strbuf problems = {0};
	const char *wrong, *last;
	char fault[96];

	(void)snprintf(fault, sizeof fault, "at the start, %s, call %u, error %u",
		       border->plan->row_list[row].name, nth, error);
	arm(border->plan, row, nth, nth, error);
	if (start(border, &problems)) {
		disarm(border->plan);
		border->runs += atomic_load(&border->plan->failed);
		if (!play_round(border, TIMEOUT_MS, ANSWER_RIGHT, &wrong) &&
		    strncmp(wrong, "control:", strlen("control:")) != 0)
			complain(border, fault, "", wrong);
		if (daemon_stop(border->daemon, TIMEOUT_MS) != EX_OK)
			complain(border, fault, "the daemon does not end well", "");
		daemon_free(&border->daemon);
	} else {
		border->runs++;
		last = strstr(strbuf_text(&problems), "does not answer\n");
		if (last == NULL || strlen(last) < sizeof "does not answer\n")
			complain(border, fault, "no word: ", strbuf_text(&problems));
	}
	if (getenv("BORDER_SHOW") != NULL)
		(void)printf("# %s: %s\n", fault, strbuf_text(&problems));
	strbuf_fini(&problems);
}

static void try_starts(struct border *border)
{
	uint32_t counts[BORDER_ROWS_MAX];
	struct strbuf problems = {0};

	arm(border->plan, 0, 0, 0, 0);
	if (!start(border, &problems))
		bail_out(border, "the daemon does not start");
	for (size_t i = 0; i < BORDER_ROWS_MAX; i++)
		counts[i] = atomic_load(&border->plan->row_list[i].count);
	(void)daemon_stop(border->daemon, TIMEOUT_MS);
	daemon_free(&border->daemon);
	for (uint32_t i = 0; i < border->plan->rows; i++)
		for (uint32_t nth = 1; nth <= counts[i];
		     nth += step_of(border, &border->plan->row_list[i], counts[i]))
			for (uint32_t error = 0; error < border->plan->row_list[i].errors; error++)
				try_start(border, i, nth, error);
}

int main(void)
{
	static struct border border;
	bool good;

	border_init(&border);
	start_daemon(&border);
	try_all(&border);
	if (daemon_stop(border.daemon, TIMEOUT_MS) != EX_OK)
		complain(&border, "at the end", "the daemon did not end well", "");
	daemon_free(&border.daemon);
	try_starts(&border);
	good = border.faults == 0 && border.runs >= 20;
	(void)printf("1..1\n%sok 1 - %u runs: %u ended the daemon for want of memory, %u faults\n",
		     good ? "" : "not ", border.runs, border.ended, border.faults);
	return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
