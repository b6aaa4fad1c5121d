/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_CONFIG_CROSSCHECK_H
#define FORCEDTLS_CONFIG_CROSSCHECK_H

#include "config/build.h"

/* Reports names that two connectors share, the disabled ones included. */
void crosscheck_names(const struct build *build);

/* Reports what two enabled connectors both claim. The policy is finished. */
void crosscheck_claims(struct build *build);

#endif
