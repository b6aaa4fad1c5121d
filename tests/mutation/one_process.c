/* SPDX-License-Identifier: MIT */
/* Criterion starts a process for each test: fifty milliseconds with sanitizers. A mutant is killed by any test that
 * fails, and nobody asks which: linked before Criterion, this runs them all in one process, and ends at the first. */
#include <criterion/criterion.h>
#include <criterion/options.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* What Test and TestSuite leave in the program; the linker knows where these begin and end. */
extern struct criterion_test *__start_cr_tst[], *__stop_cr_tst[];
extern struct criterion_suite *__start_cr_sts[], *__stop_cr_sts[];

/* serve.c */
extern int mutant_number;
extern char *mutant_reached;
void mutant_allow(long milliseconds);

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

static bool passes(const struct criterion_test *test)
{
	current = test;
	if (test->data->signal != 0)
		return ends_as_it_should(test);
	test->test(); /* ends the process when it fails */
	return true;
}

/* The tests that call what has mutants, the cheapest first: the original finds them, and its heirs read them. */
struct reached {
	const struct criterion_test *test;
	clock_t cost;
};

enum { TEST_MAX = 4096 };
static struct reached *reached;

/* Before serve.c begins to fork. */
__attribute__((constructor(101))) static void share(void)
{
	reached = mmap(NULL, TEST_MAX * sizeof(*reached), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		       -1, 0);
}

static int compare_costs(const void *a, const void *b)
{
	const struct reached *one = a, *other = b;

	return one->cost < other->cost ? -1 : one->cost > other->cost;
}

static bool run_all(void)
{
	size_t count = 0;
	char any = 0;

	for (struct criterion_test **test = __start_cr_tst; test < __stop_cr_tst; test++) {
		clock_t begin = clock();

		*mutant_reached = 0;
		if (count == TEST_MAX || !passes(*test))
			return false;
		if (*mutant_reached != 0)
			reached[count++] = (struct reached){*test, clock() - begin};
		any |= *mutant_reached;
	}
	*mutant_reached = any;
	qsort(reached, count, sizeof(*reached), compare_costs);
	return true;
}

int main(void)
{
	if (mutant_number == 0)
		return run_all() ? EXIT_SUCCESS : EXIT_FAILURE;
	for (const struct reached *one = reached; one->test != NULL; one++) {
		mutant_allow(100 + 5 * one->cost / (CLOCKS_PER_SEC / 1000));
		if (!passes(one->test))
			return EXIT_FAILURE;
	}
	mutant_allow(1000); /* for what the sanitizers say of leaks */
	return EXIT_SUCCESS;
}
