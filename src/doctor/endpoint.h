/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_DOCTOR_ENDPOINT_H
#define FORCEDTLS_DOCTOR_ENDPOINT_H

#include <stdbool.h>

/* Where a service listens. Zeroed memory is none. */
struct endpoint {
	char *path; /* of a unix socket; NULL: it is an inet socket */
	char *host; /* without brackets */
	char *port; /* a number, or a name of services(5) */
};

/* As the policy file writes it: unix:PATH, local:PATH, a path alone, inet:PORT@HOST, inet6:PORT@HOST. */
bool endpoint_read_ours(const char *text, struct endpoint *endpoint_r);
/* As Postfix writes it: unix:PATH, inet:HOST:PORT. False for any other, libmilter's form among them. */
bool endpoint_read_postfix(const char *text, struct endpoint *endpoint_r);
/* In Postfix's form. The caller frees it. */
char *endpoint_print_postfix(const struct endpoint *endpoint);
void endpoint_fini(struct endpoint *endpoint);

/* The same path, or the same port of this host. directory: where a relative path begins, "" for the root. */
bool endpoint_is_same(const struct endpoint *a, const struct endpoint *b);

/* A path without what does not count in it: "//", "/./", "/var/run" for "/run". The caller frees it. */
char *path_normal(const char *path);

#endif
