/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_TESTS_BORDER_PLAN_H
#define FORCEDTLS_TESTS_BORDER_PLAN_H

#include <stdatomic.h>
#include <stdint.h>

/*
 * Which call is to fail, and what was called: a file that a test and a program
 * with calls.c in it have mapped, named in the environment of the program.
 * commands.py has the same layout. The test writes it before the program
 * starts, or while the program waits for somebody; nth last.
 */
#define BORDER_ENVIRONMENT "FORCEDTLS_BORDER_PLAN"
#define BORDER_ROWS_MAX 256
#define BORDER_NAME_SIZE 32

struct border_row {
	char name[BORDER_NAME_SIZE]; /* of the function */
	uint32_t errors; /* how many it can fail with */
	_Atomic uint32_t count; /* of its calls so far */
};

struct border_plan {
	uint32_t row; /* of the function that is to fail */
	_Atomic uint32_t nth; /* call of it, from 1; 0: none fails */
	uint32_t last; /* call that fails */
	uint32_t error; /* which of its errors, from 0 */
	_Atomic uint32_t failed; /* how many calls failed */
	uint32_t descriptors; /* that were open when the program ended */
	uint32_t rows; /* written by the program */
	struct border_row row_list[BORDER_ROWS_MAX];
};

#endif
