/* SPDX-License-Identifier: MIT */
/* A test program that starts once and is run once a mutant: linked to it, this reads "NUMBER MILLISECONDS" line by line
 * before main, forks, and the child goes on as that mutant. For each it prints how the child ended, whether a function
 * that has mutants was called, and the milliseconds of the processor that it took. */
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MEMORY_KB = 1 << 20, WAIT_SECONDS = 300, LOOK_MS = 20 };

int mutant_number; /* not above 0: the original */
char *mutant_reached; /* shared with the children */

static long looks_left;

/* So much processor time is left from now on. */
void mutant_allow(long milliseconds)
{
	looks_left = milliseconds / LOOK_MS;
}

static void look(int signal)
{
	struct rusage used;

	(void)signal;
	if (looks_left-- <= 0 || getrusage(RUSAGE_SELF, &used) != 0 || used.ru_maxrss > MEMORY_KB)
		_exit(EXIT_FAILURE);
}

static void become(int number, int milliseconds)
{
	struct sigaction action = {.sa_handler = look, .sa_flags = SA_RESTART};
	struct itimerval timer = {{0, LOOK_MS * 1000}, {0, LOOK_MS * 1000}};
	rlim_t seconds = (rlim_t)milliseconds / 1000 + 2; /* for children of its own */
	int null = open("/dev/null", O_RDWR);

	if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0 ||
	    dup2(null, STDERR_FILENO) < 0)
		_exit(EXIT_FAILURE);
	setpgid(0, 0);
	setrlimit(RLIMIT_CPU, &(struct rlimit){seconds, seconds});
	setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
	setrlimit(RLIMIT_FSIZE, &(struct rlimit){64 << 20, 64 << 20});
	mutant_allow(milliseconds);
	sigaction(SIGPROF, &action, NULL);
	setitimer(ITIMER_PROF, &timer, NULL);
	alarm(WAIT_SECONDS);
	mutant_number = number;
}

__attribute__((constructor)) static void serve(void)
{
	int number, milliseconds, status;
	struct rusage used;

	mutant_reached = mmap(NULL, 1, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	while (mutant_reached != MAP_FAILED && scanf("%d %d", &number, &milliseconds) == 2) {
		pid_t child = fork();

		if (child == 0) {
			become(number, milliseconds);
			return;
		}
		if (child < 0 || wait4(child, &status, 0, &used) != child)
			break;
		kill(-child, SIGKILL);
		printf("%d %d %ld\n", status, *mutant_reached,
		       (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000 +
			       (used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1000);
		fflush(stdout);
	}
	_exit(EXIT_SUCCESS);
}
