/* SPDX-License-Identifier: MIT */
/*
 * What doors have to agree on where they make facts of what an MTA says.
 */
#include "policy/facts.h"

#include <strings.h>

static bool is_given(const char *text)
{
	return text != NULL && text[0] != '\0';
}

bool facts_login(const char *mechanism, const char *user)
{
	return is_given(user) && is_given(mechanism) && strcasecmp(mechanism, "ANONYMOUS") != 0;
}
