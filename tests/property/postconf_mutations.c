/* SPDX-License-Identifier: MIT */
/*
 * What postconf(1) printed, changed at random, through all checks: none of it crashes or hangs them, and what changes
 * no parameter that a check reads changes no finding, but for the note that a value cannot be expanded. The seed is
 * printed; FORCEDTLS_PROPERTY_ROUNDS and FORCEDTLS_SEED in the environment set how many rounds there are, and which.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/read_file.h"
#include "lib/examine_text.h"
#include "util/memory.h"

#define ROUNDS 10000
#define SEED 20261126

static uint64_t state;

/* splitmix64 */
static size_t below(size_t limit)
{
	uint64_t z = (state += 0x9e3779b97f4a7c15u);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return (size_t)((z ^ (z >> 31)) % limit);
}

/* Parts of the names of all parameters that any check reads, or that such a value names. */
static const char *const read_words[] = {
	"tls",      "milter",   "restriction", "policy",   "network",     "interface", "proxy",
	"xclient",  "relay",    "transport",   "origin",   "domain",      "dns",       "delimiter",
	"override", "reject",   "directory",   "owner",    "version",     "disable",   "verify",
	"sasl",     "myhost",   "filter",      "compat",   "destination", "delay",     "alias",
	"map",      "fallback", "stress",      "instance", "ours",        "character", "mail_name"};

static bool is_read(const char *line)
{
	size_t length = strcspn(line, " =");

	for (size_t i = 0; i < sizeof read_words / sizeof read_words[0]; i++) {
		const char *found = strstr(line, read_words[i]);

		if (found != NULL && found < line + length)
			return true;
	}
	return false;
}

static const char *const pieces[] = {"$",
				     "${",
				     "}",
				     "{",
				     "$$",
				     "${a?{b}:{c}}",
				     "=",
				     "\n",
				     ",",
				     " ",
				     "\t",
				     "#",
				     "/",
				     ":",
				     "[",
				     "]",
				     "-o",
				     "yes",
				     "no",
				     "===\n",
				     "$smtpd_milters",
				     "\x01",
				     "\xff",
				     "smtp inet n - y - - smtpd\n",
				     "check_policy_service",
				     "permit",
				     "unix:",
				     "inet:",
				     "socketmap:",
				     "\r"};

static const char *any_piece(void)
{
	return pieces[below(sizeof pieces / sizeof pieces[0])];
}

/* One change anywhere. */
static char *mutate(const char *text, size_t length)
{
	struct strbuf out = {0};
	size_t at = below(length), other = below(length), size = below(200);

	size = at + size > length ? length - at : size;
	strbuf_add(&out, text, at);
	switch (below(5)) {
	case 0: /* something is gone */
		strbuf_puts(&out, text + at + size);
		break;
	case 1: /* something comes twice, elsewhere */
		size = other + size > length ? length - other : size;
		strbuf_add(&out, text + other, size);
		strbuf_puts(&out, text + at);
		break;
	case 2: /* cut off */
		break;
	case 3: /* a piece of the language too many */
		for (size_t i = below(4); i > 0; i--)
			strbuf_puts(&out, any_piece());
		strbuf_puts(&out, text + at);
		break;
	default: /* another byte */
		strbuf_putc(&out, (char)(1 + below(255)));
		strbuf_puts(&out, text + at + (at < length ? 1 : 0));
		break;
	}
	return strbuf_take(&out);
}

/* Another value for a parameter that no check reads; NULL: the line that was hit has none. */
static char *mutate_unread(const char *text, size_t length)
{
	static const char equals[] = " =";
	size_t at = below(length);
	struct strbuf out = {0};
	const char *line, *end, *sign;

	while (at > 0 && text[at - 1] != '\n')
		at--;
	line = text + at;
	end = line + strcspn(line, "\n");
	sign = strstr(line, equals);
	if (sign == NULL || sign >= end || is_read(line) || memchr(line, '/', (size_t)(sign - line)) != NULL)
		return NULL;
	strbuf_add(&out, text, (size_t)(sign - text) + strlen(equals));
	strbuf_puts(&out, " ");
	for (size_t i = below(6); i > 0; i--) {
		const char *piece = any_piece();

		if (strchr(piece, '\n') == NULL)
			strbuf_puts(&out, piece);
	}
	strbuf_puts(&out, end);
	return strbuf_take(&out);
}

/* found without the lines of the note about values that cannot be expanded: any value may be one. */
static char *without_unexpanded(const char *found)
{
	struct strbuf rest = {0};

	while (*found != '\0') {
		size_t length = strcspn(found, "\n");
		size_t line = length + (found[length] == '\n');

		if (memmem(found, length, "postfix-not-expanded", strlen("postfix-not-expanded")) == NULL)
			strbuf_add(&rest, found, line);
		found += line;
	}
	return strbuf_take(&rest);
}

static char *examine(const char *text, const struct config *config)
{
	struct findings findings = {0};
	char *all, *found;

	examine_text(text, config, &findings);
	all = findings_text(&findings);
	found = without_unexpanded(all);
	free(all);
	findings_fini(&findings);
	return found;
}

static bool try_file(const char *path, const struct config *config, size_t rounds, size_t *compared_r)
{
	struct strbuf bytes = {0};
	char *base;
	bool same = true;

	if (!read_file(path, &bytes))
		return false;
	base = examine(bytes.text, config);
	for (size_t i = 0; i < rounds && same; i++) {
		char *changed = mutate(bytes.text, bytes.length), *found = examine(changed, config);

		free(found);
		free(changed);
		changed = mutate_unread(bytes.text, bytes.length);
		if (changed == NULL)
			continue;
		(*compared_r)++;
		found = examine(changed, config);
		same = strcmp(found, base) == 0;
		if (!same)
			printf("round %zu of %s: found\n%sand before\n%s", i, path, found, base);
		free(found);
		free(changed);
	}
	free(base);
	strbuf_fini(&bytes);
	return same;
}

int main(int argc, char **argv)
{
	const char *rounds_text = getenv("FORCEDTLS_PROPERTY_ROUNDS"), *seed_text = getenv("FORCEDTLS_SEED");
	size_t rounds = rounds_text != NULL ? strtoul(rounds_text, NULL, 10) : ROUNDS, compared = 0;
	struct config *config = examine_policy();
	bool good = argc > 1;

	state = seed_text != NULL ? strtoull(seed_text, NULL, 10) : SEED;
	printf("seed %llu\n", (unsigned long long)state);
	for (int i = 1; i < argc && good; i++)
		good = try_file(argv[i], config, rounds / (size_t)(argc - 1) + 1, &compared);
	config_free(&config);
	printf("%zu rounds, %zu of them without a change that counts\n", rounds, compared);
	return good && compared > rounds / 10 ? EXIT_SUCCESS : EXIT_FAILURE;
}
