/* SPDX-License-Identifier: MIT */
/* Lists as Postfix writes them. */
#include "doctor/words.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "util/memory.h"

static const char separators[] = ", \t\r\n";

void words_take(struct words *words, char *word)
{
	*VECTOR_ADD(words->list, words->count, words->capacity) = word;
}

void words_add(struct words *words, const char *word)
{
	words_take(words, xstrdup(word));
}

void words_insert(struct words *words, size_t index, const char *word)
{
	assert(index <= words->count);
	words_take(words, NULL);
	memmove(words->list + index + 1, words->list + index,
		(words->count - 1 - index) * sizeof *words->list);
	words->list[index] = xstrdup(word);
}

void words_remove(struct words *words, size_t index)
{
	assert(index < words->count);
	free(words->list[index]);
	words->count--;
	memmove(words->list + index, words->list + index + 1, (words->count - index) * sizeof *words->list);
}

bool words_remove_all(struct words *words, const char *word)
{
	size_t count = words->count;

	for (size_t i = count; i > 0; i--)
		if (strcasecmp(words->list[i - 1], word) == 0)
			words_remove(words, i - 1);
	return words->count < count;
}

void words_replace(struct words *words, size_t index, const char *word)
{
	char *old;

	assert(index < words->count);
	old = words->list[index];
	words->list[index] = xstrdup(word);
	free(old);
}

/* Where the word at text ends; a brace that is never closed holds all the rest. */
static const char *word_end(const char *text)
{
	size_t depth = 0;

	for (; *text != '\0'; text++) {
		if (*text == '{')
			depth++;
		else if (*text == '}' && depth > 0)
			depth--;
		else if (depth == 0 && strchr(separators, *text) != NULL)
			break;
	}
	return text;
}

void words_split(const char *text, struct words *words_r)
{
	*words_r = (struct words){0};
	if (text == NULL)
		return;
	for (text += strspn(text, separators); *text != '\0'; text += strspn(text, separators)) {
		const char *end = word_end(text);

		words_take(words_r, xstrndup(text, (size_t)(end - text)));
		text = end;
	}
}

bool words_have(const struct words *words, const char *word)
{
	for (size_t i = 0; i < words->count; i++)
		if (strcmp(words->list[i], word) == 0)
			return true;
	return false;
}

void words_fini(struct words *words)
{
	for (size_t i = 0; i < words->count; i++)
		free(words->list[i]);
	free(words->list);
	*words = (struct words){0};
}

char *word_unbrace(const char *word)
{
	static const char blanks[] = " \t\r\n";
	size_t length = strlen(word);

	if (length < 2 || word[0] != '{' || word[length - 1] != '}')
		return xstrdup(word);
	word++;
	length -= 2;
	while (length > 0 && strchr(blanks, *word) != NULL) {
		word++;
		length--;
	}
	while (length > 0 && strchr(blanks, word[length - 1]) != NULL)
		length--;
	return xstrndup(word, length);
}

void words_split_inside(const char *word, struct words *words_r)
{
	char *inside = word_unbrace(word);

	words_split(inside, words_r);
	free(inside);
}

char *next_line(const char **text)
{
	size_t length = strcspn(*text, "\n");
	char *line;

	if (**text == '\0')
		return NULL;
	line = xstrndup(*text, length);
	*text += length + ((*text)[length] == '\n' ? 1 : 0);
	return line;
}
