/* SPDX-License-Identifier: MIT */
/*
 * Parameters in the values of main.cf. Each function reads one form and adds
 * what comes of it; work is bounded, since a value may name itself.
 */
#include "doctor/expand.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "util/memory.h"
#include "util/utf8.h"

#define DEPTH_MAX 50
#define OUTPUT_MAX ((size_t)256 * 1024)
#define STEPS_MAX 10000

struct expansion {
	expand_lookup *lookup;
	const void *context;
	int depth;
	int steps; /* taken until now, in all */
};

static bool add_expanded(struct expansion *expansion, const char *text, size_t length, struct strbuf *out);

static const char *skip_blanks(const char *at, const char *end)
{
	while (at < end && isspace((unsigned char)*at))
		at++;
	return at;
}

static const char *name_end(const char *at, const char *end)
{
	while (at < end && (isalnum((unsigned char)*at) || *at == '_'))
		at++;
	return at;
}

/* The closing one of the bracket at "at"; NULL: there is none. */
static const char *find_closing(const char *at, const char *end, char open, char close)
{
	size_t depth = 0;

	for (; at < end; at++) {
		if (*at == open)
			depth++;
		else if (*at == close && --depth == 0)
			return at;
	}
	return NULL;
}

struct span {
	const char *at;
	size_t length;
};

/* "{...}" at *at, which moves behind it; the blanks at the ends inside do not count. */
static bool read_braces(const char **at, const char *end, struct span *span_r)
{
	const char *start = skip_blanks(*at, end), *closing;

	if (start >= end || *start != '{')
		return false;
	closing = find_closing(start, end, '{', '}');
	if (closing == NULL)
		return false;
	*at = closing + 1;
	start = skip_blanks(start + 1, closing);
	while (closing > start && isspace((unsigned char)closing[-1]))
		closing--;
	*span_r = (struct span){start, (size_t)(closing - start)};
	return true;
}

static char *expand_span(struct expansion *expansion, struct span span)
{
	struct strbuf out = {0};

	if (add_expanded(expansion, span.at, span.length, &out))
		return strbuf_take(&out);
	strbuf_fini(&out);
	return NULL;
}

static bool is_number(const char *text)
{
	return *text != '\0' && strlen(text) < 10 && text[strspn(text, "0123456789")] == '\0';
}

/* "3.6" or "3.6.1" as one number; false: it is none. */
static bool read_level(const char *text, int64_t *level_r)
{
	int64_t part[3] = {0};
	char *end;

	for (size_t i = 0; i < 3; i++) {
		if (!isdigit((unsigned char)*text))
			return false;
		part[i] = strtol(text, &end, 10);
		if (end - text > 6)
			return false;
		text = end;
		if (*text != '.')
			break;
		text++;
	}
	*level_r = part[0] * 1000000 + part[1] * 1000 + part[2];
	return *text == '\0' && part[1] < 1000 && part[2] < 1000;
}

static bool expand_holds(const char *operator, size_t length, int order, bool *result_r)
{
	static const struct {
		const char *word;
		bool less, equal, greater;
	} operators[] = {{"==", false, true, false}, {"!=", true, false, true}, {"<", true, false, false},
			 {"<=", true, true, false},  {">", false, false, true}, {">=", false, true, true}};

	for (size_t i = 0; i < sizeof operators / sizeof operators[0]; i++) {
		if (strlen(operators[i].word) != length || strncmp(operators[i].word, operator, length) != 0)
			continue;
		*result_r = order < 0    ? operators[i].less
			    : order == 0 ? operators[i].equal
					 : operators[i].greater;
		return true;
	}
	return false;
}

static bool expand_compare(const char *left, struct span operator, const char * right, bool *result_r)
{
	static const char suffix[] = "level";
	size_t length = operator.length, tail = strlen(suffix);
	int64_t a, b;

	if (length > tail && strncmp(operator.at + length - tail, suffix, tail) == 0) {
		if (!read_level(left, &a) || !read_level(right, &b))
			return false;
		return expand_holds(operator.at, length - tail, (a > b) - (a < b), result_r);
	}
	if (is_number(left) && is_number(right)) {
		a = strtol(left, NULL, 10);
		b = strtol(right, NULL, 10);
		return expand_holds(operator.at, length, (a > b) - (a < b), result_r);
	}
	return expand_holds(operator.at, length, strcmp(left, right), result_r);
}

/* "{x} == {y}" at *at, which moves behind it. */
static bool read_comparison(struct expansion *expansion, const char **at, const char *end, bool *result_r)
{
	struct span left, right, operator;
	char *left_text, *right_text;
	bool read;

	if (!read_braces(at, end, &left))
		return false;
	operator.at = skip_blanks(*at, end);
	for (*at = operator.at; *at < end && **at != '{' && !isspace((unsigned char)**at); (*at)++)
		;
	operator.length =(size_t)(*at - operator.at);
	if (!read_braces(at, end, &right))
		return false;
	left_text = expand_span(expansion, left);
	right_text = expand_span(expansion, right);
	read = left_text != NULL && right_text != NULL &&
	       expand_compare(left_text, operator, right_text, result_r);
	free(left_text);
	free(right_text);
	return read;
}

