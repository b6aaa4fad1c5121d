/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_DOCTOR_WORDS_H
#define FORCEDTLS_DOCTOR_WORDS_H

#include <stdbool.h>
#include <stddef.h>

/*
 * A list as Postfix writes it: words between commas and white space, where
 * what stands in braces is one word (postconf(5)). Zeroed memory is none.
 */
struct words {
	char **list;
	size_t count;
	size_t capacity;
};

/* text NULL: no words. The caller ends it with words_fini. */
void words_split(const char *text, struct words *words_r);
void words_add(struct words *words, const char *word);
/* The same for a word that was allocated, which is the list's then. */
void words_take(struct words *words, char *word);
/* Puts word before the one at index. */
void words_insert(struct words *words, size_t index, const char *word);
void words_remove(struct words *words, size_t index);
/* Takes out each that is word, without case. True: there was one. */
bool words_remove_all(struct words *words, const char *word);
/* word may be what it replaces. */
void words_replace(struct words *words, size_t index, const char *word);
bool words_have(const struct words *words, const char *word);
void words_fini(struct words *words);

/* What stands between the braces around word, without blanks at its ends; word itself where there are none. The caller frees it. */
char *word_unbrace(const char *word);
/* The words there. The caller ends it with words_fini. */
void words_split_inside(const char *word, struct words *words_r);
/* The next line of *text, which moves behind it; NULL: there is none. The caller frees it. */
char *next_line(const char **text);

#endif
