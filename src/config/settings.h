/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_CONFIG_SETTINGS_H
#define FORCEDTLS_CONFIG_SETTINGS_H

#include "config/config.h"
#include "config/report.h"
#include "config/schema.h"

/* Reads "daemon" into zeroed settings; the defaults where the key is missing. */
void settings_read(const struct source *source, const struct value *value,
		   struct daemon_settings *settings_r);
void settings_fini(struct daemon_settings *settings);

#endif