/* What follows a "?": "{x}:{y}", "{x}", or text up to the end. */
static bool add_choice(struct expansion *expansion, const char *at, const char *end, bool chosen,
		       struct strbuf *out)
{
	struct span yes, no = {"", 0};

	at = skip_blanks(at, end);
	if (at >= end || *at != '{')
		return !chosen || add_expanded(expansion, at, (size_t)(end - at), out);
	if (!read_braces(&at, end, &yes))
		return false;
	at = skip_blanks(at, end);
	if (at < end) {
		at++;
		if (at[-1] != ':' || !read_braces(&at, end, &no) || skip_blanks(at, end) != end)
			return false;
	}
	return chosen ? add_expanded(expansion, yes.at, yes.length, out)
		      : add_expanded(expansion, no.at, no.length, out);
}

static bool add_value(struct expansion *expansion, const char *value, struct strbuf *out)
{
	return value == NULL || add_expanded(expansion, value, strlen(value), out);
}

/* What follows the ":" of "${name:text}". */
static bool add_alternative(struct expansion *expansion, const char *at, const char *end, struct strbuf *out)
{
	const char *start = skip_blanks(at, end);
	struct span braces;

	if (start >= end || *start != '{')
		return add_expanded(expansion, at, (size_t)(end - at), out);
	return read_braces(&start, end, &braces) && skip_blanks(start, end) == end &&
	       add_expanded(expansion, braces.at, braces.length, out);
}

/*
 * "${domain_to_ascii{text}}", a function of Postfix 3.11: text that is ASCII
 * stays as it is. Of other text, and of other functions, nobody can tell here.
 */
static bool add_function(struct expansion *expansion, const char *name, const char *at, const char *end,
			 struct strbuf *out)
{
	struct span braces;
	char *argument;
	bool added;

	if (strcmp(name, "domain_to_ascii") != 0 || !read_braces(&at, end, &braces) ||
	    skip_blanks(at, end) != end)
		return false;
	argument = expand_span(expansion, braces);
	added = argument != NULL && *argument != '\0' && utf8_is_ascii(argument);
	if (added)
		strbuf_puts(out, argument);
	free(argument);
	return added;
}

/* A parameter, and behind its name "?" or ":" with what follows, or nothing. */
static bool add_parameter(struct expansion *expansion, const char *name, const char *at, const char *end,
			  struct strbuf *out)
{
	const char *value = expansion->lookup(expansion->context, name);
	bool is_set = value != NULL && *value != '\0';

	if (at >= end)
		return add_value(expansion, value, out);
	if (*at == '?')
		return add_choice(expansion, at + 1, end, is_set, out);
	return *at == ':' && (is_set || add_alternative(expansion, at + 1, end, out));
}

/* What stands in "${...}". */
static bool add_reference(struct expansion *expansion, const char *at, const char *end, struct strbuf *out)
{
	bool chosen, added;
	const char *rest;
	char *name;

	at = skip_blanks(at, end);
	if (at < end && *at == '{') {
		if (!read_comparison(expansion, &at, end, &chosen))
			return false;
		at = skip_blanks(at, end);
		if (at >= end)
			return !chosen || (strbuf_puts(out, "bool:true"), true);
		return *at == '?' && add_choice(expansion, at + 1, end, chosen, out);
	}
	rest = name_end(at, end);
	if (rest == at)
		return false;
	name = xstrndup(at, (size_t)(rest - at));
	rest = skip_blanks(rest, end);
	added = rest < end && *rest == '{' ? add_function(expansion, name, rest, end, out)
					   : add_parameter(expansion, name, rest, end, out);
	free(name);
	return added;
}

/* What stands behind a "$" at *at, which moves behind it. */
static bool add_macro(struct expansion *expansion, const char **at, const char *end, struct strbuf *out)
{
	const char *start = *at, *closing;

	if (start < end && *start == '$') {
		strbuf_putc(out, '$');
		*at = start + 1;
		return true;
	}
	if (start < end && (*start == '{' || *start == '(')) {
		closing = find_closing(start, end, *start, *start == '{' ? '}' : ')');
		if (closing == NULL)
			return false;
		*at = closing + 1;
		return add_reference(expansion, start + 1, closing, out);
	}
	*at = name_end(start, end);
	return *at > start && add_reference(expansion, start, *at, out);
}

static bool add_expanded(struct expansion *expansion, const char *text, size_t length, struct strbuf *out)
{
	const char *at = text, *end = text + length;
	bool expanded = true;

	if (expansion->depth >= DEPTH_MAX)
		return false;
	expansion->depth++;
	while (expanded && at < end) {
		const char *dollar = memchr(at, '$', (size_t)(end - at));
		const char *stop = dollar != NULL ? dollar : end;

		strbuf_add(out, at, (size_t)(stop - at));
		at = stop;
		expanded = out->length <= OUTPUT_MAX && expansion->steps++ < STEPS_MAX;
		if (expanded && dollar != NULL) {
			at++;
			expanded = add_macro(expansion, &at, end, out);
		}
	}
	expansion->depth--;
	return expanded;
}

char *expand(const char *text, expand_lookup *lookup, const void *context)
{
	struct expansion expansion = {.lookup = lookup, .context = context};

	return expand_span(&expansion, (struct span){text, strlen(text)});
}
