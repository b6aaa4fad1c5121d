/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_DOCTOR_SMTP_CLIENT_H
#define FORCEDTLS_DOCTOR_SMTP_CLIENT_H

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>

/* An SMTP session seen from its client, for one who says little and waits some seconds at most. */
struct smtp_client {
	int fd; /* -1: none */
	SSL *ssl; /* NULL: plaintext */
	char buffer[4096];
	size_t length;
	char reply[256]; /* the last line of the last reply, or what failed */
	bool starttls; /* the last reply offered it */
};

/* host: a number. False: reply says why. Ended with smtp_client_fini in any case. */
bool smtp_client_connect(struct smtp_client *client, const char *host, const char *port);
/* A handshake from here on. What came before it is forgotten (RFC 3207). */
bool smtp_client_start_tls(struct smtp_client *client, SSL_CTX *context);
/* Says a line, or nothing where it is NULL, and reads the reply: its code; -1: none came. */
int smtp_client_say(struct smtp_client *client, const char *line);
void smtp_client_fini(struct smtp_client *client);

#endif
