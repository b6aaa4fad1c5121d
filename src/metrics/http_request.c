/* SPDX-License-Identifier: MIT */
/* As much of HTTP/1 as it takes to see what is asked for. Answers nothing. */
#include "metrics/http_request.h"

#include <string.h>
#include <strings.h>

/* A line without its end; next: where the one behind it begins. */
struct line {
	const char *text;
	size_t length;
	const char *next;
};

/* False: there is no whole line. */
static bool http_take_line(const char *at, const char *end, struct line *line_r)
{
	const char *feed = at < end ? memchr(at, '\n', (size_t)(end - at)) : NULL;

	if (feed == NULL)
		return false;
	*line_r = (struct line){.text = at, .length = (size_t)(feed - at), .next = feed + 1};
	if (line_r->length > 0 && feed[-1] == '\r')
		line_r->length--;
	return true;
}

/* What stands before the first blank of what is left of a line, which is taken from it. False: there is no blank. */
static bool take_word(struct line *line, const char **word_r, size_t *length_r)
{
	const char *blank = memchr(line->text, ' ', line->length);

	if (blank == NULL || blank == line->text)
		return false;
	*word_r = line->text;
	*length_r = (size_t)(blank - line->text);
	line->length -= *length_r + 1;
	line->text = blank + 1;
	return true;
}

static bool http_is_word(const char *text, size_t length, const char *word)
{
	return length == strlen(word) && memcmp(text, word, length) == 0;
}

static enum http_method method_of(const char *text, size_t length)
{
	if (http_is_word(text, length, "GET"))
		return HTTP_GET;
	return http_is_word(text, length, "HEAD") ? HTTP_HEAD : HTTP_OTHER;
}

/* "GET /metrics?x HTTP/1.1" */
static bool read_request_line(struct line line, struct http_request *request)
{
	const char *method, *query;
	size_t length;

	if (!take_word(&line, &method, &length))
		return false;
	request->method = method_of(method, length);
	if (!take_word(&line, &request->path, &request->path_length))
		return false;
	query = memchr(request->path, '?', request->path_length);
	if (query != NULL)
		request->path_length = (size_t)(query - request->path);
	return http_is_word(line.text, line.length, "HTTP/1.1") ||
	       http_is_word(line.text, line.length, "HTTP/1.0");
}

static bool holds(const char *text, size_t length, const char *word)
{
	return memmem(text, length, word, strlen(word)) != NULL;
}

/* False: it is no field. Of all fields Accept alone counts; who names OpenMetrics there can read it. */
static bool read_field(const struct line *line, struct http_request *request)
{
	static const char accept[] = "accept";
	const char *colon = memchr(line->text, ':', line->length);

	if (colon == NULL || colon == line->text)
		return false;
	if ((size_t)(colon - line->text) == sizeof accept - 1 &&
	    strncasecmp(line->text, accept, sizeof accept - 1) == 0)
		request->wants_openmetrics |= holds(line->text, line->length, "application/openmetrics-text");
	return true;
}

enum http_step http_request_parse(const char *bytes, size_t length, struct http_request *request_r,
				  size_t *used_r)
{
	const char *end = bytes + length;
	struct line line;

	*request_r = (struct http_request){0};
	if (!http_take_line(bytes, end, &line))
		return HTTP_MORE;
	if (memchr(bytes, '\0', length) != NULL || !read_request_line(line, request_r))
		return HTTP_MALFORMED;
	while (http_take_line(line.next, end, &line)) {
		if (line.length == 0) {
			*used_r = (size_t)(line.next - bytes);
			return HTTP_DONE;
		}
		if (!read_field(&line, request_r))
			return HTTP_MALFORMED;
	}
	return HTTP_MORE;
}
