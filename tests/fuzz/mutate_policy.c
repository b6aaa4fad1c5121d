/* SPDX-License-Identifier: MIT */
/*
 * Thousands of malformed policies and lists, made of the good ones in
 * tests/policies by damaging them at random, always the same for the same seed. Each is read in
 * this process, so that the sanitizers see it. Usage: mutate-policy [SEED].
 */
#include <glob.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/memory.h"
#include "fuzz/read_file.h"
#include "fuzz/try_policy.h"

#define MUTANTS 3000
#define DAMAGES_MAX 4
/* So many must be refused, or the damage is not worth its name. */
#define REFUSED_MIN 1000

static uint64_t next_random(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

/* 0 to limit - 1; 0 for a limit of 0. */
static size_t below(uint64_t *state, size_t limit)
{
	return limit > 0 ? (size_t)(next_random(state) % limit) : 0;
}

struct seeds {
	struct strbuf *texts;
	size_t count;
	char *name; /* in the folder of the seeds, so that what they name is found */
};

/* Puts bytes in the place of text[from..to). */
static void replace(struct strbuf *text, size_t from, size_t to, const char *bytes, size_t length)
{
	struct strbuf out = {0};

	strbuf_add(&out, text->text, from);
	strbuf_add(&out, bytes, length);
	strbuf_add(&out, text->text + to, text->length - to);
	strbuf_fini(text);
	*text = out;
}

/* A line at random, its end included. */
static void pick_line(const struct strbuf *text, uint64_t *state, size_t *from_r, size_t *to_r)
{
	size_t from = below(state, text->length);
	size_t to = from;

	while (from > 0 && text->text[from - 1] != '\n')
		from--;
	while (to < text->length && text->text[to] != '\n')
		to++;
	*from_r = from;
	*to_r = to < text->length ? to + 1 : to;
}

static void flip_bits(struct strbuf *text, const struct seeds *seeds, uint64_t *state)
{
	size_t at = below(state, text->length);

	(void)seeds;
	if (text->length > 0)
		text->text[at] = (char)(text->text[at] ^ (1 << below(state, 8)));
}

static void delete_range(struct strbuf *text, const struct seeds *seeds, uint64_t *state)
{
	size_t from = below(state, text->length);
	size_t left = text->length - from;

	(void)seeds;
	replace(text, from, from + below(state, left < 40 ? left + 1 : 40), "", 0);
}

static void truncate_text(struct strbuf *text, const struct seeds *seeds, uint64_t *state)
{
	(void)seeds;
	replace(text, below(state, text->length), text->length, "", 0);
}

static void insert_bytes(struct strbuf *text, const struct seeds *seeds, uint64_t *state)
{
	static const char bytes[] = "\0\x01\t\r\x1b\x7f\x80\xff\xc3\xa9{}[],:-?&*!|>'\"%@`#~ \n";
	char block[8];
	size_t count = 1 + below(state, sizeof block);
	size_t at = below(state, text->length + 1);

	(void)seeds;
	for (size_t i = 0; i < count; i++)
		block[i] = bytes[below(state, sizeof bytes - 1)];
	replace(text, at, at, block, count);
}

static void insert_snippet(struct strbuf *text, const struct seeds *seeds, uint64_t *state)
{
	static const char *const snippets[] = {
		"&a ",
		"*a",
		"!!str ",
		"<<: *a\n",
		"---\n",
		"...\n",
		"~",
		"null",
		"true",
		"yes",
		"{}",
		"[]",
		"\"\\0\"",
		"'",
		"\"",
		"0x10",
		"99999999999999999999",
		"TLSv1.4",
		"*.",
		".",
		"@",
		"any",
		"none",
		"quarantine",
		"{file: x}",
		"deliver: {}\n",
		"deliver: {level: encrypt, exclude: aNULL}\n",
		"level: verify\n",
		"match: .a.example\n",
		"servername: hostname\n",
		"include: x\n",
		"include: include/*.yaml\n",
		"include: policy.yaml\n",
		"{file: lists/domains.txt}",
		"trace_header: true\n",
		"header_from: true\n",
		"presenting: a.example\n",
		"# ",
		"\r\n",
		"connectors: []\n",
		"mode: test\n",
		"- name: x\n",
		"\xef\xbb\xbf",
		"\xe2\x80\xa8",
		"\xc2\x85",
		"? ",
		"%YAML 1.1\n",
		"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
	};
	const char *snippet = snippets[below(state, sizeof snippets / sizeof *snippets)];
	size_t at = below(state, text->length + 1);

	(void)seeds;
	replace(text, at, at, snippet, strlen(snippet));
}

static void duplicate_line(struct strbuf *text, const struct seeds *seeds, uint64_t *state)
{
	size_t from, to, other, other_end;
	char *line;

	(void)seeds;
	pick_line(text, state, &from, &to);
	pick_line(text, state, &other, &other_end);
	line = xstrndup(text->text + from, to - from);
	replace(text, other, other, line, to - from);
	free(line);
}

static void swap_lines(struct strbuf *text, const struct seeds *seeds, uint64_t *state)
{
	size_t from, to, next;

	(void)seeds;
	pick_line(text, state, &from, &to);
	next = to;
	while (next < text->length && text->text[next] != '\n')
		next++;
	if (next < text->length) {
		char *line = xstrndup(text->text + from, to - from);

		replace(text, next + 1, next + 1, line, to - from);
		replace(text, from, to, "", 0);
		free(line);
	}
}

static void delete_line(struct strbuf *text, const struct seeds *seeds, uint64_t *state)
{
	size_t from, to;

	(void)seeds;
	pick_line(text, state, &from, &to);
	replace(text, from, to, "", 0);
}

static void shift_line(struct strbuf *text, const struct seeds *seeds, uint64_t *state)
{
	size_t from, to;

	(void)seeds;
	pick_line(text, state, &from, &to);
	if (below(state, 2) == 0)
		replace(text, from, from, "    ", 1 + below(state, 4));
	else if (to - from > 2 && text->text[from] == ' ')
		replace(text, from, from + 1 + below(state, 2), "", 0);
}

static void splice(struct strbuf *text, const struct seeds *seeds, uint64_t *state)
{
	const struct strbuf *other = &seeds->texts[below(state, seeds->count)];
	size_t from = below(state, other->length);
	size_t at = below(state, text->length + 1);

	replace(text, at, at, other->text + from, below(state, other->length - from + 1));
}

typedef void damage(struct strbuf *text, const struct seeds *seeds, uint64_t *state);

static damage *const damages[] = {flip_bits,      delete_range, truncate_text, insert_bytes, insert_snippet,
				  duplicate_line, swap_lines,   delete_line,   shift_line,   splice};

/* What becomes of a text. */
typedef bool try_text(const struct seeds *seeds, const struct strbuf *text);

static bool try_as_policy(const struct seeds *seeds, const struct strbuf *text)
{
	return try_policy(seeds->name, (const unsigned char *)text->text, text->length);
}

static bool try_as_list(const struct seeds *seeds, const struct strbuf *text)
{
	(void)seeds;
	return try_list((const unsigned char *)text->text, text->length);
}

/* One mutant; true when it is still valid. */
static bool try_mutant(const struct seeds *seeds, uint64_t *state, try_text *try)
{
	const struct strbuf *seed = &seeds->texts[below(state, seeds->count)];
	struct strbuf text = {0};
	bool valid;

	strbuf_add(&text, seed->text, seed->length);
	for (size_t n = 1 + below(state, DAMAGES_MAX); n > 0; n--)
		damages[below(state, sizeof damages / sizeof *damages)](&text, seeds, state);
	valid = try(seeds, &text);
	strbuf_fini(&text);
	return valid;
}

/* The good files of a folder, sorted by name. */
static bool read_seeds(struct seeds *seeds, const char *files)
{
	const char *srcdir = getenv("srcdir");
	struct strbuf pattern = {0}, name = {0};
	glob_t found = {0};
	bool done;

	strbuf_printf(&name, "%s/tests/policies/good/policy.yaml", srcdir != NULL ? srcdir : ".");
	seeds->name = strbuf_take(&name);
	strbuf_printf(&pattern, "%s/tests/policies/good/%s", srcdir != NULL ? srcdir : ".", files);
	done = glob(pattern.text, 0, NULL, &found) == 0 && found.gl_pathc > 0;
	seeds->texts = xcalloc(found.gl_pathc, sizeof *seeds->texts);
	for (; done && seeds->count < found.gl_pathc; seeds->count++)
		done = read_file(found.gl_pathv[seeds->count], &seeds->texts[seeds->count]);
	if (!done)
		fprintf(stderr, "cannot read %s\n", pattern.text);
	globfree(&found);
	strbuf_fini(&pattern);
	return done;
}

static void seeds_fini(struct seeds *seeds)
{
	for (size_t i = 0; i < seeds->count; i++)
		strbuf_fini(&seeds->texts[i]);
	free(seeds->texts);
	free(seeds->name);
}

/* Damages the files of a kind and tries them. False when not enough of them are refused. */
static bool try_files(const char *files, try_text *try, uint64_t state)
{
	struct seeds seeds = {0};
	size_t refused = 0;
	bool done = read_seeds(&seeds, files);

	for (size_t i = 0; done && i < seeds.count; i++) {
		if (!try(&seeds, &seeds.texts[i])) {
			fprintf(stderr, "file %zu of %s is not good before it is damaged\n", i, files);
			done = false;
		}
	}
	for (size_t i = 0; done && i < MUTANTS; i++)
		refused += !try_mutant(&seeds, &state, try);
	printf("%s: %zu of %d damaged files refused\n", files, refused, MUTANTS);
	seeds_fini(&seeds);
	return done && refused >= REFUSED_MIN;
}

int main(int argc, char **argv)
{
	uint64_t state = argc > 1 ? strtoull(argv[1], NULL, 10) : 20271;
	bool done = try_files("*.yaml", try_as_policy, state);

	done = try_files("lists/*.txt", try_as_list, state) && done;
	return done ? EXIT_SUCCESS : EXIT_FAILURE;
}
