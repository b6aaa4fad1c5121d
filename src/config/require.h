/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_CONFIG_REQUIRE_H
#define FORCEDTLS_CONFIG_REQUIRE_H

#include "config/build.h"
#include "config/schema.h"

/* Reads "require", a word or a map, into a zeroed struct. value: given and of use. */
void require_read(const struct build *build, const struct path *path, const struct value *value,
		  struct require *require_r);

/* Says so when a minimum is lower than anyone should still accept. value: of a "min_version". */
void require_warn_old_version(const struct source *source, const struct path *path,
			      const struct value *value);

#endif
