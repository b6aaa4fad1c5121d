/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_CONFIG_TRANSLATION_H
#define FORCEDTLS_CONFIG_TRANSLATION_H

/*
 * What a key of Exchange's connectors (New-InboundConnector and
 * New-OutboundConnector) is called here; NULL where it is no such key, or has
 * no counterpart. Case does not matter. A static string.
 */
const char *translation_of_key(const char *key);

/*
 * The pattern that somebody probably meant who wrote a domain with what does
 * not belong to it: a URL, "@contoso.com", "smtp:*.contoso.com;1". NULL: there
 * is none. The caller frees it.
 */
char *translation_of_pattern(const char *text);

#endif
