/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_CONFIG_FROM_POSTFIX_H
#define FORCEDTLS_CONFIG_FROM_POSTFIX_H

#include "config/report.h"

struct config;
struct daemon_settings;

/*
 * Says whose word is wanted, before anything else here: that of the Postfix on
 * this host, unless the MTA is Sendmail, or mail may come from an MTA on
 * another host, which has its own settings.
 */
void from_postfix_prepare(struct loading *loading, const struct daemon_settings *daemon);

/*
 * The delimiter that Postfix has, or NULL. Where the policy file does not say
 * that the MTA is Postfix ("mta: postfix", or a policy service, which Postfix
 * alone asks) it is not asked: with Sendmail "+" is one, whatever an idle
 * Postfix has. That there is none is not believed either, since without one mail
 * to an extension passes: the administrator has to write it.
 */
const char *from_postfix_delimiter(struct loading *loading);

/*
 * Completes the configuration by what the policy file leaves out; what nobody
 * needs Postfix is not asked for. Where it is here and does not say it, the
 * policy in force keeps what it took, and the diagnostics have a warning either way.
 */
void from_postfix_take(const struct source *source, struct config *config);

#endif
