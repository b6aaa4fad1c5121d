/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_DOCTOR_THROW_AWAY_H
#define FORCEDTLS_DOCTOR_THROW_AWAY_H

#include <openssl/ssl.h>
#include <stdbool.h>

/*
 * A TLS client with a key and a self-signed certificate that nobody has seen
 * before, and that is shown when the server asks for one. asked: set to true
 * then; outlives the client. NULL when OpenSSL fails. Freed with SSL_CTX_free.
 */
SSL_CTX *throw_away_client(bool *asked);

#endif
