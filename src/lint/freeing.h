/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_LINT_FREEING_H
#define FORCEDTLS_LINT_FREEING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/policy.h"

/* The selectors that have patterns. */
enum freeing_side {
	FREEING_SENDERS,
	FREEING_RECIPIENTS,
	FREEING_SIDES,
};

/* An exception ("require: none") and a connector that it may displace. */
struct freeing {
	uint32_t exception;
	uint32_t connector;
	/* By bit of side, for at least one address: */
	uint8_t may; /* some pattern of the exception lies within one of the connector's */
	uint8_t certain; /* the exception is as specific as the connector, or more */
	uint8_t more; /* and it is more specific */
	uint8_t lost; /* nothing but "*" is there on both sides, and the exception's counts for nothing */
};

struct freeing_search {
	const struct policy *policy;
	const bool *
		has_anyone; /* whether "*" is among the senders (2n) and recipients (2n + 1) of connector n */
	const struct pattern_index *index; /* of the side under way */
	enum freeing_side side;
	struct freeing *pairs; /* by exception, then connector; each once */
	size_t count;
	size_t capacity;
	bool too_much; /* there are more than anybody can look at */
};

/* Finds all pairs; policy and has_anyone are set, all else is zero. The caller frees pairs. */
void freeing_find(struct freeing_search *search);

/* True for "require: none". */
bool freeing_is_exception(const struct connector *connector);
bool freeing_has_side(const struct connector *connector, enum freeing_side side);
bool freeing_has_anyone(const struct freeing_search *search, const struct connector *connector,
			enum freeing_side side);
size_t freeing_count_selectors(const struct connector *connector);

#endif
