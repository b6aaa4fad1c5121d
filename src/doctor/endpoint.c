/* SPDX-License-Identifier: MIT */
/* Sockets as libmilter writes them, and as Postfix does. */
#include "doctor/endpoint.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "util/ip.h"
#include "util/memory.h"

char *path_normal(const char *path)
{
	static const char old_run[] = "/var/run/";
	struct strbuf normal = {0};

	if (strncmp(path, old_run, strlen(old_run)) == 0)
		path += strlen("/var");
	for (; *path != '\0'; path++) {
		if (path[0] == '/' && path[1] == '/')
			continue;
		if (path[0] == '/' && path[1] == '.' && path[2] == '/') {
			path++;
			continue;
		}
		strbuf_putc(&normal, *path);
	}
	return strbuf_take(&normal);
}

static const char *behind(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0 ? text + strlen(prefix) : NULL;
}

static char *without_brackets(const char *host, size_t length)
{
	if (length >= 2 && host[0] == '[' && host[length - 1] == ']')
		return xstrndup(host + 1, length - 2);
	return xstrndup(host, length);
}

bool endpoint_read_ours(const char *text, struct endpoint *endpoint_r)
{
	const char *rest = behind(text, "unix:"), *at;

	*endpoint_r = (struct endpoint){0};
	if (rest == NULL)
		rest = behind(text, "local:");
	if (rest == NULL && text[0] == '/')
		rest = text;
	if (rest != NULL) {
		endpoint_r->path = path_normal(rest);
		return true;
	}
	rest = behind(text, "inet6:");
	if (rest == NULL)
		rest = behind(text, "inet:");
	if (rest == NULL)
		return false;
	at = strchr(rest, '@');
	endpoint_r->port = at != NULL ? xstrndup(rest, (size_t)(at - rest)) : xstrdup(rest);
	endpoint_r->host = at != NULL ? without_brackets(at + 1, strlen(at + 1)) : xstrdup("0.0.0.0");
	return true;
}

bool endpoint_read_postfix(const char *text, struct endpoint *endpoint_r)
{
	const char *rest = behind(text, "unix:"), *colon;

	*endpoint_r = (struct endpoint){0};
	if (rest != NULL && *rest != '\0') {
		endpoint_r->path = path_normal(rest);
		return true;
	}
	rest = behind(text, "inet:");
	if (rest == NULL || strchr(rest, '@') != NULL)
		return false;
	colon = strrchr(rest, ':');
	if (colon != NULL && colon[1] == '\0')
		return false;
	endpoint_r->port = xstrdup(colon != NULL ? colon + 1 : rest);
	endpoint_r->host = colon != NULL && colon > rest ? without_brackets(rest, (size_t)(colon - rest))
							 : xstrdup("localhost");
	return true;
}

char *endpoint_print_postfix(const struct endpoint *endpoint)
{
	struct strbuf text = {0};

	if (endpoint->path != NULL) {
		strbuf_printf(&text, "unix:%s", endpoint->path);
		return strbuf_take(&text);
	}
	if (strcmp(endpoint->host, "0.0.0.0") == 0)
		strbuf_printf(&text, "inet:127.0.0.1:%s", endpoint->port);
	else if (strchr(endpoint->host, ':') != NULL)
		strbuf_printf(&text, "inet:[%s]:%s",
			      strcmp(endpoint->host, "::") == 0 ? "::1" : endpoint->host, endpoint->port);
	else
		strbuf_printf(&text, "inet:%s:%s", endpoint->host, endpoint->port);
	return strbuf_take(&text);
}

void endpoint_fini(struct endpoint *endpoint)
{
	free(endpoint->path);
	free(endpoint->host);
	free(endpoint->port);
	*endpoint = (struct endpoint){0};
}

/* Loopback, by name or number, and all addresses of the host, which loopback is one of. */
static bool is_this_host(const char *host)
{
	return strcmp(host, "0.0.0.0") == 0 || strcmp(host, "::") == 0 || ip_names_loopback(host);
}

bool endpoint_is_same(const struct endpoint *a, const struct endpoint *b)
{
	if (a->path != NULL || b->path != NULL)
		return a->path != NULL && b->path != NULL && strcmp(a->path, b->path) == 0;
	return strcmp(a->port, b->port) == 0 &&
	       (strcasecmp(a->host, b->host) == 0 || (is_this_host(a->host) && is_this_host(b->host)));
}
