/* SPDX-License-Identifier: MIT */
/*
 * What postconf(1) printed, changed at random, through all checks: none of it crashes or hangs them; what changes no
 * parameter that a check reads changes no finding, but for the note that a value cannot be expanded; and where one
 * parameter has another value, each error that was not there before is of a check that reads this parameter, or one
 * whose value names it, by what the manual says of the check. The seed is printed; FORCEDTLS_PROPERTY_ROUNDS and FORCEDTLS_SEED in the environment set how many rounds there are, and which.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doctor/check.h"
#include "fuzz/read_file.h"
#include "lib/examine_text.h"
#include "util/memory.h"

#define ROUNDS 10000
#define SEED 20261126
#define TRIES 20 /* to hit a line that a check may read */
#define DEPTH 3 /* of parameters that name parameters */

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

/* A line "name = value"; of an override "service/type/name = value". */
struct line {
	const char *begin, *sign, *end;
};

/* The line that at is in; false: it is no such line. */
static bool find_line(const char *text, size_t at, struct line *line_r)
{
	while (at > 0 && text[at - 1] != '\n')
		at--;
	line_r->begin = text + at;
	line_r->end = line_r->begin + strcspn(line_r->begin, "\n");
	line_r->sign = strstr(line_r->begin, " =");
	return line_r->sign != NULL && line_r->sign < line_r->end;
}

static bool is_override(const struct line *line)
{
	return memchr(line->begin, '/', (size_t)(line->sign - line->begin)) != NULL;
}

/* text with another value in that line. */
static char *put_value(const char *text, const struct line *line, const char *value)
{
	struct strbuf out = {0};

	strbuf_add(&out, text, (size_t)(line->sign - text));
	strbuf_printf(&out, " = %s%s", value, line->end);
	return strbuf_take(&out);
}

static char *any_value(void)
{
	struct strbuf out = {0};

	for (size_t i = below(6); i > 0; i--) {
		const char *piece = any_piece();

		if (strchr(piece, '\n') == NULL)
			strbuf_puts(&out, piece);
	}
	return strbuf_take(&out);
}

/* Another value for a parameter that no check reads; NULL: the line that was hit has none. */
static char *mutate_unread(const char *text, size_t length)
{
	struct line line;
	char *value, *changed;

	if (!find_line(text, below(length), &line) || is_read(line.begin) || is_override(&line))
		return NULL;
	value = any_value();
	changed = put_value(text, &line, value);
	free(value);
	return changed;
}

/* What the value of any parameter may be: often what another parameter has. The caller frees it. */
static char *value_of_another(const char *text, size_t length)
{
	static const char *const values[] = {"",
					     "yes",
					     "no",
					     "none",
					     "accept",
					     "encrypt",
					     "0",
					     "md5",
					     "all",
					     "static:all",
					     "TLSv1",
					     "127.0.0.1",
					     "permit",
					     "reject",
					     "AES256",
					     "0.0.0.0/0",
					     "[relay.example]:25",
					     "smtp:[relay.example]"};
	struct line line;

	if (below(2) == 0)
		return xstrdup(values[below(sizeof values / sizeof values[0])]);
	if (below(2) == 0 || !find_line(text, below(length), &line))
		return any_value();
	return xstrndup(line.sign + strlen(" ="), (size_t)(line.end - line.sign) - strlen(" ="));
}

static char *name_of(const struct line *line)
{
	const char *begin = line->begin;

	for (const char *c = begin; c < line->sign; c++)
		if (*c == '/')
			begin = c + 1;
	return xstrndup(begin, (size_t)(line->sign - begin));
}

static const char name_characters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_*";

/* "smtpd_*_restrictions" is as many names. */
static bool is_named_by(const char *name, const char *word, size_t length)
{
	const char *star = memchr(word, '*', length);
	size_t before = star != NULL ? (size_t)(star - word) : length;
	size_t after = star != NULL ? length - before - 1 : 0;

	if (star == NULL)
		return strlen(name) == length && strncmp(name, word, length) == 0;
	return strlen(name) >= before + after && strncmp(name, word, before) == 0 &&
	       strncmp(name + strlen(name) - after, star + 1, after) == 0;
}

/* Whether words, names and other text, have one that names the parameter, or one whose value in text leads to it. */
static bool leads_to(const char *words, size_t length, const char *text, const char *name, int depth)
{
	const char *end = words + length;

	while (words < end) {
		size_t skip = strcspn(words, name_characters), word;

		words += skip;
		word = words < end ? strspn(words, name_characters) : 0;
		if (word > 0 && words + word <= end && is_named_by(name, words, word))
			return true;
		for (const char *at = text; depth > 0 && word > 0 && *at != '\0';) {
			struct line line;
			char *its;
			bool leads = false;

			if (find_line(text, (size_t)(at - text), &line)) {
				its = name_of(&line);
				leads = is_named_by(its, words, word) &&
					leads_to(line.sign, (size_t)(line.end - line.sign), text, name,
						 depth - 1);
				free(its);
			}
			if (leads)
				return true;
			at += strcspn(at, "\n");
			at += *at == '\n';
		}
		words += word;
	}
	return false;
}

