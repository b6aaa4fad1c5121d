/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_METRICS_HTTP_REQUEST_H
#define FORCEDTLS_METRICS_HTTP_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

enum http_method {
	HTTP_GET,
	HTTP_HEAD,
	HTTP_OTHER,
};

/* What there is to know of a request. A body, of which GET has none, is not looked at. */
struct http_request {
	enum http_method method;
	const char *path; /* without what follows "?"; not NUL-terminated, borrowed */
	size_t path_length;
	bool wants_openmetrics; /* by Accept: */
};

enum http_step {
	HTTP_MORE, /* the empty line at the end has not come */
	HTTP_DONE,
	HTTP_MALFORMED, /* no HTTP/1 */
};

/*
 * Looks at the bytes of a request (RFC 9112, 3 and 5). used_r: how many of
 * them are the request, with HTTP_DONE. Lines may end with LF alone.
 */
enum http_step http_request_parse(const char *bytes, size_t length, struct http_request *request_r,
				  size_t *used_r);

#endif
