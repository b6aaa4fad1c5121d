/* SPDX-License-Identifier: MIT */
/* Answers GET /metrics. Knows no metric. */
#include "metrics/metrics.h"

#include <string.h>

#include "metrics/collect.h"
#include "metrics/http_request.h"
#include "util/memory.h"

static void *metrics_open(void *context, int fd)
{
	(void)fd;
	return context;
}

/* A response with its body; head: the body is left out. */
static void respond(struct strbuf *out, const char *status, const char *content_type, const char *body,
		    size_t length, bool head)
{
	strbuf_printf(out,
		      "HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n",
		      status, content_type, length);
	if (!head)
		strbuf_add(out, body, length);
}

static void respond_text(struct strbuf *out, const char *status, const char *body)
{
	respond(out, status, "text/plain; charset=utf-8", body, strlen(body), false);
}

static void respond_metrics(const struct service_context *context, const struct http_request *request,
			    struct strbuf *out)
{
	struct exposition exposition = {.openmetrics = request->wants_openmetrics};

	metrics_collect(context, &exposition);
	respond(out, "200 OK", exposition_content_type(exposition.openmetrics), exposition.text.text,
		exposition.text.length, request->method == HTTP_HEAD);
	strbuf_fini(&exposition.text);
}

static bool is_metrics(const struct http_request *request)
{
	static const char path[] = "/metrics";

	return request->path_length == sizeof path - 1 && memcmp(request->path, path, sizeof path - 1) == 0;
}

static enum stream_step metrics_serve(void *state, const char *bytes, size_t length, size_t *used_r,
				      struct strbuf *out)
{
	struct http_request request;

	switch (http_request_parse(bytes, length, &request, used_r)) {
	case HTTP_MORE:
		return STREAM_MORE;
	case HTTP_MALFORMED:
		respond_text(out, "400 Bad Request", "GET /metrics\n");
		return STREAM_MALFORMED;
	case HTTP_DONE:
		break;
	}
	if (request.method == HTTP_OTHER)
		respond_text(out, "405 Method Not Allowed\r\nAllow: GET, HEAD", "GET /metrics\n");
	else if (!is_metrics(&request))
		respond_text(out, "404 Not Found", "GET /metrics\n");
	else
		respond_metrics(state, &request, out);
	return STREAM_LAST;
}

const struct service service_metrics = {
	.thread = SERVICE_THREAD_ASIDE,
	.stream =
		{
			.name = "metrics",
			.counted = COUNTED_metrics,
			.unlogged = true, /* whoever tries ports would fill the log */
			.request_max = METRICS_REQUEST_MAX,
			.open = metrics_open,
			.serve = metrics_serve,
		},
};
