/* SPDX-License-Identifier: MIT */
#include "metrics/http_request.h"

#include <criterion/criterion.h>
#include <string.h>

TestSuite(http_request);

static enum http_step parse(const char *text, struct http_request *request_r)
{
	size_t used = 0;
	enum http_step step = http_request_parse(text, strlen(text), request_r, &used);

	cr_expect((step == HTTP_DONE) == (used > 0), "%s", text);
	return step;
}

static void expect_path(const char *text, enum http_method method, const char *path, bool openmetrics)
{
	struct http_request request;

	cr_assert_eq(parse(text, &request), HTTP_DONE, "%s", text);
	cr_expect_eq(request.method, method, "%s", text);
	cr_expect(request.path_length == strlen(path) && memcmp(request.path, path, strlen(path)) == 0, "%s",
		  text);
	cr_expect_eq(request.wants_openmetrics, openmetrics, "%s", text);
}

Test(http_request, what_is_asked_for)
{
	expect_path("GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n", HTTP_GET, "/metrics", false);
	expect_path("GET /metrics HTTP/1.0\r\n\r\n", HTTP_GET, "/metrics", false);
	expect_path("GET /metrics?a=b?c HTTP/1.1\n\n", HTTP_GET, "/metrics", false);
	expect_path("HEAD / HTTP/1.1\r\n\r\n", HTTP_HEAD, "/", false);
	expect_path("POST /metrics HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello", HTTP_OTHER, "/metrics",
		    false);
	expect_path("get /metrics HTTP/1.1\r\n\r\n", HTTP_OTHER, "/metrics", false);
	expect_path("GET /metrics HTTP/1.1\r\nAccept: application/openmetrics-text;version=1.0.0,*/*\r\n\r\n",
		    HTTP_GET, "/metrics", true);
	expect_path("GET /metrics HTTP/1.1\r\naCCEPT:text/plain\r\nX: application/openmetrics-text\r\n\r\n",
		    HTTP_GET, "/metrics", false);
}

Test(http_request, every_beginning_of_one_wants_more)
{
	static const char text[] = "GET /metrics HTTP/1.1\r\nAccept: text/plain\r\n\r\n";
	struct http_request request;
	size_t used;

	for (size_t length = 0; length < sizeof text - 1; length++)
		cr_expect_eq(http_request_parse(text, length, &request, &used), HTTP_MORE, "%zu", length);
}

Test(http_request, what_stands_behind_it_is_not_its)
{
	static const char text[] = "GET / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\n\r\n";
	struct http_request request;
	size_t used;

	cr_expect_eq(http_request_parse(text, sizeof text - 1, &request, &used), HTTP_DONE);
	cr_expect_eq(used, (sizeof text - 1) / 2);
}

Test(http_request, what_is_no_request)
{
	static const char *const texts[] = {
		"\r\n\r\n",
		"GET\r\n\r\n",
		"GET /metrics\r\n\r\n",
		"GET  /metrics HTTP/1.1\r\n\r\n",
		" GET /metrics HTTP/1.1\r\n\r\n",
		"GET /metrics HTTP/2.0\r\n\r\n",
		"GET /metrics HTTP/1.1 \r\n\r\n",
		"GET /metrics HTTP/1.1\r\nno colon\r\n\r\n",
		"GET /metrics HTTP/1.1\r\n: x\r\n\r\n",
		"\x16\x03\x01\x02\n",
	};
	struct http_request request;

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		cr_expect_eq(parse(texts[i], &request), HTTP_MALFORMED, "%s", texts[i]);
	cr_expect_eq(http_request_parse("GET / HTTP/1.1\0\r\n", 17, &request, &(size_t){0}), HTTP_MALFORMED);
}
