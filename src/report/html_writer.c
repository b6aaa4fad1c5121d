/* SPDX-License-Identifier: MIT */
/*
 * Values in HTML. Nothing that a peer chose gets past here as it is.
 */
#include "report/html_writer.h"

#include <stdlib.h>
#include <string.h>

#include "util/json_text.h"
#include "util/utf8.h"

static const char *reference(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

void html_text(const char *text, FILE *out)
{
	char *shown = utf8_printable(text);

	for (const char *c = shown; *c != '\0'; c++) {
		const char *written = reference(*c);

		if (written != NULL)
			(void)fputs(written, out);
		else
			(void)fputc(*c, out);
	}
	free(shown);
}

const char *html_value(const json_t *item)
{
	return text_in(item, "value", "others");
}

void html_count(long long number, FILE *out)
{
	char digits[24];
	size_t length;

	(void)snprintf(digits, sizeof digits, "%lld", number < 0 ? 0 : number);
	length = strlen(digits);
	for (size_t i = 0; i < length; i++) {
		if (i > 0 && (length - i) % 3 == 0)
			(void)fputc(',', out);
		(void)fputc(digits[i], out);
	}
}

void html_share(long long part, long long whole, FILE *out)
{
	long long tenths = whole > 0 ? part * 1000 / whole : 0;

	if (whole <= 0) {
		(void)fputs("&ndash;", out);
		return;
	}
	if (tenths == 0 && part > 0)
		(void)fputs("&lt; 0.1&nbsp;%", out);
	else if (tenths % 10 == 0)
		(void)fprintf(out, "%lld&nbsp;%%", tenths / 10);
	else
		(void)fprintf(out, "%lld.%lld&nbsp;%%", tenths / 10, tenths % 10);
}
