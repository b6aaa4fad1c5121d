/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_TLS_CIPHER_H
#define FORCEDTLS_TLS_CIPHER_H

#include <stdbool.h>
#include <stddef.h>

/*
 * What OpenSSL knows of cipher suites, read from it once when a policy is
 * built, so that a decision needs neither OpenSSL nor a table of names.
 */
struct cipher_catalogue;
struct cipher_set;

/* Every suite that the linked OpenSSL implements; NULL when OpenSSL fails. */
struct cipher_catalogue *cipher_catalogue_new(void);
void cipher_catalogue_free(struct cipher_catalogue **catalogue);

/* Ciphers are the numbers below that. */
size_t cipher_count(const struct cipher_catalogue *catalogue);

/* Index of the suite with that OpenSSL name (exact), or -1; NULL gives -1. Threads: safe. */
int cipher_find(const struct cipher_catalogue *catalogue, const char *name);

/* True when the key exchange is ephemeral: (EC)DHE, with or without PSK, and all of TLS 1.3. */
bool cipher_has_forward_secrecy(const struct cipher_catalogue *catalogue, int cipher);

/* Strength in bits as SSL_CIPHER_get_bits(3) has it (the secret bits). */
int cipher_bits(const struct cipher_catalogue *catalogue, int cipher);

/*
 * The suites below TLS 1.3 that an OpenSSL cipher list (ciphers(1)) names, or
 * the TLS 1.3 suites of a colon separated list as SSL_CTX_set_ciphersuites(3)
 * takes it. NULL when OpenSSL does not accept the text, does not know each word
 * of a list, or finds no suite at all. The set belongs to the caller.
 */
struct cipher_set *cipher_set_from_list(const struct cipher_catalogue *catalogue, const char *list);
struct cipher_set *cipher_set_from_suites(const struct cipher_catalogue *catalogue, const char *suites);
/*
 * True when "!word" takes something out of an OpenSSL cipher list: one word
 * without operator, for ciphers below TLS 1.3, or one for ciphers that OpenSSL
 * has no more.
 */
bool cipher_can_exclude(const char *word);
void cipher_set_free(struct cipher_set **set);

/*
 * The suites below TLS 1.3 that a program offers which hands the list to
 * OpenSSL as it is: words that OpenSSL does not know are passed over. NULL when
 * none is left. Freed with cipher_set_free.
 */
struct cipher_set *cipher_set_from_words(const struct cipher_catalogue *catalogue, const char *list);

/* False for cipher -1. Threads: safe. */
bool cipher_set_has(const struct cipher_set *set, int cipher);

#endif
