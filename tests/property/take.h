/* SPDX-License-Identifier: MIT */
#ifndef TESTS_PROPERTY_TAKE_H
#define TESTS_PROPERTY_TAKE_H

#include "property/model.h"

/*
 * Take one fact away from a session, or return false: it has none to take.
 * What speaks against a session is none: a cipher of no bits is not TLS, and a
 * client that did not authenticate is one that did not.
 */
bool take_fact(struct model_session *session, enum fact fact);

/* What the facts that have no bit of their own in facts.told are made of: by number, below take_count. */
size_t take_count(void);
bool take_away_one(struct model_session *session, size_t which);

#endif