/* What says which services are looked at, and who gets there, beside what a check itself reads. */
static const char *const read_for_all[] = {
	[READS_POLICY] = "",
	[READS_POSTFIX] = "",
	[READS_SMTPD] =
		"inet_interfaces inet_protocols master_service_disable mynetworks smtpd_*_restrictions "
		"smtpd_sasl_auth_enable smtpd_delay_reject smtpd_milters receive_override_options "
		"smtpd_restriction_classes smtpd_upstream_proxy_protocol queue_directory milter_protocol "
		"compatibility_level",
	[READS_LIVE] = "",
	[READS_SMTP] = "default_transport relay_transport queue_directory mail_owner",
	[READS_SENDMAIL] = ""};

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

static const struct check *find_check(const char *line)
{
	for (size_t i = 0; i < check_count; i++) {
		size_t length = strlen(checks[i].id);

		if (strncmp(line, checks[i].id, length) == 0 && line[length] == ' ')
			return &checks[i];
	}
	return NULL;
}

/* Whether the manual says that the check reads the parameter, or all of them. */
static bool says_that_it_reads(const struct check *check, const char *text, const char *name)
{
	const char *all = read_for_all[check->reads];

	return strstr(check->source, "main.cf as it is written") != NULL ||
	       leads_to(check->source, strlen(check->source), text, name, DEPTH) ||
	       leads_to(all, strlen(all), text, name, DEPTH);
}

/* The first error in found, "2 ID WHERE", that base does not have and the parameter is no cause of; NULL: none. */
static const char *causeless_error(const char *found, const char *base, const char *text, const char *name)
{
	for (const char *line = found; *line != '\0';) {
		size_t length = strcspn(line, "\n");
		const struct check *check = strncmp(line, "2 ", 2) == 0 ? find_check(line + 2) : NULL;

		if (check != NULL && memmem(base, strlen(base), line, length + 1) == NULL &&
		    !says_that_it_reads(check, text, name))
			return check->id;
		line += length + (line[length] == '\n');
	}
	return NULL;
}

/* Whether any check says that it reads the parameter itself. */
static bool is_in_table(const struct line *line)
{
	char *name = name_of(line);
	bool is = false;

	for (size_t i = 0; i < check_count && !is; i++)
		is = leads_to(checks[i].source, strlen(checks[i].source), "", name, 0);
	free(name);
	return is;
}

/* Gives one parameter another value; false: an error has no cause there. found_r counts what had errors. */
static bool try_parameter(const struct strbuf *text, const char *base, const struct config *config,
			  size_t *found_r)
{
	struct line line;
	char *name, *value, *changed, *found;
	bool tabled = below(2) == 0;
	const char *id;

	for (int i = 0; i < TRIES; i++)
		if (find_line(text->text, below(text->length), &line) &&
		    (tabled ? is_in_table(&line) : is_read(line.begin)))
			break;
	if (line.sign == NULL || line.sign >= line.end)
		return true;
	name = name_of(&line);
	value = value_of_another(text->text, text->length);
	changed = put_value(text->text, &line, value);
	found = examine(changed, config);
	*found_r += strcmp(found, base) != 0;
	id = causeless_error(found, base, text->text, name);
	if (id != NULL)
		printf("%.*s =%s: error %s, which does not say that it reads %s\n",
		       (int)(line.sign - line.begin), line.begin, value, id, name);
	free(found);
	free(changed);
	free(value);
	free(name);
	return id == NULL;
}

static bool try_file(const char *path, const struct config *config, size_t rounds, size_t *compared_r,
		     size_t *erred_r)
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
		same = try_parameter(&bytes, base, config, erred_r);
		changed = mutate_unread(bytes.text, bytes.length);
		if (changed == NULL || !same) {
			free(changed);
			continue;
		}
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
	size_t rounds = rounds_text != NULL ? strtoul(rounds_text, NULL, 10) : ROUNDS, compared = 0,
	       erred = 0;
	struct config *config = examine_policy();
	bool good = argc > 1;

	state = seed_text != NULL ? strtoull(seed_text, NULL, 10) : SEED;
	printf("seed %llu\n", (unsigned long long)state);
	for (int i = 1; i < argc && good; i++)
		good = try_file(argv[i], config, rounds / (size_t)(argc - 1) + 1, &compared, &erred);
	config_free(&config);
	printf("%zu rounds, %zu of them without a change that counts; one parameter alone made a finding %zu "
	       "times\n",
	       rounds, compared, erred);
	return good && compared > rounds / 10 && erred > rounds / 100 ? EXIT_SUCCESS : EXIT_FAILURE;
}
