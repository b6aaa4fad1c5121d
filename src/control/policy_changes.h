/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_CONTROL_POLICY_CHANGES_H
#define FORCEDTLS_CONTROL_POLICY_CHANGES_H

#include <jansson.h>

#include "config/config.h"

/*
 * What another policy has changed, connector by connector, by name:
 * [{"connector": "a", "change": "added"}, ...]. One that reads otherwise in
 * something that is not said here is in the list as well, as far as it is
 * known: selectors are compared by how many entries they have.
 */
json_t *policy_changes(const struct config *before, const struct config *now);

#endif
