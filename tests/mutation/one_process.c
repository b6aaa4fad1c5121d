/* SPDX-License-Identifier: MIT */
/* Criterion starts a process for each test: fifty milliseconds with sanitizers. A mutant is killed by any test that
 * fails, and nobody asks which: linked before Criterion, this runs them all in one process, and ends at the first. */
#include <criterion/criterion.h>
#include <criterion/options.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* What Test and TestSuite leave in the program; the linker knows where these begin and end. */
extern struct criterion_test *__start_cr_tst[], *__stop_cr_tst[];
extern struct criterion_suite *__start_cr_sts[], *__stop_cr_sts[];

static const struct criterion_test *current;

static void call_fixture(bool before)
{
	for (struct criterion_suite **suite = __start_cr_sts; suite < __stop_cr_sts; suite++) {
		void (*fixture)(void) = before ? (*suite)->data->init : (*suite)->data->fini;

		if (strcmp((*suite)->name, current->category) == 0 && fixture != NULL)
			fixture();
	}
}

void criterion_internal_test_setup(void)
{
	call_fixture(true);
}

void criterion_internal_test_main(void (*test)(void))
{
	test();
}

void criterion_internal_test_teardown(void)
{
	call_fixture(false);
}

void cri_asserts_passed_incr(void)
{
}

void criterion_send_assert(struct criterion_assert_stats *stats)
{
	fprintf(stderr, "%s/%s: %s:%u\n", current->category, current->name, stats->file, stats->line);
}

void criterion_abort_test(void)
{
	_exit(EXIT_FAILURE);
}

void criterion_continue_test(void)
{
	_exit(EXIT_FAILURE);
}

/* A test that is to end with a signal has a process of its own. */
static bool ends_as_it_should(const struct criterion_test *test)
{
	int status;
	pid_t child = fork();

	if (child == 0) {
		test->test();
		_exit(EXIT_SUCCESS);
	}
	return waitpid(child, &status, 0) == child && WIFSIGNALED(status) &&
	       WTERMSIG(status) == test->data->signal;
}

/* The tests of the suite of this name; with none, of all but the excepted. */
static bool run_suites(const char *name, int except_count, char **except)
{
	for (struct criterion_test **test = __start_cr_tst; test < __stop_cr_tst; test++) {
		bool wanted = name == NULL || strcmp((*test)->category, name) == 0;

		for (int i = 0; i < except_count; i++)
			wanted = wanted && strcmp((*test)->category, except[i]) != 0;
		if (!wanted)
			continue;
		current = *test;
		if (current->data->signal == 0)
			current->test();
		else if (!ends_as_it_should(current))
			return false;
	}
	return true;
}

/* First the suites that are named, then the others. */
int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (!run_suites(argv[i], 0, NULL))
			return EXIT_FAILURE;
	return run_suites(NULL, argc - 1, argv + 1) ? EXIT_SUCCESS : EXIT_FAILURE;
}
