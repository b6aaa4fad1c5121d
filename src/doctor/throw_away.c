/* SPDX-License-Identifier: MIT */
/* A client certificate for one session. */
#include "doctor/throw_away.h"

#include <openssl/evp.h>
#include <openssl/x509.h>

#define VALID_SECONDS 3600

static X509 *sign_certificate(EVP_PKEY *key)
{
	X509 *certificate = X509_new();
	X509_NAME *name = certificate != NULL ? X509_get_subject_name(certificate) : NULL;

	if (name != NULL && X509_set_version(certificate, 2) == 1 &&
	    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1) == 1 &&
	    X509_gmtime_adj(X509_getm_notBefore(certificate), -VALID_SECONDS) != NULL &&
	    X509_gmtime_adj(X509_getm_notAfter(certificate), VALID_SECONDS) != NULL &&
	    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
				       (const unsigned char *)"forcedtls-doctor.invalid", -1, -1, 0) == 1 &&
	    X509_set_issuer_name(certificate, name) == 1 && X509_set_pubkey(certificate, key) == 1 &&
	    X509_sign(certificate, key, EVP_sha256()) > 0)
		return certificate;
	X509_free(certificate);
	return NULL;
}

/* SSL_CTX_set_cert_cb(3): runs in a client when the server asks. */
static int show(SSL *ssl, void *context)
{
	bool *asked = context;

	(void)ssl;
	*asked = true;
	return 1;
}

SSL_CTX *throw_away_client(bool *asked)
{
	SSL_CTX *client = SSL_CTX_new(TLS_client_method());
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *certificate = key != NULL ? sign_certificate(key) : NULL;

	*asked = false;
	if (client == NULL || certificate == NULL || SSL_CTX_use_certificate(client, certificate) != 1 ||
	    SSL_CTX_use_PrivateKey(client, key) != 1) {
		SSL_CTX_free(client);
		client = NULL;
	} else {
		SSL_CTX_set_verify(client, SSL_VERIFY_NONE, NULL);
		SSL_CTX_set_cert_cb(client, show, asked);
	}
	X509_free(certificate);
	EVP_PKEY_free(key);
	return client;
}
